"""Stills: one moment as a file, of vectors where it is meant for print."""

from pathlib import Path
from reprlib import repr as shortened
from typing import Any

from animviz.arrays import Pixels
from animviz.errors import EncodeError, InputError
from animviz.files import check_writable, place_of, replace_file
from animviz.moment import Moment
from animviz.pictures.alt import alt_of
from animviz.pictures.picture import Picture
from animviz.pictures.scene import Scene
from animviz.recording.recording import Recording
from animviz.rendering.beside import write_alt
from animviz.rendering.stills import LAST, OPAQUE, STILLS, VECTORS
from animviz.rendering.trimmed import painter_of
from animviz.stage.alpha import GROUNDS, alpha_of
from animviz.stage.background import TRANSPARENT, look_of
from animviz.stage.box import evened, size_of
from animviz.stage.stage import Stage
from animviz.stage.theme import Theme
from animviz.video.images import image_bytes

__all__ = ["check_still", "moment_asked", "still", "write_still"]


def still(
    scene: str | Path | Scene,
    recording: str | Path | Recording,
    epoch: float | str,
    path: str | Path,
    *,
    size: tuple[int, int] | str = (1280, 720),
    theme: str = "dark",
    background: str | None = None,
    output: str | None = None,
    alt: bool = False,
    **options: Any,
) -> Path:
    """Draw one moment into a file, and return its path.

    In an .svg or .pdf, letters and lines are vectors; what a scene paints pixel by pixel, such as clouds of points and
    fields of colour, are images in them, as sharp as the size asks for.

    Args:
        scene: see `render`.
        recording: what to draw, or its path.
        epoch: the moment, in epochs since the start, or "last".
        path: .svg, .pdf, .png, .webp, .avif or .jpg.
        size: width and height in pixels, or as a text: "1280x720", "16:9".
        theme: "dark", "light" or "print".
        background: a colour, or "transparent"; by default the theme's.
        output: name of the output that is drawn, of a model that has several; by default the main one.
        alt: whether the picture in words is written beside it, as NAME.alt.txt; an .svg or .pdf says it in any case.
        **options: the scene's options.

    Raises:
        AnimvizError: the scene cannot be found, or cannot draw this recording; the moment is outside it; or the file
            cannot be written.
    """
    target = place_of(path)
    moment_asked(epoch)
    pixels = size_of(size, odd=True)
    check_still(target, background)
    look_of(theme, background)
    picture = Picture.of(scene, recording, options, output=output)
    write_still(picture, epoch, target, pixels, theme, background, alt=alt)
    return target


def check_still(path: Path, background: str | None) -> None:
    """Refuse a still that could not be written, before anything is trained or drawn.

    Raises:
        EncodeError: it is no kind of file that holds a still, or cannot be transparent, or its folder cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in STILLS:
        raise EncodeError(f"{path}: a still is one of {', '.join(STILLS)}")
    if suffix in OPAQUE and background == TRANSPARENT:
        raise EncodeError(f"{path} cannot be transparent; choose .png, .webp, .avif, .svg or .pdf")
    if path.is_dir():
        raise EncodeError(f"{path} is a folder and cannot be written; expected the name of a file")
    check_writable(path)


def moment_asked(epoch: float | str) -> float | None:
    """Return the moment that is asked for, in epochs, or None for the last.

    Raises:
        InputError: it is neither a number nor "last".
    """
    if epoch == LAST:
        return None
    try:
        return float(epoch)
    except (TypeError, ValueError):
        raise InputError(f"--still is {shortened(epoch)}; expected an epoch, such as 5 or 2.5, or {LAST}") from None


def write_still(
    picture: Picture, epoch: float | str, path: Path, size: tuple[int, int], theme: str, background: str | None,
    *, alt: bool = False,
) -> None:  # fmt: skip
    """Draw a moment into a file, whole or not at all.

    Args:
        picture: what is drawn.
        epoch: the moment, in epochs or "last".
        path: the file, whose extension decides its kind.
        size: width and height in pixels.
        theme: name of the theme.
        background: a colour, "transparent", or None for the theme's own.
        alt: whether it is written in words beside the file.

    Raises:
        AnimvizError: the scene cannot draw the moment, or the file cannot be written.
    """
    suffix, look, moment = path.suffix.lower(), look_of(theme, background), _within(picture, moment_asked(epoch))
    if suffix in VECTORS:
        contents = _vector(picture, moment, size, look, suffix, clear=background == TRANSPARENT)
    else:
        frames = [_painted(picture, moment, size, look)] if background != TRANSPARENT else [
            _painted(picture, moment, size, look.drawn_on(ground)) for ground in GROUNDS
        ]  # fmt: skip
        frame = frames[0][..., :3] if len(frames) == 1 else alpha_of(*frames)
        contents = image_bytes(frame, suffix)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, contents)
    if alt:
        write_alt(path, alt_of(picture, moment))


def _within(picture: Picture, moment: float | None) -> float:
    if moment is None:
        return float(picture.epochs[-1])
    through = picture.scene.through
    try:
        picture.recording.check_epoch(moment)
    except InputError as error:
        if not through:
            raise
        first, last = picture.epochs[[0, -1]]
        way = f"the film of {picture.scene.name} goes through {through}, from {first:g} at its begin to {last:g} at its end"
        raise InputError(f"--still is {moment:g}; {way}") from error
    return moment


def _painted(picture: Picture, epoch: float, size: tuple[int, int], look: Theme) -> Pixels:
    return painter_of(picture, Stage(evened(size), look), size).paint(_moment(picture, epoch)).copy()


def _vector(picture: Picture, epoch: float, size: tuple[int, int], look: Theme, suffix: str, *, clear: bool) -> bytes:
    from animviz.stage.vector import vector_of

    stage = Stage(evened(size), look)
    picture.painter(stage).pose(_moment(picture, epoch))
    return vector_of(stage, "svg" if suffix == ".svg" else "pdf", alt_of(picture, epoch), size=size, clear=clear)


def _moment(picture: Picture, epoch: float) -> Moment:
    return Moment(0.0, epoch, picture.progress(epoch))
