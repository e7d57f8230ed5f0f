"""What a loss of PyTorch compares: its name in Keras where it has one, and what an output trained with it answers."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import torch
from torch import nn
from torch.nn import functional

from animviz.arrays import Array
from animviz.errors import InputError
from animviz.recording.losses import Loss

__all__ = ["Known", "as_module", "known", "name_of"]


@dataclass(frozen=True)
class Known:
    """What is known of a loss.

    Attributes:
        loss: its name in Keras with settings, or None where it has none.
        task: what an output answers that is trained with it, such as "multiclass logits"; "" where that is open.
        classes: whether an output has its classes behind the samples or last; "" where the loss does not say.
        is_close: whether the loss of Keras says what is answered, but states another number: weights, or a sum.
        ignored: targets of this value count in no score.
    """

    loss: Loss | None = None
    task: str = ""
    classes: Literal["first", "last", ""] = ""
    is_close: bool = False
    ignored: int | None = None


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


def known(loss: Any, labels: Array | None, output: Array, *, told: str = "") -> Known:
    """Return what is known of a loss.

    Args:
        loss: a module, a function of `torch.nn.functional`, a `functools.partial` of one, or a loss of Keras.
        labels: labels or targets, one row per sample, or None.
        output: what the model puts out for a few samples.
        told: the task that the user names, or "".

    Raises:
        InputError: it is in doubt where the classes stand, or the loss would compare each sample with all.
    """
    if isinstance(loss, Loss):
        return Known(loss)
    module = as_module(loss)
    if module is None:
        return Known(ignored=_ignored(nn.CrossEntropyLoss(), labels))
    if isinstance(module, COMPARING):
        _require_no_broadcasting(name_of(loss), labels, output)
    found = KNOWN[type(module)](module, labels, output)
    if isinstance(module, nn.CrossEntropyLoss | nn.NLLLoss):
        found = replace(found, classes=_classes(labels, output, told), ignored=_ignored(module, labels))
    return replace(found, is_close=found.is_close or module.reduction == "sum")


def name_of(loss: Any) -> str:
    """Return how messages call a loss."""
    if loss is None:
        return ""
    if isinstance(loss, functools.partial):
        return name_of(loss.func)
    return str(loss) if isinstance(loss, Loss) else str(getattr(loss, "__name__", type(loss).__name__))


def as_module(loss: Any) -> Any:
    """Return a loss as a module where its class or its function is PyTorch's own and known, else None."""
    if isinstance(loss, functools.partial) and not loss.args and _is_function(loss.func):
        loss = FUNCTIONS[loss.func](**loss.keywords)
    elif _is_function(loss):
        loss = FUNCTIONS[loss]()
    return loss if type(loss) in KNOWN else None


def _is_function(loss: Any) -> bool:
    return callable(loss) and not isinstance(loss, nn.Module | functools.partial) and loss in FUNCTIONS


def _require_no_broadcasting(name: str, labels: Array | None, output: Array) -> None:
    """Refuse a column against single numbers, of which PyTorch makes a square."""
    if labels is None or {labels.shape[1:], output.shape[1:]} != {(), (1,)}:
        return
    way = "[:, None]" if labels.ndim == 1 else "[:, 0]"
    raise InputError(
        f"the model puts out shape {(len(labels), *output.shape[1:])} and labels have shape {labels.shape}, of which "
        f"{name} compares each with all; train and record with labels{way}"
    )


def _places(labels: Array | None, output: Array) -> list[Literal["first", "last"]]:
    """Return where the classes of an output can stand: labels have the shape of all other axes."""
    if labels is None or output.ndim < 3:
        return ["first"]
    first, last = labels.shape[1:] == output.shape[2:], labels.shape[1:] == output.shape[1:-1]
    return ["first", "last"] if first and last else ["last"] if last else ["first"]


