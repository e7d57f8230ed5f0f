"""Gradients of a Keras model's loss, for pictures that show how strongly each layer is being pulled."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from animviz.errors import RecordingError
from animviz.recorders.keras.batches import batches, number_of
from animviz.recorders.keras.inspect import weight_names
from animviz.recorders.keras.leaves import can_be_called
from animviz.recorders.keras.tapping import outputs_by_name
from animviz.recorders.keras.untouched import untouched
from animviz.recorders.masking import MASKED
from animviz.recorders.samples import Samples
from animviz.recorders.understanding import Meaning
from animviz.recording.metrics import for_loss

__all__ = ["loss_gradients"]

BATCH = 512

Lossy = Callable[[Any], Any]


def loss_gradients(model: Any, samples: Samples, meaning: Meaning) -> dict[str, NDArray[Any]]:
    """Return the gradient of the mean loss over some samples with respect to each trainable weight.

    Dropout is off, penalties on weights count. The model is left as it was.

    Args:
        model: a compiled Keras model.
        samples: that are fed in.
        meaning: of the model's outputs, and what its loss compares them with.

    Returns:
        Arrays by name of the weight, each of that weight's shape.

    Raises:
        RecordingError: the model has no loss of its own, or it is not known what an output is compared with.
    """
    if not can_be_called(model):
        raise RecordingError("gradients need a model with call(), which this one has not; leave gradients=True out")
    names = dict(zip(map(id, model.weights), weight_names(model), strict=True))
    weights, count = model.trainable_weights, number_of(samples.fed)
    sums = [np.zeros(weight.shape, np.float64) for weight in weights]
    with untouched(model), _loss_of_its_own(model):
        for batch, part in batches(model, samples.fed, BATCH):

            def loss(value: Any, batch: Any = batch, part: slice = part) -> Any:
                counted = part.stop - part.start
                kept = keras.tree.map_structure(lambda tensor: tensor[:counted], value)
                return model.compute_loss(x=batch, y=_compared(model, kept, samples, meaning, part), y_pred=kept)

            output = model(batch, training=False)
            _require_loss(model)
            loss(output)  # makes what the loss keeps, which cannot be made while it is differentiated
            for total, gradient in zip(sums, BACKENDS[keras.backend.backend()](model, batch, loss), strict=True):
                if gradient is not None:
                    part_of_all = (part.stop - part.start) / count
                    total += np.asarray(keras.ops.convert_to_numpy(gradient), np.float64) * part_of_all
    return {names[id(w)]: total.astype(np.float32) for w, total in zip(weights, sums, strict=True)}


def _require_loss(model: Any) -> None:
    """Refuse a model that has just run and has no loss; Keras takes that for a loss of zero on one of its backends."""
    own = type(model).compute_loss is not keras.Model.compute_loss
    if not (own or model.losses or getattr(model, "loss", None) is not None):
        raise RecordingError("gradients need a loss in compile(); leave gradients=True out")


def _compared(model: Any, value: Any, samples: Samples, meaning: Meaning, part: slice) -> Any:
    """Return what the loss compares outputs with, in their structure."""
    found = {
        name: _target(name, tensor, samples, meaning, part) for name, tensor in outputs_by_name(model, value).items()
    }
    return found if isinstance(value, dict) else keras.tree.pack_sequence_as(value, list(found.values()))


def _target(name: str, tensor: Any, samples: Samples, meaning: Meaning, part: slice) -> Any:
    output = next(output for output in meaning.outputs if output.name == name)
    known = meaning.target_of(output, samples.inputs)
    if output.loss is not None and known is not None and output.ignored != MASKED:
        return keras.ops.convert_to_tensor(for_loss(output, known[part], np.empty(tuple(tensor.shape), np.float32)))
    # Only the user knows in what form a loss of his own takes them.
    given = samples.compared_with(name, is_main=name == meaning.main_output)
    if given is None:
        raise RecordingError(
            f"gradients need what output {name!r} is compared with; pass targets={{{name!r}: ...}} or labels="
        )
    return keras.ops.convert_to_tensor(given[part])


@contextmanager
def _loss_of_its_own(model: Any) -> Iterator[None]:
    """Lend a model a second copy of its compiled loss, so that nothing is counted in the one that is trained with."""
    compiled = getattr(model, "_compile_loss", None)
    if compiled is None:
        yield
        return
    copy = type(compiled)(
        compiled._user_loss,
        compiled._user_loss_weights,
        reduction=compiled.reduction,
        output_names=compiled.output_names,
    )
    vars(model)["_compile_loss"] = copy  # Keras' own __setattr__ would track it as part of the model
    try:
        yield
    finally:
        vars(model)["_compile_loss"] = compiled


def _with_tensorflow(model: Any, batch: Any, loss: Lossy) -> list[Any]:
    import tensorflow as tf

    with tf.GradientTape() as tape:
        value = loss(model(batch, training=False))
    gradients: list[Any] = tape.gradient(value, [weight.value for weight in model.trainable_weights])
    return gradients


def _with_jax(model: Any, batch: Any, loss: Lossy) -> list[Any]:
    import jax

    weights = model.trainable_weights

    def value(arrays: list[Any]) -> Any:
        with keras.StatelessScope(state_mapping=list(zip(weights, arrays, strict=True)), collect_losses=True):
            return loss(model(batch, training=False))

    gradients: list[Any] = jax.grad(value)([weight.value for weight in weights])
    return gradients


def _with_torch(model: Any, batch: Any, loss: Lossy) -> list[Any]:
    import torch

    with torch.enable_grad():
        value = loss(model(batch, training=False))
        return list(torch.autograd.grad(value, [weight.value for weight in model.trainable_weights], allow_unused=True))


BACKENDS: Mapping[str, Callable[[Any, Any, Lossy], list[Any]]] = {
    "tensorflow": _with_tensorflow,
    "jax": _with_jax,
    "torch": _with_torch,
}
