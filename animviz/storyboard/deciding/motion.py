"""pace = "change": time is spent where the picture moves; what was measured is kept with the film's pieces."""

import numpy as np

from animviz.pictures.picture import Picture
from animviz.pictures.sources import digest, source_of
from animviz.pictures.split import SplitPicture
from animviz.rendering.motion import knots_of
from animviz.rendering.pacing import looked_at
from animviz.rendering.timeline import Knots
from animviz.storyboard.cache import Cache
from animviz.storyboard.deciding.spans import Span
from animviz.storyboard.film.frame import Look

__all__ = ["change_key", "warp"]


def warp(key: str, picture: Picture | SplitPicture, look: Look, span: Span, cache: Cache) -> Knots:
    """Return the knots of a motion by change: shares of the time, and the shares of the way that are behind then.

    The picture is measured at one size whatever the film's, so that a draft has the times of the film; what was measured
    is kept in the cache under the key, see `change_key`.
    """
    far = cache.note(key)
    if far is None:
        far = looked_at(picture, look.size, look.theme, lambda share: float(span.reading(np.asarray(share))))
        cache.keep_note(key, far)
    return knots_of(*far)


def change_key(picture: Picture | SplitPicture, look: Look, span: Span) -> str:
    """Return the digest over all that decides how far a picture moves."""
    size = look.of_height(360).size
    return digest(["change", source_of(__name__), picture.identity(), size, look.theme, span.begin, span.end])
