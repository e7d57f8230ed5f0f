"""A scene as the files that a page of documentation needs: video, GIF where none plays, poster. Each is made once."""

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from animviz.cli.flags import refuse_beside_from
from animviz.cli.render import RenderCommand
from animviz.errors import InputError
from animviz.experiments.experiment import Experiment
from animviz.options import Option, options_of
from animviz.pictures.discovery import is_path
from animviz.pictures.picture import ScenePicture, digest
from animviz.recording.recording import Recording
from animviz.rendering.film import frame_at, render
from animviz.rendering.request import check_request
from animviz.rendering.timeline import Pacing
from animviz.video.budget import DEFAULT_LIMIT
from animviz.video.poster import write_poster
from animviz.video.targets import make_whole

__all__ = ["Files", "Media", "media_for"]

GIF_FPS = 10.0  # only seen where no video plays
REFUSED = ("cluster", "max-size", "output", "retrain", "segment", "workers")


@dataclass(frozen=True)
class Files:
    """The files of a scene.

    Attributes:
        folder: which holds them and nothing else, named by a digest of all that decides the picture.
    """

    folder: Path

    @property
    def video(self) -> Path:
        """An MP4."""
        return self.folder / "video.mp4"

    @property
    def gif(self) -> Path:
        """The same as a GIF."""
        return self.folder / "video.gif"

    @property
    def poster(self) -> Path:
        """A PNG of one moment."""
        return self.folder / "poster.png"


@dataclass(frozen=True)
class Media:
    """A scene that is made.

    Attributes:
        files: where it is.
        size: width and height in pixels.
        summary: what the scene shows, in one line.
        sources: files of the user from which it was made.
    """

    files: Files
    size: tuple[int, int]
    summary: str
    sources: tuple[Path, ...]


def media_for(
    scene: str, options: Mapping[str, str], *, beside: Path, cache: Path, epoch: float | None = None
) -> Media:
    """Return the files of a scene, which are made unless they are there.

    Args:
        scene: name of a scene, or path of a file.
        options: those of `animviz render SCENE` by name, without dashes, with their values as text; a flag has "".
        beside: absolute folder from which paths in the scene and the options are seen.
        cache: absolute folder for the files, and for recordings that are trained.
        epoch: moment of the poster; by default the last.

    Raises:
        AnimvizError: something cannot be used, trained or drawn.
        click.ClickException: an option is unknown, or its value is of another kind.
    """
    command = RenderCommand(str(beside / scene) if is_path(scene) else scene)
    values = _parsed(command, options, beside)
    pacing = {option.name: values[option.name] for option in options_of(Pacing)}
    own = {option.name: values[option.name] for option in command.scene.options}
    look = {"size": values["size"], "theme": values["theme"]}
    check_request(command.scene, cache / "video.mp4", **look, **pacing, **own)
    recording = Recording(values["source"] or _trained(command, values, cache))
    order = _Order(command.reference, recording, {**look, **own}, pacing, _moment(epoch, recording))
    files = Files(cache / order.key)
    _once(files.folder, order.carry_out)
    sources = [Path(command.reference.rpartition(".py")[0] + ".py")] if is_path(scene) else []
    sources += [values["source"] / "index.jsonl"] if values["source"] else []
    return Media(files, values["size"], command.scene.summary, tuple(sources))


@dataclass(frozen=True)
class _Order:
    """All that decides the files."""

    scene: str
    recording: Recording
    options: dict[str, Any]
    pacing: dict[str, Any]
    epoch: float

    @property
    def key(self) -> str:
        picture = ScenePicture(self.scene, self.recording.path, tuple(sorted(self.options.items())))
        return digest([picture.identity(), self.pacing, self.epoch])

    def carry_out(self, folder: Path) -> None:
        """Draw everything into a new folder."""
        files = Files(folder)
        render(self.scene, self.recording, files.video, **self.options, **self.pacing)
        slow = {**self.pacing, "fps": GIF_FPS}
        render(self.scene, self.recording, files.gif, max_size=DEFAULT_LIMIT, **self.options, **slow)
        write_poster(files.poster, frame_at(self.scene, self.recording, self.epoch, **self.options))


def _moment(epoch: float | None, recording: Recording) -> float:
    first, last = float(recording.epochs[0]), float(recording.epochs[-1])
    if epoch is not None and not first <= epoch <= last:
        raise InputError(f"the poster's epoch is {epoch:g}; expected {first:g} to {last:g}")
    return last if epoch is None else epoch


def _parsed(command: RenderCommand, options: Mapping[str, str], beside: Path) -> dict[str, Any]:
    """Return the values of all options by name, with absolute paths."""
    for name in REFUSED:
        if name in options:
            raise InputError(f"{name} cannot be given here; leave it out")
    words = [f"--{name}={value}" if value else f"--{name}" for name, value in options.items()]
    with command.make_context(command.name, words) as context:
        if context.params["source"] is not None:
            training = [option.name for option in _training_options(command.experiment)]
            refuse_beside_from(["experiment", "data", *training])
    return {name: _absolute(name, value, beside) for name, value in context.params.items()}


def _absolute(name: str, value: Any, beside: Path) -> Any:
    if isinstance(value, Path):
        return beside / value
    # Data are a file, or the name of a set that comes along.
    return str(beside / value) if name == "data" and value and Path(value).suffix else value


def _training_options(experiment: Experiment | None) -> tuple[Option, ...]:
    return (*experiment.data_options, *experiment.training_options) if experiment is not None else ()


def _trained(command: RenderCommand, values: Mapping[str, Any], cache: Path) -> Path:
    """Return the recording of a run, trained in a process of its own unless it is there."""
    experiment = command.experiment
    if experiment is None:
        raise InputError(f"scene {command.scene.name!r} names no experiment to train; give a recording by 'from'")
    options = _training_options(experiment)
    run = experiment.run({option.name: values[option.name] for option in options})
    words = [word for option in options for word in _words(option, values[option.name])]
    place = cache / f"{digest(run.settings())}.rec"

    def train(path: Path) -> None:
        arguments = [sys.executable, "-m", "animviz", "record", experiment.name, *words, "-o", str(path)]
        done = subprocess.run(arguments, capture_output=True, text=True, encoding="utf-8", errors="replace")
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise InputError(f"training failed: {last.removeprefix('animviz: ')}")

    _once(place, train)
    return place


def _words(option: Option, value: Any) -> Sequence[str]:
    if option.kind is bool:
        return [option.flag if value else f"--no-{option.flag[2:]}"]
    return [] if value is None else [f"{option.flag}={value}"]


def _once(place: Path, make: Callable[[Path], None]) -> None:
    """Make a folder unless it is there."""
    if not place.exists():
        make_whole(place, make)
