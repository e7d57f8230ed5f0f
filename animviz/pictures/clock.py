"""Clocks of split frames: what all cells have in common, the epoch or the loss, and at which epoch each cell is then."""

from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from animviz.errors import SceneError
from animviz.parts.header import LOSS, Number
from animviz.parts.plot import whole_ticks
from animviz.recording.recording import Recording

__all__ = ["Clock", "EpochClock", "LossClock", "clock_of"]


class Clock(Protocol):
    """What a split frame's header and ruler show.

    Attributes:
        number: as which the reading stands in the header.
        first: reading at which everything begins.
        last: reading at which everything has ended.
        ends: what is said of each cell that has come to its end before the others.
        axis: what is said of a number that is drawn over the clock.
    """

    number: Number
    first: float
    last: float
    ends: list[str]
    axis: str

    def share(self, reading: float) -> float:
        """Return how much of the way from first to last lies behind, 0 to 1."""
        ...

    def reading(self, share: float) -> float:
        """Return the reading at a share of the way."""
        ...

    def shown(self, reading: float) -> float:
        """Return the number in the header."""
        ...

    def epochs(self, reading: float) -> list[float]:
        """Return at which epoch each cell is."""
        ...

    def reading_at(self, place: int, epoch: float) -> float:
        """Return the reading at which a cell is at an epoch.

        Args:
            place: of the cell.
            epoch: in the recording of that cell.
        """
        ...

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """Return readings for an axis, at most so many: shares of the way, and how they are written."""
        ...

    def ended(self, reading: float) -> list[bool]:
        """Say which cells have come to their end."""
        ...


def clock_of(kind: Literal["epoch", "loss"], recordings: Sequence[Recording]) -> Clock:
    """Return the clock of a kind.

    Args:
        kind: what all cells have in common.
        recordings: one per cell.

    Raises:
        SceneError: by loss, and a recording has none.
    """
    return EpochClock(recordings) if kind == "epoch" else LossClock(recordings)


class EpochClock:
    """All cells show the same epoch; one that ends before the others holds its last state.

    Args:
        recordings: one per cell.
    """

    axis = "over epochs"

    def __init__(self, recordings: Sequence[Recording]) -> None:
        self._spans = [(float(recording.epochs[0]), float(recording.epochs[-1])) for recording in recordings]
        self.first, self.last = min(first for first, _ in self._spans), max(last for _, last in self._spans)
        self.number = Number("epoch", ".0f", f"{self.last:.0f}")
        self.ends = [f"stopped at {last:g}" if last < self.last - 1e-9 else "" for _, last in self._spans]

    def share(self, reading: float) -> float:
        """See `Clock.share`."""
        return (reading - self.first) / (self.last - self.first or 1.0)

    def reading(self, share: float) -> float:
        """See `Clock.reading`."""
        return self.first + share * (self.last - self.first)

    def shown(self, reading: float) -> float:
        """Return the last whole epoch."""
        return float(np.floor(reading + 1e-9))

    def epochs(self, reading: float) -> list[float]:
        """See `Clock.epochs`."""
        return [min(max(reading, first), last) for first, last in self._spans]

    def reading_at(self, place: int, epoch: float) -> float:
        """Return the epoch itself; see `Clock.reading_at`."""
        return epoch

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """Return whole epochs."""
        return [(self.share(tick), f"{tick:.0f}") for tick in whole_ticks(self.first, self.last, most=most)]

    def ended(self, reading: float) -> list[bool]:
        """See `Clock.ended`."""
        return [reading >= last - 1e-9 for _, last in self._spans]


class LossClock:
    """Each cell shows the epoch at which its loss first was as low as the clock says; time passes by its logarithm.

    Args:
        recordings: one per cell.

    Raises:
        SceneError: one notes no loss above 0.
    """

    axis = "as the loss falls"

    def __init__(self, recordings: Sequence[Recording]) -> None:
        self._records = [_records(recording) for recording in recordings]
        highest = max(float(losses[0]) for _, losses in self._records)
        lowest = min(float(losses[-1]) for _, losses in self._records)
        self.first, self.last = highest, max(lowest, 1e-9)
        self.number = Number(
            "loss", LOSS.form if self.last >= 0.01 else ".4f", "0.0000" if self.last < 0.01 else "0.000"
        )
        self.ends = [
            f"lowest: {losses[-1]:.3f}" if losses[-1] > self.last + 1e-12 else "" for _, losses in self._records
        ]

    def share(self, reading: float) -> float:
        """See `Clock.share`."""
        return float(np.log(self.first / max(reading, self.last)) / (np.log(self.first / self.last) or 1.0))

    def reading(self, share: float) -> float:
        """See `Clock.reading`."""
        return float(self.first * (self.last / self.first) ** share)

    def shown(self, reading: float) -> float:
        """Return the loss itself."""
        return reading

    def epochs(self, reading: float) -> list[float]:
        """See `Clock.epochs`."""
        return [float(np.interp(-reading, -losses, epochs)) for epochs, losses in self._records]

    def reading_at(self, place: int, epoch: float) -> float:
        """Return the lowest loss until then; see `Clock.reading_at`."""
        return float(np.interp(epoch, *self._records[place]))

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """Return losses at even distances."""
        shares = np.linspace(0, 1, min(most, 5))
        return [(float(share), f"{self.reading(share):{self.number.form}}") for share in shares]

    def ended(self, reading: float) -> list[bool]:
        """See `Clock.ended`."""
        return [reading <= losses[-1] + 1e-12 for _, losses in self._records]


def _records(recording: Recording) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the epochs at which the loss was lower than ever before, and these losses, falling."""
    epochs, losses = recording.history("loss", source=recording.loss_source)
    finite = np.isfinite(losses) & (losses > 0)
    epochs, losses = epochs[finite], losses[finite]
    if not losses.size:
        raise SceneError(f"{recording.path} notes no loss above 0; set the clock to epoch")
    record = np.append(True, losses[1:] < np.minimum.accumulate(losses)[:-1])
    return epochs[record], losses[record]
