"""What the layers of a convolutional network do, in NumPy; channels come last.

Options bear the names that Keras gives them, so that a recorded layer's settings can be handed over as they are.
"""

from collections.abc import Callable, Iterator
from functools import reduce
from itertools import product
from math import prod

import numpy as np

from animviz.arrays import Array

__all__ = ["OPERATIONS", "in_batches"]

Sizes = tuple[int, ...]
WINDOW_BYTES = 2**21  # made at once: small enough for the processor's cache


def in_batches(function: Callable[[Array], Array], values: Array, size: int) -> Array:
    """Return what a function makes of values, shape (samples, ...), given no more than `size` samples at a time."""
    if len(values) <= size:
        return function(values)
    return np.concatenate([function(values[start : start + size]) for start in range(0, len(values), size)])


def _convolve(
    values: Array, *, kernel: Array, bias: Array | None = None, strides: Sizes, padding: str, dilation_rate: Sizes
) -> Array:  # fmt: skip
    """Convolve values, shape (samples, *lengths, channels), with a kernel, shape (*sizes, channels per group, filters).

    Returns:
        Array of shape (samples, *places, filters) in the dtype of the kernel.
    """
    values = _padded(values.astype(kernel.dtype, copy=False), kernel.shape[:-2], strides, padding, dilation_rate)
    groups = values.shape[-1] // kernel.shape[-2]
    parts = zip(np.split(values, groups, axis=-1), np.split(kernel, groups, axis=-1), strict=True)
    sums = np.concatenate([_sums(part, filters, strides, dilation_rate) for part, filters in parts], axis=-1)
    return sums if bias is None else sums + bias


def _sums(values: Array, kernel: Array, strides: Sizes, spread: Sizes) -> Array:
    """Return the sum of values times kernel over every window."""
    matrix = kernel.reshape(-1, kernel.shape[-1])

    def at_once(batch: Array) -> Array:
        return np.asarray(np.concatenate(list(_views(batch, kernel.shape[:-2], strides, spread)), axis=-1) @ matrix)

    windows = prod(-(-length // stride) for length, stride in zip(values.shape[1:-1], strides, strict=True))
    return in_batches(at_once, values, max(1, WINDOW_BYTES // (windows * len(matrix) * values.itemsize)))


def _pool_max(values: Array, *, pool_size: Sizes, strides: Sizes, padding: str) -> Array:
    once = (1,) * len(pool_size)
    padded = _padded(values, pool_size, strides, padding, once, fill=-np.inf)
    return reduce(np.maximum, _views(padded, pool_size, strides, once))


def _pool_average(values: Array, *, pool_size: Sizes, strides: Sizes, padding: str) -> Array:
    def total(summands: Array) -> Array:
        once = (1,) * len(pool_size)
        return reduce(np.add, _views(_padded(summands, pool_size, strides, padding, once), pool_size, strides, once))

    # The padding does not count, so windows at the border are averages of fewer values.
    return np.asarray(total(values) / total(np.ones_like(values[:1, ..., :1])))


def _pool_all(reduced: Callable[..., Array]) -> Callable[..., Array]:
    def pool(values: Array, *, keepdims: bool) -> Array:
        return reduced(values, axis=tuple(range(1, values.ndim - 1)), keepdims=keepdims)

    return pool


def _surround(values: Array, *, padding: tuple[tuple[int, int], ...]) -> Array:
    return np.pad(values, ((0, 0), *padding, (0, 0)))


def _reshape(values: Array, *, target_shape: Sizes) -> Array:
    return values.reshape(len(values), *target_shape)


def _rescale(values: Array, *, scale: float, offset: float) -> Array:
    return np.asarray(values * scale + offset)


def _normalize(
    values: Array, *, moving_mean: Array, moving_variance: Array, gamma: Array | None = None,
    beta: Array | None = None, epsilon: float,
) -> Array:  # fmt: skip
    """Normalize the last axis by the moving statistics, as a network does that is used and not trained."""
    factor = 1 / np.sqrt(moving_variance + epsilon)
    if gamma is not None:
        factor = factor * gamma
    shift = -moving_mean * factor if beta is None else beta - moving_mean * factor
    return np.asarray(values.astype(factor.dtype, copy=False) * factor + shift)


def _padded(values: Array, sizes: Sizes, strides: Sizes, padding: str, spread: Sizes, fill: float = 0.0) -> Array:
    """Return values with the margins that Keras' "same" and "causal" padding give them."""
    if padding == "valid":
        return values
    margins = []
    for length, size, stride, apart in zip(values.shape[1:-1], sizes, strides, spread, strict=True):
        reach = (size - 1) * apart
        if padding == "causal":
            margins.append((reach, 0))
        else:
            missing = max(0, (-(-length // stride) - 1) * stride + reach + 1 - length)
            margins.append((missing // 2, missing - missing // 2))
    return np.pad(values, ((0, 0), *margins, (0, 0)), constant_values=fill)


def _views(values: Array, sizes: Sizes, strides: Sizes, spread: Sizes) -> Iterator[Array]:
    """Yield what stands at one place of every window, for each place in turn: views, shape (samples, *windows, channels).

    Args:
        values: shape (samples, *lengths, channels).
        sizes: of the window.
        strides: from one window to the next.
        spread: from one place in the window to the next.
    """
    axes = list(zip(values.shape[1:-1], sizes, strides, spread, strict=True))
    spans = [length - (size - 1) * apart for length, size, _, apart in axes]
    for place in product(*map(range, sizes)):
        starts = [index * apart for index, apart in zip(place, spread, strict=True)]
        ranges = zip(starts, spans, strides, strict=True)
        yield values[:, *(slice(start, start + span, stride) for start, span, stride in ranges)]


OPERATIONS: dict[str, Callable[..., Array]] = {
    "Conv1D": _convolve,
    "Conv2D": _convolve,
    "MaxPooling1D": _pool_max,
    "MaxPooling2D": _pool_max,
    "AveragePooling1D": _pool_average,
    "AveragePooling2D": _pool_average,
    "GlobalMaxPooling2D": _pool_all(np.max),
    "GlobalAveragePooling2D": _pool_all(np.mean),
    "ZeroPadding2D": _surround,
    "BatchNormalization": _normalize,
    "Reshape": _reshape,
    "Rescaling": _rescale,
}
"""What a layer does to values of shape (samples, ...), given its recorded weights and settings by name."""
