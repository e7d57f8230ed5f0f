"""Watch: record a PyTorch module while a loop of one's own trains it."""

import os
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import torch

from animviz.errors import InputError
from animviz.recorders.deciding import Told
from animviz.recorders.description import Captured
from animviz.recorders.looping import Closing, Loop
from animviz.recorders.naming import loss_named
from animviz.recorders.rhythm import Rhythm
from animviz.recorders.samples import Samples
from animviz.recorders.session import Session, Take
from animviz.recorders.torch.intake import plain, taken
from animviz.recorders.torch.subject import Subject
from animviz.recorders.watcher import Watcher

__all__ = ["Watch", "watch"]


class Watch(Closing):
    """A recording of a module under training; `watch` makes one that has begun.

    Args:
        path: folder to write.
        inputs: see `watch`, as all others.
        labels: see there.
        loss: see there.
        samples: see there.
        task: see there.
        targets: see there.
        output: see there.
        every: see there.
        layers: see there.
        class_names: see there.
        title: see there.
        overwrite: see there.
        resume: see there.
        settings: see there.
        extras: see there.
        gradients: see there.
        watchers: see there.

    Raises:
        InputError: a value that cannot be used; says which.
        RecordingError: the path holds something already.
    """

    def __init__(
        self,
        path: str | Path,
        inputs: Any = None,
        labels: Any = None,
        *,
        loss: Any = None,
        samples: int = 2_000,
        task: str | Mapping[str, str] | None = None,
        targets: Any = None,
        output: str | None = None,
        every: int | float | str | Fraction = 1,
        layers: Sequence[str] | None = None,
        class_names: Sequence[str] = (),
        title: str | None = None,
        overwrite: bool = False,
        resume: bool = False,
        settings: dict[str, Any] | None = None,
        extras: Mapping[str, Any] | None = None,
        gradients: bool = False,
        watchers: Sequence[Watcher] = (),
    ) -> None:
        self.path = Path(path)
        self._told, self._rhythm = Told.of(task, output), Rhythm.parse(every)
        if isinstance(loss, list | tuple):
            loss, labels, targets = _by_position(loss), _by_position(labels), _by_position(targets)
        elif isinstance(labels, list | tuple) and len({getattr(part, "shape", ()) for part in labels}) > 1:
            raise InputError(
                "labels= has parts of several shapes; pass loss= as a tuple too, or both as dicts by output"
            )
        named = partial(loss_named, logits=self._told.logits)
        self._loss = {name: named(part) for name, part in loss.items()} if isinstance(loss, Mapping) else named(loss)
        self._session: Session | None = None
        self._loop: Loop | None = None
        self._take: Take
        self._held: Captured | None = None
        if _writes():
            inputs, labels = taken(inputs, labels, samples)
            self._session = Session(
                self.path, Samples.of(inputs, labels, class_names, plain(extras), plain(targets)), told=self._told,
                every=every, layers=layers, title=title, overwrite=overwrite, resume=resume, settings=settings,
                gradients=gradients, watchers=watchers,
            )  # fmt: skip

    def begin(self, model: Any, *, epochs: int | None = None, steps: int | None = None) -> None:
        """Start the recording with the module as it is, or go on with it.

        Args:
            model: the module; it may be compiled or wrapped.
            epochs: how many are planned, where that is known.
            steps: gradient steps of an epoch, where they are known.

        Raises:
            InputError: it is in doubt what the module puts out, or moments within an epoch are asked for and `steps` is not
                given.
            RecordingError: the module cannot be recorded.
        """
        session = self._session
        if session is None:
            return
        loop, subject = Loop(session, self._rhythm, steps), Subject(model, self._loss, self._told)
        self._take, self._held = lambda: subject.captured(session), None
        session.begin(lambda: subject.described(session), self._take, epochs=epochs, steps=steps)
        self._loop = loop

    def step(self, **logs: Any) -> None:
        """Note that a gradient step is done.

        Args:
            **logs: numbers or tensors of one number, such as the loss; their means over the epoch so far are recorded.

        Raises:
            RecordingError: the recording has ended, or the snapshot cannot be written.
        """
        if self._loop is not None:
            self._loop.step(_detached(logs), self._state)
            self._held = None

    def hold(self) -> None:
        """Take the present state as that of the end of the epoch, which `epoch` tells later, until the next step."""
        if self._loop is not None:
            self._held = self._take()

    def epoch(self, **logs: Any) -> None:
        """Note that an epoch is done.

        Args:
            **logs: numbers or tensors of one number, such as the accuracy; they stand beside the means of the steps.

        Raises:
            RecordingError: the recording has ended, or the snapshot cannot be written.
        """
        if self._loop is not None:
            self._loop.epoch(_detached(logs), self._state)

    def close(self) -> None:
        """Finish the recording; an epoch that was broken off counts as a whole one.

        Raises:
            RecordingError: the last snapshot cannot be written.
        """
        if self._loop is not None:
            self._loop.close(self._state)

    def _state(self) -> Captured:
        return self._take() if self._held is None else self._held


