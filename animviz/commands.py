"""The `render` and `record` commands, whose options are read from scenes, experiments and dataclasses."""

import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click

from animviz.cluster import cluster
from animviz.contract import Scene
from animviz.discovery import find_scene, scene_names
from animviz.errors import InputError, RecordingError, SceneError
from animviz.experiment import EXPERIMENTS, Experiment, Run, experiment_named
from animviz.options import Option, options_of
from animviz.progress import Progress, muted_stderr, note
from animviz.recording import Recording
from animviz.rendering import Movie, Plan, check_request, render
from animviz.segments import default_workers, segments
from animviz.shares import draw_share, parse_share
from animviz.theme import THEMES
from animviz.timeline import Pacing, Timeline
from animviz.writer import require_replaceable

__all__ = ["RecordCommand", "RenderCommand", "experiment_rows", "report", "scene_rows"]

RENDERS = Path("renders")
Sections = dict[str, list[click.Option]]


def scene_rows() -> list[tuple[str, str]]:
    """Return name and summary of every scene; one that cannot be imported stays listed, marked."""
    rows = []
    for name in scene_names():
        try:
            rows.append((name, find_scene(name).summary))
        except SceneError as error:
            rows.append((name, f"[broken] {error}"))
    return rows


def experiment_rows() -> list[tuple[str, str]]:
    """Return name and summary of every experiment."""
    return [(experiment.name, experiment.summary) for experiment in EXPERIMENTS.values()]


class _Sectioned(click.Command):
    """A command whose options stand under headings and may depend on the arguments."""

    def __init__(self, name: str, summary: str) -> None:
        super().__init__(name, help=summary, callback=self.run)
        self._arrange([])

    def sections(self, arguments: Sequence[str]) -> Sections:
        """Return the options by heading, for the arguments as typed."""
        raise NotImplementedError

    def run(self, **values: Any) -> None:
        """Carry the command out."""
        raise NotImplementedError

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Choose the options that these arguments call for, then parse."""
        self._arrange(args)
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options under their headings."""
        helps = [option] if (option := self.get_help_option(ctx)) is not None else []
        for heading, options in {**self._sections, "Help": helps}.items():
            rows = [row for option in options if (row := option.get_help_record(ctx)) is not None]
            if rows:
                with formatter.section(heading):
                    formatter.write_dl(rows)

    def _arrange(self, arguments: Sequence[str]) -> None:
        self._sections = self.sections(arguments)
        self.params = [option for options in self._sections.values() for option in options]


class RecordCommand(_Sectioned):
    """``animviz record EXPERIMENT``.

    Raises:
        InputError: no such experiment.
    """

    def __init__(self, name: str) -> None:
        self.experiment = experiment_named(name)
        super().__init__(name, self.experiment.summary)

    def sections(self, arguments: Sequence[str]) -> Sections:
        """Return data, training and output options."""
        output = _path_option("-o", "--output", help="Folder to write.  [default: renders/EXPERIMENT-ARCH.rec]")
        return {
            f"Experiment {self.experiment.name}": _as_click(self.experiment.data_options),
            "Training": _as_click(self.experiment.training_options),
            "Recording": [output, _RETRAIN],
        }

    def run(self, **values: Any) -> None:
        """Train and record."""
        output, retrain = values.pop("output"), values.pop("retrain")
        decided = self.experiment.run(values)
        path = output or RENDERS / f"{self.experiment.name}-{decided.arch}.rec"
        recording = _recorded(decided, path, retrain=retrain)
        scores = ", ".join(f"{name} {value:.4g}" for name, value in recording[-1].scores.items())
        click.echo(f"{path}: {len(recording)} snapshots to epoch {recording.epochs[-1]:g}, {scores}")


