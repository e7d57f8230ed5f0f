"""What an output answers at the snapshots of a recording, computed once for all frames."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from animviz.analysis.classifier import labels_of
from animviz.arrays import Array
from animviz.errors import DivergedError, RecordingError, SceneError
from animviz.recording.answers import answered_classes, answered_labels, probabilities
from animviz.recording.recording import Recording

__all__ = ["Outcomes", "Verdicts", "training_samples"]

# A film is looked at before it is painted, and several pictures in a frame ask the same.
_ANSWERS: WeakKeyDictionary[Recording, dict[int, NDArray[np.int64]]] = WeakKeyDictionary()


class Outcomes:
    """How the answers of an output turn out for each class or label, by the number of the snapshot.

    Args:
        recording: of an output that answers with a class or for each label, of samples or of their positions.

    Attributes:
        names: of the classes or labels.
        answers: classes that are answered at a snapshot, int64; not of labels that are answered each for itself.
        counts: at a snapshot, how often each was answered rightly, was right and was answered: int64 (3, classes).

    Raises:
        RecordingError: nothing was recorded that says what is right.
    """

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self.inputs: Array | None = None
        self._targets = recording.targets
        self.names = list(recording.output.class_names)
        self.answers = lru_cache(maxsize=None)(self._answers)
        self.counts = lru_cache(maxsize=None)(self._counts)

    def accuracy(self, index: int) -> float:
        """Return the share of right answers at a snapshot."""
        both, truth, answers = self.counts(index).sum(axis=1)
        if self._recording.output.task == "multilabel":
            return float((self._targets.size - truth - answers + 2 * both) / self._targets.size)
        return float(both / truth) if truth else float("nan")

    def last(self) -> int | None:
        """Return the last snapshot whose answers are finite, or None where all have diverged."""
        return next(self._finite(reversed(range(len(self._recording)))), None)

    def table(self, function: Callable[[int], Array], shape: tuple[int, ...]) -> Array:
        """Return a function's value at each snapshot, shape (snapshots, *shape); NaN where the weights diverged."""
        table = np.full((len(self._recording), *shape), np.nan)
        for index in self._finite(range(len(self._recording))):
            table[index] = function(index)
        return table

    def blended(self, epoch: float, function: Callable[[int], Array | float]) -> Array:
        """Return a function's value at a moment, blended linearly between the snapshots around it.

        Raises:
            DivergedError: one of them has diverged.
        """
        state = self._recording.at(epoch)
        before = state.snapshot.index
        self._require_finite(before)
        if state.share == 0:
            return np.asarray(function(before))
        self._require_finite(before + 1)
        return np.asarray(function(before) + state.share * (function(before + 1) - function(before)))

    def _outputs(self, index: int) -> Array:
        state = self._recording.at(self._recording.epochs[index])
        outputs = state.outputs(self.inputs)
        if not np.isfinite(outputs).all():
            raise DivergedError(f"epoch {state.epoch:.4g}: the outputs are not finite (the training diverged)")
        return outputs

    def _answers(self, index: int) -> NDArray[np.int64]:
        known = _ANSWERS.setdefault(self._recording, {}) if self.inputs is None else {}
        if index not in known:
            known[index] = answered_classes(self._recording.output, self._outputs(index))
        return known[index]

    def _counts(self, index: int) -> NDArray[np.int64]:
        output, count = self._recording.output, len(self.names)
        if output.task == "multilabel":
            answers, truth = answered_labels(output, self._outputs(index)), np.asarray(self._targets, np.int64)
            both = (part.reshape(-1, count) for part in (answers * truth.reshape(answers.shape), truth, answers))
            return np.stack([part.sum(axis=0) for part in both])
        answers, truth = self.answers(index).ravel(), self._targets.ravel()
        if output.ignored is not None:
            known = truth != output.ignored
            answers, truth = answers[known], truth[known]
        return np.stack([np.bincount(part, minlength=count) for part in (truth[truth == answers], truth, answers)])

    def _require_finite(self, index: int) -> None:
        self.counts(index)

    def _finite(self, indices: Any) -> Any:
        for index in indices:
            try:
                self._require_finite(index)
            except DivergedError:
                continue
            yield index


