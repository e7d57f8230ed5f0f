"""Recorder: the Keras callback that writes a recording while anybody's ``model.fit`` runs."""

import weakref
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import keras

from animviz.errors import RecordingError
from animviz.recorders.deciding import Told
from animviz.recorders.description import Captured, Description
from animviz.recorders.keras.capturing import captured
from animviz.recorders.keras.continuing import goes_on
from animviz.recorders.keras.fit_arguments import fit_arguments
from animviz.recorders.keras.inspect import described
from animviz.recorders.keras.intake import require_fitting, taken
from animviz.recorders.paths import Paths
from animviz.recorders.samples import Samples
from animviz.recorders.session import Session
from animviz.recorders.watcher import Watcher
from animviz.recording.recording import Recording

__all__ = ["Recorder"]

Logs = Mapping[str, Any] | None
_WRITING: "weakref.WeakValueDictionary[Path, Recorder]" = (
    weakref.WeakValueDictionary()
)  # the last recorder of each path


class Recorder(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is not typed
    """Record the states of a model while it trains.

    Works in the user's own ``model.fit(..., callbacks=[Recorder("run.rec", inputs=x, labels=y)])`` with Sequential,
    functional and subclassed models. A further ``fit`` of the same model with the same recorder goes on where the first one
    ended; after a ``fit`` that was broken off within an epoch, it goes on at the next whole epoch. For another model, or one
    that was set back, a new recording begins if the path has a placeholder; else the training is refused, and what was
    recorded stays. A recorder may be copied, as tuners do for each trial: copies share the numbers of the placeholder.

    Args:
        path: folder to write; "{fold}" or "{trial}" in it stands for the next free number, from 1, and "{time}" for when the
            training begins.
        inputs: what pictures will be drawn from: one array (samples, ...), tensor, data frame or nested list; a list or
            dict of them for models with several inputs; or a dataset as ``fit`` takes it, of which labels are taken too
            where none are given. Text is fed to the model, but not kept.
        labels: what viewers see as colours: class numbers, texts, one-hot rows, or values. They are also what the loss is
            compared with, wherever they can be; for models with several outputs a dict by output, or a list in their order.
        task: what the model answers, where its loss, metrics and shapes leave that in doubt: "binary", "multiclass",
            "multilabel", "regression", "reconstruction", "none", where need be followed by "logits", "probabilities" or
            "values"; a dict by output for models with several.
        targets: what the loss is compared with, where that is not the labels: an array, or a dict by output.
        output: of a model with several outputs, the one that is drawn and that the labels belong to.
        samples: how many samples are recorded at most, an even choice; by default all of arrays, and 2,000 of a dataset.
        every: rhythm of capture: epochs (1, 5), a part of an epoch (0.25 or "1/4"), or "log".
        layers: names of the layers whose activations are stored. By default none for chains of dense layers
            and convolutions, which are replayed from their weights, and all layers with flat outputs for other models.
        class_names: names of all classes in the order of the labels.
        title: what pictures call the run; by default the model's name.
        overwrite: replace a recording that is there already; without it that is refused.
        resume: go on with a recording that is there, from the epoch whose weights the model has; where none is there, begin one.
        settings: noted in the manifest.
        extras: further arrays to keep with the inputs, by name, such as training samples or whole images.
        gradients: also record the gradients of the mean loss over the inputs; needs labels or targets.
        watchers: are told when the recording grows, see `animviz.recorders.watcher.Watcher`.

    Raises:
        InputError: the rhythm; inputs or labels that are no arrays, or of different lengths; labels that are not finite; a
            task or placeholder that is not known.
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
        samples: int | None = None,
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
        super().__init__()
        self._paths = Paths(path, overwrite=overwrite)
        self._samples = Samples.of(*taken(inputs, labels, samples), class_names, extras, targets)
        self._session_at = partial(
            Session, told=Told.of(task, output), every=every, layers=layers, title=title, overwrite=overwrite, resume=resume,
            settings=settings, gradients=gradients, watchers=watchers,
        )  # fmt: skip
        self._before = 0  # the optimizer's steps before this epoch, where they are looked at
        self._recorded: weakref.ref[Any] | None = None  # the model, once its recording has begun
        self._session: Session | None = self._new_session()  # what is wrong is said now, not when training begins

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy needs: it shares no model and no recording."""
        return {**vars(self), "_session": None, "_recorded": None, "_model": None}

    @property
    def session(self) -> Session:
        """The session of the present recording, or of the last one."""
        if self._session is None:
            self._session = self._new_session()
        return self._session

    @property
    def path(self) -> Path:
        """Folder of the present recording, or of the last one."""
        return self.session.path

    def capture_steps(self, epoch: int, steps: int) -> list[int]:
        """Return after which gradient steps of an epoch a capture is due; see `animviz.experiments.keras.fit.fit`."""
        return self.session.due_steps(epoch, steps)

    def on_train_begin(self, logs: Logs = None) -> None:
        """Start the recording with the untrained state, or go on with it."""
        if self.model is None:
            raise RecordingError("the recorder has no model; call recorder.set_model(model) before on_train_begin()")
        if not self._goes_on():
            self._session, self._recorded = self._new_session(), None
        session, planned = self.session, self.params or {}
        place = session.path.absolute()
        other = _WRITING.get(place)
        if other is not None and other is not self and other.params is not None and other.params is self.params:
            raise RecordingError(f"two recorders of this training write {session.path}; give each a path of its own")
        require_fitting(self.model, session.samples.inputs)
        session.begin(self._describe, self._take, epochs=planned.get("epochs"), steps=planned.get("steps"))
        self._recorded = weakref.ref(self.model)
        self._paths.use(session.path)
        _WRITING[place] = self

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Note where the epoch starts: Keras counts from 0, or from ``initial_epoch``."""
        self.session.begin_epoch(epoch)
        self._before = self._iterations() if self._counts_on() else 0

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Capture within an epoch, where the rhythm asks for it."""
        self._require_epoch()
        done = min(batch + 1, self._iterations() - self._before) if self._counts_on() else batch + 1
        self.session.end_steps(done, logs, self._take)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Capture the end of an epoch, with its logs."""
        self._require_epoch()
        self.session.end_epoch(logs, self._take)

    def on_train_end(self, logs: Logs = None) -> None:
        """Finish the recording."""
        self.session.end(self._take)

    def _new_session(self) -> Session:
        return self._session_at(self._paths.free(), self._samples)

    def _goes_on(self) -> bool:
        return self._recorded is not None and goes_on(self.model, self._recorded(), Recording(self.path))

    def _counts_on(self) -> bool:
        """Say whether Keras counts steps beyond the end: of data of unknown length, where several run at once."""
        unknown = (self.params or {}).get("steps") is None
        return unknown and getattr(self.model, "steps_per_execution", 1) != 1 and self.model.optimizer is not None

    def _iterations(self) -> int:
        return int(keras.ops.convert_to_numpy(self.model.optimizer.iterations))

    def _require_epoch(self) -> None:
        """Begin an epoch of which a loop of the user's own tells the end only."""
        if self._recorded is None:
            raise RecordingError(f"{self.path}: call on_train_begin() before the loop: it records the untrained state")
        if not self.session.in_epoch:
            self.session.begin_epoch()

    def _describe(self) -> Description:
        return described(self.model, self.session, fit_arguments())

    def _take(self) -> Captured:
        # Keras synchronises variables when `self.model` is read (JAX), so it is never kept.
        return captured(self.model, self.session)
