"""Classes in the last hidden layer around their common middle: samples, means as arrows, and the last layer as their moulds."""

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.patches import Circle

from animviz import Box, Moment, Recording, Stage
from animviz.analysis.collapse import Collapse
from animviz.arrays import Array
from animviz.parts import LABEL, PointCloud, Sprites, Tags, Words, joined, name_tags, pair, point_radius

from .camera import DeepPoints, View
from .window import Window

__all__ = ["Star"]

TURN, TILT, SWING, PERIOD = 0.5, np.radians(66), 0.35, 24.0  # radians of the view in space, and seconds
ROOM = 1.24  # radii of the circle from its middle to the edge
SHAFT, HEAD, SPREAD = 7.0, 26.0, 22.0  # units of an arrow: how wide it is, how long its head, and how wide
MOULD = 1.7  # times as wide is what the arrow fills in the end
TICK = np.array([0.98, 1.03])  # radii
NAMES, NUMBERS = 1.06, 1.11  # radii from which names stand, and at which numbers do
NAME, BESIDE = 120.0, 30.0  # units of a name at most, and what stands beside it
NARROW = 40.0  # degrees; narrower angles have no room for their number


class Star:
    """The picture of the classes; the farthest sample always lies on the circle, and so does the longest row of the last layer.

    Args:
        stage: where.
        box: room for it.
        recording: of a classifier.
        window: how the layer is seen.
        labels: class of each sample, shape (samples,).
        classes: numbers of the classes that have samples.
        arrows: draw the means and the last layer's rows, with the names around them; else the names stand at the samples.
    """

    def __init__(
        self, stage: Stage, box: Box, recording: Recording, window: Window, labels: Array, classes: Array,
        *, arrows: bool = True,
    ) -> None:  # fmt: skip
        theme, names = stage.theme, recording.output.class_names
        palette = theme.palette(max(2, len(names)))
        self._stage, self._window, self._box, self._colors = stage, window, box, palette[classes]
        self._unit = min(box.width, box.height) / (2 * ROOM)
        if arrows:  # their names stand around the circle
            widest = min(NAME, max(stage.measure(name, LABEL, "medium") for name in names)) + BESIDE
            self._unit = min(self._unit, (box.width / 2 - widest) / NAMES)
        x, y = box.width / (2 * self._unit), box.height / (2 * self._unit)
        self._axes = axes = stage.axes(box, (-x, x), (-y, y))
        axes.add_patch(Circle((0, 0), 1, facecolor="none", edgecolor=theme.grid, linewidth=stage.points(1.5)))
        self._moulds = PolyCollection([], linewidths=stage.points(2.2))
        self._arrows = PolyCollection([], linewidths=stage.points(1.5), edgecolors=theme.background)
        for patches in (self._moulds, self._arrows):
            axes.add_collection(patches, autolim=False)
            stage.moves(patches)
        radius = point_radius(len(labels), box)
        self._deep = None if window.flat else DeepPoints(stage, axes, labels, palette, radius)
        self._flat = PointCloud(axes, labels, palette, max(0.8, radius * stage.pixel)) if window.flat else None
        stage.moves(*([self._flat] if self._flat else []))
        self._ticks = stage.line(axes, theme.quiet, 3, solid_capstyle="butt")
        self._degrees = Words(stage, np.zeros((len(classes), 2)), align="center")
        named, tags = name_tags(stage, names, 6 * box.width * box.height)
        self._named = [list(classes).index(k) for k in named if k in classes]
        tags = [tag for k, tag in zip(named, tags, strict=True) if k in classes]
        self._sizes = np.array([tag.shape[1::-1] for tag in tags], float).reshape(-1, 2) / stage.pixel
        self._arrowed, self._tags = arrows, None
        if arrows:
            self._sprites = Sprites(stage, tags)
        else:
            self._tags = Tags(stage, axes, labels, (np.array([classes[k] for k in self._named], int), tags))
        self._share = None
        if not window.whole:
            self._share = stage.text(box.right, box.top + LABEL, "", color=theme.quiet, align="right", moves=True)
        if self._measured:
            pair(stage, "angle", lambda: self._degrees.texts, self._drawn_angles)

    @property
    def _measured(self) -> bool:
        """Whether the angles between neighbours are written: they are seen as they are in a plane alone."""
        return self._arrowed and self._window.flat and self._window.whole and len(self._colors) > 2

    def show(self, found: Collapse, hidden: Array, moment: Moment) -> None:
        """Show a state: how far it has collapsed, and what its last hidden layer puts out, shape (samples, units)."""
        samples, means, rows = map(self._window.places, (hidden - found.middle, found.means, found.rows))
        reach, longest = (float(np.linalg.norm(places, axis=1).max()) or 1.0 for places in (samples, rows))
        samples, means, rows = (self._seen(moment, one) for one in (samples / reach, means / reach, rows / longest))
        if self._flat is not None:
            self._flat.set_positions(samples[:, :2].astype(np.float32))
        if self._deep is not None:
            self._deep.show(samples)
        if self._tags is not None:
            self._tags.show(self._tags.places(samples[:, :2]))
        else:
            self._draw(self._moulds, rows, MOULD)
            self._draw(self._arrows, means, 1.0)
            self._name(means[:, :2])
        if self._measured:
            self._measure(means[:, :2])
        if self._share is not None:
            self._share.set_text(f"seen: {100 * self._window.share(hidden):.0f} % of variance")

    def _seen(self, moment: Moment, places: Array) -> Array:
        """Return places as they are seen: to the right, upwards and nearer, shape (places, 3)."""
        if self._window.flat:
            return np.pad(places, ((0, 0), (0, 1)))
        swing = SWING * np.sin(2 * np.pi * moment.seconds / PERIOD)
        return View(np.zeros(3), 1.0, TURN + swing, TILT).seen(places)

    def _draw(self, patches: PolyCollection, tips: Array, wide: float) -> None:
        """Draw arrows from the middle, the farthest first: hollow ones where they are wide."""
        order = np.argsort(tips[:, 2], kind="stable")
        patches.set_verts([_arrow(tips[k, :2] * self._unit, wide) / self._unit for k in order])
        if wide > 1:
            patches.set_facecolor([(*self._colors[k], 0.14) for k in order])
            patches.set_edgecolor([tuple(color) for color in self._colors[order]])
        else:
            patches.set_facecolor([tuple(color) for color in self._colors[order]])

    def _name(self, tips: Array) -> None:
        """Write the names of the classes outside of the circle, or in space at the tips."""
        sizes = np.linalg.norm(tips, axis=1, keepdims=True)
        along = tips / np.where(sizes, sizes, 1)
        room = (np.abs(along[self._named]) * self._sizes / 2).sum(axis=1, keepdims=True) / self._unit
        far = NAMES if self._window.flat else np.maximum(sizes, 0.3)[self._named] + 0.06
        middles = self._in_units(along[self._named] * (far + room))
        half = self._sizes / 2
        low, high = (
            np.array([self._box.left, self._box.top]) + half,
            np.array([self._box.right, self._box.bottom]) - half,
        )
        self._sprites.set_middles(np.clip(middles, low, high) * self._stage.pixel)

    def _measure(self, tips: Array) -> None:
        """Mark the directions of the means on the circle, and write the angles between neighbours."""
        angles = np.sort(np.arctan2(tips[:, 1], tips[:, 0]))
        self._marked = angles
        rays = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        self._ticks.set_data(*joined([TICK[:, None] * ray for ray in rays]).T)
        between = self._drawn_angles()
        middles = angles + np.radians(between) / 2
        places = NUMBERS * np.stack([np.cos(middles), np.sin(middles)], axis=1)
        self._degrees.move(self._in_units(places) + np.array([0, 8]))
        self._degrees.set_words([f"{angle:.0f}°" if angle > NARROW else "" for angle in between])

    def _drawn_angles(self) -> Array:
        """Return the angles between neighbouring ticks in degrees, shape (classes,)."""
        return np.asarray(np.degrees(np.diff([*self._marked, self._marked[0] + 2 * np.pi])))

    def _in_units(self, places: Array) -> Array:
        """Return places of the picture in units of the stage from the top left corner."""
        middle = (self._box.left + self._box.width / 2, self._box.top + self._box.height / 2)
        return np.asarray(middle + places * self._unit * (1, -1))


def _arrow(tip: Array, wide: float) -> Array:
    """Return the outline of an arrow from the middle to a tip, in units, shape (7, 2); of a short one the head alone."""
    length = float(np.hypot(*tip))
    if not length:
        return np.zeros((7, 2))
    along = tip / length
    across = np.array([-along[1], along[0]])
    grown = min(1.0, length / (1.4 * HEAD))
    neck, shaft, head = length - grown * HEAD * wide**0.5, grown * SHAFT * wide / 2, grown * SPREAD * wide / 2
    shape = [(0, shaft), (neck, shaft), (neck, head), (length, 0), (neck, -head), (neck, -shaft), (0, -shaft)]
    return np.array([max(0.0, a) * along + b * across for a, b in shape])
