"""Slices: the activations that are embedded, of one layer at every epoch or of every layer at one epoch."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, cast

import numpy as np

from animviz.arrays import Array
from animviz.errors import InputError

__all__ = ["Slices", "checked_slices", "chosen", "constant", "flattened", "require_labels", "scale_of", "usable"]

Slices = Array | list[Array]
"""(slices, samples, units); or a list of (samples, units) where the slices differ in width."""
_LEAST_SAMPLES = 3
_EXTREME = 1e15
_NARROWING = ("n_neighbors", "perplexity")


def checked_slices(activations: Array | Sequence[Array], settings: Any, labels: Array | None) -> Slices:
    """Return activations as float32 slices whose squares are finite.

    Args:
        activations: shape (slices, samples, ...), or a list of (samples, ...).
        settings: those of a method.
        labels: classes, (samples,), or None.

    Raises:
        InputError: says what is wrong with them.
    """
    known = flattened(activations)
    samples = len(known[0])
    needed = max(_LEAST_SAMPLES, getattr(settings, "n_neighbors", 0) + 1)
    if samples < needed:
        narrowing = [f"{name} {value:g}" for name, value in asdict(settings).items() if name in _NARROWING]
        raise InputError(
            f"{samples} samples are too few{' for ' * bool(narrowing)}{''.join(narrowing)}; needs {needed}"
        )
    if labels is not None:
        require_labels(labels, samples)
    known = _scaled(known)
    if not any(np.isfinite(part).all() for part in known):
        raise InputError("the activations are not finite at any epoch (the training diverged); nothing to embed")
    if not usable(known).any():
        raise InputError("the activations are the same for all samples at every epoch; nothing to embed")
    return known


def flattened(activations: Array | Sequence[Array]) -> Slices:
    """Return activations with the units of each sample in one row.

    Args:
        activations: shape (slices, samples, ...), or a list of (samples, ...).

    Raises:
        InputError: they are not numbers, or empty, or of different samples.
    """
    if isinstance(activations, list | tuple) and len({np.shape(part)[1:] for part in activations}) > 1:
        parts = [flattened(np.asarray(part)[None])[0] for part in activations]
        if len({len(part) for part in parts}) > 1:
            raise InputError(
                f"slices hold {', '.join(str(len(part)) for part in parts)} samples; expected as many in all"
            )
        return parts
    known = np.asarray(activations)
    if known.ndim < 3 or known.dtype.kind not in "fiub" or 0 in known.shape:
        raise InputError(
            f"activations are {known.dtype.name} of shape {known.shape}; expected numbers (epochs, samples, units)"
        )
    return known.reshape(*known.shape[:2], -1)


def require_labels(labels: Array, samples: int) -> None:
    """Refuse labels that are not one per sample.

    Raises:
        InputError: says their shape.
    """
    if np.shape(labels) != (samples,):
        raise InputError(f"labels have shape {np.shape(labels)}; expected ({samples},)")


def scale_of(known: Array) -> float:
    """Return the divisor with which squares neither overflow nor vanish in float32; 1 for ordinary numbers."""
    known = known.astype(np.float32) if known.dtype.kind == "b" else known
    finite = known[np.isfinite(known).all(axis=(1, 2))]
    largest = float(max(finite.max(), -finite.min())) if finite.size else 1.0
    return 1.0 if 1 / _EXTREME < largest < _EXTREME or not largest else largest


def _scaled(known: Slices) -> Slices:
    if isinstance(known, list):  # each layer has its own scale
        return [cast(Array, _scaled(part[None]))[0] for part in known]
    scale = scale_of(known)
    return (known if scale == 1 else known / scale).astype(np.float32, copy=False)


def constant(known: Slices) -> Array:
    """Say for each slice whether all samples have the same finite activations, bool (slices,)."""
    return np.array([bool((part == part[0]).all()) for part in known])


def usable(known: Slices) -> Array:
    """Say for each slice whether its activations are finite and not constant, bool (slices,)."""
    return np.array([bool(np.isfinite(part).all()) for part in known]) & ~constant(known)


def chosen(known: Slices, which: Array) -> Slices:
    """Return some of the slices, without a copy if it is all of them."""
    if which.all():
        return known
    return [part for part, some in zip(known, which, strict=True) if some] if isinstance(known, list) else known[which]
