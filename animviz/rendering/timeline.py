"""Time: from the number of a frame to the moment it shows."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Annotated, Any, Literal, overload

import numpy as np
from numpy.typing import NDArray

from animviz.errors import InputError
from animviz.moment import Moment
from animviz.options import Option, Range, options_of

__all__ = ["EASINGS", "MOTION", "Knots", "Pacing", "Timeline"]

EASINGS: dict[str, Callable[[float], float]] = {
    "linear": lambda u: u,
    "in": lambda u: u * u,
    "out": lambda u: 1 - (1 - u) ** 2,
    "in-out": lambda u: u * u * (3 - 2 * u),
}
MAX_FRAMES = 1_000_000
DEFAULT_FPS = 30.0
MOTION = 6.5
"""Seconds that the motion takes unless a length is asked for, by the scene or by the user."""
Knots = tuple[NDArray[np.float64], NDArray[np.float64]]
HOLDS = (0.5, 1.5)  # seconds at the first and the last state


@dataclass(frozen=True, kw_only=True)
class Pacing:
    """How training time becomes video time.

    Args:
        fps: frames per second; unless given 30, and 25 in a GIF.
        pace: "change" spends the time where the picture moves, or epochs per second; unless it says otherwise the motion
            takes 6.5 seconds.
        seconds: length of the whole video in seconds; overrules a pace in epochs.
        hold_start: seconds for which the first state stands still; unless given 0.5, and less in a video of under 8 seconds.
        hold_end: seconds for which the last state stands still; unless given 1.5, and less in a video of under 8 seconds.
        ease: how the motion starts and ends.
        tween: between snapshots, blend the state or hold the last one.

    Raises:
        InputError: a value is of another type, or outside its bounds.
    """

    fps: Annotated[float, Range(0.1, 240)] | None = None
    pace: Annotated[float, Range(1e-6, 1e6)] | Literal["change"] = "change"
    seconds: Annotated[float, Range(0.01, 86_400)] | None = None
    hold_start: Annotated[float, Range(0, 3_600)] | None = None
    hold_end: Annotated[float, Range(0, 3_600)] | None = None
    ease: Literal["linear", "in", "out", "in-out"] = "linear"
    tween: Literal["state", "none"] = "state"

    def __post_init__(self) -> None:
        for option in _options():
            option.check(getattr(self, option.name))

    @property
    def given(self) -> dict[str, Any]:
        """What is set, by name, as JSON types."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @property
    def rate(self) -> float:
        """Frames per second, given or by default."""
        return self.fps or DEFAULT_FPS

    @property
    def holds(self) -> tuple[float, float]:
        """Seconds for which the first and the last state stand still: as given, or a quarter of a short video together."""
        share = 1.0 if self.seconds is None else min(1.0, self.seconds / 4 / sum(HOLDS))
        given = (self.hold_start, self.hold_end)
        first, last = (share * usual if hold is None else hold for hold, usual in zip(given, HOLDS, strict=True))
        return first, last


class Timeline(Sequence[Moment]):
    """The moments of a video, one per frame; the last frame always shows the last snapshot.

    Args:
        epochs: moments of the snapshots, at least one, none before the one before it.
        pacing: how fast they pass.
        knots: where time is spent where the picture moves: shares of the time, and the shares of the way behind then,
            rising from 0 to 1; see `animviz.rendering.motion`. Without them the epochs pass evenly.
        motion: seconds that the motion takes unless a pace or a length is given; by default the usual ones.

    Raises:
        InputError: there are no epochs, or they fall; the holds are longer than the video, or it has more than a
            million frames.
    """

    def __init__(
        self,
        epochs: Sequence[float] | NDArray[np.float64],
        pacing: Pacing | None = None,
        knots: Knots | None = None,
        motion: float | None = None,
    ) -> None:
        self.pacing = pacing = pacing or Pacing()
        self.knots = knots
        self.epochs = np.asarray(epochs, dtype=np.float64)
        if not self.epochs.size or not np.isfinite(self.epochs).all() or (np.diff(self.epochs) < 0).any():
            raise InputError(f"epochs are {_shortened(self.epochs)}; expected at least one, finite and in rising order")
        span = float(self.epochs[-1] - self.epochs[0])
        first, last = pacing.holds
        before = round(first * pacing.rate)
        after = max(1, round(last * pacing.rate))
        if pacing.seconds is not None:
            moving = max(1, round(pacing.seconds * pacing.rate)) - before - after
        else:
            seconds = (motion or MOTION) if pacing.pace == "change" else span / pacing.pace
            moving = math.ceil(seconds * pacing.rate - 1e-9)
        if moving < 0 or (pacing.seconds is not None and span and moving == 0):
            raise InputError(
                f"--seconds is {pacing.seconds:g}; --hold-start {first:g} and --hold-end {last:g} leave no time for motion; "
                "lower them"
            )
        if before + moving + after > MAX_FRAMES:
            raise InputError(f"the video would have {before + moving + after:,} frames; raise --pace or give --seconds")
        self._before, self._moving, self._after = before, moving if span else 0, after
        if pacing.seconds is not None and not span:
            self._after += moving

    def __len__(self) -> int:
        return self._before + self._moving + self._after

    def __iter__(self) -> Iterator[Moment]:
        return (self[frame] for frame in range(len(self)))

    @overload
    def __getitem__(self, index: int) -> Moment: ...
    @overload
    def __getitem__(self, index: slice) -> "list[Moment]": ...
    def __getitem__(self, index: int | slice) -> "Moment | list[Moment]":
        if isinstance(index, slice):
            return [self[frame] for frame in range(len(self))[index]]
        frame = range(len(self))[index]
        progress = min(max((frame - self._before) / self._moving, 0.0), 1.0) if self._moving else 1.0
        return Moment(frame / self.pacing.rate, self._epoch(progress), EASINGS[self.pacing.ease](progress))

    @property
    def seconds(self) -> float:
        """Length of the video."""
        return len(self) / self.pacing.rate

    @property
    def whole_seconds(self) -> NDArray[np.float64] | None:
        """Epochs at the whole seconds of the video, where time is spent where the picture moves; shape (seconds,)."""
        if self.knots is None:
            return None
        frames = (min(round(second * self.pacing.rate), len(self) - 1) for second in range(math.ceil(self.seconds)))
        return np.unique([self[frame].epoch for frame in frames])

    def _epoch(self, progress: float) -> float:
        first, last = float(self.epochs[0]), float(self.epochs[-1])
        if progress == 1.0:
            return last
        share = EASINGS[self.pacing.ease](progress)
        way = share if self.knots is None else float(np.interp(share, *self.knots))
        epoch = first + way * (last - first)
        if self.pacing.tween == "none":
            return float(self.epochs[np.searchsorted(self.epochs, epoch + 1e-9, side="right") - 1])
        return epoch


@cache
def _options() -> tuple[Option, ...]:
    return options_of(Pacing)


def _shortened(epochs: NDArray[np.float64]) -> str:
    return np.array2string(epochs, threshold=6, edgeitems=3, max_line_width=1000)
