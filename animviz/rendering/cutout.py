"""Cutouts: frames with true alpha, found from the same moment on black and on white.

What covers a pixel looks the same on both grounds, and what lets the ground through differs by as much as it does. So
letters, lines, tints and halos get the alpha with which they were laid, whoever drew them.
"""

import numpy as np
from scipy.ndimage import uniform_filter

from animviz.arrays import Pixels
from animviz.moment import Moment
from animviz.pictures.painter import Paints

__all__ = ["GROUNDS", "Cutout", "alpha_of", "spread"]

GROUNDS = ("#000000", "#ffffff")
FAINT = 8  # of 255: below that a pixel's own colour is mostly rounding
LEVELS = 5  # colours flow some 2**5 pixels out of what is seen


class Cutout:
    """Paints frames whose fourth channel is straight alpha.

    Args:
        black: paints the picture on black.
        white: paints the same on white.
        blurs: whether the file's colours flow into neighbouring pixels; those that are not seen are coloured then as
            what is seen nearby, so that no dark fringe comes of them.
    """

    def __init__(self, black: Paints, white: Paints, *, blurs: bool) -> None:
        self._black, self._white, self._blurs = black, white, blurs

    def paint(self, moment: Moment) -> Pixels:
        """Paint a moment: uint8 of shape (height, width, 4), a new array each time."""
        frame = alpha_of(self._black.paint(moment), self._white.paint(moment))
        return spread(frame) if self._blurs else frame


def alpha_of(black: Pixels, white: Pixels) -> Pixels:
    """Return straight colours and alpha.

    Args:
        black: a frame on black, uint8 of shape (height, width, 4), whose fourth channel is ignored.
        white: the same on white.

    Returns:
        uint8 of the same shape; pixels that are clear are zero.
    """
    over, under = (frame[..., :3].astype(np.int16) for frame in (black, white))
    alpha = np.clip(255 - (under - over).min(axis=2), 0, 255)
    frame = np.empty(black.shape, np.uint8)
    shown = np.maximum(alpha, 1)[..., None]
    frame[..., :3] = np.minimum((over.astype(np.int32) * 255 + shown // 2) // shown, 255)
    frame[..., 3] = alpha
    frame[alpha == 0] = 0
    return frame


def spread(frame: Pixels) -> Pixels:
    """Return a frame with straight alpha in which clear pixels have the colour of what is seen nearby."""
    alpha = frame[..., 3:].astype(np.float32)
    colors = _filled(np.concatenate([frame[..., :3] * alpha, alpha], axis=2), LEVELS)
    faint = frame[..., 3] < FAINT
    filled = frame.copy()
    filled[faint, :3] = np.rint(colors[faint])
    return filled


def _filled(sums: np.ndarray, levels: int) -> np.ndarray:
    """Return the mean colours of sums of colour times alpha, and of alpha; where there is too little, those of blocks around."""
    seen = sums[..., 3:]
    colors = sums[..., :3] / np.maximum(seen, 1)
    if levels and min(sums.shape[:2]) > 1:
        height, width = sums.shape[:2]
        even = np.pad(sums, ((0, height % 2), (0, width % 2), (0, 0)))
        blocks = even.reshape(even.shape[0] // 2, 2, even.shape[1] // 2, 2, 4).sum(axis=(1, 3))
        blocks = uniform_filter(blocks, size=(3, 3, 1), mode="constant")  # so that no edge of a block stops a colour
        around = _filled(blocks, levels - 1).repeat(2, axis=0).repeat(2, axis=1)[:height, :width]
        colors = np.where(seen >= FAINT, colors, around)
    return np.asarray(colors, np.float32)
