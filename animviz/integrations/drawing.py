"""What all trackers share: the tracker itself, and a film or a still as a file that is gone afterwards."""

import operator
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from reprlib import repr as shortened
from tempfile import TemporaryDirectory
from typing import Any

from animviz.errors import InputError
from animviz.pictures.discovery import find_scene
from animviz.pictures.scene import Scene
from animviz.recording.recording import Recording
from animviz.rendering.beside import alt_place
from animviz.rendering.film import render
from animviz.rendering.still import still

__all__ = ["Drawn", "check_step", "drawn_film", "drawn_still", "needed"]

STEPS = 2**63  # from minus that


@dataclass(frozen=True)
class Drawn:
    """A file that is there for a while.

    Attributes:
        path: of the film or still.
        name: of its scene.
        alt: what is seen, in words.
        size: width and height in pixels.
        epoch: of the training at its end, rounded, which trackers take for the step.
    """

    path: Path
    name: str
    alt: str
    size: tuple[int, int]
    epoch: int


def needed(module: str, package: str) -> Any:
    """Import what only one tracker needs.

    Args:
        module: what is imported.
        package: by which pip knows it.

    Raises:
        InputError: it is not installed; names the command that installs it.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.partition(".")[0]:
            raise  # something that the tracker itself needs
        raise InputError(f"{package} is not installed; install it: pip install {package}") from None


def check_step(step: int | None) -> None:
    """Refuse a step that no tracker takes, before anything is drawn.

    Raises:
        InputError: it is no whole number of at most 64 bits.
    """
    if step is None:
        return
    try:
        known = -STEPS <= operator.index(step) < STEPS
    except TypeError:
        known = False
    if not known:
        raise InputError(f"step is {shortened(step)}; expected a whole number, such as 40, or None")


@contextmanager
def drawn_film(
    scene: str | Path | Scene, recording: str | Path | Recording, suffix: str, **options: Any
) -> Iterator[Drawn]:
    """Draw a film that is there within the block.

    Args:
        scene: see `animviz.render`.
        recording: what to draw, or its path.
        suffix: of the file.
        **options: of `animviz.render`.

    Raises:
        AnimvizError: something cannot be found or drawn.
    """
    known = recording if isinstance(recording, Recording) else Recording(recording)
    with TemporaryDirectory(prefix="animviz-") as folder:
        name = find_scene(scene).name
        movie = render(scene, known, Path(folder) / f"{name}{suffix}", **{**options, "alt": True, "quiet": True})
        yield Drawn(movie.path, name, _alt(movie.path), movie.size, round(float(known.epochs[-1])))


@contextmanager
def drawn_still(
    scene: str | Path | Scene, recording: str | Path | Recording, epoch: float | str, **options: Any
) -> Iterator[Drawn]:
    """Draw a moment as a PNG that is there within the block; see `animviz.still`.

    Raises:
        AnimvizError: something cannot be found or drawn.
    """
    from PIL import Image

    known = recording if isinstance(recording, Recording) else Recording(recording)
    with TemporaryDirectory(prefix="animviz-") as folder:
        name = find_scene(scene).name
        path = still(scene, known, epoch, Path(folder) / f"{name}.png", **{**options, "alt": True})
        with Image.open(path) as image:
            size = image.size
        moment = float(known.epochs[-1]) if epoch == "last" else float(epoch)
        yield Drawn(path, name, _alt(path), size, round(moment))


def _alt(path: Path) -> str:
    return alt_place(path).read_text(encoding="utf-8").strip()
