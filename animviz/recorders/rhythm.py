"""When to capture: every k epochs, k times within an epoch, or at logarithmically spaced moments."""

import math
from dataclasses import dataclass
from fractions import Fraction

from animviz.errors import InputError

__all__ = ["Rhythm"]

PER_DECADE = 10
FIRST_LOG = 0.01


@dataclass(frozen=True)
class Rhythm:
    """The moments of a training run at which snapshots are taken.

    Attributes:
        step: epochs between captures; below 1 it is 1/k. None means log-spaced: ten captures per decade,
            from a hundredth of the first epoch on.
    """

    step: Fraction | None = Fraction(1)

    @classmethod
    def parse(cls, every: "str | int | float | Fraction | Rhythm") -> "Rhythm":
        """Read a rhythm: 5, "5", 0.25, "1/4" or "log".

        Raises:
            InputError: not a positive number of epochs, or a fraction that does not divide an epoch evenly.
        """
        if isinstance(every, Rhythm):
            return every
        if isinstance(every, str) and every.strip() == "log":
            return cls(None)
        try:
            # Long texts are refused first: "1e1000000000" would take too long to parse.
            step = Fraction(every if len(str(every)) < 30 else 0).limit_denominator(100_000)
        except (ValueError, TypeError, OverflowError, ZeroDivisionError):
            step = Fraction(0)
        part_of_epoch, whole = step.numerator == 1, step.denominator == 1
        if not 0 < step <= 10**9 or not (part_of_epoch or whole):
            raise InputError(
                f"--every is {str(every)[:30]!r}; expected whole epochs (1, 5), a part of one (1/4) or log"
            )
        return cls(step)

    def after(self, epoch: float) -> float:
        """Return the first capture after this moment, both in epochs since the start."""
        if self.step is not None:
            return float(self.step * (math.floor(Fraction(epoch + 1e-9) / self.step) + 1))
        if epoch < FIRST_LOG * (1 - 1e-9):
            return FIRST_LOG
        return float(10 ** ((math.floor(PER_DECADE * math.log10(epoch) + 1e-6) + 1) / PER_DECADE))

    def steps(self, epoch: int, steps: int) -> list[int]:
        """Return after how many of an epoch's gradient steps to capture, the end of the epoch excluded.

        Args:
            epoch: index of the epoch, from 0.
            steps: gradient steps in it.
        """
        if (self.step is None and epoch > 0) or (self.step is not None and self.step >= 1):
            return []
        stops = set()
        moment = self.after(epoch)
        while moment < epoch + 1 - 1e-9:
            stops.add(max(1, math.ceil((moment - epoch) * steps - 1e-6)))
            moment = self.after(moment)
        return sorted(stop for stop in stops if stop < steps)

    def due_after(self, epoch: int) -> bool:
        """Say whether a capture is due at the end of this epoch (index from 0)."""
        return self.after(epoch) <= epoch + 1 + 1e-9

    def count(self, epochs: int, steps: int | None) -> int:
        """Return how many snapshots a run makes, the untrained state included.

        Args:
            epochs: that are trained.
            steps: gradient steps of an epoch, or None where they are not known: then only its end counts.
        """
        return 1 + sum(
            self.due_after(epoch) + (len(self.steps(epoch, steps)) if steps else 0) for epoch in range(epochs)
        )
