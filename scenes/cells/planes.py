"""Small forms of scenes for the cells of a split frame: the picture alone, without header, ruler and foot line.

The first line of each docstring is what the frame's foot line says, in parts between semicolons.
"""

from typing import Annotated

import numpy as np

from animviz import Box, Draw, Moment, Range, Recording, scene
from animviz.analysis.decision import class_count, last_hidden
from animviz.analysis.tasks import CLASSES, CURVE
from animviz.analysis.verdicts import Verdicts
from animviz.parts import LABEL, HiddenSpace, InputPlane, Plot, grid_lines, planar_inputs, until
from animviz.pictures.split import CellStage

from ..families.confused import small_matrix
from ..families.curve_fit import Fit

__all__ = ["boundary", "confusion", "history", "polyfit", "rings"]

GAP = 20.0


@scene(shapes=(2, 0.5), tasks=CLASSES)
def rings(
    stage: CellStage, recording: Recording, *, grid: Annotated[int, Range(0, 101)] = 11, points: bool = True
) -> Draw:
    """First the inputs with their grid; then the last hidden space, which bends it: a straight cut must part the classes.

    Args:
        stage: where to draw.
        recording: of a chain of dense layers with two inputs and up to ten classes.
        grid: lines of the input grid in each direction.
        points: draw the training points.
    """
    class_count(recording, "rings")
    inputs = planar_inputs(recording, "rings")
    upper, lower = _pair(stage)
    lines = grid_lines(inputs, grid)
    plane = InputPlane(stage, upper, recording, inputs, points=points, line=2.6, grid=lines)
    hidden = HiddenSpace(recording, last_hidden(recording), inputs, lines)
    hidden.set_up(stage, lower, points=points)

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        plane.show(state)
        hidden.show(state, moment)

    return draw


@scene(shapes=(1,), tasks=CLASSES)
def boundary(stage: CellStage, recording: Recording, *, points: bool = True) -> Draw:
    """Ground: the answer; thin lines: where the weighted sum of a first-layer unit is 0.

    Args:
        stage: where to draw.
        recording: of a classifier with two inputs and up to ten classes.
        points: draw the training points.
    """
    class_count(recording, "boundary")
    inputs = planar_inputs(recording, "boundary")
    plane = InputPlane(stage, _square(_whole(stage)), recording, inputs, points=points, line=3, units=True)
    return lambda moment: plane.show(recording.at(moment.epoch))


@scene(aspect=1.5, tasks=(CURVE,))
def polyfit(stage: CellStage, recording: Recording, *, band: bool = True) -> Draw:
    """Blue: the target; orange: what the network answers.

    Args:
        stage: where to draw.
        recording: of a network with one input and one output, trained on a curve.
        band: fill the residual between target and fit.
    """
    fit = Fit(stage, _whole(stage), recording, stage.peers, band=band)
    return lambda moment: fit.show(recording.at(moment.epoch))


@scene(aspect=1.5)
def history(stage: CellStage, recording: Recording) -> Draw:
    """Learning curves; solid: in training; dashed: in validation.

    The accuracy where there are classes, else the loss.

    Args:
        stage: where to draw.
        recording: of any model.
    """
    curves = _Curves(stage, _whole(stage), recording)
    return lambda moment: curves.show(moment.epoch)


@scene(shapes=(1,), tasks=CLASSES)
def confusion(stage: CellStage, recording: Recording) -> Draw:
    """Rows: the true class; columns: the answer; warm: wrong ones.

    Args:
        stage: where to draw.
        recording: of any classifier with labels.
    """
    matrix = _Matrix(stage, _whole(stage), recording)
    return lambda moment: matrix.show(moment.epoch)


class _Matrix:
    """The confusion matrix in the colours of the large one, blended between snapshots."""

    def __init__(self, stage: CellStage, box: Box, recording: Recording) -> None:
        verdicts = Verdicts(recording, "confusion")
        names = verdicts.names
        room = min(box.width - 24, box.height - 28) / len(names)
        named = room >= LABEL and all(stage.measure(name, LABEL) < LABEL for name in names)
        left, below = (24.0, 28.0) if named else (0.0, 0.0)
        square = _square(Box(box.left + left, box.top, box.width - left, box.height - below))
        self.show, place = small_matrix(stage, square, verdicts)
        if not named:
            return
        for at, name in enumerate(names):
            middle = (at + 0.5) * place.width / len(names)
            stage.text(place.left - 8, place.top + middle + 8, name, color=stage.theme.quiet, align="right")
            stage.text(place.left + middle, place.bottom + 24, name, color=stage.theme.quiet, align="center")


class _Curves:
    """Accuracy or loss over the epochs, on axes that hold every recording of the frame."""

    def __init__(self, stage: CellStage, box: Box, recording: Recording) -> None:
        theme = stage.theme
        peers = stage.peers or (recording,)
        name = "accuracy" if "accuracy" in recording.noted() else "loss"
        last = max(float(peer.epochs[-1]) for peer in peers)
        top = 1.0 if name == "accuracy" else _highest(peers, name)
        # Half a letter of air, so that the labels at the ends of the axes are whole.
        inner = Box(box.left, box.top - 2, box.width - 12, box.height)
        axes = Plot(stage, inner, (0, max(last, 1)), (0, top), percent=name == "accuracy").axes
        self._curves = []
        for prefix, color, dash in (("", theme.ink, ()), ("val_", theme.quiet, (3, 2))):
            self._curves.append((*recording.history(prefix + name), stage.curve(axes, color, 3, 9, dash)))

    def show(self, epoch: float) -> None:
        """Draw up to a moment, along the line that joins the epochs."""
        for epochs, values, curve in self._curves:
            curve.set_data(*until(epochs, values, epoch))


def _highest(peers: tuple[Recording, ...], name: str) -> float:
    values = np.concatenate([peer.history(prefix + name)[1] for peer in peers for prefix in ("", "val_")])
    finite = values[np.isfinite(values)]
    return float(finite.max()) if finite.size and finite.max() > 0 else 1.0


def _whole(stage: CellStage) -> Box:
    return Box(0, 0, stage.width, stage.height)


def _square(box: Box) -> Box:
    """Return the largest square in a box, close below the heading."""
    side = min(box.width, box.height)
    return Box(box.left + (box.width - side) / 2, box.top, side, side)


def _pair(stage: CellStage) -> tuple[Box, Box]:
    """Return two squares, side by side or one below the other, whichever makes them larger."""
    beside = min((stage.width - GAP) / 2, stage.height)
    below = min(stage.width, (stage.height - GAP) / 2)
    side = max(beside, below)
    if beside >= below:
        left, top = (stage.width - 2 * side - GAP) / 2, 0.0
        return Box(left, top, side, side), Box(left + side + GAP, top, side, side)
    left = (stage.width - side) / 2
    return Box(left, 0, side, side), Box(left, side + GAP, side, side)
