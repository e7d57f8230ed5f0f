"""A recording session: what is noted of a training, without a word of the framework that trains."""

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from animviz.arrays import Array
from animviz.errors import InputError

__all__ = ["LARGE", "named_inputs", "plain", "portable", "size_text", "version_of"]

LARGE = 2**30  # bytes from which the cost is a warning and not a note


def named_inputs(inputs: Any) -> dict[str, Array]:
    """Return the arrays under the names that they have in inputs.safetensors."""
    if inputs is None:
        return {}
    if isinstance(inputs, Mapping):
        return {f"inputs/{name}": plain(array) for name, array in inputs.items()}
    if isinstance(inputs, list | tuple):
        return {f"inputs/{place}": plain(array) for place, array in enumerate(inputs)}
    return {"inputs": plain(inputs)}


def plain(values: Any) -> Array:
    """Return values as an array of numbers, float64 as float32.

    Raises:
        InputError: they are not numbers, or there are none.
    """
    array = np.asarray(values)
    if array.dtype == np.float64:
        array = array.astype(np.float32)
    if array.dtype.kind not in "fiub" or array.ndim == 0 or len(array) == 0:
        raise InputError(
            f"Recorder: an array has shape {array.shape} of {array.dtype}; expected numbers, one row per sample"
        )
    return array


def portable(array: Array) -> Array:
    """Return the array in a dtype that NumPy itself knows (bfloat16 becomes float32)."""
    return array if array.dtype.kind in "fiub" else array.astype(np.float32)


def version_of(package: str) -> str:
    """Return the version of an installed package."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def size_text(count: float) -> str:
    """Return a number of bytes as text."""
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
