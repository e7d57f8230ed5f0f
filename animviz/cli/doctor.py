"""A look at the machine: encoders, fonts, disk, versions; every finding comes with one fix."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from packaging.requirements import Requirement

from animviz.errors import AnimvizError
from animviz.pictures.discovery import find_scene, scene_names
from animviz.stage.theme import load_fonts
from animviz.video.assembling import Encoder
from animviz.video.ffmpeg import ffmpeg_exe
from animviz.video.formats import FORMATS

__all__ = ["Finding", "examine"]

SCARCE = 1e9  # bytes of free disk below which a recording may not fit


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        subject: what it is.
        state: what was found.
        ok: whether that will do.
        fix: the one thing to do if not.
    """

    subject: str
    state: str
    ok: bool = True
    fix: str = ""


def examine() -> Iterator[Finding]:
    """Look at everything that rendering needs, one finding at a time; nothing is left on disk."""
    yield from _packages()
    yield _ffmpeg()
    yield from (_encoder(suffix) for suffix in FORMATS)
    yield _fonts()
    yield _disk()
    yield from (_scene(name) for name in scene_names())


def _packages() -> Iterator[Finding]:
    for line in requires("animviz") or []:
        requirement = Requirement(line)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        name = requirement.name
        fix = f"pip install '{name}{requirement.specifier}'"
        try:
            found = version(name)
        except PackageNotFoundError:
            yield Finding(name, "not installed", False, fix)
            continue
        yield Finding(name, found, requirement.specifier.contains(found, prereleases=True), fix)
    if find_spec("keras") is None:
        yield Finding("keras", "not installed", False, "pip install keras")


def _ffmpeg() -> Finding:
    try:
        return Finding("ffmpeg", ffmpeg_exe())
    except AnimvizError as error:
        return Finding("ffmpeg", str(error), False, "pip install --force-reinstall imageio-ffmpeg")


def _encoder(suffix: str) -> Finding:
    """Encode two small frames for real: an encoder that is listed is not always usable."""
    subject = f"encoder {suffix or 'PNG folder'}"
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"probe{suffix}"
            with Encoder(path, (64, 64), 25) as encoder:
                for level in (0, 255):
                    encoder.write(np.full((64, 64, 4), level, dtype=np.uint8))
            size = sum(f.stat().st_size for f in path.iterdir()) if path.is_dir() else path.stat().st_size
        return Finding(subject, "works", size > 0, "pip install --force-reinstall imageio-ffmpeg")
    except AnimvizError as error:
        return Finding(
            subject, str(error), False, "unset IMAGEIO_FFMPEG_EXE, or point it to an ffmpeg with this encoder"
        )


def _fonts() -> Finding:
    try:
        return Finding("typeface", load_fonts())
    except (OSError, ImportError) as error:
        return Finding("typeface", str(error), False, "pip install --force-reinstall fontpkg-fira-sans")


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free
    return Finding(
        "disk here", f"{free / 1e9:.1f} GB free", free >= SCARCE, "free some disk, or render into another folder"
    )


def _scene(name: str) -> Finding:
    try:
        find_scene(name)
        return Finding(f"scene {name}", "can be imported")
    except AnimvizError as error:
        return Finding(f"scene {name}", str(error), False, "mend or uninstall the package that brings this scene")
