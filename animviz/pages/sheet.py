"""All images of a page on one sheet, a lossless PNG."""

import math
from io import BytesIO
from typing import NamedTuple

import numpy as np

from animviz.arrays import Array

__all__ = ["Sheet", "sheet_of"]

LARGEST, MOST_PIXELS = 64, 16_000_000  # side of an image; the sheet: what phones' browsers still decode


class Sheet(NamedTuple):
    """A sheet of images, row by row.

    Attributes:
        png: the file.
        height: of an image in pixels.
        width: of an image in pixels.
        columns: images in a row.
    """

    png: bytes
    height: int
    width: int
    columns: int


def sheet_of(images: Array) -> Sheet:
    """Put images on a sheet; those larger than 64 pixels, or than a sheet can hold, are made smaller.

    Args:
        images: float in [0, 1], (samples, height, width) or (samples, height, width, 3).
    """
    from PIL import Image

    pixels = np.round(255 * np.nan_to_num(np.clip(images, 0, 1))).astype(np.uint8)
    side = min(LARGEST, math.isqrt(MOST_PIXELS // len(images)))
    scale = min(1.0, side / max(pixels.shape[1:3]))
    height, width = (max(1, round(scale * n)) for n in pixels.shape[1:3])
    if scale < 1:
        box = Image.Resampling.BOX
        pixels = np.stack([np.asarray(Image.fromarray(image).resize((width, height), box)) for image in pixels])
    columns = math.ceil(math.sqrt(len(pixels)))
    rows = -(-len(pixels) // columns)
    sheet = np.zeros((rows * columns, *pixels.shape[1:]), np.uint8)
    sheet[: len(pixels)] = pixels
    tiles = sheet.reshape(rows, columns, *pixels.shape[1:]).swapaxes(1, 2)
    file = BytesIO()
    Image.fromarray(tiles.reshape(rows * height, columns * width, *pixels.shape[3:])).save(file, "PNG", optimize=True)
    return Sheet(file.getvalue(), height, width, columns)
