"""Small pictures that move: names of classes and images of samples, painted straight into the Agg buffer."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.font_manager import findfont
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from animviz.arrays import Array, Pixels
from animviz.parts.header import LABEL, cut
from animviz.parts.shortening import short_names
from animviz.sampling import evenly
from animviz.stage.contrast import letters_on
from animviz.stage.lettering import coverage, one_line
from animviz.stage.stage import Stage

__all__ = ["apart", "chip", "chips", "name_tags", "thumbnail"]

NAMED = 0.14  # of a plane that names may cover
NAME = 120.0  # units of a name
DOT = 12.0  # units of diameter
HALO = 2.5  # units of ground around letters
STEPS = 25  # of pushing apart
CAP = 0.345  # half the height of a capital letter, of the type's


def _name_tag(stage: Stage, name: str, color: Any, room: float) -> Pixels:
    """Return a dot in the colour of a class with its name, on a halo of the background; RGBA.

    Args:
        stage: for which.
        name: cut where it is wider than the room.
        color: RGB in [0, 1].
        room: units of width for the name.
    """
    size, halo, dot = LABEL * stage.pixel, max(1, round(HALO * stage.pixel)), DOT * stage.pixel
    font = ImageFont.truetype(
        findfont(stage.font(LABEL, "medium")), size, layout_engine=ImageFont.Layout.BASIC
    )  # the basic layout is the same on every machine
    text = one_line(cut(stage, name, room, weight="medium"))
    fonts = stage.font(LABEL, "medium", text)
    mixed = len(fonts.get_family()) > 1
    begin = round(dot + 6 * stage.pixel) + 2 * halo
    length = stage.measure(text, LABEL, "medium") * stage.pixel + 2 if mixed else font.getlength(text)
    width, height = round(begin + length) + 2 * halo, round(1.25 * size) + 2 * halo
    ground, ink = (tuple(round(255 * c) for c in to_rgb(c)) for c in (stage.theme.background, stage.theme.ink))
    image = Image.new("RGBA", (width, height), (*ground, 0))
    if mixed:
        cover, left, top, _ = coverage(text, fonts)
        mask, (above, below) = Image.new("L", image.size), font.getmetrics()
        place = (begin + left, round((height + above - below) / 2) + top)
        mask.paste(Image.fromarray(np.rint(255 * cover).astype(np.uint8)), place)
        image.paste((*ground, 255), mask=mask.filter(ImageFilter.MaxFilter(2 * halo + 1)))
        image.paste((*ink, 255), mask=mask)
    else:
        draw = ImageDraw.Draw(image)
        draw.text((begin, height / 2), text, fill=ink, font=font, anchor="lm", stroke_width=halo, stroke_fill=ground)
    pixels = np.array(image, np.float32)
    rows, columns = np.mgrid[:height, :width] + 0.5
    away = np.hypot(columns - dot / 2 - 1.5 * halo, rows - height / 2)
    for tone, radius in ((to_rgb(stage.theme.background), dot / 2 + halo), (color, dot / 2)):
        cover = np.clip(radius + 0.5 - away, 0, 1)[..., None]
        pixels[..., :3] += cover * (255 * np.asarray(tone, np.float32) - pixels[..., :3])
        pixels[..., 3:] = np.maximum(pixels[..., 3:], 255 * cover)
    return np.rint(pixels).astype(np.uint8)


def chip(stage: Stage, name: str, color: Any, letters: float, widest: float = NAME) -> Pixels:
    """Return a name on a round patch in the colour of its class, black or white, whichever stands out more; RGBA.

    Args:
        stage: for which.
        name: cut where it is long.
        color: RGB in [0, 1].
        letters: units of their height.
        widest: units of a name at most.
    """
    line = one_line(cut(stage, name, widest, letters, "medium"))
    ink, _, above, _ = coverage(line, stage.font(letters, "medium", line))
    halo, height = max(1, round(HALO * stage.pixel)), round(1.15 * letters * stage.pixel)
    width = max(height, ink.shape[1] + round(0.6 * height))
    rows, columns = np.mgrid[: height + 2 * halo, : width + 2 * halo] + 0.5
    middle = halo + height / 2
    away = np.hypot(columns - np.clip(columns, middle, halo + width - height / 2), rows - middle) - height / 2
    patch, around = (np.clip(0.5 + grown - away, 0, 1)[..., None] for grown in (0, halo))
    rgb = np.asarray(to_rgb(color))
    pixels = rgb * patch + np.asarray(to_rgb(stage.theme.background)) * (1 - patch)
    top = round(middle + CAP * letters * stage.pixel) + above
    window = pixels[top : top + ink.shape[0], halo + (width - ink.shape[1]) // 2 :][:, : ink.shape[1]]
    window += ink[: len(window), :, None] * (letters_on(rgb) - window)
    return np.asarray(np.rint(255 * np.concatenate([pixels, around], axis=2)), np.uint8)


def thumbnail(stage: Stage, image: Array, color: Any, side: float) -> Pixels:
    """Return an image with a frame in the colour of its class; RGBA.

    Args:
        stage: for which.
        image: values in [0, 1], shape (height, width) or (height, width, 3).
        color: RGB in [0, 1].
        side: units of the longer side.
    """
    frame = max(1, round(2 * stage.pixel))
    scale = side * stage.pixel / max(image.shape[:2])
    height, width = (max(1, round(scale * n)) for n in image.shape[:2])
    picture = Image.fromarray(np.rint(255 * image).astype(np.uint8)).convert("RGB")
    pixels = np.full((height + 2 * frame, width + 2 * frame, 4), 255, np.uint8)
    pixels[..., :3] = np.rint(255 * np.asarray(color))
    pixels[frame:-frame, frame:-frame, :3] = np.asarray(picture.resize((width, height), Image.Resampling.BOX))
    return pixels


def apart(middles: Array, sizes: Array) -> Array:
    """Push boxes apart until none overlaps another, as far as a few steps go; small moves of the middles move them little.

    Args:
        middles: shape (boxes, 2); not finite ones stay out of it.
        sizes: width and height, shape (boxes, 2).
    """
    known = np.isfinite(middles).all(axis=1)
    turn = np.arange(int(known.sum()))
    # Boxes in one spot would not know where to go.
    places = middles[known] + 0.01 * np.stack([np.cos(2.4 * turn), np.sin(2.4 * turn)], axis=1)
    reach = (sizes[known][:, None] + sizes[known]) / 2
    for _ in range(STEPS):
        between = places[:, None] - places
        distance = ((between / reach) ** 4).sum(axis=2) ** 0.25
        np.fill_diagonal(distance, 1)
        if (distance >= 1).all():
            break
        push = np.clip(1 - distance, 0, None) / np.maximum(distance, 1e-3)
        places = places + 0.5 * (push[..., None] * between).clip(-reach / 2, reach / 2).sum(axis=1)
    found = np.array(middles, np.float64)
    found[known] = places
    return found


def name_tags(stage: Stage, names: Sequence[str], area: float) -> tuple[Array, list[Any]]:
    """Draw tags with the names of classes: an even choice of as many as a plane has room for.

    Args:
        stage: for which.
        names: of all classes.
        area: of the plane, in square units.

    Returns:
        Numbers of the classes that are named, and their tags, uint8 of shape (height, width, 4) in pixels.
    """
    chosen, palette = _named(stage, names, area, LABEL, DOT + 18)
    short = short_names(stage, names, NAME, weight="medium")
    return chosen, [_name_tag(stage, short[k], palette[k], NAME) for k in chosen]


def chips(stage: Stage, names: Sequence[str], area: float, letters: float = LABEL) -> tuple[Array, list[Any]]:
    """Draw the names of classes on patches in their colours: an even choice of as many as a plane has room for.

    Args:
        stage: for which.
        names: of all classes.
        area: of the plane, in square units.
        letters: units of their height.

    Returns:
        Numbers of the classes that are named, and their chips, uint8 of shape (height, width, 4) in pixels.
    """
    chosen, palette = _named(stage, names, area, letters, 0.6 * letters)
    short = short_names(stage, names, NAME, letters, "medium")
    return chosen, [chip(stage, short[k], palette[k], letters) for k in chosen]


def _named(stage: Stage, names: Sequence[str], area: float, letters: float, beside: float) -> tuple[Array, Any]:
    """Return which classes are named, and the colours of all."""
    if not names:
        return np.zeros(0, np.intp), ()
    widths = [min(NAME, stage.measure(name, letters, "medium")) + beside for name in names]
    room = max(1, int(NAMED * area / (1.25 * letters * float(np.mean(widths)))))
    return np.array(evenly(len(names), room)), stage.theme.palette(max(2, len(names)))
