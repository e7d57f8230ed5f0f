"""Small pictures of what a network does at a moment: its plane, its confusion table, or its curve."""

from collections.abc import Callable

import numpy as np

from animviz import Box, Recording, Stage
from animviz.analysis.classifier import labels_of
from animviz.analysis.decision import MAX_CLASSES
from animviz.analysis.plane import input_limits
from animviz.analysis.tasks import CLASSES
from animviz.analysis.verdicts import Verdicts
from animviz.errors import AnimvizError, DivergedError
from animviz.parts import InputPlane, PointCloud, planar_inputs
from animviz.recording.replay.layers import is_dense_chain
from animviz.sampling import evenly

from .confused import small_key, small_matrix

__all__ = ["Picture", "draw_key", "keyed", "pictured", "small_pictures"]

MOST_CLASSES = 40  # of a table
POINTS = 400  # of a plane
Picture = Callable[[float], None]  # shows an epoch


def pictured(recording: Recording) -> bool:
    """Say whether the pictures show more than a number."""
    try:
        output = recording.output
    except AnimvizError:
        return False
    return output.task in CLASSES and len(output.class_names) <= MOST_CLASSES and _verdicts(recording) is not None


def keyed(recording: Recording) -> bool:
    """Say whether the pictures are tables, whose colours need a key."""
    try:
        return pictured(recording) and not _planar(recording)
    except AnimvizError:  # several inputs
        return False


def draw_key(stage: Stage, box: Box, recording: Recording) -> None:
    """Draw what the colours of tables mean.

    Args:
        stage: where.
        box: room for it, at its upper edge.
        recording: of a classifier whose pictures are tables.
    """
    small_key(stage, box, Verdicts(recording, "history"))


def small_pictures(stage: Stage, recording: Recording) -> tuple[Callable[[Box], Picture] | None, str]:
    """Return what makes a small picture in a box, and what it is in words; None where there is nothing to see.

    Args:
        stage: where.
        recording: of any model.
    """
    try:
        output, inputs = recording.output, recording.single_input(recording.inputs)
    except AnimvizError:  # several outputs or inputs, or none
        return None, ""
    if output.target is None:
        return None, ""
    if output.task in CLASSES and len(output.class_names) <= MOST_CLASSES:
        if _planar(recording):
            return lambda box: _plane(stage, box, recording), "squares: the answer over the plane at that moment"
        verdicts = _verdicts(recording)
        if verdicts is not None:
            note = "tables: a row for each true class, a column for each answer"
            return lambda box: small_matrix(stage, box, verdicts)[0], note
    dense = is_dense_chain(recording.layers)
    if output.task == "regression" and dense and inputs.shape[1:] == (1,) and recording.targets.size == len(inputs):
        return lambda box: _curve(stage, box, recording), "small curves: the answer at that moment, over the target"
    return None, ""


def _planar(recording: Recording) -> bool:
    """Say whether a classifier's answers over the plane of its inputs can be drawn."""
    inputs = recording.single_input(recording.inputs)
    few = len(recording.output.class_names) <= MAX_CLASSES
    return few and inputs.shape[1:] == (2,) and is_dense_chain(recording.layers)


def _plane(stage: Stage, box: Box, recording: Recording) -> Picture:
    inputs, labels = planar_inputs(recording, "history"), labels_of(recording, "history")
    plane = InputPlane(stage, box, recording, inputs, points=False, line=2, named=False)
    few = evenly(len(inputs), POINTS)
    axes = stage.axes(box, *input_limits(inputs))
    cloud = PointCloud(axes, labels[few], stage.theme.palette(len(recording.output.class_names)), 1.2 * stage.pixel)
    cloud.set_positions(inputs[few])
    stage.covers(cloud)
    return lambda epoch: plane.show(recording.at(epoch))


def _curve(stage: Stage, box: Box, recording: Recording) -> Picture:
    inputs = recording.single_input(recording.inputs)
    order = np.argsort(inputs[:, 0], kind="stable")
    x, target = inputs[order], recording.targets.ravel()[order]
    low, high = float(target.min()), float(target.max())
    air = 0.1 * (high - low or 1.0)
    axes = stage.axes(box, (float(x[0, 0]), float(x[-1, 0])), (low - air, high + air))
    axes.plot(x[:, 0], target, color=stage.theme.quiet, linewidth=stage.points(2))
    line = stage.line(axes, stage.theme.ink, 3)
    return lambda epoch: line.set_data(x[:, 0], recording.at(epoch).outputs(x).ravel())


def _verdicts(recording: Recording) -> Verdicts | None:
    """Return the answers for each sample, or None where the network gives none."""
    try:
        verdicts = Verdicts(recording, "history")
        verdicts.answers(0)
    except DivergedError:
        return verdicts
    except AnimvizError:
        return None
    return verdicts
