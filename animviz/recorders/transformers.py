"""Hugging Face's door: a callback that records the model while a ``Trainer`` trains it."""

from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from animviz.recorders.torch.watching import Watch

__all__ = ["Recorder"]


class Recorder(TrainerCallback):  # type: ignore[misc]  # Transformers is not followed by the type checker
    """Record the states of a model: ``Trainer(..., callbacks=[Recorder("run.rec", inputs=encoded, labels=y, loss=...)])``.

    Of several processes the first one writes. An error leaves the recording readable, and unfinished.

    Args:
        path: folder to write.
        inputs: see `animviz.watch`, as `labels`, `loss` and all other options: a dict such as a tokenizer gives.
        labels: see there.
        **options: see `animviz.watch`.

    Raises:
        InputError: a value that cannot be used; says which.
        RecordingError: the path holds something already.
    """

    def __init__(self, path: str | Path, inputs: Any = None, labels: Any = None, **options: Any) -> None:
        self._run = Watch(path, inputs, labels, **options)
        self._logs: dict[str, float] = {}
        self._ended = False  # an epoch whose numbers are still to come

    @property
    def path(self) -> Path:
        """Folder of the recording."""
        return self._run.path

    def on_train_begin(self, args: Any, state: Any, control: Any, model: Any = None, **kwargs: Any) -> None:
        """Start the recording with the untrained state, or go on with it."""
        epochs = max(1, round(state.num_train_epochs))
        self._run.begin(model, epochs=epochs, steps=-(-state.max_steps // epochs))

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Note a gradient step."""
        self._run.step()

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Note the end of the epoch before, with the numbers that were reported of it."""
        self._tell_epoch()

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
        """Keep the numbers that are reported, such as the loss and those of an evaluation."""
        if "train_runtime" not in (logs or {}):  # a summary of the whole training
            told = {name: value for name, value in (logs or {}).items() if isinstance(value, int | float)}
            self._logs |= {name: value for name, value in told.items() if name != "epoch"}

    def on_epoch_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Take the state at the end of an epoch; its numbers are reported after this, and the best model may be loaded."""
        self._run.hold()
        self._ended = True

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Finish the recording."""
        self._tell_epoch()
        self._run.close()

    def _tell_epoch(self) -> None:
        if self._ended:
            self._run.epoch(**self._logs)
        self._ended, self._logs = False, {}
