"""Posters: one frame of a video as an image file."""

from pathlib import Path

from animviz.arrays import Pixels
from animviz.errors import EncodeError
from animviz.files import check_writable, replace_file, resolved
from animviz.video.images import image_bytes

__all__ = ["check_poster", "write_poster"]


def check_poster(path: Path, target: Path, *, alpha: bool = False, flag: str = "--poster") -> None:
    """Refuse a poster that could not be written, or that would replace its video.

    Raises:
        EncodeError: not a .png, .jpg or .webp, or the folder cannot be written.
    """
    if path.suffix.lower() not in (".png", ".jpg", ".jpeg", ".webp"):
        raise EncodeError(f"{flag} {path}: expected a name that ends in .png, .jpg or .webp")
    if alpha and path.suffix.lower() in (".jpg", ".jpeg"):
        raise EncodeError(f"{flag} {path} cannot be transparent; expected a name that ends in .png or .webp")
    if path.is_dir():
        raise EncodeError(f"{flag} {path} is a folder; expected the name of a file")
    if resolved(path) == resolved(target):
        raise EncodeError(f"{flag} {path} is the name of the video itself; choose another")
    check_writable(path)


def write_poster(path: Path, frame: Pixels, *, alpha: bool = False) -> None:
    """Write a frame, uint8 of shape (height, width, 3) or (height, width, 4), as an image, whole or not at all.

    Args:
        path: of the image.
        frame: what it shows.
        alpha: whether a fourth channel is straight alpha, else it is ignored.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, image_bytes(frame[:, :, : 4 if alpha else 3], path.suffix.lower()))
