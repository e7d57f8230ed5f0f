"""How far an estimator is, and which of its states are written."""

from typing import Any

from animviz.errors import InputError
from animviz.recorders.rhythm import Rhythm
from animviz.recorders.session import Session
from animviz.recorders.sklearn.subject import Subject
from animviz.recording.manifest import Entry

__all__ = ["Progress"]


class Progress:
    """Is shown every state, and writes those that are due, the first and the last one.

    Gradient steps are not counted: how many a call takes is the estimator's own business.

    Args:
        session: which records.
        subject: the estimator.
        rhythm: when a state is due.
        epochs: how many are planned.
        steps: states in each of them.

    Raises:
        InputError: states within an epoch are asked for, and there are none.
    """

    def __init__(self, session: Session, subject: Subject, rhythm: Rhythm, epochs: int, steps: int) -> None:
        if steps == 1 and rhythm.step is not None and rhythm.step < 1:
            raise InputError(f"every is {rhythm.step}, and an epoch has one state here; pass batch_size= to an estimator with "
                             "partial_fit, or every=1")  # fmt: skip
        self._session, self._subject, self._rhythm = session, subject, rhythm
        self._epochs, self._steps = epochs, steps
        self._due = self._written = -1.0
        self._last: tuple[float, Any] | None = None

    def see(self, epoch: float, state: Any) -> None:
        """Take a state.

        Args:
            epoch: epochs so far; may be a part of one.
            state: see `animviz.recorders.sklearn.subject.Subject`.
        """
        begins = self._last is None
        self._last = epoch, state
        if begins:
            session = self._session
            session.begin(
                lambda: self._subject.described(session, state), self._take, epochs=self._epochs, steps=self._steps,
                first=Entry(epoch=epoch, step=0),
            )  # fmt: skip
        elif epoch + 1e-9 >= self._due:
            self._session.capture(self._take(), epoch, None)
        else:
            return
        self._due, self._written = self._rhythm.after(epoch), epoch

    def end(self) -> None:
        """Write the last state, and finish the recording."""
        assert self._last is not None  # every training has a step
        if self._last[0] > self._written:
            self._session.capture(self._take(), self._last[0], None)
        self._session.end(self._take)

    def _take(self) -> Any:
        assert self._last is not None
        return self._subject.captured(self._session, self._last[1])
