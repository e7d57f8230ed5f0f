"""The ruler of time at the foot: what is past, now, and to come, and how fast it passes."""

import math

import numpy as np

from animviz.parts.header import LABEL
from animviz.parts.plot import epoch_limits, levels, whole_ticks
from animviz.recording.recording import Recording
from animviz.stage.box import Box
from animviz.stage.stage import Stage

__all__ = ["Ruler"]

APART = 30.0  # units between two values of the scale
BEAT = 6.0  # units of a dot for each second


class Ruler:
    """A number over the epochs on a ruler of time: past bright, now a dot, future faint.

    In a film small dots on the ruler stand a second apart: they crowd where time passes slowly.

    Args:
        stage: where.
        box: room for curve, ruler and tick labels.
        recording: what is drawn; the number is the score "loss" of the states, or Keras' own where there is none.
        scale: write values of the number to the left, with level lines, so that it can be read off.

    Attributes:
        name: what the curve shows.
    """

    def __init__(self, stage: Stage, box: Box, recording: Recording, *, scale: bool = False) -> None:
        source = recording.loss_source
        self._epochs, self._values = recording.history("loss", source=source)
        self.name = "loss" if source == "scores" else "training loss"
        first, last = epoch_limits(recording.epochs)
        finite = self._values[np.isfinite(self._values)]
        top = float(finite.max()) if finite.size and finite.max() > 0 else 1.0
        marks = _marks(top, box.height - 34) if scale else []
        before = max((stage.measure(f"{mark:g}", LABEL) + 14 for mark in marks), default=0.0)
        curve = Box(box.left + before, box.top, box.width - before, box.height - 34)
        # A little air at the edges, so that the dot is whole at both ends; the ruler is as long as the box all the same.
        pad_x = (last - first) * 8 / (curve.width - 16)
        pad_y = top * 9 / (curve.height - 18)
        self._axes = stage.axes(
            Box(curve.left - 8, curve.top, curve.width + 16, curve.height),
            (first - pad_x, last + pad_x),
            (-pad_y, top + pad_y),
        )
        self._axes.plot(self._epochs, self._values, color=stage.theme.grid, linewidth=stage.points(2.5), clip_on=False)
        self._rule(stage, curve, first, last)
        self._scale(stage, curve.left, marks, (first, last))
        self._beat(stage)
        self._past = stage.curve(self._axes, stage.theme.ink, 3, 12)

    def show(self, epoch: float) -> None:
        """Move to a moment, in epochs."""
        if not len(self._epochs):
            return
        past = self._epochs <= epoch
        value = np.interp(epoch, self._epochs, self._values)
        self._past.set_data(np.append(self._epochs[past], epoch), np.append(self._values[past], value))

    def _scale(self, stage: Stage, left: float, marks: list[float], ends: tuple[float, float]) -> None:
        for mark in marks:
            top = stage.height - self._axes.transData.transform((0, mark))[1] / stage.pixel
            stage.text(left - 14, top + 8, f"{mark:g}", color=stage.theme.quiet, align="right")
            if mark:  # the ruler itself is the line of zero
                self._axes.plot(ends, (mark, mark), color=stage.theme.grid, linewidth=stage.points(1), zorder=0)

    def _beat(self, stage: Stage) -> None:
        if stage.pace is None:
            return
        self._axes.plot(
            stage.pace, np.zeros(len(stage.pace)), "o", color=stage.theme.quiet, markersize=stage.points(BEAT),
            markeredgewidth=0, clip_on=False, zorder=1,
        )  # fmt: skip

    def _rule(self, stage: Stage, curve: Box, first: float, last: float) -> None:
        self._axes.plot([first, last], [0, 0], color=stage.theme.quiet, linewidth=stage.points(1), zorder=0)
        for tick in whole_ticks(first, last, most=max(2, int(curve.width // 110))):
            left = curve.left + (tick - first) / (last - first) * curve.width
            stage.text(left, curve.bottom + 24, f"{tick:.0f}", size=LABEL, color=stage.theme.quiet, align="center")
            self._axes.plot(
                [tick, tick], [0, -self._axes.get_ylim()[1] * 0.03], color=stage.theme.quiet, linewidth=stage.points(1)
            )


def _marks(top: float, height: float) -> list[float]:
    """Return values from zero to the top with room for their labels between them; the highest alone in a low curve."""
    found = levels(0.0, top)
    every = math.ceil(APART * top / found[1] / max(height - 18, 1.0))
    return found[::every] if every < len(found) else found[-1:]
