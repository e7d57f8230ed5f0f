"""What a Keras model and its layers put out, as the model is used (not trained)."""

from collections.abc import Collection
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from animviz.errors import RecordingError
from animviz.recorders.keras.batches import batches, number_of
from animviz.recorders.keras.causes import cause_of
from animviz.recorders.keras.leaves import can_be_called, leaves
from animviz.recorders.keras.taps import eager, tapped
from animviz.recorders.keras.untouched import untouched

__all__ = ["outputs_by_name", "probe", "seen"]

PROBE_BYTES = 2**23  # of inputs that go through the model at once: each pass costs ten milliseconds of Python
FEW = 5  # samples that tell what layers put out

Arrays = dict[str, NDArray[Any]]


def probe(model: Any, inputs: Any, names: Collection[str]) -> tuple[Arrays, Arrays]:
    """Return the outputs of the named layers and of the model, as they are when it is used (not trained).

    Args:
        model: a built Keras model, which is left as it was.
        inputs: an array, or a list or dict of arrays.
        names: of layers, as `seen` names them.

    Returns:
        Arrays of shape (samples, ...) by layer, and by output of the model; half precision as float32.

    Raises:
        RecordingError: a layer does not run or puts out no plain array, or the model does not take the inputs.
    """
    layers, outputs = _passed(model, inputs, names)
    return {name: _required(layers, name) for name in names}, outputs


def seen(model: Any, inputs: Any) -> tuple[dict[str, NDArray[Any] | None], Arrays]:
    """Return what every layer that runs puts out for a few samples, named and ordered as in `tapped`, and what the model does.

    Args:
        model: a built Keras model, which is left as it was.
        inputs: an array, or a list or dict of arrays.

    Returns:
        Arrays of shape (samples, ...) by layer, None for what is no plain array of numbers with a row per sample; and by
        output of the model.

    Raises:
        RecordingError: the model does not take the inputs.
    """
    return _passed(model, keras.tree.map_structure(lambda array: array[:FEW], inputs), None)


def outputs_by_name(model: Any, value: Any) -> dict[str, Any]:
    """Return the tensors that a model puts out, by output: "output" where there is one.

    Args:
        model: a Keras model.
        value: what calling it returned: a tensor, or a list or dict of them.
    """
    tensors = keras.tree.flatten(value)
    if isinstance(value, dict) and len(value) == len(tensors):
        return {name: value[name] for name in sorted(value)}  # as Keras orders them
    if len(tensors) == 1:
        return {"output": tensors[0]}
    names = list(getattr(model, "output_names", None) or [])
    if len(set(names)) != len(tensors):
        names = [f"output_{place + 1}" for place in range(len(tensors))]
    return dict(zip(names, tensors, strict=True))


def _passed(model: Any, inputs: Any, wanted: Collection[str] | None) -> tuple[dict[str, NDArray[Any] | None], Arrays]:
    """Return what layers and model put out for all samples; see `seen`."""
    rows: dict[str, list[NDArray[Any] | None]] = {}
    outputs: dict[str, list[NDArray[Any] | None]] = {}
    count, layers = number_of(inputs), leaves(model) | _nested(model, wanted or ())
    size = max(1, PROBE_BYTES * count // max(1, sum(array.nbytes for array in keras.tree.flatten(inputs))))
    with untouched(model), eager():
        for batch, part in batches(model, inputs, size):
            with tapped(layers, wanted) as taken:
                value = _called(model, batch)
            for kind, found in ((rows, taken), (outputs, outputs_by_name(model, value))):
                for name, tensor in found.items():
                    kind.setdefault(name, []).append(_array(tensor, number_of(batch), part))
    whole = {name: _joined(arrays, count) for name, arrays in outputs.items()}
    return (
        {name: _joined(arrays, count) for name, arrays in rows.items()},
        {name: array for name, array in whole.items() if array is not None},
    )


def _nested(model: Any, wanted: Collection[str]) -> dict[str, Any]:
    """Return the models right below a model that are wanted as one layer, as which older recordings list them."""
    return {layer.name: layer for layer in model.layers if isinstance(layer, keras.Model) and layer.name in wanted}


def _called(model: Any, batch: Any) -> Any:
    """Call a model; of one that cannot be called, call the models in it that take such samples, for the sake of their layers."""
    try:
        if can_be_called(model):
            return model(batch, training=False)
        for part in model.layers:
            if isinstance(part, keras.Model) and _takes(part, batch):
                part(batch, training=False)
    except Exception as error:  # Keras and the authors of models raise many kinds
        raise RecordingError(
            f"the model does not take the recorder's inputs ({cause_of(error)}); name them as the model takes them, "
            "or none: weights are recorded without"
        ) from error
    return []


def _takes(model: Any, batch: Any) -> bool:
    """Say whether samples have the shape that a model is made for."""
    wanted, given = keras.tree.flatten(getattr(model, "inputs", None)), keras.tree.flatten(batch)
    return len(wanted) == len(given) and all(
        len(tensor.shape) == len(array.shape)
        and all(a in (None, b) for a, b in zip(tensor.shape, array.shape, strict=True))
        for tensor, array in zip(wanted, given, strict=True)
    )


def _array(value: Any, count: int, part: slice) -> NDArray[Any] | None:
    """Return a tensor's rows for the samples of a part, or None if it is no plain array of numbers with a row per sample."""
    if not keras.ops.is_tensor(value) or None in tuple(value.shape) or tuple(value.shape)[:1] != (count,):
        return None
    try:
        array = np.asarray(keras.ops.convert_to_numpy(value))
    except (NotImplementedError, TypeError):  # from within a function that was compiled before
        return None
    if array.dtype.name in ("float16", "bfloat16"):
        array = array.astype(np.float32)
    return array[: part.stop - part.start] if array.dtype.kind in "fiub" else None


def _joined(arrays: list[NDArray[Any] | None], count: int) -> NDArray[Any] | None:
    there = [array for array in arrays if array is not None]
    if len(there) < len(arrays) or len({array.shape[1:] for array in there}) != 1 or sum(map(len, there)) != count:
        return None
    return np.concatenate(there)


def _required(layers: dict[str, NDArray[Any] | None], name: str) -> NDArray[Any]:
    array = layers.get(name)
    if array is None:
        why = "puts out no plain array of numbers" if name in layers else "does not run when the model is used"
        raise RecordingError(f"layer {name!r} {why}, so it cannot be stored; leave it out of layers=[...]")
    return array
