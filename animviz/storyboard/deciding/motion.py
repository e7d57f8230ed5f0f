"""pace = "change": how far a picture moves along the way, so that time is spent where much happens."""

import numpy as np
from numpy.typing import NDArray

from animviz.arrays import Array
from animviz.moment import Moment
from animviz.pictures.picture import Picture
from animviz.pictures.sources import digest, source_of
from animviz.pictures.split import SplitPicture
from animviz.storyboard.cache import Cache
from animviz.storyboard.deciding.spans import Span
from animviz.storyboard.film.frame import Look

__all__ = ["change_key", "warp"]

STEPS = 32
EVEN = 0.2  # share of the time that passes evenly, so that plateaus end
SMOOTH = np.array([1.0, 2, 1]) / 4  # the pace must not jolt


def warp(key: str, picture: Picture | SplitPicture, look: Look, span: Span, cache: Cache) -> tuple[Array, Array]:
    """Return the knots of a motion by change: shares of the time, and the shares of the way that are behind then.

    The picture is measured at one size whatever the film's, so that a draft has the times of the film; what was measured
    is kept in the cache under the key, see `change_key`.
    """
    far = cache.note(key)
    if far is None:
        far = _measured(picture, look, span)
        cache.keep_note(key, far)
    padded = np.pad(np.asarray(far), len(SMOOTH) // 2, mode="edge")
    moved = np.convolve(padded, SMOOTH, mode="valid")
    even = np.full(STEPS, 1 / STEPS)
    share = EVEN * even + (1 - EVEN) * moved / moved.sum() if moved.sum() > 0 else even
    return np.append(0.0, np.cumsum(share)), np.linspace(0, 1, STEPS + 1)


def change_key(picture: Picture | SplitPicture, look: Look, span: Span) -> str:
    """Return the digest over all that decides how far a picture moves."""
    size = look.of_height(360).size
    return digest(["change", source_of(__name__), picture.identity(), size, look.theme, span.begin, span.end])


def _measured(picture: Picture | SplitPicture, look: Look, span: Span) -> list[float]:
    """Return the mean absolute difference between neighbouring steps."""
    painter = picture.painter(look.of_height(360).stage())
    readings = span.reading(np.linspace(0, 1, STEPS + 1))
    found: list[float] = []
    before: NDArray[np.int16] | None = None
    for step, reading in enumerate(readings):
        frame = painter.paint(Moment(0.0, float(reading), step / STEPS))[::2, ::2, :3].astype(np.int16)
        if before is not None:
            found.append(float(np.abs(frame - before).mean()))
        before = frame
    return found
