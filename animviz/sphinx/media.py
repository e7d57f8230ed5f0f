"""A scene as the files that a page of documentation needs: video, GIF where none plays, poster. Each is made once."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from animviz.errors import InputError
from animviz.experiments.catalogue import experiment_for
from animviz.experiments.experiment import Experiment
from animviz.options import Option, options_of
from animviz.pictures.discovery import find_scene
from animviz.pictures.picture import Picture
from animviz.pictures.scene import Scene, file_in
from animviz.pictures.sources import digest, own_files, source_of
from animviz.recording.recording import Recording
from animviz.rendering.film import film
from animviz.rendering.plan import Plan
from animviz.rendering.request import Request
from animviz.rendering.timeline import Pacing
from animviz.sphinx.texts import read, refuse
from animviz.stage.background import opaque_look
from animviz.stage.box import size_in
from animviz.stage.stage import Stage
from animviz.video.budget import DEFAULT_LIMIT
from animviz.video.poster import write_poster
from animviz.video.targets import make_whole

__all__ = ["Files", "Media", "media_for"]

GIF_FPS = 10.0  # only seen where no video plays
FILM = "animviz.rendering.film"
LOOK: dict[str, Callable[[str], Any]] = {"size": size_in, "theme": str, "background": str}


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
        sources: files of the user from which it was made: the scene's, the modules beside it, the recording's index.
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
    """
    chosen = find_scene(str(beside / scene) if file_in(scene) else scene)
    experiment = experiment_for(chosen.experiment, options.get("experiment"), data="data" in options)
    training = (*experiment.data_options, *experiment.training_options) if experiment is not None else ()
    drawing = (*options_of(Pacing), *chosen.options)
    refuse(chosen, options, training, drawing)
    asked = read(options, drawing, beside)
    asked |= {name: read_text(options[name]) for name, read_text in LOOK.items() if name in options}
    request = Request.of(chosen, cache / "video.mp4", output=options.get("output-name"), **asked)
    source = beside / options["from"] if "from" in options else None
    recording = Recording(source or _trained(chosen, experiment, read(options, training, beside), cache))
    picture, moment = Picture.of(chosen, recording, request.options, output=request.output), _moment(epoch, recording)
    plan = request.plan_of(picture)

    def draw(folder: Path) -> None:
        _draw(plan, request, Files(folder))
        write_poster(
            Files(folder).poster, picture.frame(moment, Stage(plan.size, opaque_look(plan.theme, plan.background)))
        )

    files = Files(cache / digest([plan.identity(), source_of(FILM), moment]))
    _once(files.folder, draw)
    sources = own_files(chosen.file) if chosen.file is not None else []
    sources += [source / "index.jsonl"] if source is not None else []
    return Media(files, request.size, chosen.summary, tuple(sources))


def _draw(plan: Plan, request: Request, files: Files) -> None:
    """Draw the video and the GIF."""
    command = f"animviz.render({request.scene.name!r}, ...)"
    film(replace(plan, target=files.video), request, command=command)
    slow = replace(plan, target=files.gif, pacing=replace(plan.pacing, fps=GIF_FPS))
    film(slow, replace(request, max_size=DEFAULT_LIMIT), command=command)


def _moment(epoch: float | None, recording: Recording) -> float:
    first, last = float(recording.epochs[0]), float(recording.epochs[-1])
    if epoch is not None and not first <= epoch <= last:
        raise InputError(f"the poster's epoch is {epoch:g}; expected {first:g} to {last:g}")
    return last if epoch is None else epoch


def _trained(scene: Scene, experiment: Experiment | None, values: Mapping[str, Any], cache: Path) -> Path:
    """Return the recording of a run, trained in a process of its own unless it is there."""
    if experiment is None:
        raise InputError(f"scene {scene.name!r} names no experiment to train; give a recording by 'from'")
    options = (*experiment.data_options, *experiment.training_options)
    run = experiment.run(values)
    words = [_word(option, values[option.name]) for option in options if values.get(option.name) is not None]
    place = cache / f"{digest(run.settings())}.rec"

    def train(path: Path) -> None:
        arguments = [sys.executable, "-m", "animviz", "record", experiment.name, *words, "-o", str(path)]
        done = subprocess.run(arguments, capture_output=True, text=True, encoding="utf-8", errors="replace")
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise InputError(f"training failed: {last.removeprefix('animviz: ')}")

    _once(place, train)
    return place


def _word(option: Option, value: Any) -> str:
    if option.kind is bool:
        return option.flag if value else option.flag.replace("--", "--no-", 1)
    return f"{option.flag}={value}"


def _once(place: Path, make: Callable[[Path], None]) -> None:
    """Make a folder unless it is there."""
    if not place.exists():
        make_whole(place, make)
