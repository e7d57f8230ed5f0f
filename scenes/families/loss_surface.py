"""The same loss as a surface in space, seen from a view that swings slowly."""

from collections.abc import Sequence

import numpy as np
from matplotlib.collections import PolyCollection

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.parts import ColorScale, color_map

from .camera import View
from .loss_map import SCALE, Run
from .loss_scale import LossScale

__all__ = ["LossSurface"]

FACES = 34  # along the longer side
HEIGHT = 0.75  # of the surface, in halves of the map's longer side
TILT, DOWN, SWING, PERIOD = np.radians(56), np.radians(-70), 0.45, 24.0  # radians, and seconds of a swing to and fro
AIR = 1.05
LIGHT = np.array([-0.4, -0.5, 0.77])


class LossSurface:
    """Loss as height and colour, ways at the heights of their own losses.

    Args:
        stage: where.
        box: for the surface and its scale.
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
        aspect = room.width / room.height
        self._axes = stage.axes(room, (-aspect, aspect), (-1, 1))
        self._scale = LossScale.of([losses, *(run.losses for run in runs)])
        self._middle, self._half = (xs[0] + xs[-1]) / 2, (xs[-1] - xs[0]) / 2
        self._center = (ys[0] + ys[-1]) / 2
        step = max(1, -(-max(losses.shape) // FACES))
        rows, columns = np.arange(0, len(ys), step), np.arange(0, len(xs), step)
        across, up = np.meshgrid(xs[columns], ys[rows])
        corners = self._place(np.stack([across, up], axis=-1), losses[np.ix_(rows, columns)])
        self._faces = np.stack([corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1]], axis=2)
        self._faces = self._faces.reshape(-1, 4, 3)
        self._colors = self._shaded(color_map(stage.theme, "heat") / 255)
        self._surface = PolyCollection([], linewidths=stage.points(0.6))
        self._axes.add_collection(self._surface)
        stage.moves(self._surface)
        ColorScale(
            stage, Box(box.left, room.bottom + 12, box.width, SCALE), "heat", self._scale.ends, self._scale.title
        )
        self._runs = runs
        self._drops = [stage.line(self._axes, color, 1.5) for color in colors]
        self._ways = [stage.curve(self._axes, color, 4, 16) for color in colors]
        way = runs[0].places[-1] - runs[0].places[0]
        self._aim = DOWN - float(np.arctan2(way[1], way[0]))
        self._radius = max(self._reach(aspect, seconds) for seconds in np.linspace(0, PERIOD, 9))

    def _reach(self, aspect: float, seconds: float) -> float:
        """Return how far the surface reaches in a view, in shares of the picture."""
        right, up, _ = np.abs(self._seen_from(1.0, seconds).seen(self._faces.reshape(-1, 3))).max(axis=0)
        return AIR * float(max(right / aspect, up))

    def _seen_from(self, radius: float, seconds: float) -> View:
        turn = self._aim + SWING * np.sin(2 * np.pi * seconds / PERIOD)
        return View(np.array([0, 0, HEIGHT / 2]), radius, turn, TILT)

    def turn(self, seconds: float) -> None:
        """Turn to where the view is at a time of the film."""
        self._view = self._seen_from(self._radius, seconds)
        seen = self._view.seen(self._faces.reshape(-1, 3)).reshape(-1, 4, 3)
        order = np.argsort(seen[..., 2].mean(axis=1), kind="stable")
        self._surface.set_verts(list(seen[order, :, :2]))
        self._surface.set_facecolor([tuple(color) for color in self._colors[order]])
        self._surface.set_edgecolor([tuple(color) for color in 0.8 * self._colors[order]])

    def show(self, number: int, epoch: float, place: Array, loss: float) -> None:
        """Show a training at a moment; see `LossMap.show`."""
        run = self._runs[number]
        past = run.recording.epochs <= epoch
        places, losses = np.concatenate([run.places[past], place[None]]), np.append(run.losses[past], loss)
        seen = self._view.seen(self._place(places, losses))
        self._ways[number].set_data(seen[:, 0], seen[:, 1])
        foot = self._view.seen(self._place(place[None], np.array([-np.inf])))[0]
        self._drops[number].set_data([seen[-1, 0], foot[0]], [seen[-1, 1], foot[1]])

    def _place(self, places: Array, losses: Array) -> Array:
        """Return where places (..., 2) of the plane are in space at the height of their losses, (..., 3)."""
        height = HEIGHT * self._scale.share(losses)
        flat = (places - (self._middle, self._center)) / self._half
        return np.concatenate([flat, height[..., None]], axis=-1)

    def _shaded(self, table: Array) -> Array:
        """Return the colour of each face, lit from one side, RGB in [0, 1] of shape (faces, 3)."""
        share = self._faces[..., 2].mean(axis=1) / HEIGHT
        normals = np.cross(self._faces[:, 1] - self._faces[:, 0], self._faces[:, 3] - self._faces[:, 0])
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
        light = 0.72 + 0.28 * np.clip(normals @ LIGHT, 0, 1)
        return np.asarray(table[np.rint(share * 255).astype(int)] * light[:, None])
