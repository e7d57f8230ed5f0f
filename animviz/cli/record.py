"""The `record` command, whose options are read from experiments and dataclasses."""

from collections.abc import Sequence
from typing import Any

from animviz.cli.flags import RETRAIN, Sectioned, Sections, advised, as_click, path_option
from animviz.cli.saying import say
from animviz.cli.stopping import Terminal
from animviz.experiments.catalogue import EXPERIMENTS, experiment_named
from animviz.experiments.homes import home_of
from animviz.experiments.runs import recorded

__all__ = ["RecordCommand", "experiment_rows"]


def experiment_rows() -> list[tuple[str, str]]:
    """Return name and summary of every experiment."""
    return [(experiment.name, experiment.summary) for experiment in EXPERIMENTS.values()]


class RecordCommand(Sectioned):
    """``animviz record EXPERIMENT``.

    Raises:
        InputError: no such experiment.
    """

    def __init__(self, name: str) -> None:
        self.experiment = experiment_named(name)
        super().__init__(name, advised(self.experiment.summary, self.experiment))

    def sections(self, arguments: Sequence[str]) -> Sections:
        """Return data, training and output options."""
        output = path_option("-o", "--output", help="Folder to write.  [default: renders/EXPERIMENT-ARCH-SETTINGS.rec]")
        return {
            f"Experiment {self.experiment.name}": as_click(self.experiment.data_options),
            "Training": as_click(self.experiment.training_options),
            "Recording": [output, RETRAIN],
        }

    def run(self, **values: Any) -> None:
        """Train and record."""
        output, retrain = values.pop("output"), values.pop("retrain")
        decided = self.experiment.run(values)
        path = output or home_of(decided)
        recording = recorded(decided, path, retrain=retrain, telling=Terminal())
        scores = "".join(f", {name} {value:.4g}" for name, value in recording[-1].scores.items())
        say(f"{path}: {len(recording)} snapshots to epoch {recording.epochs[-1]:g}{scores}")