def _classes(labels: Array | None, output: Array, told: str) -> Literal["first", "last"]:
    """Return where the classes of an output stand; a user who names a sequence has them behind its positions."""
    places = _places(labels, output)
    if len(places) == 2 and not told:
        assert labels is not None  # else they stand first
        raise InputError(
            f"do the classes of an output of shape {output.shape[1:]} stand first or last, where labels have shape "
            f"{labels.shape[1:]}? Where they stand first, as the loss takes them, pass task='multiclass logits'; where they "
            "stand last, behind the positions, pass task='sequence of multiclass logits'"
        )
    return places[-1] if told.startswith("sequence of") else places[0]


def _ignored(module: Any, labels: Array | None) -> int | None:
    """Return the class that counts in no score, where there are samples of it."""
    there = labels is not None and labels.dtype.kind in "iu" and bool((labels == module.ignore_index).any())
    return int(module.ignore_index) if there else None


def _cross_entropy(module: Any, labels: Array | None, output: Array) -> Known:
    rows = labels is not None and labels.dtype.kind == "f" and labels.shape[1:] == output.shape[1:]
    ignored = _ignored(module, labels)
    weighted = module.weight is not None
    if ignored is not None or not (module.label_smoothing or rows):
        settings = {} if ignored is None else {"ignore_class": ignored}
        loss = Loss.of("sparse_categorical_crossentropy", from_logits=True, **settings)
        return Known(loss, is_close=weighted or module.label_smoothing > 0)
    smoothing = {"label_smoothing": module.label_smoothing} if module.label_smoothing else {}
    return Known(Loss.of("categorical_crossentropy", from_logits=True, **smoothing), is_close=weighted)


def _negative_log_likelihood(module: Any, labels: Array | None, output: Array) -> Known:
    # Of logarithms of probabilities it is the cross-entropy of them as logits; of other numbers it has no name.
    axes = [{"first": 1, "last": -1}[place] for place in _places(labels, output)]
    sums = [torch.logsumexp(torch.as_tensor(output).float(), axis).abs() for axis in axes]
    if not any(bool((total < 1e-3).all()) for total in sums):
        return Known()
    ignored = _ignored(module, labels)
    settings = {} if ignored is None else {"ignore_class": ignored}
    loss = Loss.of("sparse_categorical_crossentropy", from_logits=True, **settings)
    return Known(loss, is_close=module.weight is not None)


def _binary(module: Any, labels: Array | None, output: Array) -> Known:
    logits = {} if isinstance(module, nn.BCELoss) else {"from_logits": True}
    weighted = module.weight is not None or getattr(module, "pos_weight", None) is not None
    return Known(Loss.of("binary_crossentropy", **logits), is_close=weighted)


def _plain(name: str) -> Callable[[Any, Array | None, Array], Known]:
    return lambda module, labels, output: Known(Loss.of(name))


def _only(task: str) -> Callable[[Any, Array | None, Array], Known]:
    return lambda module, labels, output: Known(None, task)


COMPARING = (nn.MSELoss, nn.L1Loss, nn.SmoothL1Loss, nn.HuberLoss, nn.PoissonNLLLoss)  # number by number
KNOWN: dict[type, Callable[[Any, Array | None, Array], Known]] = {
    nn.CrossEntropyLoss: _cross_entropy,
    nn.NLLLoss: _negative_log_likelihood,
    nn.BCEWithLogitsLoss: _binary,
    nn.BCELoss: _binary,
    nn.MultiLabelSoftMarginLoss: _binary,
    nn.MSELoss: _plain("mean_squared_error"),
    nn.L1Loss: _plain("mean_absolute_error"),
    nn.SmoothL1Loss: lambda module, labels, output: Known(Loss.of("huber", delta=1.0), is_close=module.beta != 1),
    nn.HuberLoss: lambda module, labels, output: Known(Loss.of("huber", delta=module.delta)),
    nn.KLDivLoss: _only("multiclass logits"),
    nn.MultiMarginLoss: _only("multiclass values"),
    nn.PoissonNLLLoss: _only("regression"),
    nn.GaussianNLLLoss: _only("regression"),
    nn.TripletMarginLoss: _only("none"),
    nn.TripletMarginWithDistanceLoss: _only("none"),
    nn.CosineEmbeddingLoss: _only("none"),
}
