"""Recorder: the Keras callback that writes a recording while anybody's ``model.fit`` runs."""

import logging
import shutil
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import keras
import numpy as np

from animviz.arrays import Array
from animviz.errors import InputError, RecordingError
from animviz.recorders.keras.gradients import loss_gradients
from animviz.recorders.keras.inspect import chain_arch, layer_table, loss_name, probe, weight_names
from animviz.recorders.rhythm import Rhythm
from animviz.recorders.session import LARGE, named_inputs, plain, portable, size_text, version_of
from animviz.recording import metrics
from animviz.recording.manifest import ArraySpec, Entry, Manifest
from animviz.recording.recording import Recording
from animviz.recording.replay.forward import forward
from animviz.recording.replay.layers import Layer, is_chain
from animviz.recording.writer import RecordingWriter, recording_id, require_replaceable

__all__ = ["Recorder"]

log = logging.getLogger("animviz")


class Recorder(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is not typed
    """Record the states of a model while it trains.

    Works in the user's own ``model.fit(..., callbacks=[Recorder("run.rec", inputs=x, labels=y)])`` with Sequential,
    functional and subclassed models. A further ``fit`` with the same recorder goes on where the first one ended.

    Args:
        path: folder to write.
        inputs: what pictures will be drawn from: one array (samples, ...), or a list or dict of arrays for
            models with several inputs.
        labels: labels (integers or one-hot) or targets of these inputs; needed for the accuracy and loss that
            pictures state.
        every: rhythm of capture: epochs (1, 5), a part of an epoch (0.25 or "1/4"), or "log".
        layers: names of the layers whose activations are stored. By default none for chains of dense layers
            and convolutions, which are replayed from their weights, and all layers with flat outputs for other models.
        class_names: names of the classes in the order of the labels.
        title: what pictures call the run; by default the model's name.
        overwrite: replace a recording that is there already; without it that is refused.
        settings: noted in the manifest.
        extras: further arrays to keep with the inputs, by name, such as training samples or whole images.
        gradients: also record the gradients of the mean loss over the inputs; needs labels, and TensorFlow as backend.

    Raises:
        InputError: the rhythm, or inputs and labels of different lengths.
        RecordingError: the path holds something already.
    """

    def __init__(
        self,
        path: str | Path,
        inputs: Any = None,
        labels: Any = None,
        *,
        every: int | float | str | Fraction = 1,
        layers: Sequence[str] | None = None,
        class_names: Sequence[str] = (),
        title: str | None = None,
        overwrite: bool = False,
        settings: dict[str, Any] | None = None,
        extras: Mapping[str, Any] | None = None,
        gradients: bool = False,
    ) -> None:
        super().__init__()
        self.path = Path(path)
        require_replaceable(self.path)
        if self.path.exists() and not overwrite and (self.path / "manifest.json").exists():
            raise RecordingError(f"{self.path} exists; pass overwrite=True to replace it, or choose another name")
        self.rhythm = Rhythm.parse(every)
        self.inputs = named_inputs(inputs)
        self.labels = None if labels is None else plain(labels)
        self.chosen = None if layers is None else tuple(layers)
        self.class_names = tuple(map(str, class_names))
        self.title = title
        self.settings = settings
        self.extras = {f"extras/{name}": plain(array) for name, array in (extras or {}).items()}
        self.gradients = gradients
        if gradients and (not self.inputs or self.labels is None):
            raise InputError("Recorder(gradients=True) needs inputs and labels: Recorder(path, inputs=x, labels=y)")
        for name, array in self.inputs.items():
            if self.labels is not None and len(array) != len(self.labels):
                raise InputError(
                    f"Recorder: {name} has {len(array)} samples and labels {len(self.labels)}; expected as many"
                )
        self._writer: RecordingWriter | None = None
        self._layers: tuple[Layer, ...] = ()
        self._start = 0.0  # epochs recorded before this fit
        self._first_epoch: int | None = None
        self._position = 0.0  # epochs since the start of the recording
        self._captured = -1.0
        self._step = 0
        self._batch = 0
        self._steps: int | None = None
        self._logs: dict[str, float] = {}

    def capture_steps(self, epoch: int, steps: int) -> list[int]:
        """Return after which gradient steps of an epoch a capture is due; asked for by `animviz.experiments.keras.fit.fit`."""
        return self.rhythm.steps(round(self._start) + epoch - (self._first_epoch or 0), steps)

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Start the recording with the untrained state, or go on with it."""
        self._first_epoch = None
        self._steps = (self.params or {}).get("steps")
        if self._writer is None:
            self._begin()
        else:
            self._start = self._position
            self._writer = RecordingWriter.resume(Recording(self.path))

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Note where the epoch starts: Keras counts from 0, or from ``initial_epoch``."""
        if self._first_epoch is None:
            self._first_epoch = epoch
        self._position = self._start + epoch - self._first_epoch
        self._batch = 0

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Capture within an epoch, where the rhythm asks for it and the number of steps is known."""
        done = batch + 1 - self._batch
        self._step += done
        self._batch = batch + 1
        steps = self._steps
        if steps and self._batch < steps and self._batch in self.rhythm.steps(int(self._position), steps):
            self._capture(int(self._position) + self._batch / steps, _floats(logs))

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Capture the end of an epoch, with its logs."""
        self._steps = self._steps or self._batch
        started = round(self._position)
        self._position = started + 1.0
        self._logs = _floats(logs)
        if self.rhythm.due_after(started):
            self._capture(self._position, self._logs)

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Capture the last state if the rhythm left it out, and mark the recording as finished."""
        if self._captured < self._position:
            self._capture(self._position, self._logs)
        assert self._writer is not None
        self._writer.mark(finished=True)

    def _begin(self) -> None:
        # Keras synchronises variables when `self.model` is read (JAX), so it is never kept.
        model = self.model
        if not model.built:
            raise RecordingError("the model has no weights yet; give it an Input or call it once before fit")
        self._layers = layer_table(model)
        if self.chosen is None and not is_chain(self._layers) and self.inputs:
            flat = [layer.name for layer in self._layers if layer.output_shape and len(layer.output_shape) == 1]
            self.chosen = tuple(flat) or (self._layers[-1].name,)
        missing = set(self.chosen or ()) - {layer.name for layer in self._layers}
        if missing:
            raise RecordingError(
                f"the model has no layer {min(missing)!r}; it has {', '.join(x.name for x in self._layers)}"
            )
        if self.chosen and not self.inputs:
            raise RecordingError("storing activations needs inputs: Recorder(path, inputs=x, layers=...)")
        arrays, scores = self._state()
        manifest = self._manifest(arrays)
        self._announce(sum(array.nbytes for array in arrays.values()))
        data = {**self.inputs, **self.extras} | ({} if self.labels is None else {"labels": self.labels})
        self._writer = RecordingWriter.create(self.path, manifest, data)
        self._writer.append(arrays, Entry(epoch=0.0, step=0, scores=scores))
        self._captured = 0.0

    def _capture(self, epoch: float, logs: dict[str, float]) -> None:
        assert self._writer is not None
        arrays, scores = self._state()
        self._writer.append(arrays, Entry(epoch=epoch, step=self._step, logs=logs, scores=scores))
        self._captured = epoch

    def _state(self) -> tuple[dict[str, Array], dict[str, float]]:
        """Return the arrays of a snapshot, and what this very state scores on the recording's own samples."""
        model = self.model
        values = [portable(keras.ops.convert_to_numpy(variable)) for variable in model.weights]
        weights = dict(zip(weight_names(model), values, strict=True))
        arrays = {f"weights/{name}": value for name, value in weights.items()}
        if self.gradients and self.labels is not None:
            found = loss_gradients(model, self._fed(), self.labels)
            arrays |= {f"gradients/{name}": portable(array) for name, array in found.items()}
        outputs = None
        if self.chosen:
            stored, outputs = probe(model, self._fed(), set(self.chosen))
            arrays |= {f"stored/{name}": portable(stored[name]) for name in self.chosen}
            if outputs is not None:
                arrays["outputs"] = portable(outputs)
        elif self.labels is not None and "inputs" in self.inputs and is_chain(self._layers):
            outputs = forward(self._layers, weights, self.inputs["inputs"])
        if outputs is None or self.labels is None or outputs.ndim != 2:
            return arrays, {}
        task = self._task()
        return arrays, metrics.scores(self.labels, outputs, loss=loss_name(model), task=task) if task else {}

    def _task(self) -> Any:
        if self.labels is None:
            return None
        whole = self.labels.dtype.kind in "iub"
        return (
            "classification"
            if self.class_names or whole or "crossentropy" in (loss_name(self.model) or "")
            else "regression"
        )

    def _manifest(self, arrays: Mapping[str, Array]) -> Manifest:
        model = self.model
        specs = {name: ArraySpec(shape=a.shape, dtype=a.dtype.name) for name, a in arrays.items()}
        task = self._task()
        names = self.class_names
        if task == "classification" and not names and self.labels is not None:
            count = (
                self.labels.shape[1]
                if self.labels.ndim == 2 and self.labels.shape[1] > 1
                else int(self.labels.max()) + 1
            )
            names = tuple(map(str, range(count)))
        identity = (self.settings, [layer.model_dump() for layer in self._layers])
        labels = {} if self.labels is None else {"labels": self.labels}
        return Manifest(
            id=recording_id(identity, {**self.inputs, **labels, **arrays}),
            title=self.title or model.name,
            settings=self.settings,
            arch=chain_arch(model, self._layers),
            task=task,
            class_names=names,
            loss=loss_name(model),
            layers=self._layers,
            weights={name.removeprefix("weights/"): s for name, s in specs.items() if name.startswith("weights/")},
            stored={name.removeprefix("stored/"): s for name, s in specs.items() if name.startswith("stored/")},
            gradients={n.removeprefix("gradients/"): s for n, s in specs.items() if n.startswith("gradients/")},
            outputs=specs.get("outputs"),
            model=_as_json(model),
            versions={name: version_of(name) for name in ("animviz", "keras", "tensorflow", "numpy")},
        )

    def _announce(self, size: int) -> None:
        """Say what the recording will cost before the first byte is written."""
        epochs = (self.params or {}).get("epochs")
        count = self.rhythm.count(epochs, self._steps) if epochs else None
        total = size * count if count else size
        level = logging.WARNING if total > LARGE else logging.INFO
        number = (
            f"{count} snapshots of {size_text(size)}, {size_text(total)} in all"
            if count
            else f"{size_text(size)} a snapshot"
        )
        log.log(level, "recording %s: %s", self.path, number)
        existing = next(folder for folder in self.path.absolute().parents if folder.exists())
        if total > (free := shutil.disk_usage(existing).free):
            raise RecordingError(
                f"{self.path} needs {size_text(total)}, {size_text(free)} are free; capture less often (every=...)"
            )

    def _fed(self) -> Any:
        if "inputs" in self.inputs:
            return self.inputs["inputs"]
        named = {name.removeprefix("inputs/"): array for name, array in self.inputs.items()}
        return list(named.values()) if all(name.isdigit() for name in named) else named


def _floats(logs: Mapping[str, Any] | None) -> dict[str, float]:
    return {name: float(value) for name, value in (logs or {}).items() if np.ndim(value) == 0}


def _as_json(model: Any) -> str | None:
    try:
        return str(model.to_json())
    except Exception:  # subclassed models raise whatever their author or Keras chose
        return None
