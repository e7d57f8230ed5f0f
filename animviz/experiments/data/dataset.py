"""A data set: arrays for training and for testing, with what they are."""

import hashlib
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from animviz.arrays import Float

__all__ = ["Dataset"]


@dataclass(frozen=True)
class Dataset:
    """Arrays to train on and to draw from.

    Attributes:
        x: inputs, float32 of shape (samples, features), or (samples, height, width) with or without channels.
        y: labels as int64 of shape (samples,), or targets as float32 of the same shape or of (samples, outputs).
        class_names: one name per class in the order of the labels; empty for regression.
        validation: held-out pair of the same form as x and y, or None.
        shown: the pair that is stored in the recording and drawn; by default x and y.
        extras: further arrays for the recording, by name.
        title: what pictures call the data; by default the experiment's title.
        reconstructs: whether a network is to give back its inputs; labels are colours alone then.
    """

    x: Float
    y: NDArray[Any]
    class_names: tuple[str, ...] = ()
    validation: tuple[Float, NDArray[Any]] | None = None
    shown: tuple[Float, NDArray[Any]] | None = None
    extras: dict[str, NDArray[Any]] = field(default_factory=dict)
    title: str = ""
    reconstructs: bool = False

    @property
    def task(self) -> Literal["classification", "regression", "reconstruction"]:
        """What a network learns from it: labels, targets, or the inputs themselves."""
        if self.reconstructs:
            return "reconstruction"
        return "classification" if self.class_names else "regression"

    @property
    def outputs(self) -> int:
        """Units the output layer needs: one for two classes, else one per class, per target or per input."""
        if self.reconstructs:
            return int(np.prod(self.x.shape[1:]))
        if self.class_names:
            return len(self.class_names) if len(self.class_names) > 2 else 1
        return self.y.shape[1] if self.y.ndim > 1 else 1

    @property
    def digest(self) -> str:
        """SHA-256 over the bytes of what is trained on and drawn, 16 hex digits: tells whether a data file has changed."""
        digest = hashlib.sha256()
        for array in (self.x, self.y, *(self.shown or ())):
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()[:16]