class Verdicts(Outcomes):
    """The answers of a classifier, by the number of the snapshot.

    Args:
        recording: of a classifier.
        scene: name, for errors.
        on: "test" for the recording's own samples, "train" for those that were trained on and kept beside them.

    Attributes:
        labels: true class of each sample, -1 where it is ignored.
        known: which samples have a true class, bool (samples,).
        totals: samples of each true class, int64 of shape (classes,).
        answers: answered class of each sample at a snapshot, int64 of shape (samples,).
        matrix: samples by true and answered class at a snapshot, int64 of shape (classes, classes).

    Raises:
        SceneError: no classifier, no labels, no training samples, or no output per sample and class.
    """

    def __init__(self, recording: Recording, scene: str, *, on: Literal["test", "train"] = "test") -> None:
        self.labels = labels_of(recording, scene)
        super().__init__(recording)
        self._scene = scene
        if on == "train":
            self.inputs, labels = training_samples(recording, scene)
            self.labels = recording.output.without_ignored(labels.reshape(-1).astype(np.int64))
        self.known = self.labels >= 0
        self.totals = np.bincount(self.labels[self.known], minlength=len(self.names))
        self.matrix = lru_cache(maxsize=None)(self._matrix)

    def probabilities(self, index: int) -> Array:
        """Return the probability of each class at a snapshot, shape (samples, classes).

        Raises:
            DivergedError: they are not finite.
            RecordingError: the network puts out values that are no probabilities.
        """
        return probabilities(self._recording.output, self._outputs(index))

    def margins(self, index: int) -> Array:
        """Return by how much the true class is more probable than the next best at a snapshot, (samples,), from -1 to 1.

        It is below 0 where the answer is wrong, and NaN where the true class is ignored.

        Raises:
            DivergedError: the outputs are not finite.
            RecordingError: the network puts out values that are no probabilities.
        """
        others = self.probabilities(index).astype(np.float64)
        rows = np.arange(len(others))
        true = others[rows, self.labels].copy()
        others[rows, self.labels] = -np.inf
        return np.where(self.known, true - others.max(axis=1), np.nan)

    def wrong(self, index: int) -> NDArray[np.bool_]:
        """Return which samples are answered wrongly at a snapshot, (samples,)."""
        return np.asarray((self.answers(index) != self.labels) & self.known)

    def accuracy(self, index: int) -> float:
        """Return the share of right answers at a snapshot."""
        return float(np.mean((self.answers(index) == self.labels)[self.known]))

    def shares(self, index: int) -> Array:
        """Return the matrix at a snapshot with rows that sum to 1; NaN for a class that has no samples."""
        matrix = self.matrix(index)
        total = matrix.sum(axis=1, keepdims=True)
        return np.where(total > 0, matrix / np.maximum(total, 1), np.nan)

    def _answers(self, index: int) -> NDArray[np.int64]:
        answers = super()._answers(index)
        if answers.shape != self.labels.shape:
            self._outputs(index)  # says what is wrong
        return answers

    def _outputs(self, index: int) -> Array:
        outputs = super()._outputs(index)
        if outputs.ndim != 2 or len(outputs) != len(self.labels):
            path = self._recording.path
            raise SceneError(f"{self._scene} needs outputs of shape (samples, classes); {path} has {outputs.shape}")
        return outputs

    def _require_finite(self, index: int) -> None:
        self.answers(index)

    def _matrix(self, index: int) -> NDArray[np.int64]:
        count = len(self.names)
        cells = self.labels * count + self.answers(index)
        return np.bincount(cells[self.known], minlength=count**2).reshape(count, count)


def training_samples(recording: Recording, scene: str) -> tuple[Array, Array]:
    """Return the samples that were trained on, as far as they were kept beside the recording's own, and their labels.

    Args:
        recording: of a network that can be run anew.
        scene: name, for errors.

    Raises:
        SceneError: they are not in the recording, or the network cannot be run on them.
    """
    extras = recording.extras
    if "train_inputs" not in extras or "train_labels" not in extras:
        raise SceneError(f"{scene}: {recording.path} keeps no training samples beside its own; leave out --on train")
    try:
        recording.at(recording.epochs[0]).outputs(extras["train_inputs"][:1])
    except RecordingError as error:
        raise SceneError(f"{scene}: --on train runs the network anew: {error}") from error
    return extras["train_inputs"], extras["train_labels"]
