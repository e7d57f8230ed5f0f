"""Contact sheets: frames of a film side by side, with their times, to see all of it at a glance."""

from pathlib import Path

import numpy as np
from PIL import Image

from animviz.arrays import Pixels
from animviz.errors import EncodeError, InputError
from animviz.stage.stage import Stage
from animviz.stage.theme import THEMES
from animviz.video.poster import check_poster, write_poster
from animviz.video.provenance import provenance_in
from animviz.video.reading import Film

__all__ = ["sheet"]

WIDTH = 1280
MARGIN, GAP, LINE = 20.0, 12.0, 30.0  # units
LETTERS = 18.0
MOST = 200


def sheet(film: Path, target: Path, *, count: int = 12, columns: int = 4, theme: str = "dark") -> tuple[int, int]:
    """Write frames of a film, evenly from the first to the last, as one picture; return its width and height.

    Where a film is transparent, the background of the theme that it was drawn with shows; white where it does not say it.

    Args:
        film: a video, a moving picture, or a folder of PNGs.
        target: .png, .jpg or .webp.
        count: how many frames are shown, or all where there are fewer.
        columns: how many stand side by side.
        theme: name of the theme.

    Raises:
        InputError: there are to be too many, or too few.
        EncodeError: the film cannot be read, or the target cannot be written.
    """
    for name, value, most in (("--count", count, MOST), ("--columns", columns, 20)):
        if not 1 <= value <= most:
            raise InputError(f"{name} is {value}; expected 1 to {most}")
    check_poster(target, film, flag="-o")
    source = Film(film)
    numbers = np.unique(np.linspace(0, source.count - 1, min(count, source.count)).round().astype(int)).tolist()
    frames = _opaque(source.frames(numbers), film)
    picture = _laid_out(frames, [_label(source, number) for number in numbers], min(columns, len(frames)), theme)
    write_poster(target, picture)
    return picture.shape[1], picture.shape[0]


def _opaque(frames: list[Pixels], film: Path) -> list[Pixels]:
    if all(frame.shape[2] == 3 for frame in frames):
        return frames
    ground = _ground_of(film)
    return [_laid(frame, ground) for frame in frames]


def _laid(frame: Pixels, ground: str) -> Pixels:
    over = Image.fromarray(frame).convert("RGBA")
    return np.asarray(Image.alpha_composite(Image.new("RGBA", over.size, ground), over))[..., :3]


def _ground_of(film: Path) -> str:
    try:
        theme = THEMES.get(str(provenance_in(film).get("theme")))
    except EncodeError:
        theme = None
    return theme.background if theme else "#ffffff"


def _label(film: Film, number: int) -> str:
    return f"frame {number + 1}" if film.times is None else f"{film.times[number] - film.times[0]:.1f} s"


def _laid_out(frames: list[Pixels], labels: list[str], columns: int, theme: str) -> Pixels:
    wide = int((WIDTH - 2 * MARGIN - GAP * (columns - 1)) / columns)
    high = max(1, round(wide * frames[0].shape[0] / frames[0].shape[1]))
    rows = -(-len(frames) // columns)
    height = 2 * MARGIN + rows * (high + LINE) + GAP * (rows - 1)
    stage = Stage((WIDTH, round(height / 2) * 2), theme, pixel=1.0)
    places = [
        (MARGIN + (number % columns) * (wide + GAP), MARGIN + (number // columns) * (high + LINE + GAP))
        for number in range(len(frames))
    ]
    for (left, top), label in zip(places, labels, strict=True):
        stage.text(left, top + high + 22, label, size=LETTERS, color=stage.theme.quiet)
    picture = stage.paint().copy()
    for (left, top), frame in zip(places, frames, strict=True):
        small = Image.fromarray(frame).resize((wide, high), Image.Resampling.LANCZOS)
        picture[round(top) : round(top) + high, round(left) : round(left) + wide, :3] = np.asarray(small)
    return picture
