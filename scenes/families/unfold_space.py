"""The space through which points are unfolded: points, grid, camera, and at last the cut."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from matplotlib.patches import Polygon

from animviz import Box, Recording, Stage
from animviz.analysis.decision import class_scores, probabilities_of
from animviz.analysis.plane import plane_grid
from animviz.arrays import Array
from animviz.parts import LABEL, Field, Legend, boundary_lines, field_colors, joined, pair, plane_cut, point_radius
from animviz.recording.state import State

from .camera import DeepPoints, View, between
from .unfolding import Way

__all__ = ["UnfoldSpace"]

TILT = np.radians(62)
SWING = 0.55  # radians by which the camera turns during a step in space
ASIDE = np.radians(30)  # the cut is seen a little from the side
AIR = 1.12
INSIDE, SHARES = 0.94, np.linspace(0, 1, 33)  # of the picture that is filled on the way, and where that is measured
CELLS = 120  # of the tinted field along the shorter side
FOLDS = {"relu", "relu6", "leaky_relu", "elu", "selu"}
HEADING = 34.0  # units
WIDE, SHARE = 1000.0, 0.62  # units from which the names of the classes stand beside the heading, and where they begin
SCALES = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)


class UnfoldSpace:
    """What is seen of the way.

    Args:
        recording: a chain of dense layers.
        state: whose weights are meant.
        way: of its layers.
        inputs: the samples, shape (samples, 2).
        lines: the input grid, shape (lines, points, 2), or None.

    Attributes:
        projected: spaces of which not all is seen.
        decides: how the cut is drawn: "line", "plane", or "" where it cannot be.
    """

    def __init__(self, recording: Recording, state: State, way: Way, inputs: Array, lines: Array | None) -> None:
        self._recording, self._state, self._steps, self._end = recording, state, way.steps, way.end
        self._points = way.values(inputs)
        self._lines = None if lines is None else way.values(lines.reshape(-1, 2))
        self._shape = None if lines is None else lines.shape[:2]
        self._spaces = [way.steps[0].before, *(step.after for step in way.steps)] if way.steps else [way.end]
        self.projected = list({space.words: space for space in self._spaces if space.directions is not None}.values())
        single = recording.layers[-1].output_shape == (1,)
        wide = self._end.directions is not None
        self.decides = (
            ("line" if self._end.is_flat else "plane") if single or (self._end.units < 3 and not wide) else ""
        )

    def set_up(self, stage: Stage, box: Box, labels: Array) -> None:
        """Put it into a box of the stage.

        Args:
            stage: where.
            box: for the space and the words above it.
            labels: class of each sample.
        """
        theme = stage.theme
        self._palette, self._theme = theme.palette(len(self._recording.output.class_names)), theme
        self._heading = stage.text(box.left, box.top + LABEL, "", color=theme.quiet, moves=True)
        wide = box.width >= WIDE
        room = SHARE * box.width - 16 if wide else box.width
        self._stage, self._room = stage, room
        names = Legend(
            stage, self._recording.output.class_names, self._palette, box.width * (1 - SHARE if wide else 1), most=1
        )
        names.put(*((box.left + SHARE * box.width, box.top) if wide else (box.left, box.top + HEADING)))
        above = HEADING if wide else HEADING + names.height + 6
        inner = Box(box.left, box.top + above, box.width, box.height - above - 12)
        self._aspect = max(1.0, inner.width / inner.height)
        high = max(1.0, inner.height / inner.width)
        self._axes = stage.axes(inner, (-self._aspect, self._aspect), (-high, high))
        self._views = self._seen_from()
        self._back = [self._steps_back(place) for place in range(len(self._steps))]
        self._field = Field(self._axes)
        stage.moves(self._field)
        self._grid = stage.strokes(self._axes, theme.mix(theme.ink, 0.3), 1.3)
        self._cloud = DeepPoints(stage, self._axes, labels, self._palette, point_radius(len(labels), inner))
        self._wall = Polygon(np.zeros((3, 2)), facecolor=(*theme.mix(theme.ink, 1), 0.2), edgecolor=theme.ink)
        self._wall.set_linewidth(stage.points(2.6))
        self._axes.add_patch(self._wall)
        stage.moves(self._wall)
        self._boundary = stage.line(self._axes, theme.ink, 4)
        self._measure(stage, inner)
        self._decide(inner)

    def show(self, place: int, share: float) -> None:
        """Show a step of the way, or after the last one the cut.

        Args:
            place: number of the step.
            share: of its motion, from 0 to 1.
        """
        moving = place < len(self._steps)
        view = self._view(place, share) if moving else self._views[-1]
        self._cloud.show(view.seen(self._moved(self._points, place, share)))
        if self._lines is not None and self._shape is not None:
            seen = view.seen(self._moved(self._lines, place, share))[:, :2]
            self._grid.set_lines(joined(seen.reshape(*self._shape, 2)))
        fitting = (text for text in self._words(place, share) if self._stage.measure(text, LABEL) <= self._room)
        self._heading.set_text(next(fitting, ""))
        self._show_measure(view)
        self._show_cut(view, 0.0 if moving else share)

    def _view(self, place: int, share: float) -> View:
        """Return the view on the way of a step: it steps back where points would leave the picture."""
        view = between(self._views[place], self._views[place + 1], share)
        return replace(view, radius=view.radius * float(np.interp(share, SHARES, self._back[place])))

    def _steps_back(self, place: int) -> list[float]:
        """Return by how much the radius of the view grows at some shares of a step, so that all stays in the picture."""
        ways = [self._points] if self._lines is None else [self._points, self._lines]
        grown = []
        for share in SHARES:
            view = between(self._views[place], self._views[place + 1], share)
            every = np.concatenate([self._moved(way, place, share) for way in ways])
            right, up, _ = np.abs(view.seen(every)).max(axis=0)
            grown.append(max(1.0, max(right / self._aspect, up) / INSIDE))
        return grown

    def _moved(self, values: Sequence[Array], place: int, share: float) -> Array:
        if place >= len(self._steps):
            return values[-1]
        step = self._steps[place]
        if step.affine is not None:
            return step.affine.moved(values[place], share)
        return values[place] + share * (values[place + 1] - values[place])

    def _words(self, place: int, share: float) -> list[str]:
        """Return what happens, and the same in fewer words."""
        if place >= len(self._steps):
            what = f"{self._theme.ink_name}: where the answer flips" if self._cuts else "what the last layer is given"
            return [f"{self._end.words}; {what}" if self._cuts else f"{self._end.words}: {what}", what]
        step = self._steps[place]
        if share == 0 and place == 0:
            return ["the input plane"]
        if step.what != "affine":
            what = f"{'folded' if step.what in FOLDS else 'squashed'} by {step.what}"
            return [f"{step.after.words}: {what}", what]
        turned = [] if step.affine is None else ["turned, stretched and shifted by weights and bias"]
        whats = [*turned, "weights and bias"]
        return [*(f"{step.after.words}: {what}" for what in whats), *whats]

    def _seen_from(self) -> list[View]:
        """Return a view for the beginning and for the end of each step."""
        views: list[View] = []
        for place, (space, points) in enumerate(zip(self._spaces, self._points, strict=True)):
            every = points if self._lines is None else np.concatenate([points, self._lines[place]])
            low, high = every.min(axis=0), every.max(axis=0)
            middle, half = (low + high) / 2, (high - low) / 2
            if space.is_flat:
                reach = max(half[0] / self._aspect, half[1], 1e-3)
                views.append(View(middle, AIR * reach))
                continue
            turn = (views[-1].turn if views else 0.0) + SWING
            if place == len(self._spaces) - 1 and (normal := self._normal()) is not None:
                aim = ASIDE - np.arctan2(normal[1], normal[0])
                turn += (aim - turn + np.pi) % (2 * np.pi) - np.pi
            right, up, _ = np.abs(View(middle, 1.0, turn, TILT).seen(every)).max(axis=0)
            views.append(View(middle, AIR * max(right / self._aspect, up, 1e-3), turn, TILT))
        return views

    def _normal(self) -> Array | None:
        """Return the weights of a single output unit for three units of the last space; None elsewhere."""
        if self.decides != "plane":
            return None
        last = [layer for layer in self._recording.layers if layer.kernel is not None][-1]
        return np.asarray(last.kernel_of(self._state.weights)[:, 0])

    def _decide(self, inner: Box) -> None:
        """Find the cut, which stands still."""
        self._tint, self._lines_of_cut, self._corners = None, np.empty((0, 2)), np.empty((0, 3))
        view = self._views[-1]
        if self.decides == "plane":
            last = [layer for layer in self._recording.layers if layer.kernel is not None][-1]
            offset = float(self._state.weights[last.bias][0]) if last.bias else 0.0
            normal = self._normal()
            assert normal is not None
            reach = float(np.abs(self._points[-1] - view.middle).max())
            self._corners = plane_cut(view.middle, reach, normal, offset)
            if len(self._corners):
                right, up, _ = np.abs(view.seen(self._corners)).max(axis=0)
                self._views[-1] = replace(view, radius=view.radius * max(1.0, right / self._aspect, up))
        elif self.decides == "line":
            (x0, x1), (y0, y1) = self._axes.get_xlim(), self._axes.get_ylim()
            columns, rows = (
                round(CELLS * side / min(inner.width, inner.height)) for side in (inner.width, inner.height)
            )
            xs, ys, plane = plane_grid((x0, x1), (y0, y1), columns, rows)
            scores = self._scores(view.middle[:2] + view.radius * plane)
            self._lines_of_cut = boundary_lines(scores, xs, ys)
            probabilities = probabilities_of(self._state, scores)
            self._tint = field_colors(probabilities, self._palette, self._theme, (rows, columns))

    def _scores(self, places: Array) -> Array:
        """Return the score of each class at places (places, 2) of the last space."""
        directions = self._end.directions
        # Of a wide space the first direction lies across the cut; what lies along it does not decide.
        values = places[:, : self._end.units] if directions is None else np.outer(places[:, 0], directions[:, 0])
        return class_scores(self._state, self._end.name, values.astype(np.float32))

    @property
    def _cuts(self) -> bool:
        """Whether a cut is seen."""
        return len(self._lines_of_cut) > 1 or len(self._corners) > 2

    def _show_cut(self, view: View, share: float) -> None:
        self._field.set_visible(share > 0 and self._tint is not None)
        self._wall.set_visible(share > 0 and len(self._corners) > 2)
        if self._tint is not None and share > 0:
            ground = np.array([*(255 * np.array(self._theme.mix(self._theme.background, 1.0))), 255])
            self._field.set_colors(np.rint(ground + share * (self._tint - ground)).astype(np.uint8))
        if self._wall.get_visible():
            middle = self._corners.mean(axis=0)
            self._wall.set_xy(view.seen(middle + share * (self._corners - middle))[:, :2])
        some = self._lines_of_cut[: max(2, round(share * len(self._lines_of_cut)))] if share > 0 else np.empty((0, 2))
        self._boundary.set_data(*some.T)

    def _measure(self, stage: Stage, inner: Box) -> None:
        """Draw a bar of a round length, by which the picture can be measured."""
        self._bar = stage.line(self._axes, self._theme.quiet, 3, solid_capstyle="butt")
        self._length = stage.text(inner.left, inner.bottom - 12, "", color=self._theme.quiet, moves=True)
        pair(stage, "length", lambda: [self._length.get_text()], lambda: [np.ptp(self._bar.get_xdata()) * self._radius])

    def _show_measure(self, view: View) -> None:
        self._radius = view.radius
        length = next((one for one in SCALES if one / view.radius >= 0.12), SCALES[-1])
        left, low = self._axes.get_xlim()[0], self._axes.get_ylim()[0]
        self._bar.set_data([left, left + length / view.radius], [low, low])
        self._length.set_text(f"length {length:g}")
