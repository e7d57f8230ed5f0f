"""Single pictures as files."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from animviz.arrays import Pixels
from animviz.errors import EncodeError

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

__all__ = ["image_bytes", "opened"]


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


@contextmanager
def opened(path: Path) -> "Iterator[Picture]":
    """Open a picture, or a moving one, to be read within the block.

    Raises:
        EncodeError: it is none, or it is cut or too large.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            yield image
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        why = (
            "it is no picture"
            if isinstance(error, UnidentifiedImageError)
            else getattr(error, "strerror", None) or error
        )
        raise EncodeError(f"{path} cannot be read as a picture ({why}); draw it again") from None
