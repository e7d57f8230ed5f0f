"""The module that is recorded: what it is, and its state at any moment."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from animviz.arrays import Array
from animviz.errors import InputError, RecordingError
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
from animviz.recorders.torch.stating import own_loss
from animviz.recorders.torch.turning import turns
from animviz.recording.replay.layers import is_chain

__all__ = ["Subject"]

log = logging.getLogger("animviz")

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
        self._losses: dict[str, Any] = {}  # what each output is trained with
        self._unstated: dict[str, bool] = {}  # outputs whose loss has no name in Keras; whether they have classes last
        self._replayed = False
        self._ends: dict[str, str] = {}  # calls that put out what a layer with its activation does, by layer

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
        self._ends = {layer: call for call, layer in seen.parts.items()}
        losses = self._losses = self._losses_of(seen, session)
        found = {name: self._known(name, losses.get(name), seen, session) for name in seen.outputs}
        turned = {name: self._turns(one, seen, name, session) for name, one in found.items()}
        layers = seen.layers
        if any(turned.values()) and is_chain(layers):  # a replay would leave the classes where they are
            layers = (*layers[:-1], layers[-1].model_copy(update={"replayable": False}))
        half = any(tensor.dtype in HALF for tensor in tensors.values())  # a replay is close, and not the same
        self._outputs, self._replayed = turned, is_chain(layers) and not half
        meaning = session.understood(
            *(_facts(name, seen, found[name], turned[name], losses.get(name)) for name in found)
        )
        unnamed = {name for name, one in found.items() if one.is_close}
        meaning = replace(
            meaning,
            outputs=tuple(
                output.model_copy(update={"loss": None}) if output.name in unnamed else output
                for output in meaning.outputs
            ),
        )
        self._unstated = {
            output.name: found[output.name].classes == "last"
            for output in meaning.outputs
            if losses.get(output.name) is not None and output.loss is None and output.task != "none"
        }
        return Description(
            name=type(self._module).__name__,
            layers=layers,
            meaning=meaning,
            arch=arch_of(layers, weights),
            versions=versions_of("animviz", "torch", "numpy"),
            parts=seen.parts,
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
        runs = session.stored or self._unstated or (self._outputs and not self._replayed)
        stored, made = self._run(session) if runs else ({}, {})
        losses = self._own_losses(session, made)
        if self._replayed and not session.stored:
            made = {}
        outputs = {name: np.moveaxis(array, 1, -1) if self._outputs[name] else array for name, array in made.items()}
        targets = session.targets if session.gradients else {}
        gradients: dict[str, Array] = {}
        if targets:
            output, target = next(iter(targets.items()))
            if self._outputs[output] and target.ndim == made[output].ndim:
                target = np.moveaxis(target, -1, 1)
            gradients = loss_gradients(
                self._module, tensors, self._losses.get(output), session.samples.fed, target, output
            )
        return Captured(
            weights={name: as_array(tensor) for name, tensor in tensors.items()},
            activations=stored,
            gradients=gradients,
            outputs=outputs,
            losses=losses,
        )

    def _run(self, session: Session) -> tuple[dict[str, Array], dict[str, Array]]:
        """Return what layers and outputs give for the recorded samples."""
        stored: dict[str, list[Array]] = {name: [] for name in session.stored}
        ends = {self._ends.get(name, name): name for name in stored}
        outputs: dict[str, list[Array]] = {name: [] for name in self._outputs}

        def note(call: Call) -> None:
            if call.name in ends:
                stored[ends[call.name]].append(as_column(as_array(first_tensor(call.output))))

        for part in in_parts(session.samples.fed):
            _, value = run(self._module, part, note)
            found = outputs_by_name(value)
            for name, parts in outputs.items():
                parts.append(as_column(as_array(found[name])))
            whole = type(self._module).__name__
            if whole in stored and not stored[whole]:  # a module that has no layers is one
                stored[whole] = outputs[next(iter(outputs))]
        if missing := [name for name, parts in stored.items() if not parts]:
            raise RecordingError(f"layer {missing[0]!r} is to be stored and did not run; leave it out: layers=[...]")
        return _whole(stored), _whole(outputs)

    def _losses_of(self, seen: Seen, session: Session) -> dict[str, Any]:
        """Return what each output is trained with, as far as the user says it.

        Raises:
            InputError: an output is not there, or it is not said which of several is meant.
        """
        names, loss, told = tuple(seen.outputs), self._loss, self._told
        if isinstance(loss, Mapping):
            if strange := set(map(str, loss)) - set(names):
                raise InputError(
                    f"loss= has one for output {min(strange)!r}; the model has {', '.join(names)}: pass loss={{NAME: ...}} and "
                    "labels={NAME: ...} by these"
                )
            return dict(loss)
        meant = loss is not None or (
            session.samples.labels is not None and not told.tasks and not session.samples.targets
        )
        if len(names) > 1 and meant and told.output is None:
            raise InputError(
                f"the model has outputs {', '.join(names)}; pass output= for the one that loss= and labels= mean, or both as "
                "dicts by output"
            )
        main = self._main(seen)
        return {} if loss is None or main is None else {main: loss}

    def _main(self, seen: Seen) -> str | None:
        """Return the output that is drawn."""
        return self._told.output or (next(iter(seen.outputs)) if len(seen.outputs) == 1 else None)

    def _task(self, name: str, seen: Seen) -> str:
        """Return the task that the user names for an output, or an empty text."""
        tasks = self._told.tasks
        return tasks.get(name, tasks.get("", "") if name == self._main(seen) else "")

    def _own_losses(self, session: Session, made: Mapping[str, Array]) -> dict[str, float]:
        """Return what PyTorch states for losses that have no name in Keras."""
        found = {}
        for name, classes_last in list(self._unstated.items()):
            target = session.samples.compared_with(name, is_main=name == session.meaning.main_output)
            value = own_loss(self._losses[name], made[name], target, classes_last=classes_last)
            if value is not None:
                found[name] = value
                continue
            del self._unstated[name]
            log.warning(
                "recording %s: the loss %s of output %s has no name in Keras and is not stated for the samples",
                session.path, name_of(self._losses[name]), name,
            )  # fmt: skip
        return found

    def _known(self, name: str, loss: Any, seen: Seen, session: Session) -> Known:
        """Return what is known of the loss of an output."""
        given = session.samples.compared_with(name, is_main=name == self._main(seen))
        return known(loss, given, seen.outputs[name], told=self._task(name, seen))

    def _turns(self, found: Known, seen: Seen, name: str, session: Session) -> bool:
        """Say whether an output has its classes behind the samples, and answers at each of several places."""
        given = session.samples.compared_with(name, is_main=name == self._main(seen))
        inputs = session.samples.inputs.get("inputs")
        return turns(found, seen.outputs[name], seen.makers.get(name), given, inputs, self._task(name, seen))


def _whole(arrays: Mapping[str, list[Array]]) -> dict[str, Array]:
    return {name: parts[0] if len(parts) == 1 else np.concatenate(parts) for name, parts in arrays.items()}


def _facts(name: str, seen: Seen, found: Known, turned: bool, loss: object) -> Facts:
    shape, maker = as_column(seen.outputs[name]).shape[1:], seen.makers.get(name)
    return Facts(
        name=name,
        shape=(*shape[1:], shape[0]) if turned else shape,
        channels_first=turned,
        activation=None if maker is None else maker.activation,
        loss=found.loss,
        loss_name=name_of(loss),
        task=found.task,
        ignored=found.ignored,
    )
