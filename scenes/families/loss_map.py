"""A map of the loss over a plane of weights, with the ways of trainings on it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.patches import Ellipse

from animviz import Box, Recording, Stage
from animviz.analysis.landscape import LossOf, Plane
from animviz.arrays import Array
from animviz.parts import ColorScale, Field, color_map
from animviz.recording.kept import kept

from .loss_lowest import name_lowest
from .loss_range import lowest_of, map_range
from .loss_scale import LossScale

__all__ = ["LossMap", "Run", "map_of"]

LEVELS = 14  # contour lines
DOT, RIM = 20.0, 3.0  # units
SCALE = 62.0  # units below the map
NOISE = 1e-6  # of a way: how far from the plane a state is by rounding alone


@dataclass(frozen=True)
class Run:
    """A training on the map.

    Attributes:
        recording: of the training.
        places: of its snapshots in the plane, (snapshots, 2).
        off: how far each snapshot is from the plane, (snapshots,).
        losses: of each snapshot, (snapshots,).
    """

    recording: Recording
    places: Array
    off: Array
    losses: Array

    @classmethod
    def on(cls, plane: Plane, recording: Recording, loss: LossOf) -> "Run":
        """Return a training as it is seen in a plane."""
        found = [plane.coordinates(snapshot.weights) for snapshot in recording]
        places, off = np.array([at for at, _ in found]), np.array([off for _, off in found])
        length = np.nanmax(np.hypot(np.linalg.norm(places, axis=1), off), initial=0.0)
        losses = [loss.at(snapshot.weights) for snapshot in recording]
        return cls(recording, places, np.where(off <= NOISE * length, 0.0, off), np.array(losses))


def map_of(
    recording: Recording, plane: Plane, loss: LossOf, runs: Sequence[Run], shape: tuple[int, int], aspect: float
) -> tuple[Array, Array, Array]:
    """Return the loss around the ways of trainings, kept in the first one's recording.

    Args:
        recording: of the first training.
        plane: of the weights.
        loss: of its samples.
        runs: what must have room.
        shape: points to the right and upwards.
        aspect: width over height, in lengths of the plane.

    Returns:
        Coordinates of columns and rows, and the loss, float32 (rows, columns), the first row at the lowest.
    """
    every = np.concatenate([run.places for run in runs])
    every = every[np.isfinite(every).all(axis=1)]

    def computed() -> dict[str, Array]:
        low, high = map_range(plane, loss, every, aspect)
        xs, ys = (np.linspace(a, b, count) for a, b, count in zip(low, high, shape, strict=True))
        return {"x": xs, "y": ys, "loss": loss.over(plane, xs, ys)}

    about = {
        "recordings": [run.recording.digest for run in runs], "plane": plane.kind, "samples": loss.count,
        "shape": list(shape), "aspect": float(aspect), "directions": float(plane.directions[:, 0] @ [1.0, 2.0]),
    }  # fmt: skip
    found = kept(recording.path, "landscapes", about, computed)
    return found["x"], found["y"], found["loss"]


class LossMap:
    """Loss as colour and contour lines, ways as lines, and each training's state as a dot in the colour of its own loss.

    Args:
        stage: where.
        box: for the map and its scale.
        xs: coordinates of the columns.
        ys: of the rows.
        losses: shape (rows, columns).
        runs: the trainings.
        colors: of their ways.
    """

    def __init__(
        self, stage: Stage, box: Box, xs: Array, ys: Array, losses: Array, runs: Sequence[Run], colors: Sequence[str]
    ) -> None:
        room = Box(box.left, box.top, box.width, box.height - SCALE)
        self._axes = stage.axes(room, (xs[0], xs[-1]), (ys[0], ys[-1]))
        self._scale = scale = LossScale.of([losses, *(run.losses for run in runs)])
        self._table = color_map(stage.theme, "heat")
        shades = self._shade(losses)
        field = Field(self._axes)
        field.set_colors(np.dstack([self._table[shades], np.full(shades.shape, 255, np.uint8)])[::-1].copy())
        stage.covers(field)
        levels = np.linspace(scale.low, scale.high, LEVELS + 2)[1:-1]
        lines = self._axes.contour(
            xs, ys, scale.height(losses), levels, colors=[stage.theme.mix("#ffffff", 1)], linewidths=stage.points(1)
        )
        lines.set_alpha(0.35)
        stage.covers(lines)
        ColorScale(stage, Box(box.left, room.bottom + 12, box.width, SCALE), "heat", scale.ends, scale.title)
        lowest, color = _lowest(xs, ys, losses, runs), self._table[shades.min()] / 255
        if lowest is not None:
            name_lowest(stage, self._axes, room, xs, ys, lowest, [run.places for run in runs], color)
        self._runs, self._ways, self._dots = runs, [], []
        size = np.array([xs[-1] - xs[0], ys[-1] - ys[0]]) / (room.width, room.height) * DOT
        for run, color in zip(runs, colors, strict=True):
            shade = stage.line(self._axes, "#10141d", 7)
            self._ways.append((shade, stage.line(self._axes, color, 3.5)))
            dot = Ellipse((0, 0), *size, edgecolor=color, linewidth=stage.points(RIM))
            self._axes.add_patch(dot)
            stage.moves(dot)
            self._dots.append(dot)
            start = run.places[0]
            self._axes.plot(*start, "o", color=color, markersize=stage.points(9), zorder=3)

    def show(self, number: int, epoch: float, place: Array, loss: float) -> None:
        """Show a training at a moment.

        Args:
            number: of the training.
            epoch: the moment.
            place: of its state in the plane, (2,).
            loss: of its state.
        """
        run = self._runs[number]
        past = np.concatenate([run.places[run.recording.epochs <= epoch], place[None]])
        for line in self._ways[number]:
            line.set_data(*past.T)
        self._dots[number].set_center((float(place[0]), float(place[1])))
        red, green, blue = self._table[self._shade(np.array(loss))] / 255
        self._dots[number].set_facecolor((red, green, blue))

    def _shade(self, losses: Array) -> Array:
        return np.asarray(np.rint(self._scale.share(losses) * 255), np.uint8)


def _lowest(xs: Array, ys: Array, losses: Array, runs: Sequence[Run]) -> Array | None:
    """Return where in the plane the loss is lowest, among its points and the states on it; None if one off it is lower."""
    row, column = lowest_of(losses)
    places = np.concatenate([[[xs[column], ys[row]]], *(run.places for run in runs)])
    found = np.concatenate([[losses[row, column]], *(run.losses for run in runs)])
    found = np.where(np.isfinite(found), found, np.inf)
    on = np.concatenate([[True], *(run.off == 0 for run in runs)])
    first = int(np.where(on, found, np.inf).argmin())
    return places[first] if np.isfinite(found[first]) and found[first] <= found.min() else None
