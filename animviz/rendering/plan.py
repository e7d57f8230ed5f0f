"""A plan: a video that is fully decided, before anything is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from animviz.errors import InputError
from animviz.pictures.discovery import find_scene, is_path, scene_version
from animviz.pictures.painter import Painter, Paints
from animviz.pictures.scene import Scene
from animviz.pictures.split import Shot, SplitPainter
from animviz.recording.recording import Recording
from animviz.rendering.request import split
from animviz.rendering.timeline import Pacing, Timeline
from animviz.stage.stage import Stage
from animviz.video.provenance import provenance

__all__ = ["Drawable", "Job", "Plan", "Split", "Task"]


class Drawable(Protocol):
    """A video that is decided: a `Plan`, or several scenes in one frame."""

    @property
    def target(self) -> Path:
        """The file or folder."""
        ...

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        ...

    @property
    def pacing(self) -> Pacing:
        """How frames become moments."""
        ...

    @property
    def timeline(self) -> Timeline:
        """The moments."""
        ...

    def painter(self) -> Paints:
        """Return what paints the frames, set up."""
        ...

    def job(self) -> "Task":
        """Return what a worker needs."""
        ...

    def provenance(self, command: str | None) -> dict[str, Any]:
        """Return what made the video."""
        ...


@dataclass(frozen=True)
class Plan:
    """A video that is fully decided and checked, before anything is drawn.

    Attributes:
        scene: what is drawn.
        reference: name or path by which a worker finds the scene; "" for a scene given as an object.
        recording: from which it is drawn.
        target: the file or folder.
        pacing: how frames become moments.
        timeline: the moments.
        size: width and height in pixels.
        theme: name of the theme.
        options: the scene's options.
    """

    scene: Scene
    reference: str
    recording: Recording
    target: Path
    pacing: Pacing
    timeline: Timeline
    size: tuple[int, int]
    theme: str
    options: dict[str, Any]

    @classmethod
    def of(
        cls, scene: str | Path | Scene, recording: str | Path | Recording, target: Path, *, size: tuple[int, int],
        theme: str, options: Mapping[str, Any],
    ) -> "Plan":  # fmt: skip
        """Decide a video; see `render`."""
        chosen = scene if isinstance(scene, Scene) else find_scene(str(scene))
        reference = "" if isinstance(scene, Scene) else str(scene)
        source = recording if isinstance(recording, Recording) else Recording(recording)
        pacing, rest = split(options, target)
        timeline = Timeline(source.epochs, pacing)
        return cls(chosen, reference, source, target, pacing, timeline, size, theme, rest)

    def painter(self) -> Painter:
        """Set the scene up."""
        return Painter(self.scene, self.recording, Stage(self.size, self.theme), self.options)

    def job(self) -> "Job":
        """Return what a worker needs.

        Raises:
            InputError: the scene was given as an object, which no other process can find.
        """
        if not self.reference:
            raise InputError(f"scene {self.scene.name!r} was given as an object; workers need its name or path")
        reference = str(Path(self.reference).resolve()) if is_path(self.reference) else self.reference
        options = tuple(sorted(self.options.items()))
        recording, target = self.recording.path.resolve(), self.target.resolve()
        version, count = scene_version(self.reference), len(self.recording)
        return Job(reference, version, recording, count, options, self.pacing, self.size, self.theme, target)

    def provenance(self, command: str | None) -> dict[str, Any]:
        """Return what made the video, as JSON types; nothing in it depends on the time of day."""
        manifest = self.recording.manifest
        return provenance(
            command or f"animviz.render({self.scene.name!r}, ...)",
            self.theme,
            manifest.versions,
            scene=self.scene.name,
            options={name: str(value) for name, value in self.options.items()},
            pacing=self.pacing.given,
            recording=manifest.id,
            seed=manifest.seed,
        )


class Task(Protocol):
    """What a worker is given: small, hashable, and all it needs to set itself up."""

    @property
    def target(self) -> Path:
        """The video, whose format decides how parts are kept."""
        ...

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        ...

    def __hash__(self) -> int: ...

    def set_up(self) -> tuple[Paints, Timeline]:
        """Return what paints the frames, and their moments."""
        ...


@dataclass(frozen=True)
class Job:
    """All that a worker needs to draw frames of one scene.

    Attributes:
        scene: name or path of the scene.
        version: digest of the scene's file, so that no worker draws with an older one; "" for an installed scene.
        recording: path of the recording.
        snapshots: how many of its snapshots the video shows: training may go on meanwhile.
        options: the scene's options as sorted pairs.
        pacing: how frames become moments.
        size: width and height in pixels.
        theme: name of the theme.
        target: the video, whose format decides how parts are kept.
    """

    scene: str
    version: str
    recording: Path
    snapshots: int
    options: tuple[tuple[str, Any], ...]
    pacing: Pacing
    size: tuple[int, int]
    theme: str
    target: Path

    def set_up(self) -> tuple[Painter, Timeline]:
        """Set the scene up."""
        recording = Recording(self.recording, limit=self.snapshots)
        painter = Painter(find_scene(self.scene), recording, Stage(self.size, self.theme), dict(self.options))
        return painter, Timeline(recording.epochs, self.pacing)


@dataclass(frozen=True)
class Split:
    """A video of several scenes in one frame; `animviz.rendering.film.film` draws it.

    Attributes:
        title: of the frame.
        shots: what the cells show.
        foot: what the line at the foot says, in parts.
        pacing: how frames become moments.
        size: width and height in pixels.
        theme: name of the theme.
        target: the file or folder.
    """

    title: str
    shots: tuple[Shot, ...]
    foot: tuple[str, ...]
    pacing: Pacing
    size: tuple[int, int]
    theme: str
    target: Path

    @cached_property
    def timeline(self) -> Timeline:
        """The moments: from the first snapshot of any recording to the last of any."""
        epochs = np.unique(np.concatenate([Recording(shot.recording).epochs for shot in self.shots]))
        return Timeline(epochs, self.pacing)

    def painter(self) -> "SplitPainter":
        """Set all scenes up."""
        return SplitPainter(Stage(self.size, self.theme), self.title, self.shots, self.foot)

    def job(self) -> "Split":
        """Return what a worker needs, which is this."""
        return self

    def set_up(self) -> tuple["SplitPainter", Timeline]:
        """Set all scenes up, in a worker."""
        return self.painter(), self.timeline

    def provenance(self, command: str | None) -> dict[str, Any]:
        """Return what made the video, as JSON types; nothing in it depends on the time of day."""
        manifests = [Recording(shot.recording).manifest for shot in self.shots]
        return provenance(
            command,
            self.theme,
            manifests[0].versions,
            scenes={shot.label + (f" {shot.note}" if shot.note else ""): shot.scene for shot in self.shots},
            pacing=self.pacing.given,
            recordings=", ".join(manifest.id for manifest in manifests),
            seed=manifests[0].seed,
        )