class RenderCommand(_Sectioned):
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
        sections = {f"Scene {self.scene.name}": _as_click(self.scene.options)}
        if self.experiment is not None:
            data = self.experiment.data_options
            own = [] if any(option.name == "data" for option in data) else [_DATA]
            sections[f"Experiment {self.experiment.name}"] = [_EXPERIMENT, *own, *_as_click(data)]
            sections["Training"] = _as_click(self.experiment.training_options)
        else:
            sections["Experiment"] = [_EXPERIMENT, _DATA]
        sections["Recording"] = [_FROM, _RETRAIN]
        sections["Video"] = [*_as_click(options_of(Pacing)), *_VIDEO]
        _require_distinct(self.scene, sections)
        return sections

    def run(self, **values: Any) -> None:
        """Check everything, train where need be, draw."""
        values.pop("experiment")
        if self.experiment_name != "points" and values.pop("data", None) is not None:
            raise InputError(f"--data goes with the experiment 'points'; here it is {self.experiment_name!r}")
        source, retrain, output = (values.pop(name) for name in ("source", "retrain", "output"))
        video = {option.name: values.pop(option.name) for option in _VIDEO if option.name != "output"}
        pacing = {option.name: values.pop(option.name) for option in options_of(Pacing)}
        options = {option.name: values.pop(option.name) for option in self.scene.options}
        asked = {name: video[name] for name in ("size", "theme", "poster", "workers")} | pacing | options
        _check_way(video, source)
        if source is not None:
            self._refuse_training_options()
            recording = Recording(source)
            stem = recording.manifest.arch or source.stem
            target = output or RENDERS / f"{self.scene.name}-{stem}.mp4"
            check_request(self.scene, target, **asked)
        else:
            decided = self._decided(values)
            target = output or RENDERS / f"{self.scene.name}-{decided.arch}.mp4"
            Timeline([0.0, decided.training.epochs], check_request(self.scene, target, **asked))
            recording = _recorded(decided, target.with_suffix(".rec"), retrain=retrain)
        _draw(self.reference, recording, target, video, {**pacing, **options})

    def _decided(self, values: Mapping[str, Any]) -> Run:
        if self.experiment is None:
            name = self.scene.name
            raise InputError(f"scene {name!r} names no experiment to train; give --from RECORDING or --experiment NAME")
        return self.experiment.run(values)

    def _refuse_training_options(self) -> None:
        """Refuse what --from would silently ignore."""
        experiment = self.experiment
        options = (*experiment.data_options, *experiment.training_options) if experiment else ()
        context = click.get_current_context()
        for name in [option.name for option in options] + ["experiment", "retrain", "data"]:
            if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
                flag = "--" + name.replace("_", "-")
                raise InputError(
                    f"{flag} cannot go with --from, which draws a recording as it is; leave one of them out"
                )


def _check_way(video: Mapping[str, Any], source: Path | None) -> None:
    """Refuse ways of drawing that do not go together."""
    if video["cluster"] is not None and not video["cluster"].strip():
        raise InputError("--cluster is empty; expected a scheduler's address, such as tcp://host:8786")
    if video["segment"] is None:
        return
    if source is None:
        raise InputError("--segment needs --from RECORDING: all shares must be drawn from one recording")
    for name in ("poster", "workers", "cluster"):
        if video[name] is not None:
            raise InputError(f"--{name} cannot go with --segment, which draws a share in this process; leave it out")


def _draw(
    reference: str, recording: Recording, target: Path, video: Mapping[str, Any], options: dict[str, Any]
) -> None:
    """Draw a video, or a share of it, and say what was written."""
    command = shlex.join(["animviz", *sys.argv[1:]])
    size, theme = video["size"], video["theme"]
    plan = Plan.of(reference, recording, target, size=size, theme=theme, options=options)
    on_stop = f"no video was written; run again, its recording {recording.path} is kept"
    with _interruptible(lambda: on_stop), Progress() as progress, ExitStack() as stack:
        on_frame = progress.stage("drawing", len(plan.timeline))
        if video["segment"] is not None:
            click.echo(draw_share(plan, parse_share(video["segment"]), command, on_frame))
            return
        workers = video["workers"] or default_workers(len(segments(len(plan.timeline), plan.pacing.rate)))
        executor = None
        if video["cluster"] is not None:
            executor = stack.enter_context(cluster(video["cluster"], recording.path))
        movie = render(
            reference, recording, target, size=size, theme=theme, poster=video["poster"], workers=workers,
            executor=executor, command=command, on_frame=on_frame, **options,
        )  # fmt: skip
    report(movie)


def report(movie: Movie) -> None:
    """Say in one line what was written."""
    width, height = movie.size
    size = f"{width}x{height}"
    click.echo(f"{movie.path}: {movie.frames} frames, {movie.seconds:.1f} s, {size}, {_weight(movie.path)}")


def _experiment_for(scene: Scene, arguments: Sequence[str]) -> Experiment | None:
    """Return what is trained: --experiment, else 'points' for --data, else the scene's own experiment."""
    named = _argument("--experiment", arguments)
    if named is not None:
        return experiment_named(named)
    own = experiment_named(scene.experiment) if scene.experiment else None
    if _argument("--data", arguments) is not None and not (own and any(o.name == "data" for o in own.data_options)):
        return experiment_named("points")
    return own


def _argument(flag: str, arguments: Sequence[str]) -> str | None:
    """Return the value given for an option among raw arguments."""
    for place, argument in enumerate(arguments):
        if argument == flag:
            return arguments[place + 1] if place + 1 < len(arguments) else None
        if argument.startswith(f"{flag}="):
            return argument.partition("=")[2]
    return None


def _recorded(run: Run, path: Path, *, retrain: bool) -> Recording:
    """Return the recording of a run: the one that is there if it is finished and of the same settings, else a new one.

    Raises:
        RecordingError: something else is there, or it cannot be written.
    """
    require_replaceable(path)
    found = _existing(path)
    if isinstance(found, Recording) and not retrain:
        reason = _difference(found, run)
        if reason is None:
            note(f"drawing from {path}, which is there already (--retrain trains anew)")
            return found
        note(f"training anew: {reason}")
    elif isinstance(found, str):
        note(f"training anew: {found}")

    def on_stop() -> str:
        if not (path / "manifest.json").exists():
            return "nothing was trained yet; run the same command again"
        return f"the finished epochs are in {path}: draw them with --from {path}, or run again to train anew"

    with _interruptible(on_stop), Progress() as progress:
        loading = progress.stage("TensorFlow", 1)
        with muted_stderr():
            from animviz.training import epoch_callback, record, warm_up

            warm_up()
        loading(1)
        return record(run, path, [epoch_callback(progress.stage("training", run.training.epochs))])


