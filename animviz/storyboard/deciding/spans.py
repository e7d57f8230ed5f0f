"""From the spans of a shot to the moments of its frames."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from animviz.arrays import Array
from animviz.errors import InputError
from animviz.rendering.timeline import EASINGS
from animviz.storyboard.file.board import SpanTable

__all__ = ["Moments", "Span", "frame_of", "moments", "spans_of"]

Moments = tuple[tuple[float, float], ...]

DEFAULT_PACE = 10.0  # epochs per second
LEAST_SECONDS = 6.0


@dataclass(frozen=True)
class Span:
    """A part of a shot between two readings of its clock.

    Attributes:
        begin: reading at its start.
        end: reading at its end.
        before: seconds for which it stands still first.
        moving: seconds of motion.
        after: seconds for which it stands still at last.
        ease: how the motion starts and ends.
        by_change: whether time is spent in proportion to how far the picture moves.
        by_ratio: whether equal ratios of the reading take equal times, as for the loss, else equal differences.
    """

    begin: float
    end: float
    before: float
    moving: float
    after: float
    ease: str
    by_change: bool
    by_ratio: bool

    @property
    def seconds(self) -> float:
        """Length with both holds."""
        return self.before + self.moving + self.after

    def reading(self, share: Array) -> Array:
        """Return the readings at shares of the way, 0 to 1."""
        if self.by_ratio:
            return np.asarray(self.begin * (self.end / self.begin) ** share)
        return self.begin + share * (self.end - self.begin)


def spans_of(
    tables: Sequence[SpanTable],
    ends: tuple[float, float],
    resolve: Callable[[float | str, float], float],
    *,
    by_ratio: bool,
) -> list[Span]:
    """Return the parts of a shot.

    Args:
        tables: as in the file.
        ends: first and last reading that there is.
        resolve: returns a reading for what stands in the file, or the second argument where it is not known yet.
        by_ratio: see `Span`.

    Raises:
        InputError: a reading is outside, a span has no time for its motion, or no length.
    """
    found: list[Span] = []
    low, high = min(ends), max(ends)
    for place, table in enumerate(tables):
        begin = ends[0] if not found else found[-1].end
        begin = begin if table.begin is None else resolve(table.begin, ends[0])
        end = ends[1] if table.to is None else resolve(table.to, ends[1])
        for name, reading in (("from", begin), ("to", end)):
            if not low - 1e-9 <= reading <= high + 1e-9:
                where = f"spans.{place + 1}.{name}" if len(tables) > 1 else name
                what = "loss" if by_ratio else "epoch"
                known = f"{what}s {ends[0]:g} to {ends[1]:g}"
                raise InputError(f"{where}: {what} {reading:g} is outside the recording, which has {known}")
        found.append(_span(table, begin, end, by_ratio))
    return found


def _span(table: SpanTable, begin: float, end: float, by_ratio: bool) -> Span:
    holds = table.hold_start + table.hold_end
    still = begin == end
    if table.seconds is not None:
        moving = table.seconds - holds
    elif isinstance(table.pace, float | int):
        moving = abs(end - begin) / table.pace
    elif by_ratio:
        raise InputError("a clock by loss needs 'seconds'")
    else:
        moving = 0.0 if still else max(abs(end - begin) / DEFAULT_PACE, LEAST_SECONDS)
    if moving < 0 or (moving == 0 and not still):
        raise InputError(f"seconds is {table.seconds:g}; hold_start and hold_end leave no time for motion")
    if moving + holds == 0:
        raise InputError(f"it stands still at {begin:g} and has no length; give 'seconds'")
    by_change = table.pace == "change" and not still
    return Span(begin, end, table.hold_start, moving, table.hold_end, table.ease, by_change, by_ratio)


def moments(parts: Sequence[Span], frames: int, warp: Callable[[Span], tuple[Array, Array]]) -> Moments:
    """Return reading and progress of each frame.

    Args:
        parts: of the shot, all stretched alike so that they fill the frames.
        frames: how many there are; the last shows the end.
        warp: returns for a span by change the knots of its motion: shares of the time, and shares of the way.
    """
    times = np.cumsum([0.0, *(span.seconds for span in parts)])
    motion = np.cumsum([0.0, *(span.moving for span in parts)])
    at = np.linspace(0, times[-1], frames) if frames > 1 else times[-1:]
    which = np.clip(np.searchsorted(times, at + 1e-9, side="right") - 1, 0, len(parts) - 1)
    found = np.empty((frames, 2))
    for place, span in enumerate(parts):
        mine = which == place
        gone = np.clip((at[mine] - times[place] - span.before) / (span.moving or 1.0), 0, 1)
        share = np.array([EASINGS[span.ease](float(u)) for u in gone])
        found[mine, 1] = (motion[place] + span.moving * share) / (motion[-1] or 1.0)
        found[mine, 0] = span.reading(np.interp(share, *warp(span)) if span.by_change else share)
    return tuple((float(reading), float(progress)) for reading, progress in np.round(found, 9))


def frame_of(shown: Moments, reading: float) -> int:
    """Return the first frame at which a reading is reached.

    Raises:
        InputError: it never is.
    """
    readings = np.array([reading for reading, _ in shown])
    low, high = readings.min(), readings.max()
    if not low - 1e-6 <= reading <= high + 1e-6:
        raise InputError(f"{reading:g} is not seen in the shot, which shows {readings[0]:g} to {readings[-1]:g}")
    near = np.abs(readings - reading) <= 1e-6
    past = np.append(False, (readings[1:] - reading) * (readings[:-1] - reading) <= 0)
    return int(np.flatnonzero(near | past)[0])
