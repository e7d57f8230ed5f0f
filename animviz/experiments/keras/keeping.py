"""Keeping what a training needs to go on, and going on from there: the numbers are those of a training that was not cut.

The order of an epoch's samples depends on seed and epoch alone. All else that a step depends on is variables of the model,
among them the states of random numbers, and of the optimizer.
"""

import logging
import math
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np

from animviz.arrays import Array
from animviz.errors import RecordingError
from animviz.recorders.keras.callback import Recorder
from animviz.recording.training_state import TrainingState
from animviz.safety.limits import beyond

__all__ = ["Keeper", "put_back"]

SELDOM = 0.5  # seconds of training that may be lost
SHARE = 0.04  # of the training's time is spent on it at most
RATE = 2e8  # bytes that are written in a second, until that is known
log = logging.getLogger("animviz")


class Keeper(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is not typed
    """Keeps the state of a training with its recording, at ends of epochs at which there is a snapshot.

    It stands behind the recorder and the early stopping in the list of callbacks.

    Args:
        recorder: which records the training.
        stopping: the early stopping, where there is one.
        start: what the training goes on from, or None.
    """

    def __init__(self, recorder: Recorder, stopping: Any, start: TrainingState | None) -> None:
        super().__init__()
        self._recorder, self._stopping = recorder, stopping
        self._before = dict(start.numbers) if start else {}

    @property
    def seconds(self) -> float:
        """How long the training has taken, with what it took before it was cut short."""
        return time.perf_counter() - self._begun + self._before.get("seconds", 0.0)

    def on_train_begin(self, logs: Any = None) -> None:
        """Give the early stopping its numbers back, and wait until writing costs little."""
        self._begun = time.perf_counter()
        size = sum(array.nbytes for array in _state_of(self.model).values())
        self._wait(size / RATE)
        if said := beyond("training", size):
            log.warning("recording %s: nothing is kept to go on from, which would have %s", self._recorder.path, said)
            self._due = math.inf
        elif keras.backend.backend() != "tensorflow":  # there `fit` leaves the order of samples to Keras
            self._due = math.inf
        if self._stopping is not None and "wait" in self._before:
            self._stopping.wait = int(self._before["wait"])
            self._stopping.best = self._before.get("best")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Keep the state, where that is due and the training does not end here."""
        begun = time.perf_counter()
        ends = self.model.stop_training or epoch + 1 == self.params["epochs"]
        if ends or begun < self._due or not self._recorder.session.at_snapshot:
            return
        self._recorder.session.keep(_state_of(self.model), {"seconds": self.seconds, **self._patience()})
        self._wait(time.perf_counter() - begun)

    def _wait(self, cost: float) -> None:
        self._due = time.perf_counter() + max(SELDOM, cost / SHARE)

    def _patience(self) -> dict[str, float]:
        if self._stopping is None:
            return {}
        best = {} if self._stopping.best is None else {"best": float(self._stopping.best)}
        return {"wait": self._stopping.wait, **best}


def put_back(model: Any, state: TrainingState, path: Path) -> None:
    """Set a compiled model and its optimizer to what was kept of them.

    Args:
        model: as it is before its training.
        state: what was kept.
        path: of the recording, for what is said.

    Raises:
        RecordingError: it was kept of another model; nothing is set.
    """
    model.optimizer.build(model.trainable_variables)
    variables = _variables_of(model)
    kept = {name: (array.shape, array.dtype.name) for name, array in state.arrays.items()}
    if kept != {name: (tuple(each.shape), each.dtype) for name, each in variables.items()}:
        raise RecordingError(f"{path}: what is kept of its training is of another model; --retrain trains anew")
    for name, variable in variables.items():
        variable.assign(state.arrays[name])


def _state_of(model: Any) -> dict[str, Array]:
    return {name: np.asarray(variable) for name, variable in _variables_of(model).items()}


def _variables_of(model: Any) -> dict[str, Any]:
    # Names of Keras depend on how many models there were before in this process.
    kinds = {"model": model.variables, "optimizer": model.optimizer.variables}
    return {f"{kind}/{place}": each for kind, variables in kinds.items() for place, each in enumerate(variables)}
