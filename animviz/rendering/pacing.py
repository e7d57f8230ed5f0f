"""From a picture and a pacing to the moments of its film."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from animviz.moment import Moment
from animviz.pictures.picture import Picture
from animviz.pictures.split import SplitPicture
from animviz.rendering.motion import Distances, distances, knots_of
from animviz.rendering.timeline import Pacing, Timeline
from animviz.stage.stage import Stage

__all__ = ["looked_at", "paced"]

SHORTER = 180  # pixels of the shorter side of the frames that are measured


def paced(picture: Picture | SplitPicture, pacing: Pacing, size: tuple[int, int], theme: str) -> Timeline:
    """Return the moments of a film; the picture is measured where time is spent where it moves.

    Args:
        picture: what is drawn.
        pacing: how fast the epochs pass.
        size: of the film, width and height in pixels; it is measured in small.
        theme: name of the theme.

    Raises:
        AnimvizError: the pacing leaves no time for motion, or a scene cannot draw its recording.
    """
    even = Timeline(picture.epochs, pacing, motion=picture.motion)
    first, last = float(even.epochs[0]), float(even.epochs[-1])
    if pacing.pace != "change" or first == last:
        return even
    far = looked_at(picture, size, theme, lambda share: first + share * (last - first))
    return Timeline(picture.epochs, pacing, knots_of(*far), picture.motion)


def looked_at(
    picture: Picture | SplitPicture, size: tuple[int, int], theme: str, reading: Callable[[float], float]
) -> Distances:
    """Measure in small how far a picture moves along its way; see `animviz.rendering.motion.distances`.

    Args:
        picture: what is drawn.
        size: of the film, width and height in pixels.
        theme: name of the theme.
        reading: returns the reading of the clock at a share of the way.

    Raises:
        AnimvizError: a scene cannot draw its recording.
    """
    scale = SHORTER / min(size)
    width, height = (max(2, round(side * scale / 2) * 2) for side in size)
    painter = picture.painter(Stage((width, height), theme, pixel=SHORTER / 720))

    def look(share: float) -> NDArray[np.uint8]:
        return painter.paint(Moment(0.0, reading(share)))[:, :, :3]

    with threadpool_limits(1, user_api="blas"):  # threads that wait for each other cost more than small products
        return distances(look)
