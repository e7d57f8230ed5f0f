"""When captions and marks are seen in a shot."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from animviz.errors import InputError
from animviz.storyboard.deciding.spans import Moments, frame_of
from animviz.storyboard.file.board import Timed

__all__ = ["Shown", "seen"]

Fail = Callable[[int, str], InputError]


@dataclass(frozen=True)
class Shown:
    """What a shot shows, as far as it is known.

    Attributes:
        moments: of its frames.
        fps: frames per second.
        exact: whether moments are what they will be after the training.
        epoch: returns the reading for what stands in the file.
    """

    moments: Moments
    fps: float
    exact: bool
    epoch: Callable[[float | str], float | None]

    @property
    def seconds(self) -> float:
        """Length of the shot."""
        return len(self.moments) / self.fps


def seen(items: Sequence[Timed], shown: Shown, fail: Fail, *, in_turn: bool) -> list[tuple[int, int]]:
    """Return the first frame of each item, and the frame at which it is gone.

    Args:
        items: captions or marks.
        shown: the shot.
        fail: makes an error about an item, given its place.
        in_turn: whether they follow one another, as captions do, or may be seen together.

    Returns:
        One pair for each item; none where it cannot be told before the training.

    Raises:
        InputError: one begins or ends after the shot, or before another has ended.
    """
    readings = [_reading(item, shown, fail, place) for place, item in enumerate(items)]
    unknown = [item.at is not None and reading is None for item, reading in zip(items, readings, strict=True)]
    if any(unknown) or (not shown.exact and any(item.at is not None for item in items)):
        return []
    starts = _starts(items, readings, shown, fail, in_turn)
    found = []
    for place, (item, start) in enumerate(zip(items, starts, strict=True)):
        following = starts[place + 1] if in_turn and place + 1 < len(items) else shown.seconds
        stop = following if item.seconds is None else start + item.seconds
        if start >= shown.seconds - 1e-6:
            raise fail(place, f"it begins at {start:.1f} s, the shot ends at {shown.seconds:.1f} s")
        if stop > shown.seconds + 1 / shown.fps:
            raise fail(place, f"it ends at {stop:.1f} s, the shot at {shown.seconds:.1f} s")
        if in_turn and following <= start:
            raise fail(place + 1, f"it begins at {following:.1f} s, not after the one before it ({start:.1f} s)")
        if in_turn and stop > following + 1e-6:
            raise fail(place + 1, f"it begins at {following:.1f} s, before the one before it has ended at {stop:.1f} s")
        found.append((round(start * shown.fps), min(round(stop * shown.fps), len(shown.moments))))
    return found


def _starts(
    items: Sequence[Timed], readings: Sequence[float | None], shown: Shown, fail: Fail, in_turn: bool
) -> list[float]:
    """Return when each item begins, in seconds of the shot."""
    starts: list[float] = []
    for place, (item, reading) in enumerate(zip(items, readings, strict=True)):
        if reading is not None:
            starts.append(_frame(shown, reading, fail, place) / shown.fps)
        elif item.start is not None or place == 0 or not in_turn:
            starts.append(item.start or 0.0)
        else:
            starts.append(starts[-1] + _length(items, place, fail))
    return starts


def _reading(item: Timed, shown: Shown, fail: Fail, place: int) -> float | None:
    """Return what the clock shows when an item begins, or None where that is not said, or not known yet."""
    try:
        return None if item.at is None else shown.epoch(item.at)
    except InputError as error:
        raise fail(place, f"at: {error}") from None


def _frame(shown: Shown, reading: float, fail: Fail, place: int) -> int:
    try:
        return frame_of(shown.moments, reading)
    except InputError as error:
        raise fail(place, f"at: {error}") from None


def _length(items: Sequence[Timed], place: int, fail: Fail) -> float:
    """Return how long the item before this one lasts."""
    length = items[place - 1].seconds
    if length is None:
        raise fail(place, "it needs 'start' or 'at', or the one before it 'seconds'")
    return length
