"""The module that is recorded: what it is, and its state at any moment."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from animviz.arrays import Array
from animviz.errors import RecordingError
from animviz.recorders.deciding import Facts, Told
from animviz.recorders.description import Captured, Description, versions_of
from animviz.recorders.layers import arch_of
from animviz.recorders.session import Session
from animviz.recorders.torch.chain import first_tensor
from animviz.recorders.torch.following import Call, outputs_by_name
from animviz.recorders.torch.gradients import loss_gradients
from animviz.recorders.torch.looking import Seen, looked_at, unseen
from animviz.recorders.torch.losses import Known, known, name_of
from animviz.recorders.torch.naming import as_array, as_column, named_weights, unwrapped
from animviz.recorders.torch.running import in_parts, run
from animviz.recording.replay.layers import is_chain

__all__ = ["Subject"]

HALF = (torch.float16, torch.bfloat16)
UNSEEDED = 67280421310721  # what PyTorch calls its seed before anybody sets one


class Subject:
    """A module under training.

    Args:
        model: the module, as the user has it.
        loss: what it is trained with, see `animviz.watch`.
        told: what the user says of its outputs.

    Raises:
        RecordingError: it is no module.
    """

    def __init__(self, model: Any, loss: Any, told: Told) -> None:
        self._module, self._loss, self._told = unwrapped(model), loss, told
        if not isinstance(self._module, torch.nn.Module):
            raise RecordingError(f"the model is of type {type(model).__name__}; expected a torch.nn.Module")
        self._outputs: dict[str, bool] = {}  # whether their classes stand behind the samples
        self._replayed = False

    def described(self, session: Session) -> Description:
        """Describe the module.

        Args:
            session: which records it, and knows what the user says.

        Raises:
            InputError: it is in doubt what the model puts out; names the choices.
            RecordingError: it does not take the recorded inputs, or its weights are not there.
        """
        tensors, samples = named_weights(self._module), session.samples
        names = {id(tensor): name for name, tensor in tensors.items()}
        weights = {name: as_array(tensor) for name, tensor in tensors.items()}
        seen = looked_at(self._module, names, weights, samples) if samples.inputs else unseen(self._module, names)
        losses = {name: self._known(name, seen, session) for name in seen.outputs}
        turned = {name: _turns(found, seen, name) for name, found in losses.items()}
        layers = seen.layers
        if any(turned.values()) and is_chain(layers):  # a replay would leave the classes where they are
            layers = (*layers[:-1], layers[-1].model_copy(update={"replayable": False}))
        half = any(tensor.dtype in HALF for tensor in tensors.values())  # a replay is close, and not the same
        self._outputs, self._replayed = turned, is_chain(layers) and not half
        return Description(
            name=type(self._module).__name__,
            layers=layers,
            meaning=session.understood(
                *(_facts(name, seen, losses[name], turned[name], self._loss) for name in losses)
            ),
            arch=arch_of(layers, weights),
            versions=versions_of("animviz", "torch", "numpy"),
            seed=torch.initial_seed() if torch.initial_seed() != UNSEEDED else None,
        )

    def captured(self, session: Session) -> Captured:
        """Return the state of the module as arrays.

        Args:
            session: which records it.

        Raises:
            RecordingError: a layer that is to be stored did not run.
        """
        tensors = named_weights(self._module)
        # Where a pass is made anyway, its outputs need not be computed again for the scores.
        runs = session.stored or (self._outputs and not self._replayed)
        stored, outputs = self._run(session) if runs else ({}, {})
        targets = session.targets if session.gradients else {}
        gradients: dict[str, Array] = {}
        if targets:
            output, target = next(iter(targets.items()))
            gradients = loss_gradients(self._module, tensors, self._loss, session.samples.fed, target, output)
        return Captured(
            weights={name: as_array(tensor) for name, tensor in tensors.items()},
            activations=stored,
            gradients=gradients,
            outputs=outputs,
        )

    def _run(self, session: Session) -> tuple[dict[str, Array], dict[str, Array]]:
        """Return what layers and outputs give for the recorded samples."""
        stored: dict[str, list[Array]] = {name: [] for name in session.stored}
        outputs: dict[str, list[Array]] = {name: [] for name in self._outputs}

        def note(call: Call) -> None:
            if call.name in stored:
                stored[call.name].append(as_column(as_array(first_tensor(call.output))))

        for part in in_parts(session.samples.fed):
            _, value = run(self._module, part, note)
            found = outputs_by_name(value)
            for name, parts in outputs.items():
                made = as_column(as_array(found[name]))
                parts.append(np.moveaxis(made, 1, -1) if self._outputs[name] else made)
            whole = type(self._module).__name__
            if whole in stored and not stored[whole]:  # a module that has no layers is one
                stored[whole] = outputs[next(iter(outputs))]
        if missing := [name for name, parts in stored.items() if not parts]:
            raise RecordingError(f"layer {missing[0]!r} is to be stored and did not run; leave it out: layers=[...]")
        return ({name: np.concatenate(parts) for name, parts in kind.items()} for kind in (stored, outputs))  # type: ignore[return-value]

    def _known(self, name: str, seen: Seen, session: Session) -> Known:
        """Return what is known of the loss of an output: that of the only one, of a named one, or of the one that is drawn."""
        samples = session.samples
        main = self._told.output or (name if len(seen.outputs) == 1 else None)
        loss = self._loss.get(name) if isinstance(self._loss, Mapping) else self._loss if name == main else None
        given = samples.targets.get(name, samples.targets.get("", samples.labels) if name == main else None)
        return Known() if loss is None else known(loss, given, seen.outputs[name])


def _turns(found: Known, seen: Seen, name: str) -> bool:
    """Say whether an output has its classes behind the samples, and answers at each of several places."""
    return found.classes_first and seen.outputs[name].ndim > 2


def _facts(name: str, seen: Seen, found: Known, turned: bool, loss: object) -> Facts:
    shape, maker = seen.outputs[name].shape[1:], seen.makers.get(name)
    return Facts(
        name=name,
        shape=(*shape[1:], shape[0]) if turned else shape,
        activation=None if maker is None else maker.activation,
        loss=found.loss,
        loss_name=name_of(loss),
        task=found.task,
    )
