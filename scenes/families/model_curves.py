"""How often a model is right over its clock, on points that it learns and on others, and where it was best."""

import numpy as np

from animviz import Box, Stage
from animviz.analysis.models import Course
from animviz.arrays import Array
from animviz.parts import LABEL, epoch_limits, pair, share_limits, until

__all__ = ["HIGH", "ModelCurves", "limits_of", "percent", "width_of"]

HIGH, LINE = 72.0, 28.0  # units of all of it where it lies below a plane, and from line to line of the words
ABOVE, BELOW = 12.0, 8.0  # units around the curves
RING = 12.0  # units
START = 0.1  # of the clock, whose shares may lie below the axis
THICK, THIN = 3.6, 1.8  # units of a curve


def limits_of(courses: list[Course]) -> tuple[float, float]:
    """Return limits between which all shares lie but for those of the first tenth of the clocks.

    Args:
        courses: of all models of a recording.
    """
    values = np.array([kind for course in courses for kind in (course.training, course.test)])
    return share_limits(values[:, int(START * values.shape[1]) :])[0], 1.0


def width_of(stage: Stage) -> float:
    """Return the width of the words, the best share behind its ring."""
    return stage.measure("best 100.0 %", LABEL) + RING + 10


class ModelCurves:
    """Two curves, thick for unseen points and thin for learned ones, and beside them the share of now and the best one.

    Args:
        stage: where.
        box: room for everything; where it is tall, the words stand over the curves, else to their right.
        epochs: of the snapshots, shape (snapshots,).
        course: what is drawn.
        limits: of the shares; of lower ones nothing is drawn.
    """

    def __init__(self, stage: Stage, box: Box, epochs: Array, course: Course, limits: tuple[float, float]) -> None:
        self._epochs, self._course, self._low = epochs, course, limits[0]
        over, right = (2 * LINE + 10, 6.0) if box.height > 2 * HIGH else (ABOVE, width_of(stage) + 16)
        place = Box(box.left + 6, box.top + over, box.width - right - 6, box.height - over - BELOW)
        words = Box(box.left, box.top + (0 if over > ABOVE else ABOVE), box.width, box.height)
        self._axes, theme = stage.axes(place, epoch_limits(epochs), limits), stage.theme
        for level in limits:
            self._axes.axhline(level, color=theme.grid, linewidth=stage.points(1), clip_on=False)
        self._kinds = [(self._held(course.training), THIN), (self._held(course.test), THICK)]
        for values, width in self._kinds:
            self._axes.plot(epochs, values, color=theme.grid, linewidth=stage.points(width), clip_on=False)
        self._learned = stage.curve(self._axes, theme.ink, THIN, 0)
        self._unseen = stage.curve(self._axes, theme.ink, THICK, 11)
        self._best(stage, words)
        self._share = stage.text(box.right, words.top + 20, "", align="right", moves=True)
        pair(stage, course.name, lambda: [self._share.get_text()] * self._seen, lambda: [self._drawn] * self._seen)

    def show(self, place: int) -> None:
        """Draw up to a snapshot.

        Args:
            place: its number.
        """
        for pen, (values, _) in zip((self._learned, self._unseen), self._kinds, strict=True):
            pen.set_data(*until(self._epochs, values, float(self._epochs[place])))
        self._share.set_text(percent(self._course.test[place]))

    @property
    def _drawn(self) -> float:
        return 100 * self._unseen.end[1]

    @property
    def _seen(self) -> bool:
        """Whether the share of now lies on the axis."""
        return bool(np.isfinite(self._drawn))

    def _held(self, values: Array) -> Array:
        return np.where(values >= self._low, values, np.nan)

    def _best(self, stage: Stage, box: Box) -> None:
        """Ring the best share on unseen points, and write it beside a ring of the same kind."""
        test = self._course.test
        if not np.isfinite(test).any():
            return
        best, words, top = int(np.nanargmax(test)), f"best {percent(np.nanmax(test))}", box.top + 20 + LINE
        stage.text(box.right, top, words, color=stage.theme.quiet, align="right")
        left = box.right - stage.measure(words, LABEL) - RING
        for axes, place in (
            (self._axes, (self._epochs[best], self._held(test)[best])),
            (stage.overlay(), (left, top - 8)),
        ):
            axes.plot(
                *place, "o", markersize=stage.points(RING), markerfacecolor="none", markeredgecolor=stage.theme.ink,
                markeredgewidth=stage.points(1.6), clip_on=False,
            )  # fmt: skip


def percent(share: float) -> str:
    """Return a share in words, a dash where there is none.

    Args:
        share: from 0 to 1.
    """
    return f"{100 * share:.1f} %" if np.isfinite(share) else "–"
