"""What the columns of a signal are called, and how much they hold: over columns, beside rows."""

from collections.abc import Sequence
from itertools import pairwise

from animviz import Box, Stage
from animviz.parts import LABEL, cut

from .amounts import counted
from .rounds import Column

__all__ = ["captions_beside", "captions_over"]


def captions_over(
    stage: Stage, room: Box, boxes: Sequence[Box], columns: Sequence[Column], shapes: Sequence[tuple[int, ...]]
) -> None:
    """Write over each column what it is and how many units it has, as far as there is room.

    Args:
        stage: where.
        room: for the words, of which the upper edge is their baseline.
        boxes: of the columns.
        columns: what they are.
        shapes: of their values, channels last.
    """
    middles = [box.left + box.width / 2 for box in boxes]
    free = min((b - a for a, b in pairwise(middles)), default=room.width) - 16
    for column, middle, shape in zip(columns, middles, shapes, strict=True):
        extent = _extent(shape, given=column.place < 0)
        texts = [f"{column.words}, {extent}", f"{column.short}, {extent}", column.short, extent]
        widths = [stage.measure(text, LABEL) for text in texts]
        shifts = [max(0.0, room.left - 20 + width / 2 - middle) for width in widths]  # nothing leaves the room
        whole = zip(texts, widths, shifts, strict=True)
        fitting = [(text, shift) for text, width, shift in whole if width + 2 * shift <= free]
        text, shift = next(iter(fitting), (extent.split()[0], 0.0))
        stage.text(middle + shift, room.top, text, color=stage.theme.quiet, align="center")


def captions_beside(
    stage: Stage, room: Box, boxes: Sequence[Box], columns: Sequence[Column], shapes: Sequence[tuple[int, ...]]
) -> None:
    """Write at the left of each row what it is, and below how many units it has.

    Args:
        stage: where.
        room: for the words.
        boxes: of the rows.
        columns: what they are.
        shapes: of their values, channels last.
    """
    for column, box, shape in zip(columns, boxes, shapes, strict=True):
        middle = box.top + box.height / 2
        for top, text in ((middle - 4, column.short), (middle + 24, _extent(shape, given=column.place < 0))):
            stage.text(room.left, top, cut(stage, text, room.width), color=stage.theme.quiet)


def _extent(shape: tuple[int, ...], *, given: bool) -> str:
    """Return how much a column holds; what is given is an image where it has one channel or three colours."""
    if len(shape) == 1:
        return counted(shape[0], "number" if given else "unit")
    image = len(shape) == 2 or shape[2] == 1 or (given and shape[2] == 3)
    return "×".join(map(str, shape[:2])) if image else f"{shape[2]} maps"
