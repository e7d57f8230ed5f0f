"""Colours of samples by their labels: of their classes, by value in steps, or one for all."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from animviz import Box, Recording, Stage
from animviz.analysis.labels import SampleLabels
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import color_map

from .embedding_seen import Seen

__all__ = ["By", "Coloring", "check_coloring"]

By = Literal["true", "predicted", "value"]
STEPS = 10  # of values
FAR = 0.02  # share of the values at either end that may lie beyond the scale
SCALE = Box(0, 0, 320, 60)  # units: size of the bar with its labels
SEEN = (0.22, 1.0), (0.0, 0.88)  # part of the colour map that stands out from a dark and from a light ground


class Coloring:
    """Colours of samples by their labels.

    Args:
        stage: for which.
        labels: of the recorded samples.

    Attributes:
        palette: the colours, float32 of shape (colours, 3) in [0, 1].
        ends: the values at the ends of the scale as text, or None where labels are no values.
    """

    def __init__(self, stage: Stage, labels: SampleLabels) -> None:
        theme = stage.theme
        self._edges = np.zeros(0)
        self._by_class = labels.classes is not None
        self.ends: tuple[str, str] | None = None
        if labels.classes is not None:
            self.palette = theme.palette(max(2, len(labels.names)))
        elif labels.values is None:
            self.palette = np.array([theme.mix(theme.ink, 0.8)], np.float32)
        else:
            low, high = _span(labels.values)
            self._edges = np.linspace(low, high, STEPS + 1)[1:-1]
            first, last = SEEN[theme.name != "dark"]
            places = np.rint(255 * np.linspace(first, last, STEPS)).astype(int)
            self.palette = (color_map(theme, "heat")[places] / 255).astype(np.float32)
            self.ends = (
                ("≤ " if labels.values.min() < low else "") + _text(low, high),
                ("≥ " if labels.values.max() > high else "") + _text(high, low),
            )

    def numbers(self, values: Array | None, count: int) -> NDArray[np.intp]:
        """Return which colour each of some samples has, (samples,).

        Args:
            values: their labels, or None.
            count: how many there are.
        """
        if values is None:
            return np.zeros(count, np.intp)
        return np.asarray(values if self._by_class else np.searchsorted(self._edges, values, side="right"), np.intp)

    def scaled(self, stage: Stage, room: Box, title: str = "label") -> Box:
        """Draw at the foot of a room which colour is which value, if labels are values; return the room that is left.

        Args:
            stage: where.
            room: for all.
            title: what the values are, written between the ends.
        """
        if self.ends is None:
            return room
        width, top = min(SCALE.width, room.width), room.bottom - SCALE.height
        axes = stage.axes(Box(room.right - width, top + 8, width, 14), (0, 1), (0, 1))
        axes.imshow(self.palette[None], extent=(0, 1, 0, 1), aspect="auto", interpolation="nearest")
        below, quiet = top + 48, stage.theme.quiet
        stage.text(room.right - width, below, self.ends[0], color=quiet)
        stage.text(room.right, below, self.ends[1], color=quiet, align="right")
        stage.text(room.right - width / 2, below, title, color=quiet, align="center")
        return Box(room.left, room.top, room.width, room.height - SCALE.height)


def check_coloring(recording: Recording, seen: Seen, by: By, purpose: str) -> None:
    """Refuse a colouring that a recording has no data for.

    Args:
        recording: of any model.
        seen: what is known of it.
        by: what the colours say.
        purpose: for errors.

    Raises:
        SceneError: no answers of classes, or labels that are no values.
    """
    if by == "predicted" and (seen.verdicts is None or seen.labels.classes is None):
        raise SceneError(
            f"{purpose}: --by predicted needs answers of classes; {recording.path} has none; use --by true"
        )
    if by == "value" and (seen.labels.values is None or seen.labels.classes is not None):
        has = "no labels" if seen.labels.values is None else "classes as labels"
        raise SceneError(f"{purpose}: --by value needs values as labels; {recording.path} has {has}; use --by true")


def _span(values: Array) -> tuple[float, float]:
    """Return the ends of the scale: all values, or where a few lie far away all but those."""
    low, high = (float(end) for end in np.quantile(values, (FAR, 1 - FAR)))
    least, greatest = float(values.min()), float(values.max())
    return (low, high) if greatest - least > 1.5 * (high - low) > 0 else (least, greatest)


def _text(value: float, other: float) -> str:
    """Return a value in as many digits as tell it from another one."""
    return next(
        (text for digits in range(3, 9) if (text := f"{value:,.{digits}g}") != f"{other:,.{digits}g}"), f"{value:g}"
    )
