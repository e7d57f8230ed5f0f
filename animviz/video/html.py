"""HTML of a finished video for a notebook: embedded, unless it is too large."""

from base64 import b64encode
from html import escape
from pathlib import Path

__all__ = ["LIMIT", "html_of"]

LIMIT = 20_000_000
"""Bytes of the largest video that is embedded: a notebook file keeps all that it shows."""
VIDEOS = {".mp4": "video/mp4", ".m4v": "video/mp4", ".webm": "video/webm", ".mov": "video/quicktime"}
IMAGES = {
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".apng": "image/apng",
    ".png": "image/apng",
}


def html_of(path: Path, size: tuple[int, int], frames: int, alt: str = "") -> str:
    """Return HTML that plays a video, or a line that names its file and says how to see it.

    Args:
        path: the file, or the folder of PNGs.
        size: width and height in pixels.
        frames: how many there are.
        alt: what is seen, in words; by default the name of the file.
    """
    if path.is_dir():
        return _line(f"{path}: a folder of {frames} pictures")
    if not path.is_file():
        return _line(f"{path} is not there any more; render it again")
    weight, suffix = path.stat().st_size, path.suffix.lower()
    if weight > LIMIT:
        shown = f"Video({path.as_posix()!r})" if suffix in VIDEOS else f"Image(url={path.as_posix()!r})"
        return _line(
            f"{path}: {weight / 1e6:.1f} MB are too many to keep in a notebook; to see it: IPython.display.{shown}"
        )
    source = f'src="data:{(VIDEOS | IMAGES)[suffix]};base64,{b64encode(path.read_bytes()).decode()}"'
    words = escape(alt or path.name)
    place = f'width="{size[0]}" height="{size[1]}" style="max-width:100%;height:auto"'
    if suffix in VIDEOS:
        return f'<video {place} aria-label="{words}" controls loop muted playsinline {source}></video>'
    return f'<img {place} alt="{words}" {source}>'


def _line(text: str) -> str:
    return f"<p>{escape(text)}</p>"
