"""Models without weights yet: built before the first state is recorded, as Keras would by the first batch."""

from typing import Any

import keras
from keras.src import (
    backend,
)  # not exported: it lets a model run on shapes alone, which changes nothing but what is built

from animviz.errors import RecordingError
from animviz.recorders.keras.causes import cause_of
from animviz.recorders.keras.leaves import can_be_called

__all__ = ["build"]


def build(model: Any, inputs: Any) -> None:
    """Build what a model has not built yet: all layers that it uses in training or afterwards.

    Args:
        model: a Keras model.
        inputs: arrays, tensors or a tf.data.Dataset that the model takes; or None where there are none.

    Raises:
        RecordingError: nothing tells how to build it, or it cannot be built.
    """
    if not (unbuilt := [layer for layer in model._flatten_layers() if not layer.built]):
        return
    if not can_be_called(model):
        if missing := [layer.name for layer in unbuilt if layer is not model]:
            raise RecordingError(
                f"{', '.join(missing)} has no weights yet, and the model has no call(); call it once before fit"
            )
        return
    shapes = None if inputs is None else _shapes(inputs)
    if shapes is None and not model.built:
        raise RecordingError(
            "the model has no weights yet; give it an Input, call it once before fit, or name inputs: Recorder(path, inputs=x)"
        )
    if shapes is None:
        return
    for training in (True, False):  # a layer may be used in one of them only
        try:
            backend.compute_output_spec(model, shapes, training=training)
        except Exception as error:  # Keras and the authors of models raise many kinds
            raise RecordingError(
                f"the model cannot be built by inputs of shape {_said(shapes)} ({cause_of(error)}); call it once before fit"
            ) from error


def _shapes(inputs: Any) -> Any:
    """Return inputs by shape and dtype; None where one has none."""
    if (spec := getattr(inputs, "element_spec", None)) is not None:
        inputs = spec[0] if isinstance(spec, tuple) else spec
    if any(not hasattr(array, "shape") or not hasattr(array, "dtype") for array in keras.tree.flatten(inputs)):
        return None
    return keras.tree.map_structure(lambda array: keras.KerasTensor(tuple(array.shape), _dtype(array)), inputs)


def _dtype(array: Any) -> str:
    text = getattr(array.dtype, "kind", "") == "U"
    return "string" if text else str(backend.standardize_dtype(array.dtype))


def _said(shapes: Any) -> str:
    return ", ".join(str(tuple(shape.shape)) for shape in keras.tree.flatten(shapes))
