"""The `render` and `record` commands, whose options are read from scenes, experiments and dataclasses."""

import shlex
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from animviz.cli.flags import RETRAIN, VIDEO, Sectioned, Sections, argument, as_click, path_option, refuse_beside_from
from animviz.cli.progress import Progress
from animviz.cli.reports import report
from animviz.cli.stopping import Terminal, interruptible_film
from animviz.errors import InputError, SceneError
from animviz.experiments.catalogue import EXPERIMENTS, experiment_for, takes_data
from animviz.experiments.experiment import Experiment, Run
from animviz.experiments.homes import RENDERS, home_of
from animviz.experiments.runs import recorded
from animviz.options import Option, options_of
from animviz.pictures.discovery import find_scene
from animviz.pictures.scene import Scene
from animviz.recording.recording import Recording
from animviz.rendering.cluster import cluster
from animviz.rendering.film import film
from animviz.rendering.request import Request
from animviz.rendering.shares import draw_share, parse_share
from animviz.rendering.timeline import Pacing, Timeline
from animviz.video.budget import AUTO
from animviz.watchers.needs import Needs

__all__ = ["RenderCommand", "require_distinct"]


class RenderCommand(Sectioned):
    """``animviz render SCENE|FILE.py``.

    Raises:
        SceneError: no such scene, it cannot be imported, or one of its options has a name that is taken.
    """

    def __init__(self, reference: str) -> None:
        self.reference = reference
        self.scene = find_scene(reference)
        self.experiment: Experiment | None = None
        super().__init__(reference, self.scene.summary)

    @property
    def experiment_name(self) -> str:
        """Name of what is trained, or "none"."""
        return self.experiment.name if self.experiment is not None else "none"

    def sections(self, arguments: Sequence[str]) -> Sections:
        """Return the options of the scene, its experiment, the training, the recording and the video."""
        self.experiment = _experiment_for(self.scene, arguments)
        sections = {f"Scene {self.scene.name}": as_click(self.scene.options)}
        if self.experiment is not None:
            own = [] if takes_data(self.experiment) else [_DATA]
            data = as_click(self.experiment.data_options)
            sections[f"Experiment {self.experiment.name}"] = [_EXPERIMENT, *own, *data]
            sections["Training"] = as_click(self.experiment.training_options)
        else:
            sections["Experiment"] = [_EXPERIMENT, _DATA]
        sections["Recording"] = [_FROM, RETRAIN]
        sections["Video"] = [*as_click(options_of(Pacing)), *_DRAWING, _OUTPUT]
        require_distinct(self.scene, sections)
        return sections

    def run(self, **values: Any) -> None:
        """Check everything, train where need be, draw."""
        values.pop("experiment")
        if not takes_data(self.experiment) and values.pop("data") is not None:
            takers = ", ".join(name for name, experiment in EXPERIMENTS.items() if takes_data(experiment))
            raise InputError(f"--data goes with the experiments {takers}; here it is {self.experiment_name!r}")
        source, retrain, output, address, share = (
            values.pop(name) for name in ("source", "retrain", "output", "cluster", "share")
        )
        training = {option.name: values.pop(option.name) for option in self._training_options}
        _check_way(values, source, address, share)  # what is left is asked of the video
        if source is not None:
            refuse_beside_from([*training, "experiment", "retrain", "data"])
            recording = Recording(source)
            stem = recording.manifest.arch or source.stem
            request = Request.of(self.scene, output or RENDERS / f"{self.scene.name}-{stem}.mp4", **values)
        else:
            decided = self._decided(training)
            request = Request.of(self.scene, output or RENDERS / f"{self.scene.name}-{decided.name}.mp4", **values)
            Timeline([0.0, decided.training.epochs], request.pacing)
            needs = Needs(request.scene, dict(request.options), request.size, request.theme)
            # Scenes of the same experiment share its recording, unless the video has a place of its own.
            home = home_of(decided, beside=output)
            recording = recorded(decided, home, retrain=retrain, telling=Terminal(), watchers=[needs])
        _draw(request, recording, address, share)
        if source is None:
            again = shlex.join(["animviz", "render", self.reference, "--from", str(recording.path)])
            click.echo(f"recording: {recording.path} (draw it again: {again})")

    def _decided(self, values: Mapping[str, Any]) -> Run:
        if self.experiment is None:
            name = self.scene.name
            raise InputError(f"scene {name!r} names no experiment to train; give --from RECORDING or --experiment NAME")
        return self.experiment.run(values)

    @property
    def _training_options(self) -> tuple[Option, ...]:
        experiment = self.experiment
        return (*experiment.data_options, *experiment.training_options) if experiment else ()


def _check_way(asked: Mapping[str, Any], source: Path | None, address: str | None, share: str | None) -> None:
    """Refuse ways of drawing that do not go together."""
    if address is not None and not address.strip():
        raise InputError("--cluster is empty; expected a scheduler's address, such as tcp://host:8786")
    if share is None:
        return
    if source is None:
        raise InputError("--share needs --from RECORDING: all shares must be drawn from one recording")
    given = {"poster": asked["poster"], "max-size": asked["max_size"], "workers": asked["workers"], "cluster": address}
    for flag, value in given.items():
        if value not in (None, AUTO):
            raise InputError(f"--{flag} cannot go with --share, which draws a share in this process; leave it out")


def _draw(request: Request, recording: Recording, address: str | None, share: str | None) -> None:
    """Draw a video, or a share of it, and say what was written."""
    command = shlex.join(["animviz", *sys.argv[1:]])
    plan = request.plan(recording)
    kept = f"its recording {recording.path} is kept"
    with interruptible_film(plan.target, kept), Progress() as progress, ExitStack() as stack:
        on_frame = progress.stage("drawing", len(plan.timeline))
        if share is not None:
            click.echo(draw_share(plan, parse_share(share), command, on_frame))
            return
        executor = stack.enter_context(cluster(address, recording.path)) if address is not None else None
        movie = film(plan, request, command=command, executor=executor, on_frame=on_frame)
    report(movie)


def _experiment_for(scene: Scene, arguments: Sequence[str]) -> Experiment | None:
    data = argument("--data", arguments) is not None
    return experiment_for(scene.experiment, argument("--experiment", arguments), data=data)


def require_distinct(scene: Scene, sections: Sections) -> None:
    """Refuse a scene one of whose options has the name of another option of the command.

    Raises:
        SceneError: names both.
    """
    taken: set[str] = set()
    for heading, options in reversed(sections.items()):
        for option in options:
            name = option.name or ""
            if name in taken:
                raise SceneError(
                    f"scene {scene.name!r}: its option {name!r} ({heading}) has a name that is taken; rename it"
                )
            taken.add(name)


_FROM = path_option("--from", "source", help="Recording to draw, instead of training.")
_DATA = path_option("--data", help="Own points: a .csv or .npz file with x, y and label.")
_EXPERIMENT = click.Option(
    ["--experiment"], type=click.Choice(list(EXPERIMENTS)), help="What is trained, if not the scene's own experiment."
)

_DRAWING = [
    *VIDEO,
    click.Option(["--cluster"], metavar="ADDRESS", help="Dask scheduler whose workers draw, such as tcp://host:8786."),
    click.Option(
        ["--share", "--segment", "share"], metavar="I/N",
        help="Draw only one of N shares, for `animviz join`.  (--segment is the old name)",
    ),
]
_OUTPUT = path_option(
    "-o", "--output",
    help="File to write: .mp4, .webm, .webp, .gif, .apng or .png (animated); without extension a folder of PNGs."
    "  [default: renders/SCENE-ARCH-SETTINGS.mp4]",
)  # fmt: skip
