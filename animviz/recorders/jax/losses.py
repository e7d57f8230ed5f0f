"""Losses of Optax by their names in Keras."""

from typing import Any

from animviz.errors import InputError
from animviz.recorders.naming import loss_named
from animviz.recording.losses import Loss

__all__ = ["loss_of", "name_of"]

LOGITS: dict[str, Any] = {"from_logits": True}
OPTAX: dict[str, Loss] = {
    "huber_loss": Loss(name="huber"),
    "hinge_loss": Loss(name="hinge"),
    "log_cosh": Loss(name="log_cosh"),
    "safe_softmax_cross_entropy": Loss(name="categorical_crossentropy", settings=LOGITS),
    "sigmoid_binary_cross_entropy": Loss(name="binary_crossentropy", settings=LOGITS),
    "softmax_cross_entropy": Loss(name="categorical_crossentropy", settings=LOGITS),
    "softmax_cross_entropy_with_integer_labels": Loss(name="sparse_categorical_crossentropy", settings=LOGITS),
    "squared_error": Loss(name="mean_squared_error"),
}


def loss_of(loss: Any, *, logits: bool = False) -> Loss | None:
    """Return a loss by its name in Keras, or None for one that has none.

    Args:
        loss: a function of Optax or its name, the name of a loss in Keras, or any function.
        logits: whether the user says that outputs are logits.

    Raises:
        InputError: a name that neither has.
    """
    if callable(loss):
        return OPTAX.get(loss.__name__) if str(getattr(loss, "__module__", "")).startswith("optax.") else None
    if isinstance(loss, str) and loss in OPTAX:
        return OPTAX[loss]
    try:
        return loss_named(loss, logits=logits)
    except InputError as error:
        raise InputError(f"{error}; or of Optax: {', '.join(OPTAX)}") from None


def name_of(loss: Any) -> str:
    """Return how messages call a loss."""
    return "" if loss is None else str(getattr(loss, "__name__", loss))
