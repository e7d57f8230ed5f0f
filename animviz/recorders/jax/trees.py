"""Trees of arrays as plain arrays by name."""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import GetAttrKey, keystr, tree_flatten_with_path

from animviz.arrays import Array
from animviz.errors import InputError, RecordingError
from animviz.recorders.samples import portable

__all__ = ["as_array", "named", "outputs_by_name", "plain"]

CALLED = "/__call__/0"  # what flax appends to a layer's path for what its call returned


def named(tree: Any, what: str) -> dict[str, Array]:
    """Return copies of a tree's arrays by their paths, such as "Dense_0/kernel".

    Args:
        tree: any tree of arrays.
        what: how messages call it.

    Raises:
        InputError: a leaf is no array of numbers.
        RecordingError: two paths read the same.
    """
    found: dict[str, Array] = {}
    for path, leaf in tree_flatten_with_path(tree)[0]:
        if path and isinstance(path[-1], GetAttrKey) and path[-1].name == "value":  # flax puts variables around arrays
            path = path[:-1]
        name = keystr(path, simple=True, separator="/") or what
        name = name.removesuffix(CALLED)
        if not isinstance(leaf, jax.Array | np.ndarray | np.generic | int | float):
            raise InputError(
                f"{what}: {name} is of type {type(leaf).__name__}; expected arrays only, for example those of "
                "equinox.filter(model, equinox.is_array)"
            )
        if name in found:
            raise RecordingError(f"{what} hold two arrays of the name {name!r}")
        found[name] = as_array(leaf)
    return found


def as_array(leaf: Any) -> Array:
    """Return a copy of an array, which the training changes no more; nothing of JAX holds on to it.

    Args:
        leaf: an array on any device.

    Raises:
        RecordingError: its memory was donated to a later step.
    """
    if isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key):
        leaf = jax.random.key_data(leaf)
    try:
        return portable(np.array(jax.device_get(leaf)))
    except RuntimeError as error:
        if "deleted" not in str(error):
            raise
        raise RecordingError(
            "the parameters are gone: a step has taken their memory over (donate_argnums); hand over those that the last step "
            "returned"
        ) from None


def outputs_by_name(value: Any) -> dict[str, Any]:
    """Return what an apply function returned, by output: "output" where there is one.

    Args:
        value: an array, or a tree of them.
    """
    leaves = tree_flatten_with_path(value)[0]
    if len(leaves) == 1:
        return {"output": leaves[0][1]}
    if isinstance(value, Mapping):
        return {keystr(path, simple=True, separator="/"): leaf for path, leaf in leaves}
    return {f"output_{place}": leaf for place, (_, leaf) in enumerate(leaves, start=1)}


def plain(values: Any) -> Any:
    """Return what a user gives as samples with JAX's arrays as NumPy's.

    Args:
        values: an array, or a list or dict of them, or anything else.
    """
    if isinstance(values, jax.Array):
        return as_array(values)
    if isinstance(values, Mapping):
        return {name: plain(value) for name, value in values.items()}
    if isinstance(values, list | tuple) and any(isinstance(value, jax.Array) for value in values):
        return [plain(value) for value in values]
    return values