def _existing(path: Path) -> Recording | str | None:
    """Return the recording at a path, or why it cannot be used, or None if there is nothing."""
    if not (path / "manifest.json").exists():
        return None
    try:
        recording = Recording(path)
    except RecordingError as error:
        return str(error)
    if recording.manifest.settings is None:
        raise RecordingError(f"{path} was recorded by other means; draw it with --from {path}, or choose another -o")
    return recording


def _difference(recording: Recording, run: Run) -> str | None:
    """Return why a recording is not of this run, or None if it is."""
    if not recording.manifest.finished:
        return f"{recording.path} ends at epoch {recording.epochs[-1]:g}, its training was cut short"
    then, now = _flat(recording.manifest.settings or {}), _flat(run.settings())
    for name in now:
        if then.get(name) != now[name]:
            return f"{recording.path} has {name} {then.get(name)}, asked for is {now[name]}"
    return None


def _flat(settings: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in settings.items():
        found |= value if isinstance(value, dict) else {name: value}
    return found


@contextmanager
def _interruptible(how_to_go_on: Callable[[], str]) -> Iterator[None]:
    """On Ctrl-C say how to go on, and leave."""
    try:
        yield
    except KeyboardInterrupt:
        note(f"stopped; {how_to_go_on()}")
        raise click.Abort from None


def _require_distinct(scene: Scene, sections: Sections) -> None:
    taken: set[str] = set()
    for heading, options in reversed(sections.items()):
        for option in options:
            name = option.name or ""
            if name in taken:
                raise SceneError(
                    f"scene {scene.name!r}: its option {name!r} ({heading}) has a name that is taken; rename it"
                )
            taken.add(name)


def _as_click(options: Sequence[Option]) -> list[click.Option]:
    return [_one_as_click(option) for option in options]


def _one_as_click(option: Option) -> click.Option:
    """Return the option for the command line; its bounds are checked once, by the option itself."""
    text = option.help[:1].upper() + option.help[1:] + "." if option.help else None
    if option.kind is bool:
        flags = [f"{option.flag}/--no-{option.flag[2:]}", option.name]
        return click.Option(flags, default=option.default, show_default=True, help=text)
    kind: Any = option.kind
    if option.choices:
        kind = click.Choice(option.choices)
    elif option.kind is Path:
        kind = click.Path(path_type=Path)
    return click.Option(
        [option.flag, option.name],
        type=kind,
        default=option.default,
        show_default=option.default is not None,
        help=text,
    )


def _path_option(*flags: str, help: str) -> click.Option:
    return click.Option(list(flags), type=click.Path(path_type=Path), help=help)


class _Size(click.ParamType[tuple[int, int]]):
    """WIDTHxHEIGHT in pixels."""

    name = "WxH"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        if isinstance(value, tuple):
            return value
        width, _, height = str(value).lower().partition("x")
        if not (width.isdecimal() and height.isdecimal() and len(str(value)) < 20):
            self.fail(f"{value!r} is not a size; write width x height in pixels, such as 1280x720", param, ctx)
        return int(width), int(height)


_RETRAIN = click.Option(["--retrain"], is_flag=True, help="Train anew even if the recording is there already.")
_FROM = _path_option("--from", "source", help="Recording to draw, instead of training.")
_DATA = _path_option("--data", help="Own points: a .csv or .npz file with x, y and label.")
_EXPERIMENT = click.Option(
    ["--experiment"], type=click.Choice(list(EXPERIMENTS)), help="What is trained, if not the scene's own experiment."
)
_VIDEO = [
    click.Option(["--size"], type=_Size(), default="1280x720", show_default=True, help="Width and height in pixels, even."),
    click.Option(["--theme"], type=click.Choice(list(THEMES)), default="dark", show_default=True, help="Colours."),
    click.Option(["--workers"], type=int, help="Processes that draw.  [default: as many as pay]"),
    click.Option(["--cluster"], metavar="ADDRESS", help="Dask scheduler whose workers draw, such as tcp://host:8786."),
    click.Option(["--segment"], metavar="I/N", help="Draw only one of N shares, for `animviz join`."),
    _path_option("--poster", help="File for a picture of the last frame: .png, .jpg or .webp."),
    _path_option(
        "-o", "--output",
        help="File to write: .mp4, .webm, .webp, .gif, .apng or .png (animated); without extension a folder of PNGs."
        "  [default: renders/SCENE-ARCH.mp4]",
    ),
]  # fmt: skip


def _weight(path: Path) -> str:
    """Return the size of a file or folder as text."""
    size = sum(p.stat().st_size for p in path.iterdir()) if path.is_dir() else path.stat().st_size
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
