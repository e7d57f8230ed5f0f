"""Lightning's door: a callback that records the module while the trainer fits it."""

from pathlib import Path
from typing import Any

from lightning.pytorch.callbacks import Callback

from animviz.errors import InputError
from animviz.recorders.torch.watching import Watch

__all__ = ["Recorder"]


class Recorder(Callback):  # type: ignore[misc]  # Lightning is not followed by the type checker
    """Record the states of a LightningModule: ``Trainer(callbacks=[Recorder("run.rec", inputs=x, labels=y, loss=...)])``.

    A further ``fit`` goes on where the first one ended. An error leaves the recording readable, and unfinished. Of several
    processes the first one writes.

    Args:
        path: folder to write.
        inputs: see `animviz.watch`, as `labels`, `loss` and all other options.
        labels: see there.
        submodule: path of the part of the LightningModule that is recorded, such as "model"; by default the whole of it,
            whose ``forward`` then has to take the inputs.
        **options: see `animviz.watch`.

    Raises:
        InputError: a value that cannot be used; says which.
        RecordingError: the path holds something already.
    """

    def __init__(
        self, path: str | Path, inputs: Any = None, labels: Any = None, *, submodule: str = "", **options: Any
    ) -> None:  # fmt: skip
        super().__init__()
        self._run, self._submodule = Watch(path, inputs, labels, **options), submodule

    @property
    def path(self) -> Path:
        """Folder of the recording."""
        return self._run.path

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Start the recording with the untrained state, or go on with it."""
        try:
            module = pl_module.get_submodule(self._submodule)
        except AttributeError:
            parts = ", ".join(name for name, _ in pl_module.named_children())
            raise InputError(
                f"submodule is {self._submodule!r}; {type(pl_module).__name__} has {parts or 'none'}"
            ) from None
        batches = trainer.num_training_batches
        self._every = trainer.accumulate_grad_batches
        steps = -(-int(batches) // self._every) if batches != float("inf") else None
        epochs = trainer.max_epochs if (trainer.max_epochs or 0) > 0 else None
        self._run.begin(module, epochs=epochs, steps=steps)

    def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Note a gradient step, with the loss of its batch."""
        if (batch_idx + 1) % self._every == 0 or trainer.is_last_batch:
            loss = outputs.get("loss") if isinstance(outputs, dict) else outputs
            self._run.step(**({} if loss is None else {"loss": loss}))

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Note the end of an epoch, with what the module has logged."""
        self._run.epoch(**{name: value for name, value in trainer.callback_metrics.items() if name != "loss"})

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        """Finish the recording."""
        self._run.close()
