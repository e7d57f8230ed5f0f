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

from .families.distances import ImageRulers, PlaneWalk, columns_of
from .families.endings import in_title
from .families.inputs import training_images

MOST_IN_A_LIST = 12


@scene(experiment="digits_mlp", group="way", tasks=CLASSES)
def dataset(stage: Stage, recording: Recording) -> Draw:
    """Mean of each class, its samples from the nearest to it to the farthest, and how many there are.

    Args:
        stage: where to draw.
        recording: of a classifier of images, or of points in the plane.
    """
    sets = _sets(recording)
    names = recording.output.class_names
    samples, labels, kept = _samples(recording)
    planar = not kept
    there = np.flatnonzero(np.bincount(labels, minlength=len(names)))
    if not len(there):
        raise SceneError(f"dataset: {recording.path} has no sample of any class")
    spreads = {number: spread_of(samples, np.flatnonzero(labels == number)) for number in there.tolist()}
    counts = {name: len(known) for name, known in sets.items()}
    numbers = [Number(name, ",.0f", f"{count:,}") for name, count in counts.items()]
    widest = max(there, key=lambda number: spreads[int(number)].distances.mean())
    title = f"Samples of {in_title(names[widest])} differ most from their mean, on average"
    subtitle = f"{recording.manifest.title}, distances of {len(samples):,} {kept or 'recorded'} samples"
    sheet = Sheet(stage, recording, title, subtitle=subtitle, numbers=numbers, air=16)
    columns, rows = columns_of(stage, sheet.room)
    chosen = there[evenly(len(there), MOST_IN_A_LIST if planar else columns * rows)]
    part = f"{len(chosen)} of {len(names)} classes" if len(chosen) < len(names) else ""
    what = "coordinates" if planar else "pixels"
    sheet.write_foot(
        f"distance: root of the summed squared differences of the {what}", part, *ignored_in_words(_labels(recording))
    )
    heads = [
        (names[number], " + ".join(f"{(known == number).sum():,}" for known in sets.values())) for number in chosen
    ]
    walk = (PlaneWalk if planar else ImageRulers)(
        stage, sheet.room, samples, [spreads[number] for number in chosen], heads
    )

    def draw(moment: Moment) -> None:
        span = recording.epochs[-1] - recording.epochs[0]
        walk.show(float((moment.epoch - recording.epochs[0]) / span) if span else 0.0)
        sheet.show(recording.at(moment.epoch), **counts)

    return draw


def _labels(recording: Recording) -> NDArray[np.int64]:
    return labels_of(recording, "dataset")


def _sets(recording: Recording) -> dict[str, NDArray[np.int64]]:
    """Return the class numbers of each set of samples that the recording holds, by name."""
    shown = _labels(recording)
    if "train_labels" not in recording.extras:
        return {"samples": shown}
    return {"training": np.asarray(recording.extras["train_labels"], np.int64), "test": shown}


def _samples(recording: Recording) -> tuple[Array, NDArray[np.int64], str]:
    """Return samples with their class numbers, training ones where there are any, and which they are: "" in the plane."""
    inputs = recording.single_input(recording.inputs)
    if inputs.ndim == 2 and inputs.shape[1] == 2 and "images" not in recording.extras:
        known = _labels(recording) >= 0
        return inputs[known].astype(np.float64), _labels(recording)[known], ""
    return training_images(recording, "dataset")
