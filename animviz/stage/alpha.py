"""Alpha, found from the same pixels on black and on white, whoever drew them."""

import numpy as np
from numpy.typing import NDArray

from animviz.arrays import Pixels

__all__ = ["GROUNDS", "alpha_of", "spread"]

GROUNDS = ("#000000", "#ffffff")
FAINT = 8  # of 255: below that a pixel's own colour is mostly rounding
LEVELS = 5  # colours flow some 2**5 pixels out of what is seen


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


def _filled(sums: NDArray[np.float32], levels: int) -> NDArray[np.float32]:
    """Return the mean colours of sums of colour times alpha, and of alpha; where there is too little, those of blocks around."""
    from scipy.ndimage import uniform_filter  # this import takes long, and few films are without a background

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
