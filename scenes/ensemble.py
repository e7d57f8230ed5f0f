"""What many images of one class have in common, layer by layer: their activations summed, and how like others they are.

After the sums of activations over 1, 5, 10 ... 100 images of one digit in the teaching notebooks on MNIST. A sum is held
against the mean of other images of the class, which are in no sum, so that the number says nothing of how many are shown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated

import numpy as np

from animviz import Box, Draw, Moment, Range, Recording, Stage, scene
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
from .families.course import Course, view_of
from .families.endings import in_title
from .families.layers import Probe, class_of, hidden_layers
from .families.likeness_rows import LikenessRows, most_likeness_rows
from .families.unit_source import has_images

CLEAR = 0.05  # of a correlation: by how much layers lie above earlier ones that they are said to lie above
HEAD, GAP = 32.0, 44.0  # units above an image for what it is, and between the images and the rows
COLUMN, STRIP = 0.2, 0.24  # share of the width, or of the height, that the images take
LAST = 0.75  # side of the image that was added last, of that of the sum above it


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
    rest = len(others.images)
    foot = [
        f"dots: {things}, by correlation with the mean of {rest} others",
        f"units: those that the {rest} others excite most stand first",
    ]
    measure = Sheet(Stage(stage.size), recording, "", numbers=["epoch", number], foot=[*foot, "n of m hidden layers"])
    most = most_likeness_rows(_parted(stage, measure.room)[1])
    every, _ = hidden_layers(recording, "", len(recording.layers), "ensemble")
    if not every:
        way = "see dataset or predictions for others"
        raise SceneError(f"ensemble sums activations of hidden layers; {recording.path} tells of none: {way}")
    counts = counts_of(count)

    def course(title: str, part: Callable[[_Images], Array], answers: tuple[str, ...] = ()) -> Course:
        return Course(title, part(summed), part(others).mean(axis=0), counts, answers, true)

    words = {name: short for name, (_, short) in layer_words(recording).items()}

    def of_layer(name: str) -> Course:
        return course(words.get(name, name), partial(_Images.activations, state=state, layer=name))

    given = course("input", lambda part: part.images)
    answered = course("output", lambda part: part.probe.probabilities(state), recording.output.class_names)
    inner = {layer.name: of_layer(layer.name) for layer in every}
    everything = [given, *inner.values(), answered]
    first = _first_above([float(one.average[-1]) for one in everything])
    kept = dict(enumerate(inner, start=1)).get(first, "")
    hidden, left_out = hidden_layers(recording, layers, most - 2, "ensemble", kept)
    courses = [given, *(inner.get(layer.name) or of_layer(layer.name) for layer in hidden), answered]
    title = _title(f"{things} of {in_title(name)}", everything, first)
    sheet = Sheet(stage, recording, title, numbers=["epoch", number])
    sheet.write_foot(*foot, left_out)
    images, rows = _parted(stage, sheet.room)
    views: list[_InputSeen | LikenessRows] = [LikenessRows(stage, rows, courses)]
    if images is not None:
        views.append(_InputSeen(stage, images, courses[0]))

    def draw(moment: Moment) -> None:
        reached = counts[0] * (count / counts[0]) ** moment.progress
        place = int(np.searchsorted(counts, reached + 1e-9, side="right")) - 1
        for view in views:
            view.show(place)
        sheet.show(state, **{number.label: counts[place]})

    return draw


class _InputSeen:
    """The sum of the images, and smaller the one that was added last: below it, or beside it."""

    def __init__(self, stage: Stage, box: Box, course: Course) -> None:
        self._course, top = course, box.top + HEAD
        high = box.height > box.width
        side = min(box.width, (box.height - 2 * HEAD - 16) / (1 + LAST)) if high else box.height - HEAD
        last = (
            Box(box.left, top + side + 16 + HEAD, LAST * side, LAST * side)
            if high
            else Box(box.left + side + GAP, top, side, side)
        )
        self._heading = stage.text(box.left, box.top + 20, "", weight="medium", moves=True)
        stage.dot(last.left + 7, last.top - HEAD + 12, 14, stage.theme.ink)
        stage.dot(last.left + 7, last.top - HEAD + 12, 9, stage.theme.background)
        stage.text(last.left + 22, last.top - HEAD + 20, "the last of them")
        self._sum = view_of(stage, Box(box.left, top, side, side), course, course.means[-1:])
        self._last = view_of(stage, last, course, course.values)

    def show(self, place: int) -> None:
        """Show the sum over the first so many images, by its place among the counts."""
        count = int(self._course.counts[place])
        self._heading.set_text(f"sum of {count:,}")
        self._sum.show(self._course.means[place])
        self._last.show(self._course.values[count - 1])


def _parted(stage: Stage, room: Box) -> tuple[Box | None, Box]:
    """Return the boxes of the images and of the rows: beside each other, or below in high frames; rows alone in square ones."""
    if stage.width > 1.2 * stage.height:
        wide = COLUMN * room.width
        left = room.left + wide + GAP
        return Box(room.left, room.top, wide, room.height), Box(left, room.top, room.right - left, room.height)
    if stage.height < 1.2 * stage.width:
        return None, room
    high = STRIP * room.height
    top = room.top + high + 20
    return Box(room.left, room.top, room.width, high), Box(room.left, top, room.width, room.bottom - top)


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


def _first_above(averages: list[float]) -> int:
    """Return the first layer from which on every average lies clearly above all earlier ones; 0 where none does."""
    for first in range(1, len(averages)):
        if np.min(averages[first:]) >= np.max(averages[:first]) + CLEAR:
            return first
    return 0


def _title(what: str, courses: list[Course], first: int) -> str:
    """Say what the net does: from which of all its layers on images are more alike on average than before.

    Args:
        what: the images.
        courses: of all layers, drawn or not.
        first: see `_first_above`.
    """
    if not first:
        return f"What {what} have in common"
    if (np.diff([course.average[-1] for course in courses]) >= 0).all():
        return f"Deeper in, {what} grow alike"
    if first == len(courses) - 1:
        return f"At the output, {what} are most alike"
    return f"From {courses[first].title} on, {what} are more alike than before"
