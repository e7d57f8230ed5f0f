"""What the layers of a convolutional network do, in NumPy; channels come last.

Options bear the names that Keras gives them, so that a recorded layer's settings can be handed over as they are.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from itertools import product
from math import prod

import numpy as np

from animviz.arrays import Array
from animviz.recording.replay.room import require_room

__all__ = ["OPERATIONS", "WHOLE", "in_batches", "padded", "views"]

Sizes = tuple[int, ...]
Padding = str | tuple[tuple[int, int], ...]
WINDOW_BYTES = 2**21  # made at once: small enough for the processor's cache


def in_batches(function: Callable[[Array], Array], values: Array, size: int) -> Array:
    """Return what a function makes of values, shape (samples, ...), given no more than `size` samples at a time."""
    if len(values) <= size:
        return function(values)
    first = function(values[:size])
    require_room((len(values), *first.shape[1:]), first.dtype)
    return np.concatenate(
        [first, *(function(values[start : start + size]) for start in range(size, len(values), size))]
    )


def _convolve(
    values: Array, *, kernel: Array, bias: Array | None = None, strides: Sizes, padding: Padding, dilation_rate: Sizes
) -> Array:  # fmt: skip
    """Convolve values, shape (samples, *lengths, channels), with a kernel, shape (*sizes, channels per group, filters).

    Returns:
        Array of shape (samples, *places, filters) in the dtype of the kernel.
    """
    values = padded(values.astype(kernel.dtype, copy=False), kernel.shape[:-2], strides, padding, dilation_rate)
    groups = values.shape[-1] // kernel.shape[-2]
    parts = zip(np.split(values, groups, axis=-1), np.split(kernel, groups, axis=-1), strict=True)
    sums = np.concatenate([_sums(part, filters, strides, dilation_rate) for part, filters in parts], axis=-1)
    return sums if bias is None else sums + bias


def _sums(values: Array, kernel: Array, strides: Sizes, spread: Sizes) -> Array:
    """Return the sum of values times kernel over every window."""
    matrix = kernel.reshape(-1, kernel.shape[-1])

    def at_once(batch: Array) -> Array:
        return np.asarray(np.concatenate(list(views(batch, kernel.shape[:-2], strides, spread)), axis=-1) @ matrix)

    windows = prod(-(-length // stride) for length, stride in zip(values.shape[1:-1], strides, strict=True))
    require_room((windows, *matrix.shape[:1]), values.dtype)
    return in_batches(at_once, values, max(1, WINDOW_BYTES // (windows * len(matrix) * values.itemsize)))


def _pool_max(values: Array, *, pool_size: Sizes, strides: Sizes, padding: Padding) -> Array:
    once = (1,) * len(pool_size)
    wide = padded(values, pool_size, strides, padding, once, fill=-np.inf)
    return reduce(np.maximum, views(wide, pool_size, strides, once))


def _pool_average(
    values: Array, *, pool_size: Sizes, strides: Sizes, padding: Padding, padding_counts: bool = False
) -> Array:  # fmt: skip
    def total(summands: Array) -> Array:
        once = (1,) * len(pool_size)
        return reduce(np.add, views(padded(summands, pool_size, strides, padding, once), pool_size, strides, once))

    if padding_counts:
        return np.asarray(total(values) / prod(pool_size))
    # Windows at the border are averages of fewer values.
    return np.asarray(total(values) / total(np.ones_like(values[:1, ..., :1])))


def _pool_all(reduced: Callable[..., Array]) -> Callable[..., Array]:
    def pool(values: Array, *, keepdims: bool) -> Array:
        return reduced(values, axis=tuple(range(1, values.ndim - 1)), keepdims=keepdims)

    return pool


def _pool_to(values: Array, *, output_size: Sizes) -> Array:
    """Average every axis between the samples and the channels over so many ranges of nearly equal length."""
    require_room((len(values), *output_size, values.shape[-1]), values.dtype)
    for axis, count in enumerate(output_size, start=1):
        length = values.shape[axis]
        ranges = [range(k * length // count, -(-(k + 1) * length // count)) for k in range(count)]
        values = np.stack([values.take(places, axis).mean(axis=axis) for places in ranges], axis=axis)
    return values


def _surround(values: Array, *, padding: tuple[tuple[int, int], ...]) -> Array:
    return _with_margins(values, padding)


def _with_margins(values: Array, margins: Sequence[tuple[int, int]], fill: float = 0.0) -> Array:
    wide = [length + sum(sides) for length, sides in zip(values.shape[1:-1], margins, strict=True)]
    require_room((len(values), *wide, values.shape[-1]), values.dtype)
    return np.pad(values, ((0, 0), *margins, (0, 0)), constant_values=fill)


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


def _normalize_samples(
    values: Array, *, gamma: Array | None = None, beta: Array | None = None, axis: Sizes, epsilon: float
) -> Array:  # fmt: skip
    """Normalize each sample by its own mean and variance over some axes, which are its last."""
    values = values - values.mean(axis=axis, keepdims=True)
    values = values / np.sqrt(np.square(values).mean(axis=axis, keepdims=True) + epsilon)
    values = values if gamma is None else values * gamma
    return np.asarray(values if beta is None else values + beta)


def _slope(values: Array, *, alpha: Array) -> Array:
    return np.where(values > 0, values, alpha * values)


def padded(values: Array, sizes: Sizes, strides: Sizes, padding: Padding, spread: Sizes, fill: float = 0.0) -> Array:
    """Return values with the margins that Keras' "same" and "causal" padding give them, or with given ones.

    Args:
        values: shape (samples, *lengths, channels).
        sizes: of the window.
        strides: from one window to the next.
        padding: "valid", "same", "causal", or how many places before and behind on each axis.
        spread: from one place in the window to the next.
        fill: what stands in the margins.
    """
    if padding == "valid":
        return values
    if not isinstance(padding, str):
        return _with_margins(values, padding, fill)
    margins = []
    for length, size, stride, apart in zip(values.shape[1:-1], sizes, strides, spread, strict=True):
        reach = (size - 1) * apart
        if padding == "causal":
            margins.append((reach, 0))
        else:
            missing = max(0, (-(-length // stride) - 1) * stride + reach + 1 - length)
            margins.append((missing // 2, missing - missing // 2))
    return _with_margins(values, margins, fill)


def views(values: Array, sizes: Sizes, strides: Sizes, spread: Sizes) -> Iterator[Array]:
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
    "GlobalMaxPooling1D": _pool_all(np.max),
    "GlobalMaxPooling2D": _pool_all(np.max),
    "GlobalAveragePooling1D": _pool_all(np.mean),
    "GlobalAveragePooling2D": _pool_all(np.mean),
    "AdaptiveAveragePooling1D": _pool_to,
    "AdaptiveAveragePooling2D": _pool_to,
    "ZeroPadding2D": _surround,
    "BatchNormalization": _normalize,
    "LayerNormalization": _normalize_samples,
    "PReLU": _slope,
    "Reshape": _reshape,
    "Rescaling": _rescale,
}
# Operations on a sample as a whole, wherever its channels stand.
WHOLE = {"LayerNormalization", "Reshape"}
"""What a layer does to values of shape (samples, ...), given its recorded weights and settings by name."""
