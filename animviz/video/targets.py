"""Targets: where a video may be written, and the hidden folder in which it is made."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from animviz.errors import EncodeError
from animviz.files import check_writable, resolved, unwritable
from animviz.safety.aside import aside
from animviz.video.ffmpeg import have_encoder
from animviz.video.formats import FORMATS, USUAL, Coding, Format, format_of

__all__ = ["check_output", "check_place", "make_whole", "working_folder"]


def check_output(path: Path, fps: float, coding: Coding = USUAL, size: tuple[int, int] = (2, 2)) -> None:
    """Refuse a target that could not be written, before anything is trained or drawn. Leaves nothing behind.

    Args:
        path: the target.
        fps: frames per second.
        coding: what is asked beyond the extension.
        size: width and height in pixels.

    Raises:
        EncodeError: unknown extension, missing encoder, a frame rate or a size that the format lacks, or a folder that
            cannot be written.
    """
    kind = format_of(path, coding)
    if kind.encoder and not have_encoder(kind.encoder):
        way_out = f"choose another extension than {path.suffix}" if not coding.codec else "leave --codec out"
        raise EncodeError(f"{path}: this ffmpeg has no encoder {kind.encoder!r}; {way_out}")
    if kind.even and (size[0] % 2 or size[1] % 2):
        others = ", ".join(suffix for suffix, format in FORMATS.items() if suffix and not format.even)
        raise EncodeError(
            f"{path}: --size {size[0]}x{size[1]} has an odd side; yuv420, in which it keeps colours, needs even sides, such "
            f"as {size[0] + size[0] % 2}x{size[1] + size[1] % 2}; {others} and folders take any"
        )
    if path.suffix.lower() == ".gif" and (fps > 50 or abs(100 / fps - round(100 / fps)) > 1e-6):
        near = min((10, 20, 25, 50), key=lambda rate: abs(rate - fps))
        raise EncodeError(
            f"{path}: GIF counts time in hundredths of a second; --fps is {fps:g}, expected 10, 20, 25 or 50 (say {near})"
        )
    check_place(path, kind)
    check_writable(path)


@contextmanager
def working_folder(path: Path) -> Iterator[Path]:
    """Make a hidden folder beside a target, and remove it at the end.

    Raises:
        EncodeError: it cannot be made, or what the block makes in it cannot be written; names the target.
    """
    with ExitStack() as stack:
        with unwritable(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            folder = stack.enter_context(aside(path.parent))
        try:
            yield folder
        except OSError as error:
            if isinstance(error, BrokenPipeError) or not _is_within(error.filename, folder):
                raise
            with unwritable(path):
                raise


def _is_within(place: object, folder: Path) -> bool:
    """Say whether an error of the system is about what is in a folder; where a file was open, it does not say."""
    return place is None or Path(str(place)).absolute().is_relative_to(folder.absolute())


def make_whole(place: Path, make: Callable[[Path], None]) -> None:
    """Make a folder that appears whole or not at all. If another process made it meanwhile, that one stays.

    Args:
        place: the folder.
        make: called with an empty folder to fill.
    """
    with working_folder(place) as folder:
        whole = folder / "whole"
        whole.mkdir()
        make(whole)
        try:
            os.replace(whole, place)
        except OSError:
            if not place.exists():
                raise


def check_place(path: Path, kind: Format) -> None:
    """Refuse a target that would replace other things than frames, or whose name the disk refuses.

    Raises:
        EncodeError: says what is in the way.
    """
    with unwritable(path):
        if kind.encoder and path.is_dir():
            raise EncodeError(f"{path} is a folder and cannot be written; expected the name of a file")
        if not kind.encoder and path.is_symlink():
            raise EncodeError(f"{path} is a link; expected the name of a folder for the PNG files itself")
        if not kind.encoder and resolved(path) in (Path.cwd(), *Path.cwd().parents):
            raise EncodeError(f"{path} is the folder in which we stand; choose a new folder for the PNG files")
        if not kind.encoder and path.exists() and not (path.is_dir() and all(map(_is_frame, path.iterdir()))):
            raise EncodeError(f"{path} exists and holds other things than frames; choose a new folder")


def _is_frame(path: Path) -> bool:
    return path.suffix == ".png" and path.stem.isdigit()
