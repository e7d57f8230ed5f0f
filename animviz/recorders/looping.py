"""Loops of one's own that say when a step and an epoch are done."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self

from animviz.errors import InputError, RecordingError
from animviz.recorders.behind import settle_all
from animviz.recorders.model import Take
from animviz.recorders.rhythm import Rhythm
from animviz.recorders.session import Session

__all__ = ["Closing", "Loop", "Means", "require_numbers"]

log = logging.getLogger("animviz")


class Closing(ABC):
    """What is closed at the end of a ``with`` block, and left as it is where that fails."""

    @abstractmethod
    def close(self) -> None:
        """Finish."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            settle_all()


class Means(Mapping[str, float]):
    """Means of numbers over the steps of an epoch, taken when they are read: a graphics card need not be waited for."""

    def __init__(self) -> None:
        self._sums: dict[str, tuple[Any, int]] = {}

    def add(self, numbers: Mapping[str, Any]) -> None:
        """Take the numbers of a step: floating ones, or arrays of one number."""
        for name, value in numbers.items():
            total, count = self._sums.get(name, (0.0, 0))
            self._sums[name] = total + value, count + 1

    def clear(self) -> None:
        """Begin with a new epoch."""
        self._sums.clear()

    def __getitem__(self, name: str) -> float:
        total, count = self._sums[name]
        return float(total) / count

    def __iter__(self) -> Iterator[str]:
        return iter(self._sums)

    def __len__(self) -> int:
        return len(self._sums)


class Loop:
    """Tells a session, which has begun, of the steps and epochs of a loop.

    Args:
        session: which records.
        rhythm: when it captures.
        steps: gradient steps of an epoch, where they are known; an epoch that nobody ends ends after so many.

    Raises:
        InputError: moments within an epoch are asked for, and its length is not known; or it has no steps.
    """

    def __init__(self, session: Session, rhythm: Rhythm, steps: int | None) -> None:
        if steps is not None and steps < 1:
            raise InputError(f"steps is {steps}; expected the number of gradient steps of an epoch, 1 or more")
        if steps is None and (rhythm.step is None or rhythm.step < 1):
            raise InputError("moments within an epoch ask for its length; pass steps= that an epoch has, or every=1")
        self._session, self._steps = session, steps
        self._means = Means()
        self._within = 0  # steps of the present epoch
        self._open, self._told = True, False

    def step(self, logs: Mapping[str, Any], take: Take) -> None:
        """Note that a gradient step is done.

        Args:
            logs: numbers; their means over the epoch so far are recorded.
            take: hands over the state.

        Raises:
            RecordingError: the recording has ended, or the snapshot cannot be written.
        """
        self._require_open()
        require_numbers(logs)
        if self._within == self._steps:  # nobody has ended the epoch
            self.epoch({}, take)
        if not self._session.in_epoch:
            self._session.begin_epoch()
        self._means.add(logs)
        self._within, self._told = self._within + 1, True
        self._session.end_steps(self._within, self._means, take)

    def epoch(self, logs: Mapping[str, Any], take: Take) -> None:
        """Note that an epoch is done.

        Args:
            logs: numbers; they stand beside the means of the steps.
            take: hands over the state.

        Raises:
            RecordingError: the recording has ended, or the snapshot cannot be written.
        """
        self._require_open()
        require_numbers(logs)
        if not self._session.in_epoch:
            self._session.begin_epoch()
        self._session.end_epoch({**self._means, **{name: float(value) for name, value in logs.items()}}, take)
        self._within, self._told = 0, True
        self._means.clear()

    def close(self, take: Take) -> None:
        """Finish the recording; an epoch that was broken off counts as a whole one.

        Args:
            take: hands over the state.

        Raises:
            RecordingError: the last snapshot cannot be written.
        """
        if not self._open:
            return
        if self._session.in_epoch:
            self.epoch({}, take)
        self._open = False
        self._session.end(take)
        if not self._told:
            log.warning("recording %s: no step and no epoch was told of", self._session.path)

    def _require_open(self) -> None:
        if not self._open:
            raise RecordingError(
                f"{self._session.path}: the recording has ended; record a further training in a path of its own"
            )


def require_numbers(logs: Mapping[str, Any]) -> None:
    """Check that logs are numbers, or arrays of one number, without waiting for what is computed elsewhere.

    Args:
        logs: what a loop tells, by name.

    Raises:
        InputError: one is something else; names it.
    """
    for name, value in logs.items():
        if isinstance(value, float):
            continue
        shape = getattr(value, "shape", ())
        if not hasattr(value, "__float__") or (shape and any(size != 1 for size in shape)):
            found = f"of shape {tuple(shape)}" if shape else f"{value!r}"[:60]
            raise InputError(f"the log {name!r} is {found}; expected one number")
