"""When a training knows its examples by heart, and when it has found their rule."""

from dataclasses import dataclass

import numpy as np

from animviz import Recording
from animviz.arrays import Array
from animviz.recording.replay.forward import forward

__all__ = ["Grokked"]

HEART, RULE = 0.99, 0.95  # of the answers: by heart, and understood


@dataclass(frozen=True)
class Grokked:
    """How often answers are right, and when that is first enough.

    Attributes:
        learned: of the pairs that are learned, share of right answers at every snapshot; None where they were not recorded.
        asked: likewise of those that are asked.
        heart: epoch at which the examples are known by heart, and the share then; None unless that is before the rule.
        rule: epoch at which the rule is found, and the share then.
    """

    learned: Array | None
    asked: Array
    heart: tuple[float, float] | None
    rule: tuple[float, float] | None

    @classmethod
    def of(cls, recording: Recording) -> "Grokked":
        """Return what became of a training."""
        asked = np.array([snapshot.scores.get("accuracy", np.nan) for snapshot in recording])
        learned = _learned(recording)
        rule = _first_above(recording, asked, RULE)
        heart = None if learned is None else _first_above(recording, learned, HEART)
        return cls(learned, asked, None if heart and rule and heart[0] >= rule[0] else heart, rule)

    @property
    def told(self) -> list[tuple[float, float]]:
        """The epochs that the title tells, with the share of right answers at each."""
        return [moment for moment in (self.heart, self.rule) if moment is not None]

    @property
    def asked_words(self) -> str:
        """What is asked, and where there is a rule the share of right answers from which it is told to be found."""
        found = f", {'understood' if self.heart else 'found'} from {100 * RULE:.0f} % on" if self.rule else ""
        return f"asked: pairs that it never learned{found}"

    def title(self, unit: str) -> str:
        """Say when the examples were known by heart, and when the rule was found.

        Args:
            unit: of the numbers, such as "step".
        """
        if self.heart and self.rule:
            return f"By heart at {unit} {self.heart[0]:,.0f}, understood at {unit} {self.rule[0]:,.0f}"
        if self.rule:
            return f"The rule is found at {unit} {self.rule[0]:,.0f}"
        if self.heart:
            return f"By heart at {unit} {self.heart[0]:,.0f}, and not understood"
        return "Neither by heart nor understood"


def _learned(recording: Recording) -> Array | None:
    extras = recording.extras
    if "train_inputs" not in extras or "train_labels" not in extras:
        return None
    inputs, labels = extras["train_inputs"], extras["train_labels"]
    return np.array([_share(recording, snapshot.weights, inputs, labels) for snapshot in recording])


def _share(recording: Recording, weights: dict[str, Array], inputs: Array, labels: Array) -> float:
    if not all(np.isfinite(array).all() for array in weights.values()):
        return float("nan")
    return float((forward(recording.layers, weights, inputs).argmax(axis=1) == labels).mean())


def _first_above(recording: Recording, shares: Array, least: float) -> tuple[float, float] | None:
    enough = np.flatnonzero(shares >= least)
    return (float(recording.epochs[enough[0]]), float(shares[enough[0]])) if len(enough) else None
