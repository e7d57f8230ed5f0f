"""The data that a network learns from: the mean of each class, and how its samples differ from it."""

import numpy as np
from numpy.typing import NDArray

from animviz import Draw, Moment, Recording, Stage, scene
from animviz.analysis.classifier import ignored_in_words, labels_of
from animviz.analysis.spread import spread_of
from animviz.analysis.tasks import CLASSES
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import Number, Sheet
from animviz.sampling import evenly

from .families.distance_plane import DistancePlane
from .families.distance_rows import DistanceRows, most_rows
from .families.endings import in_title
from .families.inputs import training_images

MOST_IN_A_LIST = 12
ENDS = "framed: the nearest and the farthest of each class"
DISTANCE = "distance: root of the summed squared differences of the pixels"


@scene(experiment="digits_mlp", group="way", tasks=CLASSES, through="samples")
def dataset(stage: Stage, recording: Recording) -> Draw:
    """Mean of each class, its samples from the nearest to it to the farthest, and how many there are.

    Args:
        stage: where to draw.
        recording: of a classifier of images, or of points in the plane.
    """
    names = recording.output.class_names
    samples, labels, kept = _samples(recording)
    planar = not kept
    there = np.flatnonzero(np.bincount(labels, minlength=len(names)))
    if not len(there):
        raise SceneError(f"dataset: {recording.path} has no sample of any class")
    spreads = {number: spread_of(samples, np.flatnonzero(labels == number)) for number in there.tolist()}
    rising = sorted(spreads, key=lambda number: spreads[number].average)
    numbers = [Number("samples", ",.0f", f"{len(samples):,}")]
    title = _title({names[number]: spreads[number].average for number in rising})
    sizes = {len(spread.distances) for spread in spreads.values()}
    each = f", {min(sizes):,} of each class" if len(sizes) == 1 < len(spreads) else ""
    subtitle = f"{recording.manifest.title}, distances of {kept or 'recorded'} samples{each}"
    sheet = Sheet(stage, recording, title, subtitle=subtitle, numbers=numbers, air=16)
    most = MOST_IN_A_LIST if planar else most_rows(sheet.room)
    chosen = [rising[k] for k in evenly(len(rising), most)]
    part = f"{len(chosen)} of {len(names)} classes" if len(chosen) < len(names) else ""
    drawn = ["large dots: the means, circles: this far from them", part] if planar else [ENDS, part or DISTANCE]
    sheet.write_foot(*drawn, *ignored_in_words(_labels(recording)))
    called, shown = [names[number] for number in chosen], [spreads[number] for number in chosen]
    said = [] if each else [f"{len(spread.distances):,}" for spread in shown]
    palette = stage.theme.palette(max(2, len(names)))[chosen]
    picture = (
        DistancePlane(stage, sheet.room, samples, shown, called, said, palette)
        if planar
        else DistanceRows(stage, sheet.room, samples, shown, called, said)
    )
    drawn_samples = sum(len(spread.distances) for spread in shown)
    nearest, farthest = (pick(spread.distances[end] for spread in shown) for pick, end in ((min, 0), (max, -1)))

    def draw(moment: Moment) -> None:
        span = recording.epochs[-1] - recording.epochs[0]
        walked = float((moment.epoch - recording.epochs[0]) / span) if span else 0.0
        picture.show(float(farthest) if walked >= 1 else float(nearest + walked * (farthest - nearest)))
        sheet.show(recording.at(moment.epoch), samples=drawn_samples)

    return draw


def _title(averages: dict[str, float]) -> str:
    """Say whose samples differ most from their mean, as far as the numbers that are shown tell."""
    most = [name for name, average in averages.items() if f"{average:.2f}" == f"{max(averages.values()):.2f}"]
    if len(most) == len(averages) > 1:
        return "Samples of all classes differ alike from their means, on average"
    some = " and ".join(in_title(name) for name in most) if len(most) < 3 else f"{len(most)} classes"
    return f"Samples of {some} differ most from their mean, on average"


def _labels(recording: Recording) -> NDArray[np.int64]:
    return labels_of(recording, "dataset")


def _samples(recording: Recording) -> tuple[Array, NDArray[np.int64], str]:
    """Return samples with their class numbers, training ones where there are any, and which they are: "" in the plane."""
    inputs = recording.single_input(recording.inputs)
    if inputs.ndim == 2 and inputs.shape[1] == 2 and "images" not in recording.extras:
        known = _labels(recording) >= 0
        return inputs[known].astype(np.float64), _labels(recording)[known], ""
    return training_images(recording, "dataset")
