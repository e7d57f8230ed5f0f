"""A look at the machine: packages, extras, encoders, fonts, disk, scenes; every finding comes with one fix."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from packaging.requirements import Requirement

from animviz.errors import AnimvizError
from animviz.pictures.discovery import find_scene, scene_names
from animviz.stage.theme import load_fonts
from animviz.video.encoder import Encoder
from animviz.video.ffmpeg import ffmpeg_exe
from animviz.video.formats import AV1, FORMATS

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
        optional: whether animviz does without it.
    """

    subject: str
    state: str
    ok: bool = True
    fix: str = ""
    optional: bool = False

    @property
    def mark(self) -> str:
        """How it is listed: "ok", "WRONG", or "extra" for what may be missing and is."""
        return "ok" if self.ok else "extra" if self.optional else "WRONG"


def examine() -> Iterator[Finding]:
    """Look at everything that rendering needs, one finding at a time; nothing is left on disk."""
    yield from _packages()
    yield from _extras()
    yield _ffmpeg()
    yield from (_encoder(suffix) for suffix in FORMATS)
    yield _fonts()
    yield _disk()
    yield from (_scene(name) for name in scene_names())


def _required(extra: str = "") -> list[Requirement]:
    """Return what animviz requires, or what one of its extras adds."""
    found = [Requirement(line) for line in requires("animviz") or []]
    return [one for one in found if (one.marker.evaluate({"extra": extra}) if one.marker else not extra)]


def _version(requirement: Requirement) -> tuple[str, bool]:
    """Return which version of a package is installed, and whether it will do."""
    try:
        found = version(requirement.name)
    except PackageNotFoundError:
        return "not installed", False
    return found, requirement.specifier.contains(found, prereleases=True)


def _packages() -> Iterator[Finding]:
    for requirement in _required():
        yield Finding(
            requirement.name, *_version(requirement), f"pip install '{requirement.name}{requirement.specifier}'"
        )
    if find_spec("keras") is None:
        yield Finding("keras", "not installed", False, "pip install keras")


def _extras() -> Iterator[Finding]:
    for extra in metadata("animviz").get_all("Provides-Extra") or []:
        if extra == "dev":  # what animviz itself is worked on with
            continue
        found = {requirement.name: _version(requirement) for requirement in _required(extra)}
        state = ", ".join(f"{name} {number}" for name, (number, _) in found.items())
        ok = all(will_do for _, will_do in found.values())
        yield Finding(f"extra {extra}", state, ok, f"pip install 'animviz[{extra}]' if you want it", optional=True)


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
            subject, str(error), False, "unset IMAGEIO_FFMPEG_EXE, or point it to an ffmpeg with this encoder",
            optional=FORMATS[suffix].encoder == AV1,
        )  # fmt: skip


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
        return Finding(f"scene {name}", str(error), False, "fix or uninstall the package that brings this scene")
