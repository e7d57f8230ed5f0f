"""Reductions of images to a few numbers each: principal components, a forest's favourite pixels, or chosen ones."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from animviz.analysis.importance import forest_importance
from animviz.arrays import Array, Float
from animviz.errors import InputError

__all__ = ["Reduction"]


@dataclass(frozen=True)
class Reduction:
    """A way to reduce images, as text such as "pca:154", "forest:70" or "pixels:350,406".

    Attributes:
        kind: "none", "pca", "forest" or "pixels".
        count: how many numbers remain, for "pca" and "forest".
        chosen: indices of the pixels that remain, row by row from 0, for "pixels".
    """

    kind: str
    count: int = 0
    chosen: tuple[int, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Reduction":
        """Read a reduction.

        Raises:
            InputError: an unknown kind, or numbers that are none; names the text.
        """
        kind, _, numbers = text.strip().partition(":")
        if kind == "none" and not numbers:
            return cls("none")
        tokens = [token.strip() for token in numbers.split(",")]
        good = all(token.isascii() and token.isdigit() and len(token) < 9 for token in tokens)
        if good and kind in ("pca", "forest") and len(tokens) == 1 and int(tokens[0]) > 0:
            return cls(kind, count=int(tokens[0]))
        if good and kind == "pixels":
            return cls(kind, chosen=tuple(dict.fromkeys(map(int, tokens))))
        raise InputError(f"--reduce is {text[:60]!r}; expected none, pca:154, forest:70 or pixels:350,406")

    def fit(self, images: Float, labels: Array, seed: int) -> tuple[Callable[[Float], Float], Array | None]:
        """Learn the reduction from training images.

        Args:
            images: float32 of shape (samples, ...).
            labels: class numbers of shape (samples,).
            seed: for the forest.

        Returns:
            A function from images to float32 of shape (samples, numbers), and the indices of the pixels that remain,
            or None where components mix all of them.

        Raises:
            InputError: more numbers are asked for than the images have, or a pixel that is not there.
        """
        flat = images.reshape(len(images), -1)
        if self.kind == "pca":
            return _components(flat, self.count), None
        pixels = self._pixels(flat, labels, seed)
        return lambda given: np.ascontiguousarray(given.reshape(len(given), -1)[:, pixels]), pixels

    def _pixels(self, flat: Float, labels: Array, seed: int) -> NDArray[np.int64]:
        width = flat.shape[1]
        if self.kind == "forest":
            if self.count > width:
                raise InputError(f"--reduce forest:{self.count}: the images have only {width} values")
            importance = forest_importance(flat, labels, seed)
            return np.sort(np.argsort(-importance, kind="stable")[: self.count])
        if max(self.chosen) >= width:
            raise InputError(f"--reduce pixels: {max(self.chosen)} is not among the {width} values, 0 to {width - 1}")
        return np.array(self.chosen, dtype=np.int64)


def _components(flat: Float, count: int) -> Callable[[Float], Float]:
    from sklearn.decomposition import PCA

    most = min(flat.shape)
    if count > most:
        raise InputError(f"--reduce pca:{count}: {len(flat)} images of {flat.shape[1]} values have at most {most}")
    basis = PCA(n_components=count, svd_solver="full").fit(flat)
    return lambda given: basis.transform(given.reshape(len(given), -1)).astype(np.float32)