def watch(
    model: Any,
    path: str | Path,
    inputs: Any = None,
    labels: Any = None,
    *,
    loss: Any = None,
    samples: int = 2_000,
    task: str | Mapping[str, str] | None = None,
    targets: Any = None,
    output: str | None = None,
    every: int | float | str | Fraction = 1,
    epochs: int | None = None,
    steps: int | None = None,
    layers: Sequence[str] | None = None,
    class_names: Sequence[str] = (),
    title: str | None = None,
    overwrite: bool = False,
    resume: bool = False,
    settings: dict[str, Any] | None = None,
    extras: Mapping[str, Any] | None = None,
    gradients: bool = False,
    watchers: Sequence[Watcher] = (),
) -> Watch:
    """Record a PyTorch module while a loop of one's own trains it.

    The loop says where it is::

        with animviz.watch(model, "run.rec", inputs=x, labels=y, loss=loss_fn) as run:
            for epoch in range(epochs):
                for batch in loader:
                    ...
                    run.step(loss=loss)
                run.epoch(accuracy=accuracy)

    The untrained state is written at once. Activations and outputs come from a pass of its own on the samples, between two
    steps and without gradients: modes, buffers, gradients and random states stay as they were, and weights are the same bit
    by bit as without it. Modules may be compiled, wrapped, in half precision and on any device; of several processes the
    first one writes. Without ``with``, end with ``run.close()``; an error leaves the recording readable, and unfinished.

    Chains of layers that NumPy can replay are proved to be such on the samples, and recorded by their weights alone. Of other
    modules activations and outputs are stored.

    Args:
        model: the module.
        path: folder to write.
        inputs: what pictures will be drawn from: a tensor or array (samples, ...), a list or dict of several, or a `Dataset`
            or `DataLoader`, of which the first samples are taken.
        labels: what viewers see as colours, and what the loss is compared with where it can be; by default those of the data
            set.
        loss: what is trained: a module such as ``nn.CrossEntropyLoss()``, a function such as ``F.mse_loss``, the name of a loss
            in Keras, or any function; for models with several outputs a dict by output, or a tuple by position, which labels
            or targets then are too.
        samples: how many are taken of a data set.
        task: what the model answers, where its loss and shapes leave that in doubt, see `animviz.Recorder`.
        targets: what the loss is compared with, where that is not the labels: an array, or a dict by output.
        output: of a model with several outputs, the one that is drawn and that the labels belong to.
        every: rhythm of capture: epochs (1, 5), a part of an epoch (0.25 or "1/4"), or "log".
        epochs: how many are planned, for the note on what the recording will cost.
        steps: gradient steps of an epoch; needed for moments within one. An epoch that nobody ends ends after so many.
        layers: names of the layers whose activations are stored. By default none for chains, which are replayed, and all
            layers with flat outputs for other models. In a chain an activation is part of the layer that it follows.
        class_names: names of all classes in the order of the labels.
        title: what pictures call the run; by default the name of the module's class.
        overwrite: replace a recording that is there already; without it that is refused.
        resume: go on with a recording that is there, from the epoch whose weights the model has; where none is there, begin one.
        settings: noted in the manifest.
        extras: further arrays to keep with the inputs, by name.
        gradients: also record the gradients of the mean loss over the inputs; needs labels and a loss that can be called.
        watchers: are told when the recording grows, see `animviz.recorders.watcher.Watcher`.

    Returns:
        The recording, which has begun.

    Raises:
        InputError: a value that cannot be used, or it is in doubt what the model puts out; names the choices.
        RecordingError: the path holds something already, or the model cannot be recorded.
    """
    run = Watch(
        path, inputs, labels, loss=loss, samples=samples, task=task, targets=targets, output=output, every=every, layers=layers,
        class_names=class_names, title=title, overwrite=overwrite, resume=resume, settings=settings, extras=extras,
        gradients=gradients, watchers=watchers,
    )  # fmt: skip
    run.begin(model, epochs=epochs, steps=steps)
    return run


def _by_position(values: Any) -> Any:
    """Return the parts of a tuple by the names that outputs have which a model returns as a tuple."""
    if isinstance(values, list | tuple):
        return {f"output_{place}": part for place, part in enumerate(values, start=1)}
    return values


def _detached(logs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _number(value) if isinstance(value, torch.Tensor) else value for name, value in logs.items()}


def _number(value: Any) -> Any:
    """Return a tensor's number where no graphics card must be waited for: sums of tensors take several times as long."""
    return value.item() if value.is_cpu and value.numel() == 1 else value.detach()


def _writes() -> bool:
    """Say whether this process is the one that writes: the first of those that train together."""
    distributed = torch.distributed
    if distributed.is_available() and distributed.is_initialized():
        return bool(distributed.get_rank() == 0)
    return os.environ.get("RANK", "0") == "0"
