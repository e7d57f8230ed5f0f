"""What the scene `unit` shows, and where it stands in frames of every shape."""

from dataclasses import dataclass

import numpy as np

from animviz import Box, Recording, Stage
from animviz.analysis.labels import SampleLabels
from animviz.arrays import Array
from animviz.parts import LABEL, Meters, Plot, Trace, cut, epoch_limits, images_of, pair
from animviz.recording.replay.activations import BOUNDED
from animviz.recording.state import State
from animviz.sampling import evenly

from .blocks import Block
from .distributions import Glide, Measures
from .layers import LayerMap, Scale
from .unit_images import Excited
from .unit_source import SHARE, Source, WeightBars, has_images
from .unit_strips import Strips

__all__ = ["One", "Panels", "for_and_against"]

GAP = 44.0  # units between panels
LEGEND = 66.0  # above and below an image
LINE = 34.0  # of the line of words above a curve
IMAGE, WEIGHTS = 0.38, 0.28  # of the width of a wide frame, for what the unit looks for
CURVE = 120.0  # least height of a curve with its scale


@dataclass(frozen=True)
class One:
    """One unit, and what is told of it.

    Attributes:
        recording: where it is from.
        block: its layer.
        glide: at every snapshot its "values", the "groups" of the samples, its "source", and the "share" of the samples on
            which it is active or saturated.
        labels: of the samples.
        source: what it looks for; None where nothing tells it.
        by: whether samples are counted with their true or their predicted class.
        images: how many of those that excite it most are wanted, and of those that do least.
    """

    recording: Recording
    block: Block
    glide: Glide
    labels: SampleLabels
    source: Source | None
    by: str
    images: int


class Panels:
    """All that is shown of a unit.

    Args:
        stage: where.
        room: for all.
        one: the unit.
    """

    def __init__(self, stage: Stage, room: Box, one: One) -> None:
        recording, glide, source = one.recording, one.glide, one.source
        self._glide, names = glide, one.labels.names
        pictures = images_of(recording, "unit") if has_images(recording) else None
        share = 0.0 if source is None else WEIGHTS if source.images is None else IMAGE
        places = Places.of(stage, room, source=share, images=pictures is not None)
        values, classes = glide.sampled("values"), np.asarray(one.labels.classes)
        limits = _limits(values)
        self._source = SourcePanel(stage, places.source, source, glide) if source and places.source else None
        words = "samples that saturate it" if one.block.activation in BOUNDED else "samples that excite it"
        self._activity = Activity(stage, places.activity, recording, glide, words)
        order = _order(values[-1], glide.sampled("groups")[-1], len(names))
        most = Strips.most(places.strips)
        titles = [f"activation by {one.by} class"]
        if most < len(order):
            titles = [f"{titles[0]}, {most} of {len(order)} classes", f"activation, {most} of {len(order)} classes"]
        self._strips = Strips(stage, places.strips, titles, names, classes, order[evenly(len(order), most)], limits)
        self._excited: Excited | None = None
        if pictures is not None and places.images is not None:
            rank = np.argsort(values[-1], kind="stable")
            rank = rank[classes[rank] >= 0]
            colors = stage.theme.palette(max(2, len(names)))[classes]
            self._excited = Excited(stage, places.images, rank, values[-1], one.images, pictures, colors, limits)

    def show(self, state: State) -> None:
        """Show a moment."""
        now = self._glide.between(state)
        if self._source is not None:
            self._source.show(now)
        self._activity.show(state.epoch, now)
        self._strips.show(now["values"], self._glide.exact(state)["groups"])
        if self._excited is not None:
            self._excited.show(now["values"])


def _limits(values: Array) -> tuple[float, float]:
    """Return limits that hold every value of the video, and zero."""
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    air = 0.03 * (high - low)
    return (low - air, high + air) if high > low else (-0.1, 1.0)


def _order(values: Array, groups: Array, count: int) -> Array:
    """Return the classes from the one with the highest mean to that with the lowest; those without samples come last."""
    means = [values[groups == group].mean() if (groups == group).any() else -np.inf for group in range(count)]
    return np.argsort(-np.array(means), kind="stable")


