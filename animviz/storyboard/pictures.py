"""What shots show: a card, a scene, or several scenes on one clock. All that a worker needs to set them up."""

import hashlib
import importlib
import json
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from animviz.clock import Clock, clock_of
from animviz.discovery import find_scene, is_path, scene_version, small_scene
from animviz.painter import Painter, Paints
from animviz.recording import Recording
from animviz.split import Shot as CellShot
from animviz.split import SplitPainter
from animviz.stage import Stage
from animviz.storyboard.cards import Card

__all__ = ["Card", "ScenePicture", "SplitPicture", "digest", "package_source"]


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
        return _identity(self.scene, self.recording, self.options) | {"source": _source(self.scene)}


@dataclass(frozen=True)
class SplitPicture:
    """Several scenes side by side.

    Attributes:
        title: of the frame.
        cells: what they show.
        foot: what the line at the foot says, in parts.
        by: what the cells have in common.
    """

    title: str
    cells: tuple[CellShot, ...]
    foot: tuple[str, ...]
    by: Literal["epoch", "loss"]

    def painter(self, stage: Stage) -> Paints:
        """Set all scenes up."""
        return SplitPainter(stage, self.title, self.cells, self.foot, self.by)

    def clock(self) -> Clock:
        """Return how moments are counted: in epochs, or by the loss."""
        return clock_of(self.by, [Recording(cell.recording) for cell in self.cells])

    def identity(self) -> dict[str, Any]:
        """Return all that decides the picture, as JSON types."""
        cells = [
            _identity(cell.scene, cell.recording, cell.options) | {"label": cell.label, "note": cell.note}
            for cell in self.cells
        ]
        sources = [_source(cell.scene) for cell in self.cells]
        return {"title": self.title, "cells": cells, "foot": self.foot, "by": self.by, "sources": sources}


def digest(facts: Any) -> str:
    """Return 24 hex digits over JSON types."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:24]


def _identity(scene: str, recording: Path, options: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
    source = Recording(recording)
    entries = digest([entry.model_dump(mode="json") for entry in source.entries])
    values = {name: _value(value) for name, value in options}
    return {"scene": scene, "recording": source.id, "snapshots": entries, "options": values}


def _value(value: Any) -> Any:
    """Return an option's value as JSON; of a file its contents, which may change under the same name."""
    if isinstance(value, Path):
        return hashlib.sha256(value.read_bytes()).hexdigest() if value.is_file() else str(value)
    return value


def _source(reference: str) -> str:
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
