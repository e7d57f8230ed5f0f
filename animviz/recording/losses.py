"""A loss by its name in Keras and its settings, in NumPy, so that a picture can state that of any state."""

import inspect
from collections.abc import Mapping
from typing import Any, Literal, Self

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, model_validator

from animviz.arrays import Array
from animviz.errors import InputError
from animviz.recording.formulas import FORMULAS

__all__ = ["Loss"]

Reduction = Literal["sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none"] | None
_SHORT = {
    "bce": "binary_crossentropy",
    "kld": "kl_divergence",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "mse": "mean_squared_error",
    "msle": "mean_squared_logarithmic_error",
}
_NAMES = {name.replace("_", ""): name for name in FORMULAS} | _SHORT
STEP = 1e-6  # of a value, by which it is moved to see how a loss changes
_NUMBERED = ("sparse_categorical_crossentropy", "categorical_generalized_cross_entropy", "circle")


class Loss(BaseModel):
    """A loss of Keras.

    It is computed in float32, as Keras does, and from what the model puts out: TensorFlow takes the logits of a last
    softmax or sigmoid instead where there are any, and so does not clip probabilities below 1e-7. The same loss with
    from_logits, of these logits, is then Keras' number.

    Attributes:
        name: the name of its function in Keras, such as "mean_squared_error".
        settings: those of its class in Keras that were given, such as {"from_logits": True}, and "reduction".
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    settings: dict[str, Any] = {}

    @model_validator(mode="before")
    @classmethod
    def _settings_of_the_loss(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("name"), str) and isinstance(data.get("settings", {}), dict):
            return {**data, "settings": _checked(data["name"], data.get("settings", {}))}
        return data

    @classmethod
    def of(cls, name: str, **settings: Any) -> Self | None:
        """Return the loss of a name.

        Args:
            name: any name that Keras takes: "mse", "MSE", "mean_squared_error" or "MeanSquaredError".
            settings: those of its class in Keras.

        Returns:
            The loss, or None where Keras has none of that name, or one that is not known here ("ctc").

        Raises:
            InputError: the loss has no such setting, or not of that value.
        """
        known = _NAMES.get(name.replace("_", "").lower())
        if known is None:
            return None
        return cls(
            name=known, settings=_checked(known, settings)
        )  # checked here, for pydantic's errors have four lines

    @property
    def takes_class_numbers(self) -> bool:
        """Whether it compares with class numbers, and not with a row over all classes."""
        return self.name in _NUMBERED

    def per_sample(self, target: Array, output: Array) -> Array:
        """Return the loss of each sample: the mean over its positions, or their sum for the reduction "sum".

        Args:
            target: what was given to Keras' fit, shape (samples, ...).
            output: what the model puts out, shape (samples, ...).

        Returns:
            float32 of shape (samples,); NaN where no position of the sample counts.

        Raises:
            InputError: the shapes or the class numbers do not fit, or the loss is one number for all samples.
        """
        target, output = _aligned(target, output)
        if self._joins_samples(output.ndim):
            raise InputError(f"{self} is one number for all samples; there is none of each sample")
        rows = np.ma.masked_array(self._values(target, output)).reshape(len(output), -1)
        parts = 1 if self._adds_up else rows.count(axis=1)
        return np.asarray(rows.sum(axis=1).filled(np.nan) / parts, np.float32)

    def mean(self, target: Array, output: Array) -> float:
        """Return the loss as Keras' evaluate states it with all samples in one batch, added up in float64.

        For the reduction "sum" Keras states the sum over a batch, which grows with the batch. Here that is divided by
        the number of samples: times the size of a batch it is Keras' number.

        Args:
            target: what was given to Keras' fit, shape (samples, ...).
            output: what the model puts out, shape (samples, ...).

        Raises:
            InputError: the shapes or the class numbers do not fit.
        """
        target, output = _aligned(target, output)
        values = self._values(target, output)
        counted = int(np.ma.count(values))
        if not counted:
            return 0.0  # as Keras
        total = float(values.sum(dtype=np.float64))
        if not self._adds_up:
            return total / counted
        return total if self._joins_samples(output.ndim) else total / len(output)

    def slope(self, target: Array, output: Array) -> Array:
        """Return the gradient of one sample's loss by what the model puts out for it, by central differences in float64.

        Args:
            target: of one sample, shape (1, ...).
            output: what the model puts out, shape (1, ...).

        Returns:
            float64 in the shape of the output.

        Raises:
            InputError: see `per_sample`; or the sample's loss depends on other samples.
        """
        if self._joins_samples(np.ndim(output)):
            raise InputError(f"{self} is one number for all samples; there is none of each sample")
        values = np.asarray(output, np.float64)
        step = STEP * np.abs(values) + STEP / 1000
        around = np.concatenate(
            [values + np.diag(sign * step.ravel()).reshape(-1, *values.shape[1:]) for sign in (1, -1)]
        )
        targets = np.repeat(np.asarray(target, np.float64), len(around), axis=0)
        if targets.ndim == around.ndim - 1 and around.shape[-1] == 1:
            targets = targets[..., None]
        rows = np.ma.masked_array(self._values(targets, around)).reshape(len(around), -1)
        losses = rows.sum(axis=1).filled(0) / (1 if self._adds_up else np.maximum(rows.count(axis=1), 1))
        high, low = np.split(losses, 2)
        return np.asarray(((high - low) / (2 * step.ravel())).reshape(values.shape))

    @property
    def _adds_up(self) -> bool:
        return self.settings.get("reduction") == "sum"

    def _joins_samples(self, dimensions: int) -> bool:
        """Whether one number is computed from all samples, as the overlap of Dice is."""
        axis = _parameters(self.name).get("axis")
        axes = self.settings.get("axis", axis.default) if axis else -1
        return axes is None or 0 in normalize_axis_tuple(axes, dimensions)

    def _values(self, target: Array, output: Array) -> Array:
        """Return what Keras returns without a reduction; masked where it does not count."""
        if not self.takes_class_numbers:
            _require_fitting(target, output)
        settings = {name: value for name, value in self.settings.items() if name != "reduction"}
        with np.errstate(all="ignore"):  # outputs that run away have a loss of inf or NaN, as in Keras
            return FORMULAS[self.name](target, output, **settings)

    def __str__(self) -> str:
        usual = {name: each.default for name, each in _parameters(self.name).items()} | {
            "reduction": "sum_over_batch_size"
        }
        settings = ", ".join(f"{name}={value!r}" for name, value in self.settings.items() if value != usual[name])
        return f"{self.name}({settings})" if settings else self.name


def _parameters(name: str) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(FORMULAS[name]).parameters


def _checked(name: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Return settings of a loss as Python's own values.

    Raises:
        InputError: there is no such loss, or it has no such setting, or not of that value.
    """
    if name not in FORMULAS:
        raise InputError(f"the loss is {name!r}; expected one of {', '.join(FORMULAS)}")
    kinds = {key: each.annotation for key, each in _parameters(name).items() if each.kind is each.KEYWORD_ONLY}
    kinds["reduction"] = Reduction
    if unknown := set(settings) - set(kinds):
        raise InputError(f"the loss {name} has no setting {min(unknown)!r}; expected one of {', '.join(kinds)}")
    return {key: _setting(f"{name}'s setting {key}", value, kinds[key]) for key, value in settings.items()}


def _setting(what: str, value: Any, kind: Any) -> Any:
    value = value.tolist() if isinstance(value, np.ndarray | np.generic) else value
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        raise InputError(f"{what} is {value!r}; {error.errors()[0]['msg']}") from None


def _aligned(target: Array, output: Array) -> tuple[Array, Array]:
    """Return both in float32 and, as Keras does, with as many axes where the last of one is 1: a column, or without it."""
    target, output = np.asarray(target, np.float32), np.asarray(output, np.float32)
    if target.ndim == output.ndim + 1 and target.shape[-1] == 1:
        return (target, output[:, None]) if output.ndim == 1 else (target[..., 0], output)
    if output.ndim == target.ndim + 1 and output.shape[-1] == 1:
        return (target[:, None], output) if target.ndim == 1 else (target, output[..., 0])
    return target, output


def _require_fitting(target: Array, output: Array) -> None:
    """Check that each sample meets its own targets; an axis of 1 within a sample is repeated, as in Keras."""
    fits = target.ndim == output.ndim and len(target) == len(output)
    if not fits or any(1 != a != b != 1 for a, b in zip(target.shape, output.shape, strict=True)):
        raise InputError(f"targets have the shape {target.shape}; expected that of the outputs, {output.shape}")
