"""What many images of one class have in common, layer by layer: their activations summed, and how like others they are.

After the sums of activations over 1, 5, 10 ... 100 images of one digit in the teaching notebooks on MNIST. A sum is held
against the mean of other images of the class, which are in no sum, so that the number says nothing of how many are shown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated

import numpy as np

from animviz import Draw, Moment, Range, Recording, Stage, scene
from animviz.analysis.classifier import labels_of
from animviz.analysis.likeness import counts_of, two_parts
from animviz.analysis.states import sampled_states
from animviz.analysis.tasks import CLASSES
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import Number, Sheet, images_of
from animviz.recording.replay.layers import is_chain
from animviz.recording.state import State

from .families.blocks import layer_words
from .families.course import Course, CourseRow, GrowingSum, course_boxes, lowest, most_courses
from .families.layers import Probe, class_of, hidden_layers
from .families.unit_source import has_images

ORDER = "units in the order in which those excite them"


@scene(experiment="digits_mlp", group="way", tasks=CLASSES, through="sizes of the ensemble")
def ensemble(
    stage: Stage,
    recording: Recording,
    *,
    digit: str | None = None,
    samples: Annotated[int, Range(1, 5000)] = 100,
    epoch: float | None = None,
    layers: str = "",
) -> Draw:
    """Each layer's activations summed over more and more images of one class, and how like other images of it they are.

    Args:
        stage: where to draw.
        recording: of a classifier of images.
        digit: class of the images; by default 5 where it has samples, else the first that has.
        samples: how many images are summed in the end.
        epoch: of the net; by default the last with finite weights.
        layers: names with commas between them; by default all that change something, as many as fit.

    Raises:
        SceneError: the recording is not of a classifier of images, or has no such class, epoch or layer, or no hidden one.
    """
    labels = labels_of(recording, "ensemble")
    if epoch is not None and not recording.epochs[0] <= epoch <= recording.epochs[-1]:
        first, last = recording.epochs[[0, -1]]
        raise SceneError(f"ensemble: --epoch is {epoch:g}; {recording.path} spans {first:g} to {last:g}")
    true = class_of(recording, digit, "ensemble")
    summed, others = _images(recording, labels, true, samples)
    things = "images" if has_images(recording) else "samples"
    name, count = recording.output.class_names[true], len(summed.images)
    # A sum belongs to a true state, never to a blended one.
    snapshot = (sampled_states(recording)[-1] if epoch is None else recording.at(epoch)).snapshot
    state = recording.at(snapshot.epoch)
    number = Number(f"{things} summed", ".0f", str(count))
    foot = [f"curves: correlation with the mean of {len(others.images)} other {things} of {name}", ORDER]
    measure = Sheet(Stage(stage.size), recording, "", numbers=["epoch", number], foot=[*foot, "n of m layers"])
    hidden, left_out = hidden_layers(recording, layers, most_courses(stage, measure.room) - 2, "ensemble")
    if not hidden:
        way = "see dataset or predictions for others"
        raise SceneError(f"ensemble sums activations of hidden layers; {recording.path} tells of none: {way}")
    counts = counts_of(count)

    def course(title: str, part: Callable[[_Images], Array], answers: tuple[str, ...] = ()) -> Course:
        return Course(title, part(summed), part(others).mean(axis=0), counts, answers, true)

    words = {name: short for name, (_, short) in layer_words(recording).items()}
    courses = [course("input", lambda part: part.images)]
    for layer in hidden:
        activations = partial(_Images.activations, state=state, layer=layer.name)
        courses.append(course(words.get(layer.name, layer.name), activations))
    courses.append(course("output", lambda part: part.probe.probabilities(state), recording.output.class_names))
    sheet = Sheet(stage, recording, _title(f"{things} of {name}", courses), numbers=["epoch", number])
    sheet.write_foot(*foot, left_out)
    (large, boxes), low = course_boxes(stage, sheet.room, len(courses)), lowest(courses)
    views: list[GrowingSum | CourseRow] = [GrowingSum(stage, large, courses[0])]
    views += [
        CourseRow(stage, box, one, low, first=one is courses[0], ticks=one is courses[-1])
        for box, one in zip(boxes, courses, strict=True)
    ]

    def draw(moment: Moment) -> None:
        place = int(np.searchsorted(counts, count**moment.progress + 1e-9, side="right")) - 1
        for view in views:
            view.show(place)
        sheet.show(state, **{number.label: counts[place]})

    return draw


@dataclass(frozen=True)
class _Images:
    """Some images of a class, and what the net makes of them."""

    images: Array
    probe: Probe

    def activations(self, state: State, layer: str) -> Array:
        return self.probe.activations(state, layer)


def _images(recording: Recording, labels: Array, true: int, samples: int) -> tuple[_Images, _Images]:
    """Return the images that are summed, and others to hold the sums against: training and recorded samples, or two parts.

    Which the others are does not depend on how many are summed.
    """
    shown = images_of(recording, "ensemble")
    members = np.flatnonzero(labels == true)
    others = members
    extras, inputs, summed = recording.extras, None, shown
    if is_chain(recording.layers) and {"train_inputs", "train_labels"} <= extras.keys():
        inputs = extras["train_inputs"]
        summed = images_of(recording, "ensemble", extras.get("train_images", inputs))
        members = np.flatnonzero(extras["train_labels"].reshape(-1) == true)
    else:
        members, others = two_parts(members)
    if not len(members) or not len(others):
        name = recording.output.class_names[true]
        raise SceneError(f"ensemble: {recording.path} has too few samples of {name!r}: one to sum, one to compare with")
    members = members[:samples]
    return _Images(summed[members], Probe(recording, members, inputs)), _Images(shown[others], Probe(recording, others))


def _title(what: str, courses: list[Course]) -> str:
    """Say what the picture shows: whether images grow alike from layer to layer."""
    alike = [float(np.median(course.alone)) for course in courses]
    grow = alike[0] < alike[-1] == max(alike)
    return f"Deeper in, {what} grow alike" if grow else f"What {what} have in common"
