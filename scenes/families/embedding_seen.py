"""What the points of embedded layers show: labels as colours, and wrong answers where there are answers of classes."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from animviz import Recording
from animviz.analysis.labels import SampleLabels
from animviz.analysis.verdicts import Verdicts
from animviz.arrays import Array
from animviz.errors import DivergedError

__all__ = ["Seen"]


@dataclass(frozen=True)
class Seen:
    """What is known of a recording's samples.

    Attributes:
        recording: of any model.
        labels: what is seen as colours.
        verdicts: the answers, where the output answers with a class and what is right was recorded; else None.
    """

    recording: Recording
    labels: SampleLabels
    verdicts: Verdicts | None

    @classmethod
    def of(cls, recording: Recording, scene: str) -> "Seen":
        """Look at a recording that has a state to draw.

        Args:
            recording: of any model.
            scene: who asks, for messages.

        Raises:
            DivergedError: no snapshot is finite.
        """
        judged = recording.output_name is not None and recording.output.classifies
        judged = judged and recording.output.target is not None
        found = cls(recording, SampleLabels.of(recording), Verdicts(recording, scene) if judged else None)
        if found.last is None:
            raise DivergedError(f"{recording.path}: no snapshot has finite weights; train again with a smaller step")
        return found

    @cached_property
    def last(self) -> int | None:
        """The last snapshot that is finite, or None."""
        return next((number for number in reversed(range(len(self.recording))) if self.is_finite(number)), None)

    def is_finite(self, number: int) -> bool:
        """Say whether the answers at a snapshot, or where there are none the weights, are finite."""
        try:
            if self.verdicts is not None:
                self.verdicts.answers(number)
            else:
                self.recording.at(self.recording.epochs[number]).weights  # noqa: B018
        except DivergedError:
            return False
        return True

    def wrong(self, number: int, shown: Array) -> NDArray[np.bool_]:
        """Return which of some samples are answered wrongly at a snapshot; none where there are no answers of classes.

        Args:
            number: of the snapshot.
            shown: numbers of the samples.
        """
        return np.zeros(len(shown), bool) if self.verdicts is None else self.verdicts.wrong(number)[shown]

    @property
    def numbers(self) -> list[str]:
        """What the header states: the accuracy of the samples, or else the loss where it was recorded."""
        if self.verdicts is not None:
            return ["epoch", "accuracy"]
        return ["epoch", *(["loss"] if "loss" in self.recording.noted(source="scores") else [])]

    def stated(self, number: int) -> dict[str, float]:
        """Return the numbers of the header that are computed from a snapshot."""
        return {} if self.verdicts is None else {"accuracy": self.verdicts.accuracy(number)}

    def answers(self, number: int, shown: Array) -> Array:
        """Return the answered classes of some samples at a snapshot, of a net that answers with a class.

        Args:
            number: of the snapshot.
            shown: numbers of the samples.
        """
        assert self.verdicts is not None
        return np.asarray(self.verdicts.answers(number)[shown])