@dataclass(frozen=True)
class Places:
    """Where everything stands.

    Attributes:
        source: what the unit looks for; None where nothing tells it.
        images: those that excite it; None where there are none.
        strips: the activations by class.
        activity: how often it is active: a line of words, and a curve below it where the box is high.
    """

    source: Box | None
    images: Box | None
    strips: Box
    activity: Box

    @classmethod
    def of(cls, stage: Stage, room: Box, *, source: float, images: bool) -> "Places":
        """Arrange the panels: side by side in wide frames, in two columns in square ones, else one over the other."""
        if stage.width > 1.25 * stage.height:
            return cls._wide(room, source, images)
        if stage.height > 1.25 * stage.width:
            return cls._tall(room, source > 0, images)
        return cls._square(room, source > 0, images)

    @classmethod
    def _wide(cls, room: Box, source: float, images: bool) -> "Places":
        first = min(source * room.width, room.height - LEGEND)
        second = min(0.25 * room.width, 300.0) if images else 0.0
        images_left = room.left + (first + GAP if source else 0)
        left = images_left + (second + GAP if images else 0)
        below = LINE + 8 if source else LINE + CURVE + 16
        strips = Box(left, room.top, room.right - left, room.height - below)
        return cls(
            Box(room.left, room.top, first, first + LEGEND) if source else None,
            Box(images_left, room.top, second, room.height) if images else None,
            strips,
            Box(left, strips.bottom + 8, strips.width, below - 8),
        )

    @classmethod
    def _square(cls, room: Box, source: bool, images: bool) -> "Places":
        first = 0.42 * room.width if source or images else 0.0
        left = room.left + (first + 28 if first else 0)
        strips = Box(left, room.top, room.right - left, room.height - LINE - 8)
        high = first + LEGEND if images else room.height - LINE
        return cls(
            Box(room.left, room.top, first, min(high, first + LEGEND)) if source else None,
            Box(room.left, room.top + high + 14, first, room.height - high - 14) if images else None,
            strips,
            Box(left, strips.bottom + 8, strips.width, LINE),
        )

    @classmethod
    def _tall(cls, room: Box, source: bool, images: bool) -> "Places":
        first = 0.6 * room.width
        above = first + LEGEND if source or images else 0.0
        left = room.left + (first + 36 if source else 0)
        top = room.top + above + (26 if above else 0)
        strips = Box(room.left, top, room.width, room.bottom - top - LINE - CURVE - 20)
        return cls(
            Box(room.left, room.top, first, above) if source else None,
            Box(left, room.top, room.right - left, above) if images else None,
            strips,
            Box(room.left, strips.bottom + 20, room.width, LINE + CURVE),
        )


class SourcePanel:
    """What a unit looks for: an image in the colours of what speaks for and against, or bars.

    Args:
        stage: where.
        box: room for it.
        source: what it is.
        glide: its "source" at every snapshot: rows and columns, or rows, columns and tiles, or weights.
    """

    def __init__(self, stage: Stage, box: Box, source: Source, glide: Glide) -> None:
        values = glide.sampled("source")
        self._panel: LayerMap | WeightBars
        if source.images is None:
            reach = float(np.abs(values).max()) or 1.0
            self._panel = WeightBars(stage, box, source.title, source.names, values[-1], reach)
        else:
            self._panel = LayerMap(stage, box, source.title, values[-1], for_and_against(values), "")

    def show(self, measures: Measures) -> None:
        """Show the measures of a moment."""
        self._panel.show(measures["source"])


def for_and_against(values: Array) -> Scale:
    """Return a scale with zero in its middle, for these values."""
    sizes = np.abs(values[np.isfinite(values)])
    reach = float(f"{float(np.percentile(sizes, SHARE)) or 1.0:.2g}")
    return Scale("evidence", -reach, reach, (f"−{reach:g}", f"{reach:g}"))


class Activity:
    """On how many samples a unit is active: in words, and over the epochs where there is room.

    Args:
        stage: where.
        box: room for it.
        recording: of the unit.
        glide: its "share" at every snapshot.
        words: such as "samples that excite it".
    """

    def __init__(self, stage: Stage, box: Box, recording: Recording, glide: Glide, words: str) -> None:
        room = box.width - stage.measure("100.0 %", LABEL, "medium") - 12
        stage.text(box.left, box.top + 18, cut(stage, words, room), color=stage.theme.quiet)
        self._text = stage.text(box.right, box.top + 18, "", weight="medium", align="right", moves=True)
        self._mark: Trace | Meter
        if box.height >= LINE + 0.75 * CURVE:
            place = Box(box.left, box.top + LINE - 6, box.width - 8, box.height - LINE + 6)
            plot = Plot(stage, place, epoch_limits(recording.epochs), (0, 1), percent=True)
            self._mark = Trace(stage, plot.axes, recording.epochs, glide.over_epochs("share"))
        else:
            self._mark = Meter(
                stage, Box(box.left, box.top + 27, box.width, 6), recording.epochs, glide.over_epochs("share")
            )
        pair(stage, words, lambda: [self._text.get_text()], lambda: [100 * self._mark.value])

    def show(self, epoch: float, measures: Measures) -> None:
        """Show the measures of a moment."""
        self._text.set_text(f"{100 * float(measures['share']):.1f} %")
        self._mark.show(epoch)


class Meter:
    """A share as a bar on a track, for boxes that have no room for a curve."""

    def __init__(self, stage: Stage, box: Box, epochs: Array, shares: Array) -> None:
        self._epochs, self._shares = epochs, shares
        self._meter = Meters(stage, [(box.left, box.right, box.top + box.height / 2)], 5)

    def show(self, epoch: float) -> None:
        """Show the share of a moment, in epochs."""
        self._meter.show(np.array([np.interp(epoch, self._epochs, self._shares)]))

    @property
    def value(self) -> float:
        """What the bar shows."""
        return float(self._meter.values[0])
