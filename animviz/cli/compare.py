"""The `compare` command: several runs, trained now or before, in a table, and side by side in a video."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from animviz.cli.flags import RETRAIN, VIDEO, Sectioned, Sections, argument, as_click, path_option, refuse_beside_from
from animviz.cli.progress import Progress
from animviz.cli.render import require_distinct
from animviz.cli.reports import report
from animviz.cli.stopping import Terminal, interruptible_film
from animviz.errors import InputError
from animviz.experiments.catalogue import EXPERIMENTS, experiment_named
from animviz.experiments.comparison import Finished, columns, finished, natural_scene, score_of
from animviz.experiments.experiment import Run
from animviz.experiments.grid import decide
from animviz.experiments.homes import RENDERS, home_of
from animviz.experiments.runs import keep_time, recorded, time_of
from animviz.files import spelled
from animviz.options import options_of
from animviz.pictures.discovery import small_scene
from animviz.pictures.layout import check_room
from animviz.pictures.picture import Picture
from animviz.pictures.split import CellPicture, SplitPicture, foot_parts
from animviz.recorders.watcher import Watcher
from animviz.recording.recording import Recording
from animviz.rendering.film import film
from animviz.rendering.plan import Plan
from animviz.rendering.request import Request
from animviz.rendering.timeline import Pacing, Timeline
from animviz.tables import TABLES, check_table, text_of, write_table

__all__ = ["CompareCommand"]

EXPERIMENT = "digits_mlp"


class CompareCommand(Sectioned):
    """``animviz compare``."""

    def __init__(self) -> None:
        super().__init__("compare", "Train several networks, and show them in a table and side by side in a video.")

    def sections(self, arguments: Sequence[str]) -> Sections:
        """Return the options of the experiment, the training, the pictures and the video."""
        self.experiment = experiment_named(argument("--experiment", arguments) or EXPERIMENT)
        natural = "history" if argument("--from", arguments) else natural_scene(self.experiment)
        self.reference = argument("--scene", arguments) or natural
        self.scene = small_scene(self.reference)
        data = {option.name: option for option in self.experiment.data_options}
        repeated = [_ARCH, *([_REDUCE] if data.pop("reduce", None) else [])]
        training = [option for option in self.experiment.training_options if option.name not in ("arch", "model")]
        sections = {
            "Recordings": [_FROM, _OUTPUT_NAME],
            f"Experiment {self.experiment.name}": [_EXPERIMENT, *repeated, *as_click(list(data.values()))],
            "Training": [*as_click(training), RETRAIN],
            f"Scene {self.reference}": [_SCENE, *as_click(self.scene.options)],
            "Output": [*as_click(options_of(Pacing)), *VIDEO, _OUTPUT],
        }
        require_distinct(self.scene, sections)
        return sections

    def run(self, **values: Any) -> None:
        """Check everything, train what is missing, write tables and video."""
        outputs, retrain, sources = (values.pop(name) for name in ("output", "retrain", "source"))
        chosen = values.pop("output_name")
        if chosen and not sources:
            raise InputError("--output-name goes with --from; the networks of an experiment have one output")
        arches, reductions = values.pop("arch"), values.pop("reduce", ())
        own = (*self.experiment.data_options, *self.experiment.training_options)
        settings = {option.name: values.pop(option.name) for option in own if option.name in values}
        asked = {name: value for name, value in values.items() if name not in ("experiment", "scene")}
        if sources:
            refuse_beside_from(["experiment", "arch", "reduce", "retrain", *settings])
        tables, target = self._parted(outputs, sources)
        request = Request.of(self.scene, target, **asked) if target else None
        runs: Sequence[Run | Finished] = (
            finished(sources, chosen) if sources else decide(self.experiment, settings, arches, reductions)
        )
        ends = [run.training.epochs if isinstance(run, Run) else run.recording.epochs[-1] for run in runs]
        Timeline([0.0, max(ends)], request.pacing if request else None)
        if request:
            check_room(request.size, len(runs), self.scene)
        needs = [request.needs] if request else []
        recordings = [_made(runs[0], runs, retrain, needs)]
        if request:  # what cannot be drawn is refused before the others are trained
            request.plan_of(_side_by_side(request, runs, recordings)).set_up()
        recordings += [_made(run, runs, retrain, needs) for run in runs[1:]]
        table = columns(runs, recordings, [time_of(recording) for recording in recordings])
        click.echo(text_of(table, ".md"), nl=False)
        for path in tables:
            write_table(path, table)
            click.echo(f"{path}: {len(runs)} runs")
        if request:
            _draw(request, request.plan_of(_side_by_side(request, runs, recordings)))

    def _parted(self, outputs: Sequence[Path], sources: Sequence[Path]) -> tuple[list[Path], Path | None]:
        """Part the outputs into tables and the video, and refuse tables that cannot be written."""
        what = "-".join(path.resolve().stem for path in sources) or self.experiment.name
        outputs = outputs or [RENDERS / f"compare-{what}.md", RENDERS / f"compare-{what}.mp4"]
        tables = [path for path in outputs if path.suffix.lower() in TABLES]
        videos = [path for path in outputs if path not in tables]
        for path in outputs:
            if outputs.count(path) > 1:
                raise InputError(f"-o names {path} twice; leave one of them out")
        if len(videos) > 1:
            raise InputError(f"-o names {len(videos)} videos, {videos[0]} and {videos[1]}; expected one beside tables")
        for path in tables:
            check_table(path)
        return tables, videos[0] if videos else None


def _made(run: Run | Finished, runs: Sequence[Run | Finished], retrain: bool, watchers: Sequence[Watcher]) -> Recording:
    """Return the recording of one of the runs, trained now if need be, and note how long that took."""
    if isinstance(run, Finished):
        return run.recording
    place = runs.index(run)

    def kept_runs(path: Path) -> str:
        kept = ", ".join(str(home_of(done)) for done in runs[:place] if isinstance(done, Run))
        return f"finished and kept: {kept or 'none'}; the same command goes on with run {place + 1} of {len(runs)}"

    seconds: list[float] = []
    stage = f"training {place + 1} of {len(runs)}"
    recording = recorded(
        run, home_of(run), retrain=retrain, stage=stage, telling=Terminal(kept_runs), watchers=watchers,
        on_trained=seconds.append,
    )  # fmt: skip
    if seconds:
        keep_time(recording, seconds[0])
    return recording


def _side_by_side(
    request: Request, runs: Sequence[Run | Finished], recordings: Sequence[Recording]
) -> SplitPicture:  # fmt: skip
    """Return the picture of the runs whose recordings are there."""
    score = f"number: {recordings[0].measured_on} {score_of(recordings[0])}"
    return SplitPicture(
        title=f"{recordings[0].manifest.title}: {len(runs)} networks compared",
        cells=tuple(
            CellPicture(Picture.of(request.scene, recording, request.options), str(run.arch), run.reduction)
            for run, recording in zip(runs, recordings, strict=False)
        ),
        foot=(*foot_parts(request.scene.summary), score),
    )


def _draw(request: Request, plan: Plan) -> None:
    """Draw the video, and say what was written."""
    with interruptible_film(plan.target, "the recordings are kept"), Progress() as progress:
        on_frame = progress.stage("drawing", len(plan.timeline))
        movie = film(plan, request, command=spelled(shlex.join(["animviz", *sys.argv[1:]])), on_frame=on_frame)
    report(movie)


_FROM = path_option(
    "--from", "source", multiple=True, help="Recording to show, instead of training; once for each of two or more."
)
_OUTPUT_NAME = click.Option(
    ["--output-name"], metavar="NAME", help="Output that is compared, of models that have several; with --from."
)
_EXPERIMENT = click.Option(
    ["--experiment"],
    type=click.Choice(list(EXPERIMENTS)),
    default=EXPERIMENT,
    show_default=True,
    help="What is trained.",
)

_ARCH = click.Option(
    ["--arch"],
    multiple=True,
    help="Widths of the layers joined by dashes, inputs first; a star stands for as many as the data needs. Give it once "
    "for each network.",
)

_REDUCE = click.Option(
    ["--reduce"],
    multiple=True,
    help="Keep only pca:154 components, forest:70 most important pixels, pixels:350,406 themselves, or none for all. "
    "Give it once for each; a network is trained with all that have as many numbers as it has inputs.",
)

_SCENE = click.Option(["--scene"], help="Picture in the cells.  [default: what suits the experiment]")
_OUTPUT = path_option(
    "-o", "--output",
    multiple=True,
    help="File to write, once for each: a table (.md, .csv), or the video (.mp4, .webm, .webp, .gif, .apng, .png, or a "
    "folder of PNGs).  [default: renders/compare-EXPERIMENT.md and .mp4]",
)  # fmt: skip
