"""Recorder: the Keras callback that writes a recording while anybody's ``model.fit`` runs."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import keras

from animviz.recorders.deciding import Told
from animviz.recorders.description import Captured, Description
from animviz.recorders.keras.fit_arguments import fit_arguments
from animviz.recorders.keras.gradients import loss_gradients
from animviz.recorders.keras.inspect import described, weight_names
from animviz.recorders.keras.penalties import penalty_of
from animviz.recorders.keras.tapping import probe
from animviz.recorders.samples import Samples, portable
from animviz.recorders.session import Session
from animviz.recorders.watcher import Watcher

__all__ = ["Recorder"]

Logs = Mapping[str, Any] | None


class Recorder(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is not typed
    """Record the states of a model while it trains.

    Works in the user's own ``model.fit(..., callbacks=[Recorder("run.rec", inputs=x, labels=y)])`` with Sequential,
    functional and subclassed models. A further ``fit`` of the same model with the same recorder goes on where the first one
    ended; after a ``fit`` that was broken off within an epoch, it goes on at the next whole epoch. Another model is refused.

    Args:
        path: folder to write.
        inputs: what pictures will be drawn from: one array (samples, ...) or numbers in nested lists; or a list or dict of
            arrays for models with several inputs.
        labels: what viewers see as colours: class numbers, texts, one-hot rows, or values. They are also what the loss is
            compared with, wherever they can be; a dict by output for models with several.
        task: what the model answers, where its loss, metrics and shapes leave that in doubt: "binary", "multiclass",
            "multilabel", "regression", "reconstruction", "none", where need be followed by "logits", "probabilities" or
            "values"; a dict by output for models with several.
        targets: what the loss is compared with, where that is not the labels: an array, or a dict by output.
        output: of a model with several outputs, the one that is drawn and that the labels belong to.
        every: rhythm of capture: epochs (1, 5), a part of an epoch (0.25 or "1/4"), or "log".
        layers: names of the layers whose activations are stored. By default none for chains of dense layers
            and convolutions, which are replayed from their weights, and all layers with flat outputs for other models.
        class_names: names of all classes in the order of the labels.
        title: what pictures call the run; by default the model's name.
        overwrite: replace a recording that is there already; without it that is refused.
        settings: noted in the manifest.
        extras: further arrays to keep with the inputs, by name, such as training samples or whole images.
        gradients: also record the gradients of the mean loss over the inputs; needs labels, and TensorFlow as backend.
        watchers: are told when the recording grows, see `animviz.recorders.watcher.Watcher`.

    Raises:
        InputError: the rhythm; inputs and labels of different lengths; labels that are not finite; a task that is not known.
        RecordingError: the path holds something already.
    """

    def __init__(
        self,
        path: str | Path,
        inputs: Any = None,
        labels: Any = None,
        *,
        task: str | Mapping[str, str] | None = None,
        targets: Any = None,
        output: str | None = None,
        every: int | float | str | Fraction = 1,
        layers: Sequence[str] | None = None,
        class_names: Sequence[str] = (),
        title: str | None = None,
        overwrite: bool = False,
        settings: dict[str, Any] | None = None,
        extras: Mapping[str, Any] | None = None,
        gradients: bool = False,
        watchers: Sequence[Watcher] = (),
    ) -> None:
        super().__init__()
        self.session = Session(
            Path(path), Samples.of(inputs, labels, class_names, extras, targets), told=Told.of(task, output), every=every,
            layers=layers, title=title, overwrite=overwrite, settings=settings, gradients=gradients, watchers=watchers,
        )  # fmt: skip

    @property
    def path(self) -> Path:
        """Folder of the recording."""
        return self.session.path

    def capture_steps(self, epoch: int, steps: int) -> list[int]:
        """Return after which gradient steps of an epoch a capture is due; see `animviz.experiments.keras.fit.fit`."""
        return self.session.due_steps(epoch, steps)

    def on_train_begin(self, logs: Logs = None) -> None:
        """Start the recording with the untrained state, or go on with it."""
        planned = self.params or {}
        self.session.begin(self._describe, self._take, epochs=planned.get("epochs"), steps=planned.get("steps"))

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Note where the epoch starts: Keras counts from 0, or from ``initial_epoch``."""
        self.session.begin_epoch(epoch)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Capture within an epoch, where the rhythm asks for it."""
        self.session.end_steps(batch + 1, logs, self._take)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Capture the end of an epoch, with its logs."""
        self.session.end_epoch(logs, self._take)

    def on_train_end(self, logs: Logs = None) -> None:
        """Finish the recording."""
        self.session.end(self._take)

    def _describe(self) -> Description:
        return described(self.model, self.session, fit_arguments())

    def _take(self) -> Captured:
        # Keras synchronises variables when `self.model` is read (JAX), so it is never kept.
        model, session = self.model, self.session
        values = [portable(keras.ops.convert_to_numpy(variable)) for variable in model.weights]
        fed, targets = session.samples.fed, session.targets
        gradients = loss_gradients(model, fed, next(iter(targets.values()))) if session.gradients and targets else {}
        stored, outputs = probe(model, fed, set(session.stored)) if session.stored else ({}, {})
        return Captured(
            weights=dict(zip(weight_names(model), values, strict=True)),
            activations={name: portable(stored[name]) for name in session.stored},
            gradients={name: portable(array) for name, array in gradients.items()},
            outputs={name: portable(array) for name, array in outputs.items()},
            penalty=penalty_of(model),
        )
