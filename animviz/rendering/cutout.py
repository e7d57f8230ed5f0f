"""Cutouts: frames with true alpha, found from the same moment on black and on white.

What covers a pixel looks the same on both grounds, and what lets the ground through differs by as much as it does. So
letters, lines, tints and halos get the alpha with which they were laid, whoever drew them.
"""

from animviz.arrays import Pixels
from animviz.moment import Moment
from animviz.pictures.painter import Paints
from animviz.stage.alpha import alpha_of, spread

__all__ = ["Cutout"]


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
