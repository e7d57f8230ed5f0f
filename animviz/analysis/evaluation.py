"""What an output gets right, as tables: precision, recall and F1 of each class, the confusion matrix, errors of values.

After the classification reports of the teaching notebooks, which are scikit-learn's.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from animviz.analysis.verdicts import Outcomes, Verdicts, training_samples
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.recording.recording import Recording
from animviz.tables import Column

__all__ = ["Table", "evaluation"]

Table = tuple[str, list[Column]]
SHARE = ".3f"
MOST = 20  # values that get a row of their own


def evaluation(recording: Recording, index: int, on: Literal["test", "train"] = "test") -> list[Table]:
    """Return tables of what is right at a snapshot, each with its title.

    Args:
        recording: of an output that something was recorded to compare with.
        index: number of the snapshot.
        on: "test" for the recording's own samples, "train" for those that were trained on and kept beside them.

    Raises:
        SceneError: there is nothing to compare with, or no training samples were kept.
        DivergedError: the outputs are not finite.
    """
    output = recording.output
    if output.classifies:
        verdicts = Verdicts(recording, "report", on=on)
        matrix = verdicts.matrix(index)
        counts = np.stack([np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)])
        accuracy = verdicts.accuracy(index)
        return [_by_class(verdicts.names, counts, accuracy), _confusion(verdicts.names, matrix)]
    if output.answers_classes or output.task == "multilabel":
        if on == "train":
            raise SceneError(f"report: --on train is for classifiers of samples; {recording.path} has {output.kind}")
        outcomes = Outcomes(recording)
        return [_by_class(outcomes.names, outcomes.counts(index), outcomes.accuracy(index))]
    return [_errors(recording, index, on)]


def _by_class(names: list[str], counts: NDArray[np.int64], accuracy: float) -> Table:
    """Return precision, recall and F1 of each class, their averages, and the accuracy; counts as in `Outcomes`."""
    right, true, answered = counts.astype(float)
    precision, recall = _shares(right, answered), _shares(right, true)
    f1 = _shares(2 * right, true + answered)
    shares = {"precision": (precision, np.nan), "recall": (recall, np.nan), "F1": (f1, accuracy)}
    rows = [Column("class", (*names, "average of the classes", "average by samples", "accuracy"))]
    for title, (values, last) in shares.items():
        known = [*values, *_averages(values, true), last]
        rows.append(Column(title, tuple(None if np.isnan(value) else float(value) for value in known), SHARE))
    rows.append(Column("samples", (*map(int, true), *[int(true.sum())] * 3), "d"))
    return "classes", rows


def _shares(part: Array, whole: Array) -> Array:
    """Return shares; NaN where there is nothing to have a share in."""
    shares = np.full(len(part), np.nan)
    np.divide(part, whole, out=shares, where=whole > 0)
    return shares


def _averages(values: Array, support: Array) -> list[float]:
    """Return the mean over the classes, and that by how often each is true; NaN where a class has no value."""
    if not support.any():
        return [float("nan")] * 2
    plain = np.nan_to_num(values, nan=0.0)  # a class that is never answered has precision 0, as in scikit-learn
    return [float(plain.mean()), float(plain @ support / support.sum())]


def _confusion(names: list[str], matrix: NDArray[np.int64]) -> Table:
    columns = [Column("true \\ answered", tuple(names))]
    columns += [Column(name, tuple(map(int, answered)), "d") for name, answered in zip(names, matrix.T, strict=True)]
    return "confusion", columns


def _errors(recording: Recording, index: int, on: Literal["test", "train"]) -> Table:
    """Return root mean squared error, mean absolute error and R² of each value, and of all."""
    inputs, known = training_samples(recording, "report") if on == "train" else (None, recording.targets)
    outputs = recording.at(recording.epochs[index]).outputs(inputs)
    outputs = outputs.reshape(len(outputs), -1).astype(float)
    targets = np.asarray(known, float).reshape(outputs.shape)
    each = range(outputs.shape[1]) if 1 < outputs.shape[1] <= MOST else range(0)
    parts = [(f"value {place + 1}", outputs[:, [place]], targets[:, [place]]) for place in each]
    parts.append(("all values" if outputs.shape[1] > 1 else "value", outputs, targets))
    wrong = [answers - truth for _, answers, truth in parts]
    spread = [float(((truth - truth.mean(axis=0)) ** 2).sum()) for _, _, truth in parts]
    left = [float((error**2).sum()) for error in wrong]
    return "errors", [
        Column("output", tuple(name for name, _, _ in parts)),
        Column("RMSE", tuple(float(np.sqrt((error**2).mean())) for error in wrong), ".4g"),
        Column("mean absolute error", tuple(float(np.abs(error).mean()) for error in wrong), ".4g"),
        Column("R²", tuple(1 - a / b if b else None for a, b in zip(left, spread, strict=True)), SHARE),
        Column("samples", tuple(len(error) for error in wrong), "d"),
    ]
