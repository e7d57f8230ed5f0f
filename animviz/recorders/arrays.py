"""Plain arrays by name: the door for any loop of one's own, in any framework or none."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from reprlib import repr as shortened
from typing import Any

import numpy as np

from animviz.arrays import Array
from animviz.errors import InputError, RecordingError
from animviz.recorders.deciding import Facts, Told
from animviz.recorders.description import Captured, Description, versions_of
from animviz.recorders.layers import arch_of, fitted, require_replayed
from animviz.recorders.looping import Closing, require_numbers
from animviz.recorders.naming import loss_named, require_probabilities
from animviz.recorders.samples import Samples, portable
from animviz.recorders.session import Session
from animviz.recorders.watcher import Watcher
from animviz.recording.losses import Loss
from animviz.recording.manifest import Entry
from animviz.recording.replay.forward import forward
from animviz.recording.replay.layers import Layer
from animviz.sampling import is_number

__all__ = ["ArrayRecorder", "Arrays"]

Arrays = Mapping[str, Any]


class ArrayRecorder(Closing):
    """Record the states of a network that a loop of one's own trains.

    The loop hands over arrays by name, whenever it likes: the untrained ones first. In a ``with`` statement the recording is
    finished at its end; else by `close`. An error leaves it readable, and unfinished::

        with animviz.ArrayRecorder("hand.rec", inputs=x, labels=y, layers=[dense("answer", "sigmoid")]) as session:
            session.capture(weights={"answer/kernel": kernel, "answer/bias": bias})

    Args:
        path: folder to write.
        inputs: what pictures will be drawn from, see `animviz.Recorder`.
        labels: what viewers see as colours, and what the loss is compared with where it can be.
        layers: the network as a chain, first to last, see `animviz.recorders.layers`: it is replayed from its weights, and
            drawn by every scene. Without it the outputs and activations are stored that are handed over.
        loss: what is minimised: the name of a loss in Keras, for the output that is drawn; None for one that has none.
        task: what the network answers, where loss and shapes leave that in doubt, see `animviz.Recorder`.
        targets: what the loss is compared with, where that is not the labels: an array, or a dict by output.
        output: of several outputs, the one that is drawn and that the labels belong to.
        class_names: names of all classes in the order of the labels.
        title: what pictures call the run; by default the file's name.
        overwrite: replace a recording that is there already; without it that is refused.
        settings: noted in the manifest.
        extras: further arrays to keep with the inputs, by name.
        watchers: are told when the recording grows, see `animviz.recorders.watcher.Watcher`.

    Raises:
        InputError: inputs and labels of different lengths, or text for layers; two layers of one name; a loss or a
            task that is not known.
        RecordingError: the path holds something already.
    """

    def __init__(
        self,
        path: str | Path,
        inputs: Any = None,
        labels: Any = None,
        *,
        layers: Sequence[Layer] = (),
        loss: str | Loss | None = None,
        task: str | Mapping[str, str] | None = None,
        targets: Any = None,
        output: str | None = None,
        class_names: Sequence[str] = (),
        title: str | None = None,
        overwrite: bool = False,
        settings: dict[str, Any] | None = None,
        extras: Mapping[str, Any] | None = None,
        watchers: Sequence[Watcher] = (),
    ) -> None:
        self._told = Told.of(task, output)
        _require_told_apart(layers)
        self._layers, self._loss = tuple(layers), loss_named(loss, logits=self._told.logits)
        self._title = title or Path(path).stem
        samples = Samples.of(inputs, labels, class_names, extras, targets)
        if layers and (texts := [name for name, array in samples.inputs.items() if array.dtype.kind == "U"]):
            raise InputError(
                f"{texts[0]} holds text, and layers= take numbers; pass the numbers that they are fed with"
            )
        self._session = Session(
            Path(path), samples, told=self._told, layers=(), title=title, overwrite=overwrite, settings=settings,
            watchers=watchers,
        )  # fmt: skip
        self._last: Captured | None = None
        self._epoch: float | None = None

    @property
    def path(self) -> Path:
        """Folder of the recording."""
        return self._session.path

    def capture(
        self,
        weights: Arrays | None = None,
        *,
        activations: Arrays | None = None,
        outputs: Any = None,
        gradients: Arrays | None = None,
        epoch: float | None = None,
        step: int = 0,
        logs: Mapping[str, float] | None = None,
    ) -> None:
        """Write a snapshot; all arrays are copied at once.

        Args:
            weights: all weights by name; each time the same names and shapes.
            activations: what layers put out for the inputs, shape (samples, ...), by layer.
            outputs: what the network puts out for them: an array (samples, ...), or several by name.
            gradients: of the loss, by weight.
            epoch: epochs since the training began, more than before; by default one more, from 0 on.
            step: gradient steps since then, where anybody counts them.
            logs: numbers to note, such as the loss of the training.

        Raises:
            InputError: an array or a log is not one of numbers, or it is in doubt what an output answers; names the choices.
            RecordingError: names or shapes are not those of the layers, or of the first capture; or the session has ended.
        """
        state = Captured(
            weights=_copied(weights), activations=_copied(activations), gradients=_copied(gradients),
            outputs=_copied(outputs if isinstance(outputs, Mapping | None) else {"output": outputs}),
        )  # fmt: skip
        require_numbers(logs or {})
        numbers = {name: float(value) for name, value in (logs or {}).items()}
        at = self._next(epoch)
        kept = replace(state, outputs={}) if self._layers else state  # those of a chain are replayed
        if self._epoch is None:
            first = Entry(epoch=at, step=step, logs=numbers)
            self._session.begin(lambda: self._described(state), lambda: kept, first=first)
        elif self._last is None:
            raise RecordingError(f"{self.path}: the session has ended; record a further training in a path of its own")
        else:
            self._session.capture(kept, at, numbers, step)
        self._epoch, self._last = at, kept

    def close(self) -> None:
        """Mark the recording as finished.

        Raises:
            RecordingError: nothing was captured.
        """
        if self._epoch is None:
            raise RecordingError(
                f"{self.path}: nothing was captured; hand over the untrained state first: capture(weights=...)"
            )
        last, self._last = self._last, None
        if last is not None:
            self._session.end(lambda: last)

    def _next(self, epoch: float | None) -> float:
        if epoch is None:
            return 0.0 if self._epoch is None else self._epoch + 1
        number = float(epoch) if is_number(epoch) else np.nan
        if not np.isfinite(number) or number < 0 or (self._epoch is not None and number <= self._epoch):
            before = "0 or more" if self._epoch is None else f"more than {self._epoch:g}, that of the last capture"
            raise InputError(f"epoch is {f'{number:g}' if is_number(epoch) else shortened(epoch)}; expected {before}")
        return number

    def _described(self, state: Captured) -> Description:
        single = self._session.samples.inputs.get("inputs")
        layers = fitted(self._layers, state.weights, None if single is None else single.shape[1:])
        if layers:
            if single is not None and "output" in state.outputs:
                require_replayed(layers, state.weights, single, state.outputs["output"])
            facts = [Facts(shape=layers[-1].output_shape, activation=layers[-1].activation, loss=self._loss)]
        else:
            main = self._told.output or (next(iter(state.outputs)) if len(state.outputs) == 1 else None)
            facts = [
                Facts(name=name, shape=array.shape[1:], loss=self._loss if name == main else None)
                for name, array in state.outputs.items()
            ]
        if not facts and (self._loss or self._told.tasks):
            raise InputError(
                f"{self.path}: loss and task are of what a network puts out; pass layers=, or capture(outputs=...)"
            )
        if layers and (strange := set(state.activations) - {layer.name for layer in layers}):
            raise InputError(
                f"activations are of {min(strange)!r}; layers= has {', '.join(layer.name for layer in layers)}"
            )
        stored = [
            Layer(name=name, kind="Layer", output_shape=array.shape[1:]) for name, array in state.activations.items()
        ]
        meaning = self._session.understood(*facts)
        outputs = {"output": forward(layers, state.weights, single)} if layers and single is not None else state.outputs
        require_probabilities(meaning.outputs, outputs)
        return Description(
            name=self._title, layers=layers or tuple(stored), meaning=meaning,
            arch=arch_of(layers, state.weights), versions=versions_of("animviz", "numpy"),
        )  # fmt: skip


def _require_told_apart(layers: Sequence[Layer]) -> None:
    names = [layer.name for layer in layers]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"layers= has two layers called {name!r}; expected a name of its own for each")


def _copied(arrays: Arrays | None) -> dict[str, Array]:
    found = {}
    for name, values in (arrays or {}).items():
        array = np.array(values)
        if array.dtype.kind not in "fiubV":  # bfloat16 is of the last kind
            raise InputError(f"{name} is of type {type(values).__name__}; expected an array of numbers")
        found[str(name)] = portable(array)
    return found
