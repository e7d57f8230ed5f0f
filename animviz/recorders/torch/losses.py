"""What a loss of PyTorch compares: its name in Keras where it has one, and what an output trained with it answers."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from animviz.arrays import Array
from animviz.recording.losses import Loss

__all__ = ["Known", "known", "name_of"]


@dataclass(frozen=True)
class Known:
    """What is known of a loss.

    Attributes:
        loss: its name in Keras with settings, or None where it has none.
        task: what an output answers that is trained with it, such as "multiclass logits"; "" where that is open.
        classes_first: whether it takes the classes of an output as the axis behind the samples.
    """

    loss: Loss | None = None
    task: str = ""
    classes_first: bool = False


FUNCTIONS: dict[Any, type] = {
    functional.cross_entropy: nn.CrossEntropyLoss,
    functional.nll_loss: nn.NLLLoss,
    functional.binary_cross_entropy: nn.BCELoss,
    functional.binary_cross_entropy_with_logits: nn.BCEWithLogitsLoss,
    functional.mse_loss: nn.MSELoss,
    functional.l1_loss: nn.L1Loss,
    functional.smooth_l1_loss: nn.SmoothL1Loss,
    functional.huber_loss: nn.HuberLoss,
    functional.kl_div: nn.KLDivLoss,
    functional.multi_margin_loss: nn.MultiMarginLoss,
    functional.multilabel_soft_margin_loss: nn.MultiLabelSoftMarginLoss,
    functional.poisson_nll_loss: nn.PoissonNLLLoss,
    functional.triplet_margin_loss: nn.TripletMarginLoss,
    functional.cosine_embedding_loss: nn.CosineEmbeddingLoss,
}


def known(loss: Any, labels: Array | None, output: Array | None) -> Known:
    """Return what is known of a loss.

    Args:
        loss: a module, a function of `torch.nn.functional`, a `functools.partial` of one, or a loss of Keras.
        labels: labels or targets, one row per sample, or None.
        output: what the model puts out for a few samples, or None.
    """
    if isinstance(loss, Loss):
        return Known(loss)
    module = _as_module(loss)
    if module is None or type(module) not in KNOWN:
        return Known()
    return KNOWN[type(module)](module, labels, output)


def name_of(loss: Any) -> str:
    """Return how messages call a loss."""
    if loss is None:
        return ""
    if isinstance(loss, functools.partial):
        return name_of(loss.func)
    return str(loss) if isinstance(loss, Loss) else str(getattr(loss, "__name__", type(loss).__name__))


def _as_module(loss: Any) -> Any:
    """Return a loss as a module, where its class or its function is PyTorch's own."""
    if isinstance(loss, functools.partial) and not loss.args and _is_function(loss.func):
        return FUNCTIONS[loss.func](**loss.keywords)
    return FUNCTIONS[loss]() if _is_function(loss) else loss


def _is_function(loss: Any) -> bool:
    return callable(loss) and not isinstance(loss, nn.Module | functools.partial) and loss in FUNCTIONS


def _named(name: str, module: Any, **settings: Any) -> Loss | None:
    """Return a loss of Keras with a module's reduction; a user reduces what is not reduced, as a mean for all we know."""
    if module.reduction == "sum":
        settings["reduction"] = "sum"
    return Loss.of(name, **settings)


def _cross_entropy(module: Any, labels: Array | None, output: Array | None) -> Known:
    task = "multiclass logits"
    if module.weight is not None:
        return Known(None, task, classes_first=True)
    ignored = _ignored(module, labels)
    rows = (
        labels is not None and labels.dtype.kind == "f" and output is not None and labels.shape[1:] == output.shape[1:]
    )
    if not module.label_smoothing and not rows:
        return Known(
            _named("sparse_categorical_crossentropy", module, from_logits=True, **ignored), "", classes_first=True
        )
    if ignored:
        return Known(None, task, classes_first=True)
    smoothing = {"label_smoothing": module.label_smoothing} if module.label_smoothing else {}
    return Known(_named("categorical_crossentropy", module, from_logits=True, **smoothing), "", classes_first=True)


def _negative_log_likelihood(module: Any, labels: Array | None, output: Array | None) -> Known:
    # Of logarithms of probabilities it is the cross-entropy of them as logits; of other numbers it has no name.
    sums = None if output is None else torch.logsumexp(torch.as_tensor(output).float(), 1)
    logarithms = sums is not None and bool((sums.abs() < 1e-3).all())
    if module.weight is not None or not logarithms:
        return Known(None, "multiclass logits" if logarithms else "", classes_first=True)
    settings = {"from_logits": True, **_ignored(module, labels)}
    return Known(_named("sparse_categorical_crossentropy", module, **settings), "", classes_first=True)


def _ignored(module: Any, labels: Array | None) -> dict[str, int]:
    """Return the class that counts in no score, where there are samples of it."""
    there = labels is not None and labels.dtype.kind in "iu" and bool((labels == module.ignore_index).any())
    return {"ignore_class": int(module.ignore_index)} if there else {}


def _binary_logits(module: Any, labels: Array | None, output: Array | None) -> Known:
    if module.weight is None and module.pos_weight is None:
        return Known(_named("binary_crossentropy", module, from_logits=True))
    return Known(None, _yes_or_no(output, "logits"))


def _binary(module: Any, labels: Array | None, output: Array | None) -> Known:
    if module.weight is None:
        return Known(_named("binary_crossentropy", module))
    return Known(None, _yes_or_no(output, "probabilities"))


def _yes_or_no(output: Array | None, form: str) -> str:
    if output is None:
        return ""
    return f"{'binary' if output.ndim == 1 or output.shape[-1] == 1 else 'multilabel'} {form}"


def _smooth(module: Any, labels: Array | None, output: Array | None) -> Known:
    return Known(_named("huber", module, delta=1.0)) if module.beta == 1 else Known(None, "regression")


def _plain(name: str) -> Callable[[Any, Array | None, Array | None], Known]:
    return lambda module, labels, output: Known(_named(name, module))


def _only(task: str) -> Callable[[Any, Array | None, Array | None], Known]:
    return lambda module, labels, output: Known(None, task)


KNOWN: dict[type, Callable[[Any, Array | None, Array | None], Known]] = {
    nn.CrossEntropyLoss: _cross_entropy,
    nn.NLLLoss: _negative_log_likelihood,
    nn.BCEWithLogitsLoss: _binary_logits,
    nn.BCELoss: _binary,
    nn.MultiLabelSoftMarginLoss: lambda module, labels, output: (
        Known(_named("binary_crossentropy", module, from_logits=True)) if module.weight is None
        else Known(None, "multilabel logits")
    ),
    nn.MSELoss: _plain("mean_squared_error"),
    nn.L1Loss: _plain("mean_absolute_error"),
    nn.SmoothL1Loss: _smooth,
    nn.HuberLoss: lambda module, labels, output: Known(_named("huber", module, delta=module.delta)),
    nn.KLDivLoss: _only("multiclass logits"),
    nn.MultiMarginLoss: _only("multiclass values"),
    nn.PoissonNLLLoss: _only("regression"),
    nn.GaussianNLLLoss: _only("regression"),
    nn.TripletMarginLoss: _only("none"),
    nn.TripletMarginWithDistanceLoss: _only("none"),
    nn.CosineEmbeddingLoss: _only("none"),
}  # fmt: skip
