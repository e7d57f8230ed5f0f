"""Losses by the names that users know."""

from animviz.errors import InputError
from animviz.recording.losses import Loss

__all__ = ["loss_named"]


def loss_named(loss: str | Loss | None) -> Loss | None:
    """Return the loss of a name.

    Args:
        loss: any name that Keras takes, such as "mse" or "binary_crossentropy"; or the loss itself; or None.

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
    return known
