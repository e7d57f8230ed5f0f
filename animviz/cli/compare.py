"""The `compare` command: several runs, trained now or before, in a table, and side by side in a video."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from animviz.cli.flags import RETRAIN, VIDEO, Sectioned, Sections, argument, as_click, path_option, refuse_beside_from
from animviz.cli.progress import Progress
from animviz.cli.remembered import remembered
from animviz.cli.render import require_distinct
from animviz.cli.reports import report
from animviz.cli.saying import say
from animviz.cli.stopping import Terminal, interruptible_film
from animviz.errors import InputError
from animviz.experiments.catalogue import EXPERIMENTS, experiment_named
from animviz.experiments.comparison import Finished, Network, columns, finished, natural_scene, score_of
from animviz.experiments.experiment import Run
from animviz.experiments.grid import of_seeds
from animviz.experiments.homes import RENDERS, home_of
from animviz.experiments.presets import PRESETS
from animviz.experiments.runs import keep_time, recorded, time_of
from animviz.files import resolved
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
from animviz.sampling import numbers_in
from animviz.stage.box import evened
from animviz.stage.stage import Stage
from animviz.tables import TABLES, check_table, text_of, write_table
from animviz.video.places import first_kind

__all__ = ["CompareCommand"]

EXPERIMENT = "digits_mlp"
LARGEST_SEED = 2**31 - 1
MOST_SEEDS = 20


class CompareCommand(Sectioned):
    """``animviz compare``."""

    def __init__(self) -> None:
        super().__init__("compare", "Train several networks, and show them in a table and side by side in a video.")

    def sections(self, arguments: Sequence[str]) -> Sections:
        """Return the options of the experiment, the training, the pictures and the video."""
        self.preset = PRESETS.get(argument("--preset", arguments) or "")
        named = argument("--experiment", arguments) or (self.preset.experiment if self.preset else EXPERIMENT)
        self.experiment = experiment_named(named)
        natural = "history" if argument("--from", arguments) else natural_scene(self.experiment)
        self.reference = argument("--scene", arguments) or natural
        self.scene = small_scene(self.reference)
        data = {option.name: option for option in self.experiment.data_options}
        repeated = [_ARCH, *([_REDUCE] if data.pop("reduce", None) else [])]
        training = [option for option in self.experiment.training_options if option.name not in ("arch", "model")]
        sections = {
            "Recordings": [_FROM, _OUTPUT_NAME],
            f"Experiment {self.experiment.name}": [_PRESET, _EXPERIMENT, *repeated, *as_click(list(data.values()))],
            "Training": [*as_click(training), _SEEDS, RETRAIN],
            f"Scene {self.reference}": [_SCENE, *as_click(self.scene.options)],
            "Output": [*as_click(options_of(Pacing)), *VIDEO, _OUTPUT],
        }
        require_distinct(self.scene, sections)
        return sections

    def run(self, **values: Any) -> None:
        """Check everything, train what is missing, write tables and video."""
        outputs, retrain, sources = (values.pop(name) for name in ("output", "retrain", "source"))
        own = (*self.experiment.data_options, *self.experiment.training_options)
        trained = {"experiment", "preset", "seeds", "arch", "reduce", "output_name", *(option.name for option in own)}
        settings = {name: values.pop(name) for name in trained & values.keys()}
        asked = {name: value for name, value in values.items() if name != "scene"}
        usual = first_kind(asked["place"])
        tables, target = self._parted(outputs, sources, settings["preset"], usual)
        request = Request.of(self.scene, target, **asked) if target else None
        for line in request.notes if request else ():
            say(line)
        networks = self._decided(settings, sources)
        runs = [run for network in networks for run in network]
        ends = [run.training.epochs if isinstance(run, Run) else run.recording.epochs[-1] for run in runs]
        Timeline([0.0, max(ends)], request.pacing if request else None)
        if request:
            check_room(request.size, len(networks), self.scene)
        needs = [request.needs] if request else []
        recordings = [_made(runs[0], runs, retrain, needs)]
        if request:  # what cannot be drawn is refused before the others are trained
            first = [Network(runs[0], recordings[0])]
            _side_by_side(request, first).painter(Stage(evened(request.size), request.theme))
        recordings += [_made(run, runs, retrain, needs) for run in runs[1:]]
        made = iter(recordings)
        compared = [Network.of(network, [next(made) for _ in network]) for network in networks]
        self._tell(compared, tables, len(runs))
        if request:
            _draw(request, request.plan_of(_side_by_side(request, compared)))

    def _decided(
        self, settings: dict[str, Any], sources: Sequence[Path]
    ) -> Sequence[Sequence[Run]] | Sequence[Sequence[Finished]]:
        """Return the runs of each network: those that were recorded before, or those that the settings ask for."""
        chosen = settings.pop("output_name")
        if sources:
            refuse_beside_from([*settings, "retrain"])
            return [[run] for run in finished(sources, chosen)]
        if chosen:
            raise InputError("--output-name goes with --from; the networks of an experiment have one output")
        arches, reductions = settings.pop("arch"), settings.pop("reduce", ())
        text = settings.pop("seeds")
        if text and _is_given("seed"):
            raise InputError("--seed cannot go with --seeds, which names them all; leave one of them out")
        seeds = numbers_in(text, LARGEST_SEED + 1, name="--seeds", most=MOST_SEEDS) if text else []
        if settings.pop("preset"):
            assert self.preset is not None
            if _is_given("experiment"):
                raise InputError("--experiment cannot go with --preset, which names it; leave one of them out")
            settings |= {name: value for name, value in self.preset.settings.items() if not _is_given(name)}
            arches, reductions = arches or self.preset.architectures, reductions or self.preset.reductions
        del settings["experiment"]
        return of_seeds(self.experiment, settings, arches, reductions, seeds)

    def _tell(self, networks: Sequence[Network], tables: Sequence[Path], runs: int) -> None:
        """Print the table, and write it into files."""
        table = columns(networks, [time_of(network.recording) for network in networks])
        say(text_of(table, ".md"), nl=False)
        for path in tables:
            write_table(path, table)
            say(f"{path}: {runs} runs")

    def _parted(
        self, outputs: Sequence[Path], sources: Sequence[Path], preset: str | None, usual: str
    ) -> tuple[list[Path], Path | None]:
        """Part the outputs into tables and the video, and refuse tables that cannot be written."""
        what = "-".join(resolved(path).stem for path in sources) or preset or self.experiment.name
        outputs = outputs or [RENDERS / f"compare-{what}.md", RENDERS / f"compare-{what}{usual}"]
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


def _side_by_side(request: Request, networks: Sequence[Network]) -> SplitPicture:
    """Return the picture of the networks, each by its typical run."""
    recordings = [network.recording for network in networks]
    score = f"number: {recordings[0].measured_on} {score_of(recordings[0])}"
    several = "typical run of each network; thin curves: its other seeds" if networks[0].others else ""
    return SplitPicture(
        title=f"{recordings[0].manifest.title}: {len(networks)} networks compared",
        cells=tuple(
            CellPicture(
                Picture.of(request.scene, network.recording, request.options), str(network.run.arch), network.note,
                network.others,
            )
            for network in networks
        ),
        foot=tuple(filter(None, (*foot_parts(request.scene.summary), score, several))),
    )  # fmt: skip


def _is_given(name: str) -> bool:
    """Say whether an option was given on the command line."""
    return click.get_current_context().get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE


def _draw(request: Request, plan: Plan) -> None:
    """Draw the video, and say what was written."""
    for line in request.told(plan):
        say(line)
    with interruptible_film(plan.target, "the recordings are kept"), Progress() as progress:
        on_frame = progress.stage("drawing", len(plan.timeline))
        movie = film(plan, request, command=remembered(sys.argv[1:]), on_frame=on_frame)
    report(movie)


_FROM = path_option(
    "--from", "source", multiple=True, help="Recording to show, instead of training; once for each of two or more."
)
_OUTPUT_NAME = click.Option(
    ["--output-name"], metavar="NAME", help="Output that is compared, of models that have several; with --from."
)
_COMPARED = [name for name, experiment in EXPERIMENTS.items() if "arch" not in experiment.without]
_EXPERIMENT = click.Option(
    ["--experiment"],
    type=click.Choice(_COMPARED),
    metavar="NAME",
    default=EXPERIMENT,
    show_default=True,
    help=f"What is trained: {', '.join(_COMPARED)}.",
)

_PRESET = click.Option(
    ["--preset"],
    type=click.Choice(list(PRESETS)),
    help="Networks and settings that belong together; what is given beside it holds. ten-experiments: bottlenecks of 1, 2 "
    "and 5 units, components, a forest's pixels, and wide networks, on 5,000 digits.",
)
_SEEDS = click.Option(
    ["--seeds"], default="", metavar="LIST",
    help="Train each network once for each of these seeds, such as 0-3; the table has mean, lowest and highest, and the "
    "pictures show the run in the middle.",
)  # fmt: skip
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
