"""Single pictures as files."""

from io import BytesIO
from typing import Any

from animviz.arrays import Pixels

__all__ = ["image_bytes"]


def image_bytes(frame: Pixels, suffix: str, **settings: Any) -> bytes:
    """Return a picture as the contents of a file.

    Args:
        frame: uint8 of shape (height, width, 3), or (height, width, 4) with straight alpha.
        suffix: extension of the file: ".png", ".jpg", ".jpeg", ".webp" or ".avif".
        **settings: of Pillow's encoder for it.
    """
    from PIL import Image  # imageio would load what reads and writes all kinds of images first

    file, kind = BytesIO(), suffix[1:].upper()
    Image.fromarray(frame).save(file, "JPEG" if kind == "JPG" else kind, **settings)
    return file.getvalue()
