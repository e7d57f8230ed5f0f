"""Attention as it was recorded: which heads there are, where they look, and how much of it lies on the stripe of induction.

After Olsson et al., "In-context Learning and Induction Heads" (2022).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from animviz.arrays import Array
from animviz.errors import DivergedError, SceneError
from animviz.recording.recording import Recording
from animviz.recording.state import Snapshot, State

__all__ = ["Heads", "share_on", "sharpness", "stripe"]

NEAR = 0.01  # half precision sums to one as nearly as this
EXAMPLE = "session.capture(activations={'attention 1': array})"


@dataclass(frozen=True)
class Heads:
    """All heads of a recording, layer by layer.

    Attributes:
        layers: names of the recorded arrays.
        counts: heads in each of them.
        shape: queries and keys.
        ahead: which keys no head can see since they are still to come; bool (queries, keys).
    """

    layers: tuple[str, ...]
    counts: tuple[int, ...]
    shape: tuple[int, int]
    ahead: Array

    @classmethod
    def of(cls, recording: Recording, names: Sequence[str] = ()) -> "Heads":
        """Find the heads of a recording.

        Args:
            recording: whose activations hold attention, (samples, heads, queries, keys).
            names: of these activations; by default all of that form in which each query's row sums to one.

        Raises:
            SceneError: there are none, or of several shapes; says how they are recorded.
        """
        first = recording[0].stored
        if missing := [name for name in names if name not in first]:
            raise SceneError(
                f"{recording.path} holds no activations {missing[0]!r}; it holds {', '.join(first) or 'none'}"
            )
        found = list(names) or [name for name, array in first.items() if _is_attention(array)]
        if not found:
            raise SceneError(
                f"attention needs activations of shape (samples, heads, queries, keys) whose rows sum to one; {recording.path} "
                f"holds none: `animviz record induction` makes such a recording, and {EXAMPLE} one of your own"
            )
        shapes = {first[name].shape[:1] + first[name].shape[2:] for name in found}
        if len(shapes) > 1 or any(first[name].ndim != 4 for name in found):
            said = ", ".join(f"{name} {first[name].shape}" for name in found)
            raise SceneError(
                f"attention is of shape (samples, heads, queries, keys), of as many queries and keys in all layers; {said}: "
                "choose some with --names"
            )
        queries, keys = first[found[0]].shape[2:]
        ahead = np.triu(np.ones((queries, keys), bool), 1)
        causal = queries == keys and not any(first[name][:, :, ahead].any() for name in found)
        return cls(tuple(found), tuple(first[name].shape[1] for name in found), (queries, keys), ahead & causal)

    @property
    def titles(self) -> list[str]:
        """What each head is called."""
        return [
            f"{name.replace('_', ' ')}, head {head + 1}"
            for name, count in zip(self.layers, self.counts, strict=True)
            for head in range(count)
        ]

    def recorded(self, snapshot: Snapshot) -> Array:
        """Return the attention of all heads at a snapshot, (samples, heads, queries, keys)."""
        return np.concatenate([snapshot.stored[name] for name in self.layers], axis=1)

    def at(self, state: State) -> Array:
        """Return the attention of all heads at a moment, (samples, heads, queries, keys).

        Raises:
            DivergedError: it is not finite.
        """
        found = np.concatenate([state.activations(name) for name in self.layers], axis=1)
        if not np.isfinite(found).all():
            raise DivergedError(f"epoch {state.epoch:.4g}: attention is not finite (the training diverged)")
        return found


def stripe(tokens: Array) -> Array:
    """Return where an induction head looks: at what came after the same token before; bool (samples, queries, keys).

    Args:
        tokens: whole numbers, (samples, places).
    """
    same = np.tril(tokens[:, :, None] == tokens[:, None, :], -1)
    found = np.zeros_like(same)
    found[:, :, 1:] = same[:, :, :-1]
    return np.asarray(found)


def share_on(attention: Array, cells: Array) -> Array:
    """Return the share of its attention that each head spends on some cells, float64 (heads,).

    Args:
        attention: (samples, heads, queries, keys).
        cells: bool (samples, queries, keys); queries that have none are left out.
    """
    spent = np.einsum("nhqk,nqk->nqh", attention.astype(np.float64), cells.astype(np.float64))
    return np.asarray(spent[cells.any(axis=2)].mean(axis=0))


def sharpness(attention: Array) -> Array:
    """Return the share that each head spends on the key that it looks at most, over all queries, float64 (heads,)."""
    return np.asarray(attention.max(axis=3).mean(axis=(0, 2), dtype=np.float64))


def _is_attention(array: Array) -> bool:
    if array.ndim != 4 or array.shape[2] != array.shape[3] or array.dtype.kind != "f":
        return False
    return bool(array.min() >= 0 and np.allclose(array.sum(axis=3), 1, atol=NEAR))
