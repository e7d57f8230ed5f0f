"""Title cards: a heading and a few lines, at the left above the middle."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from animviz.errors import InputError
from animviz.moment import Moment
from animviz.stage.box import MARGIN
from animviz.stage.stage import Stage
from animviz.storyboard.film.text import lines_of, write

__all__ = ["Card"]

HEADING, TYPE = 60.0, 32.0
BETWEEN, AFTER_HEADING = 46.0, 30.0  # units


@dataclass(frozen=True)
class Card:
    """Words that stand still.

    Attributes:
        title: the heading.
        lines: below it.
    """

    title: str
    lines: tuple[str, ...]

    def painter(self, stage: Stage) -> "_CardPainter":
        """Write the card on a stage.

        Raises:
            InputError: there is no room for it.
        """
        return _CardPainter(stage, self)

    def identity(self) -> dict[str, Any]:
        """Return all that decides the picture, as JSON types."""
        return {"title": self.title, "lines": self.lines}


class _CardPainter:
    def __init__(self, stage: Stage, card: Card) -> None:
        self._stage = stage
        left = max(MARGIN, 0.1 * stage.width)
        room = stage.width - left - MARGIN
        heading = lines_of(stage, card.title, room, size=HEADING, most=3, weight="semibold")
        lines = [part for line in card.lines for part in lines_of(stage, line, room, size=TYPE, most=3)]
        height = 1.2 * HEADING * len(heading) + (AFTER_HEADING + BETWEEN * len(lines) if lines else 0)
        if height > stage.height - 2 * MARGIN - 40:
            raise InputError(f"the card {card.title!r} has {len(lines)} lines, which do not fit; leave some out")
        top = (stage.height - height) / 2
        for place, color in enumerate((stage.theme.negative, stage.theme.positive)):
            stage.dot(left + 8 + 28 * place, top - 18, 16, color)
        for line in heading:
            top += 1.2 * HEADING
            write(stage, left, top, line, size=HEADING, weight="semibold")
        top += AFTER_HEADING
        for line in lines:
            write(stage, left, top + 0.75 * TYPE, line, size=TYPE, color=stage.theme.quiet)
            top += BETWEEN

    def paint(self, moment: Moment) -> NDArray[np.uint8]:
        """Paint the card; see `animviz.pictures.painter.Painter.paint`."""
        return self._stage.paint()
