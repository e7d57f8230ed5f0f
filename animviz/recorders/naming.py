"""Losses by the names that users know, and whether outputs are what these say of them."""

from collections.abc import Mapping, Sequence

import numpy as np

from animviz.arrays import Array
from animviz.errors import InputError
from animviz.recording.losses import Loss
from animviz.recording.meaning import Output

__all__ = ["loss_named", "require_probabilities"]

MARGIN = 1e-3  # by which probabilities in half precision may miss 0 and 1


def loss_named(loss: str | Loss | None, *, logits: bool = False) -> Loss | None:
    """Return the loss of a name.

    Args:
        loss: any name that Keras takes, such as "mse" or "binary_crossentropy"; or the loss itself; or None.
        logits: whether the user says that outputs are logits, of which a cross-entropy is then taken.

    Raises:
        InputError: Keras has no loss of that name.
    """
    if not isinstance(loss, str):
        return loss
    known = Loss.of(loss)
    if known is None:
        raise InputError(
            f"the loss is {loss[:60]!r}; expected a name of Keras, such as binary_crossentropy, "
            "sparse_categorical_crossentropy or mean_squared_error, or None for one that has none"
        )
    return Loss.of(loss, from_logits=True) if logits and "crossentropy" in known.name else known


def require_probabilities(
    outputs: Sequence[Output], values: Mapping[str, Array], way: str = "pass task='{task} logits' if it puts out logits"
) -> None:
    """Check that outputs of which the loss takes probabilities are such.

    Args:
        outputs: with what they are taken for.
        values: what the network puts out, by output.
        way: out, for the error, where "{task}" stands for the task.

    Raises:
        InputError: one is below 0 or above 1; names the way out.
    """
    for output in outputs:
        array = values.get(output.name)
        if output.form != "probabilities" or array is None or not np.isfinite(array).any():
            continue
        finite = array[np.isfinite(array)]
        low, high = float(finite.min()), float(finite.max())
        if low < -MARGIN or high > 1 + MARGIN:
            raise InputError(
                f"output {output.name!r} is taken for probabilities, because of its loss {output.loss}, and reaches from "
                f"{low:.3g} to {high:.3g}; {way.format(task=output.task)}"
            )
