"""Rendering: a timeline mapped over a scene, frame by frame, into an encoder."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
from numpy.typing import NDArray

from animviz.contract import Scene
from animviz.discovery import find_scene
from animviz.encode import Encoder, check_output, default_fps
from animviz.errors import AnimvizError, DivergedError, EncodeError, SceneError
from animviz.options import checked, options_of
from animviz.recording import Recording
from animviz.stage import Draw, Stage
from animviz.timeline import Moment, Pacing, Timeline

__all__ = ["Movie", "frame_at", "frames", "render"]

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Movie:
    """A finished video.

    Attributes:
        path: the file, or the folder of PNGs.
        frames: how many there are.
        fps: frames per second.
        size: width and height in pixels.
    """

    path: Path
    frames: int
    fps: float
    size: tuple[int, int]

    @property
    def seconds(self) -> float:
        """Length."""
        return self.frames / self.fps


def render(
    scene: str | Path | Scene,
    recording: str | Path | Recording,
    path: str | Path,
    *,
    size: tuple[int, int] = (1280, 720),
    theme: str = "dark",
    poster: str | Path | None = None,
    command: str | None = None,
    on_frame: Callable[[int], None] | None = None,
    **options: Any,
) -> Movie:
    """Draw a recording with a scene into a video file.

    Args:
        scene: name of a scene, path of a file "my_scene.py" or "my_scene.py:name", or a scene itself.
        recording: what to draw, or its path.
        path: .mp4, .webm, .webp, .gif, .apng or .png (animated), or a name without extension: a folder of PNGs.
        size: width and height in pixels, even numbers.
        theme: "dark" or "light".
        poster: file for a picture of the last frame.
        command: what the provenance says made this video.
        on_frame: called with the number of frames done.
        **options: the scene's options, and those of `animviz.timeline.Pacing` (fps, pace, seconds, ...).

    Raises:
        AnimvizError: something cannot be found, drawn or written; nothing is left under the target's name.
    """
    chosen = scene if isinstance(scene, Scene) else find_scene(str(scene))
    source = recording if isinstance(recording, Recording) else Recording(recording)
    target = Path(path)
    names = {option.name for option in options_of(Pacing)}
    pacing = pacing_for(target, {name: value for name, value in options.items() if name in names})
    rest = {name: value for name, value in options.items() if name not in names}
    stage = Stage(size, theme)
    timeline = Timeline(source.epochs, pacing)
    check_output(target, pacing.rate)
    if poster is not None:
        check_poster(Path(poster))
    draw = _set_up(chosen, stage, source, rest)
    provenance = _provenance(chosen, source, rest, pacing, theme, command)
    with Encoder(target, size, pacing.rate, provenance) as encoder:
        last: Pixels | None = None
        for done, last in enumerate(_paint_all(chosen, stage, draw, timeline), start=1):
            encoder.write(last)
            if on_frame is not None:
                on_frame(done)
        if poster is not None and last is not None:
            write_poster(Path(poster), last)
    return Movie(target, len(timeline), pacing.rate, size)


def pacing_for(path: Path, values: Mapping[str, Any]) -> Pacing:
    """Check values for `Pacing` and fill in the frame rate that suits the output.

    Raises:
        InputError: a value does not fit.
    """
    given = checked(options_of(Pacing), values, "video")
    return Pacing(**{**given, "fps": given["fps"] or default_fps(path)})


def frames(
    scene: str | Path | Scene,
    recording: Recording,
    timeline: Timeline,
    *,
    size: tuple[int, int] = (1280, 720),
    theme: str = "dark",
    **options: Any,
) -> Iterator[Pixels]:
    """Draw the frames of a timeline: uint8 arrays of shape (height, width, 3).

    Raises:
        AnimvizError: the scene cannot be found, or cannot draw this recording.
    """
    chosen = scene if isinstance(scene, Scene) else find_scene(str(scene))
    stage = Stage(size, theme)
    draw = _set_up(chosen, stage, recording, options)
    return (pixels[:, :, :3].copy() for pixels in _paint_all(chosen, stage, draw, timeline))


def frame_at(scene: str | Path | Scene, recording: Recording, epoch: float, **options: Any) -> Pixels:
    """Draw one moment: a preview, or a still for print.

    Args:
        scene: see `render`.
        recording: what to draw.
        epoch: the moment, in epochs since the start.
        **options: size, theme and the scene's options.
    """
    timeline = Timeline([epoch], Pacing(hold_start=0, hold_end=0))
    return next(frames(scene, recording, timeline, **options))


def check_poster(path: Path) -> None:
    """Refuse a poster that could not be written.

    Raises:
        EncodeError: not a .png, .jpg or .webp, or the folder cannot be written.
    """
    if path.suffix.lower() not in (".png", ".jpg", ".jpeg", ".webp"):
        raise EncodeError(f"--poster {path}: expected a name that ends in .png, .jpg or .webp")
    check_output(path.with_suffix(".png"), 25)


def write_poster(path: Path, frame: Pixels) -> None:
    """Write a still, whole or not at all."""
    beside = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        iio.imwrite(beside, frame[:, :, :3])
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _set_up(scene: Scene, stage: Stage, recording: Recording, options: Mapping[str, Any]) -> Draw:
    try:
        return scene.set_up(stage, recording, **options)
    except AnimvizError:
        raise
    except Exception as error:
        raise SceneError(f"scene {scene.name!r} failed while it was set up: {type(error).__name__}: {error}") from error


def _paint_all(scene: Scene, stage: Stage, draw: Draw, timeline: Timeline) -> Iterator[Pixels]:
    """Paint the moments one by one into the stage's own buffer."""
    for frame, moment in enumerate(timeline):
        yield _paint(scene, stage, draw, moment, frame)


def _paint(scene: Scene, stage: Stage, draw: Draw, moment: Moment, frame: int) -> Pixels:
    try:
        draw(moment)
        return stage.paint()
    except DivergedError as error:
        return stage.paint_failure(str(error))
    except AnimvizError:
        raise
    except Exception as error:
        place = f"frame {frame}, epoch {moment.epoch:.3g}"
        raise SceneError(f"scene {scene.name!r} failed at {place}: {type(error).__name__}: {error}") from error


def _provenance(
    scene: Scene, recording: Recording, options: Mapping[str, Any], pacing: Pacing, theme: str, command: str | None
) -> dict[str, Any]:
    """Return what made the video, as JSON types; nothing in it depends on the time of day."""
    training = (recording.manifest.settings or {}).get("training", {})
    return {
        "made_by": f"animviz {version('animviz')}",
        "command": command or f"animviz.render({scene.name!r}, ...)",
        "scene": scene.name,
        "options": {name: str(value) for name, value in options.items()},
        "pacing": {name: value for name, value in asdict(pacing).items() if value is not None},
        "theme": theme,
        "recording": recording.id,
        "seed": training.get("seed"),
        "versions": recording.manifest.versions | {"matplotlib": version("matplotlib")},
    }
