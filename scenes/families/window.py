"""The two or three directions along which the classes of a hidden layer are seen: those of their means in the end."""

import numpy as np

from animviz.analysis.collapse import Collapse
from animviz.arrays import Array

__all__ = ["Window"]


class Window:
    """Where the outputs of a layer lie in the picture, in the same directions at every moment.

    Args:
        end: how far the classes have collapsed in the end.
        hidden: what the layer puts out then, shape (samples, units).

    Attributes:
        whole: whether the layer has no other directions.
        flat: whether they are two.
    """

    def __init__(self, end: Collapse, hidden: Array) -> None:
        units, classes = hidden.shape[1], len(end.means)
        self.whole = units <= 3
        self.flat = units < 3 or (not self.whole and classes <= 3)
        self._directions = np.eye(units, max(units, 2))
        if not self.whole:
            count = 2 if self.flat else 3
            seen = np.linalg.svd(end.means, full_matrices=False)[2][: min(classes - 1, count)]
            # What the means leave free is filled with where the samples vary most.
            rest = hidden - hidden.mean(axis=0)
            rest = rest - rest @ seen.T @ seen
            found = np.concatenate([seen, np.linalg.eigh(rest.T @ rest)[1].T[::-1]])[:count]
            signs = np.sign(
                found[np.arange(count), np.abs(found).argmax(axis=1)]
            )  # directions have no sign of their own
            self._directions = (found * signs[:, None]).T

    def places(self, values: Array) -> Array:
        """Return where values (rows, units) lie, (rows, 2) or (rows, 3)."""
        return np.asarray(values @ self._directions)

    def share(self, hidden: Array) -> float:
        """Return the share of the variance of what a layer puts out that is seen, from 0 to 1."""
        hidden = hidden.astype(np.float64)
        centred = hidden - hidden.mean(axis=0)
        whole = float(np.square(centred).sum())
        return float(np.square(self.places(centred)).sum()) / whole if whole else 1.0
