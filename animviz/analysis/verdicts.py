"""What a recorded classifier answers at its snapshots, computed once for all frames."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from animviz.analysis.classifier import labels_of
from animviz.arrays import Array
from animviz.errors import DivergedError, SceneError
from animviz.recording.answers import answered_classes, probabilities
from animviz.recording.recording import Recording

__all__ = ["Verdicts"]


class Verdicts:
    """The answers of a classifier on the recording's own samples, by the number of the snapshot.

    Args:
        recording: of a classifier.
        scene: name, for errors.

    Attributes:
        labels: true class of each sample.
        names: of the classes.
        answers: answered class of each sample at a snapshot, int64 of shape (samples,).
        matrix: samples by true and answered class at a snapshot, int64 of shape (classes, classes).

    Raises:
        SceneError: no classifier, no labels, or no output per sample and class.
    """

    def __init__(self, recording: Recording, scene: str) -> None:
        self._recording = recording
        self._scene = scene
        self.labels = labels_of(recording, scene)
        self.answers = lru_cache(maxsize=None)(lambda index: answered_classes(recording.output, self._outputs(index)))
        self.matrix = lru_cache(maxsize=None)(self._matrix)
        self.names = list(recording.output.class_names)

    def probabilities(self, index: int) -> Array:
        """Return the probability of each class at a snapshot, shape (samples, classes).

        Raises:
            DivergedError: they are not finite.
            RecordingError: the network puts out values that are no probabilities.
        """
        return probabilities(self._recording.output, self._outputs(index))

    def _outputs(self, index: int) -> Array:
        state = self._recording.at(self._recording.epochs[index])
        outputs = state.outputs()
        if outputs.ndim != 2 or len(outputs) != len(self.labels):
            path = self._recording.path
            raise SceneError(f"{self._scene} needs outputs of shape (samples, classes); {path} has {outputs.shape}")
        if not np.isfinite(outputs).all():
            raise DivergedError(f"epoch {state.epoch:.0f}: the outputs are not finite (the training diverged)")
        return outputs

    def wrong(self, index: int) -> NDArray[np.bool_]:
        """Return which samples are answered wrongly at a snapshot, (samples,)."""
        return np.asarray(self.answers(index) != self.labels)

    def accuracy(self, index: int) -> float:
        """Return the share of right answers at a snapshot."""
        return float(np.mean(self.answers(index) == self.labels))

    def shares(self, index: int) -> Array:
        """Return the matrix at a snapshot with rows that sum to 1; NaN for a class that has no samples."""
        matrix = self.matrix(index)
        total = matrix.sum(axis=1, keepdims=True)
        return np.where(total > 0, matrix / np.maximum(total, 1), np.nan)

    def last(self) -> int | None:
        """Return the last snapshot whose answers are finite, or None where all have diverged."""
        return next(self._finite(reversed(range(len(self._recording)))), None)

    def table(self, function: Callable[[int], Array], shape: tuple[int, ...]) -> Array:
        """Return a function's value at each snapshot, shape (snapshots, *shape); NaN where the weights diverged."""
        table = np.full((len(self._recording), *shape), np.nan)
        for index in self._finite(range(len(self._recording))):
            table[index] = function(index)
        return table

    def blended(self, epoch: float, function: Callable[[int], Array]) -> Array:
        """Return a function's value at a moment, blended linearly between the snapshots around it.

        Raises:
            DivergedError: one of them has diverged.
        """
        state = self._recording.at(epoch)
        before = state.snapshot.index
        self.answers(before)
        if state.share == 0:
            return function(before)
        self.answers(before + 1)
        return np.asarray(function(before) + state.share * (function(before + 1) - function(before)))

    def _finite(self, indices: Any) -> Any:
        for index in indices:
            try:
                self.answers(index)
            except DivergedError:
                continue
            yield index

    def _matrix(self, index: int) -> NDArray[np.int64]:
        count = len(self.names)
        return np.bincount(self.labels * count + self.answers(index), minlength=count**2).reshape(count, count)
