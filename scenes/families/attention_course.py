"""Numbers of attention over a training: what heads spend on the stripe, and how well repeats are guessed."""

from dataclasses import dataclass

import numpy as np

from animviz import Recording
from animviz.analysis.heads import Heads, share_on, sharpness
from animviz.arrays import Array
from animviz.errors import DivergedError
from animviz.parts import Number
from animviz.recording.metrics import scores
from animviz.recording.state import Snapshot

from .attention_reading import Reading

__all__ = ["Course"]

HALF = 0.5  # of a head's attention: from there on it is said to look there
REPEATS = "loss on repeats"


@dataclass(frozen=True)
class Course:
    """Numbers of all snapshots.

    Attributes:
        moments: gradient steps, or epochs where nobody counted steps.
        epochs: of the snapshots.
        shares: what each head spends on the stripe, or where there is none, on what it looks at most, (snapshots, heads).
        striped: whether there is a stripe.
        again: loss and right answers where the token came before; nan where they were not recorded, (snapshots, 2).
        new: likewise where it did not.
    """

    moments: Array
    epochs: Array
    shares: Array
    striped: bool
    again: Array
    new: Array

    @classmethod
    def of(cls, recording: Recording, heads: Heads, text: Reading) -> "Course":
        """Read all snapshots of a recording."""
        striped = bool(text.stripe.any())
        steps = np.array([entry.step for entry in recording.entries], float)
        counted = bool((np.diff(steps) > 0).all() and steps[-1] > 0)
        shares, again, new = zip(*(_noted(recording, heads, text, snapshot) for snapshot in recording), strict=True)
        return cls(
            steps if counted else recording.epochs, recording.epochs, np.array(shares), striped, np.array(again),
            np.array(new),
        )  # fmt: skip

    @property
    def unit(self) -> str:
        """What the moments count."""
        return "epoch" if self.moments is self.epochs else "step"

    @property
    def final(self) -> Array:
        """The shares at the last snapshot that has any."""
        finite = self.shares[np.isfinite(self.shares).all(axis=1)]
        if not len(finite):
            raise DivergedError("no snapshot has finite attention; train again with a smaller step")
        return np.asarray(finite[-1])

    def clock(self, epoch: float) -> float:
        """Return the moment that belongs to an epoch."""
        return float(np.interp(epoch, self.epochs, self.moments))

    def numbers(self) -> list[Number]:
        """Return the numbers of the header."""
        clock = Number(self.unit, ",.0f" if self.unit == "step" else ".0f", f"{self.moments[-1]:,.0f}")
        loss = [Number(REPEATS, ".2f", "0.00")] if np.isfinite(self.again[:, 0]).any() else []
        return [clock, *loss]

    def noted(self, index: int) -> dict[str, float]:
        """Return the values of these numbers at a snapshot."""
        return {self.unit: float(self.moments[index]), REPEATS: float(self.again[index, 0])}

    def since(self, head: int) -> float | None:
        """Return from when on a head looks up what came next: that which is drawn large, if it does, or else another one."""
        below = ~(self.shares >= HALF)
        since = np.where(below.any(axis=0), len(below) - below[::-1].argmax(axis=0), 0)
        first = since[head] if since[head] < len(below) else since.min()
        return None if not self.striped or first == len(below) else float(self.moments[first])

    def title(self, head: int) -> str:
        """Say from when on a head looks up what came next; see `since`."""
        if not self.striped:
            return "Where the head looks" if self.shares.shape[1] == 1 else f"Where {self.shares.shape[1]} heads look"
        since = self.since(head)
        if since is None:
            return "No head looks up what came next"
        return f"From {self.unit} {since:,.0f} on, a head looks up what came next"


def _noted(recording: Recording, heads: Heads, text: Reading, snapshot: Snapshot) -> tuple[Array, Array, Array]:
    """Return the shares of all heads at a snapshot, and loss and accuracy where tokens came before and where not."""
    seen = heads.recorded(snapshot)
    if not text.stripe.any():
        return sharpness(seen), np.full(2, np.nan), np.full(2, np.nan)
    again, new = (_scores(recording, text, snapshot, places) for places in (text.again, ~text.again))
    return share_on(seen, text.stripe), again, new


def _scores(recording: Recording, text: Reading, snapshot: Snapshot, places: Array) -> Array:
    """Return loss and accuracy at some places of all sequences."""
    if text.targets is None or not places.any():
        return np.full(2, np.nan)
    values = snapshot.outputs[recording.output.name][places]
    found = scores(recording.output, recording.basis.loss_targets[places], values)
    return np.array([found.get("loss", np.nan), found.get("accuracy", np.nan)])
