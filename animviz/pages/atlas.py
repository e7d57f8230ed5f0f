"""The image atlas of a page: all images in one lossless PNG."""

import math
from io import BytesIO
from typing import NamedTuple

import numpy as np

from animviz.arrays import Array

__all__ = ["Atlas", "atlas_of"]

LARGEST = 64  # pixels: side of an image
MOST_PIXELS = 16_000_000  # of an atlas: what browsers of phones still decode


class Atlas(NamedTuple):
    """Images in one picture, row by row.

    Attributes:
        png: the contents of the file.
        height: of an image in pixels.
        width: of an image in pixels.
        columns: images in a row.
    """

    png: bytes
    height: int
    width: int
    columns: int


def atlas_of(images: Array) -> Atlas:
    """Put images into an atlas. Those over 64 pixels are made smaller, and all of them if there are too many.

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
    padded = np.zeros((rows * columns, *pixels.shape[1:]), np.uint8)
    padded[: len(pixels)] = pixels
    tiles = padded.reshape(rows, columns, *pixels.shape[1:]).swapaxes(1, 2)
    file = BytesIO()
    Image.fromarray(tiles.reshape(rows * height, columns * width, *pixels.shape[3:])).save(file, "PNG", optimize=True)
    return Atlas(file.getvalue(), height, width, columns)
