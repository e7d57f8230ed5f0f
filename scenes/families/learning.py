"""When each sample is learned: from which snapshot on it is answered rightly for good."""

from collections.abc import Iterable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from animviz import Recording
from animviz.analysis.verdicts import Verdicts
from animviz.arrays import Array
from animviz.errors import DivergedError, SceneError


class Learning:
    """Which samples are answered rightly at each finite snapshot.

    Args:
        recording: of a classifier.
        verdicts: what it answers.

    Attributes:
        snapshots: numbers of the finite ones.
        epochs: of these.
        right: which samples are answered rightly, bool (snapshots, samples).
        known: which samples have a true class, bool (samples,).

    Raises:
        DivergedError: no snapshot is finite.
    """

    def __init__(self, recording: Recording, verdicts: Verdicts) -> None:
        self.known = verdicts.known
        right = verdicts.table(lambda index: verdicts.answers(index) == verdicts.labels, verdicts.labels.shape)
        finite = np.isfinite(right).all(axis=1)
        if not finite.any():
            raise DivergedError(f"{recording.path}: no snapshot has finite weights; train again with a smaller step")
        self.snapshots = np.flatnonzero(finite)
        self.epochs: Array = recording.epochs[finite]
        self.right: NDArray[np.bool_] = right[finite] > 0

    @cached_property
    def since(self) -> NDArray[np.intp]:
        """From which finite snapshot on each sample is right for good; their number where it is wrong at the end."""
        later = np.logical_and.accumulate(self.right[::-1], axis=0)
        return np.asarray(len(self.right) - later.sum(axis=0), np.intp)

    @cached_property
    def wrong_at_the_end(self) -> NDArray[np.bool_]:
        """Which samples are wrong at the last finite snapshot."""
        return np.asarray(~self.right[-1] & self.known)

    @cached_property
    def learned(self) -> NDArray[np.bool_]:
        """Which samples are right for good from a later finite snapshot on than the first."""
        return np.asarray((self.since > 0) & self.right[-1] & self.known)

    @cached_property
    def always_right(self) -> NDArray[np.bool_]:
        """Which samples are right at every finite snapshot."""
        return np.asarray((self.since == 0) & self.known)

    @cached_property
    def forgotten(self) -> NDArray[np.bool_]:
        """Which samples are right at some snapshot and wrong at the last."""
        return np.asarray(self.right.any(axis=0) & self.wrong_at_the_end)

    @cached_property
    def lapsed(self) -> NDArray[np.bool_]:
        """Which samples are right at some snapshot and wrong at a later one."""
        return np.asarray((self.right[:-1] & ~self.right[1:]).any(axis=0))


def require_class(samples: Iterable[int], known: NDArray[np.bool_], scene: str, option: str) -> None:
    """Refuse samples whose true class is ignored.

    Raises:
        SceneError: names the first of them.
    """
    for sample in samples:
        if not known[sample]:
            raise SceneError(f"{scene}: the class of sample {sample} is ignored; choose other {option}")
