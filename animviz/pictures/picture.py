"""A picture: a scene, a recording and options."""

import hashlib
import importlib
import json
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from animviz.pictures.clock import Clock, clock_of
from animviz.pictures.discovery import find_scene, is_path, scene_version, small_scene
from animviz.pictures.painter import Painter, Paints
from animviz.recording.recording import Recording
from animviz.stage.stage import Stage

__all__ = ["ScenePicture", "digest", "identity", "package_source", "source"]


@dataclass(frozen=True)
class ScenePicture:
    """One scene of one recording.

    Attributes:
        scene: name or path.
        recording: path.
        options: the scene's options as sorted pairs.
    """

    scene: str
    recording: Path
    options: tuple[tuple[str, Any], ...]

    def painter(self, stage: Stage) -> Paints:
        """Set the scene up."""
        return Painter(find_scene(self.scene), Recording(self.recording), stage, dict(self.options))

    def clock(self) -> Clock:
        """Return how moments are counted: in epochs."""
        return clock_of("epoch", [Recording(self.recording)])

    def identity(self) -> dict[str, Any]:
        """Return all that decides the picture, as JSON types."""
        return identity(self.scene, self.recording, self.options) | {"source": source(self.scene)}


def digest(facts: Any) -> str:
    """Return 24 hex digits over JSON types."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:24]


def identity(scene: str, recording: Path, options: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
    """Return what decides a picture but for what draws it, as JSON types."""
    opened = Recording(recording)
    entries = digest([entry.model_dump(mode="json") for entry in opened.entries])
    values = {name: _value(value) for name, value in options}
    return {"scene": scene, "recording": opened.id, "snapshots": entries, "options": values}


def _value(value: Any) -> Any:
    """Return an option's value as JSON; of a file its contents, which may change under the same name."""
    if isinstance(value, Path):
        return hashlib.sha256(value.read_bytes()).hexdigest() if value.is_file() else str(value)
    return value


def source(reference: str) -> str:
    """Return a digest of what draws a scene: the user's own file, or all modules of the package it comes from."""
    if is_path(reference):
        return scene_version(reference)
    return package_source(find_scene(reference).function.__module__) + package_source(
        small_scene(reference).function.__module__
    )


@lru_cache
def package_source(module: str) -> str:
    """Return a digest over all modules of the package that a module belongs to."""
    top = importlib.import_module(module.partition(".")[0])
    around = sys.modules[module.rpartition(".")[0] or module]
    folders = {Path(folder) for package in (top, around) for folder in getattr(package, "__path__", ())}
    files = sorted(file for folder in folders for file in folder.rglob("*.py")) or [Path(str(top.__file__))]
    contents = hashlib.sha256()
    for file in files:
        contents.update(file.read_bytes())
    return contents.hexdigest()[:24]
