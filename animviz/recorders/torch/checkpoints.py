"""Weights of PyTorch modules that were saved while they trained."""

import pickle
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from animviz.errors import InputError, RecordingError
from animviz.recorders.deciding import Told
from animviz.recorders.description import Captured, Description, versions_of
from animviz.recorders.layers import named_by
from animviz.recorders.naming import loss_named
from animviz.recorders.session import Session
from animviz.recorders.torch.naming import as_array, clean, unwrapped
from animviz.recorders.torch.subject import Subject

__all__ = ["Modules"]

WITHIN = ("state_dict", "model_state_dict", "model", "module", "net", "network", "weights", "params")


class Modules:
    """Weights in files of PyTorch or safetensors; see `animviz.recorders.checkpoints.Source`.

    Args:
        own: a module, or a class or function that makes one without arguments; None records weights alone.
        loss: what it was trained with: the name of a loss in PyTorch or in Keras, or None.
        told: what the user says of its outputs.

    Raises:
        InputError: there is no loss of that name.
        RecordingError: it makes no module.
    """

    def __init__(self, own: Any, loss: str | None, told: Told) -> None:
        self._module = None if own is None else unwrapped(_made(own)).eval()
        self._subject = None if own is None else Subject(self._module, _loss(loss, told), told)
        self._told = loss is not None or bool(told.tasks)
        self._weights: dict[str, Any] = {}

    def load(self, path: Path) -> None:
        """Take the weights of a file; none of its code is run.

        Raises:
            RecordingError: it holds code or no weights, or they are not those of the module.
        """
        weights = _weights_in(_read(path), path)
        if self._module is None:
            self._weights = weights
            return
        try:
            self._module.load_state_dict(_matched(weights, set(self._module.state_dict())))
        except RuntimeError as error:
            lines = [line.strip() for line in str(error).splitlines()]
            raise RecordingError(
                f"{path} does not fit {type(self._module).__name__}: {' '.join(lines[1:])[:200]}"
            ) from None

    def described(self, session: Session) -> Description:
        """Describe the module.

        Raises:
            InputError: it is in doubt what it puts out.
        """
        if self._subject is not None:
            try:
                return self._subject.described(session)
            except InputError as error:
                if self._told:
                    raise
                raise InputError(
                    f"{error}; in the terminal --loss says it, such as --loss BCEWithLogitsLoss, or --task"
                ) from None
        return Description(
            name="weights",
            layers=named_by(self._weights),
            meaning=session.understood(),
            versions=versions_of("animviz", "torch"),
        )

    def captured(self, session: Session) -> Captured:
        """Return its state."""
        if self._subject is not None:
            return self._subject.captured(session)
        return Captured(weights={name: as_array(tensor) for name, tensor in self._weights.items()})


def _loss(name: str | None, told: Told) -> Any:
    """Return the loss of a name such as "BCEWithLogitsLoss" or "binary_crossentropy"."""
    if name and name.endswith("Loss") and hasattr(torch.nn, name):
        return getattr(torch.nn, name)()
    return loss_named(name, logits=told.logits)


def _made(own: Any) -> Any:
    """Return the module that the user's own code makes."""
    try:
        made = own if isinstance(own, torch.nn.Module) or not callable(own) else own()
    except TypeError as error:
        raise RecordingError(
            f"--model names {own.__name__}, which asks for arguments ({error}); name a function without any"
        ) from None
    if not isinstance(made, torch.nn.Module):
        raise RecordingError(f"--model is of type {type(made).__name__}; expected a torch.nn.Module, or what makes one")
    return made


def _read(path: Path) -> Any:
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        with warnings.catch_warnings():  # of files that it then refuses
            warnings.simplefilter("ignore", UserWarning)
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        raise RecordingError(
            f"{path} holds code beside its weights, which is not run; save these alone: torch.save(model.state_dict(), path)"
        ) from None
    except Exception as error:  # PyTorch's reader of pickles raises whatever the bytes of a file lead it to
        first = str(error).strip().partition("\n")[0][:200]
        raise RecordingError(f"{path} cannot be read as weights of PyTorch ({type(error).__name__}: {first})") from None


def _weights_in(loaded: Any, path: Path) -> dict[str, Any]:
    """Return the tensors by name, wherever what was loaded holds them."""
    if isinstance(loaded, Mapping):
        if loaded and all(isinstance(value, torch.Tensor) for value in loaded.values()):
            return {clean(str(name)): tensor for name, tensor in loaded.items()}
        for name in WITHIN:
            if isinstance(loaded.get(name), Mapping):
                return _weights_in(loaded[name], path)
    found = ", ".join(map(str, loaded)) if isinstance(loaded, Mapping) else type(loaded).__name__
    raise RecordingError(
        f"{path} holds no weights by name ({found[:200]}); expected a state_dict, or one under {', '.join(WITHIN[:3])}"
    )


def _matched(weights: dict[str, Any], expected: set[str]) -> dict[str, Any]:
    """Return the weights that a module has, where they are part of something greater: Lightning keeps "model.fc.weight"."""
    if expected <= set(weights):
        return weights
    for first in {name.partition(".")[0] for name in weights}:
        below = {
            name.removeprefix(f"{first}."): tensor for name, tensor in weights.items() if name.startswith(f"{first}.")
        }
        if expected == set(below):
            return below
    return weights
