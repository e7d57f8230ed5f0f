"""A network that learns the velocities of a flow, with a learning rate that falls to zero."""

from collections.abc import Sequence
from pathlib import Path

import keras

from animviz.experiments.experiment import Run
from animviz.experiments.keras.models import network_of
from animviz.experiments.keras.record import recorder_of, trained
from animviz.experiments.telling import Progress
from animviz.recorders.watcher import Watcher
from animviz.recording.recording import Recording

__all__ = ["record"]


def record(run: Run, path: Path, progress: Progress, watchers: Sequence[Watcher]) -> Recording:
    """Train and record; see `animviz.experiments.experiment.Maker`."""
    training, dataset = run.training, run.dataset
    model = network_of(run)
    steps = training.epochs * -(-len(dataset.x) // training.batch_size)
    rate = keras.optimizers.schedules.CosineDecay(training.learning_rate, steps)
    model.compile(type(model.optimizer)(rate), model.loss)
    return trained(run, model, dataset.x, dataset.y, recorder_of(run, path, progress, watchers), progress)
