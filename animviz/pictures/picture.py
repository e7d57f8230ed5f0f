"""A picture: a scene, a recording and options. It paints one frame at a moment, wherever a frame is wanted."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from animviz.arrays import Pixels
from animviz.moment import Moment
from animviz.options import plain
from animviz.pictures.clock import Clock, clock_of
from animviz.pictures.discovery import find_scene
from animviz.pictures.painter import Painter, Paints
from animviz.pictures.scene import Scene
from animviz.pictures.sources import digest, source_of
from animviz.recording.recording import Recording
from animviz.stage.stage import Stage

__all__ = ["Picture", "Subject"]

PAINTER = "animviz.pictures.painter"
FOR_SPEED = {"embed_threads"}  # options that change no frame


class Subject(Protocol):
    """What frames show: a `Picture`, several in one frame, or words."""

    def painter(self, stage: Stage) -> Paints:
        """Set everything up on a stage, and return what paints the frames."""
        ...

    def identity(self) -> dict[str, Any]:
        """Return all that decides the frames at a moment, as JSON types."""
        ...


@dataclass(frozen=True)
class Picture:
    """One scene of one recording: names and numbers, small where it is sent to another process.

    Attributes:
        scene: what is drawn.
        recording: from which it is drawn.
        options: the scene's options as sorted pairs.
    """

    scene: Scene
    recording: Recording
    options: tuple[tuple[str, Any], ...] = ()

    @classmethod
    def of(
        cls, scene: str | Path | Scene, recording: str | Path | Recording, options: Mapping[str, Any] | None = None,
        *, output: str | None = None,
    ) -> "Picture":  # fmt: skip
        """Find the scene and open the recording.

        Args:
            scene: name of a scene, path of a file, or a scene itself.
            recording: a recording, or its path.
            options: the scene's options by name.
            output: name of the output that is drawn, of a model that has several.

        Raises:
            SceneError: there is no such scene.
            InputError: the model has no output of that name.
            RecordingError: the recording cannot be read.
        """
        opened = recording if isinstance(recording, Recording) else Recording(recording, output=output)
        opened = opened if output is None else opened.of_output(output)
        given = {name: plain(value) for name, value in (options or {}).items()}
        return cls(find_scene(scene), opened, tuple(sorted(given.items())))

    @property
    def epochs(self) -> NDArray[np.float64]:
        """Moments of the snapshots in epochs, shape (snapshots,)."""
        return self.recording.epochs

    @property
    def motion(self) -> float | None:
        """Seconds that the scene's motion takes unless a length is asked for, or None for the usual."""
        return self.scene.motion

    def painter(self, stage: Stage) -> Painter:
        """Set the scene up on a stage; see `Painter`."""
        return Painter(self.scene, self.recording, stage, dict(self.options))

    def frame(self, epoch: float, stage: Stage) -> Pixels:
        """Return the frame at a moment of the training: uint8 of shape (height, width, 3).

        Args:
            epoch: the moment, in epochs since the start.
            stage: on which it is drawn.

        Raises:
            AnimvizError: the moment is outside the recording, or the scene cannot draw it.
        """
        self.recording.check_epoch(epoch)
        return self.painter(stage).paint(Moment(0.0, epoch, self.progress(epoch)))[:, :, :3].copy()

    def progress(self, epoch: float) -> float:
        """Return the share of the training that is behind a moment."""
        first, last = self.epochs[0], self.epochs[-1]
        return float((epoch - first) / (last - first)) if last > first else 1.0

    def clock(self) -> Clock:
        """Return how moments are counted: in epochs."""
        return clock_of("epoch", [self.recording])

    def identity(self) -> dict[str, Any]:
        """Return all that decides the picture, as JSON types."""
        return {
            "scene": self.scene.reference or self.scene.name,
            "recording": self.recording.id,
            "output": self.recording.output_name,
            "snapshots": self.recording.digest,
            "options": {name: _value(value) for name, value in self._deciding},
            "source": source_of(self.scene.source, PAINTER),
            "code": self.scene.code,
        }

    @property
    def digest(self) -> str:
        """24 hex digits over all that decides the picture."""
        return digest(self.identity())

    @property
    def facts(self) -> dict[str, Any]:
        """What a video says of its picture, as JSON types."""
        return {
            "scene": self.scene.name,
            "options": {name: str(value) for name, value in self._deciding},
            "recording": self.recording.id,
            **({"output": self.recording.output_name} if len(self.recording.manifest.outputs) > 1 else {}),
            "seed": self.recording.manifest.seed,
        }

    @property
    def _deciding(self) -> list[tuple[str, Any]]:
        return [(name, value) for name, value in self.options if name not in FOR_SPEED]

    @property
    def versions(self) -> dict[str, str]:
        """Packages that wrote the recording."""
        return self.recording.manifest.versions


def _value(value: Any) -> Any:
    """Return an option's value as JSON; of files and recordings their contents, which may change under the same name."""
    if isinstance(value, Path):
        return [_contents(Path(part)) for part in str(value).split(",")]
    return value


def _contents(path: Path) -> str:
    if (path / "manifest.json").is_file():
        return Recording(path).digest
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else str(path)
