"""Names in several lines."""

from animviz import Stage
from animviz.parts import LABEL, cut

__all__ = ["wrapped"]


def wrapped(stage: Stage, text: str, room: float, most: int, size: float = LABEL) -> list[str]:
    """Return a text in lines that are broken between words; what is too wide even so is cut.

    Args:
        stage: for which.
        text: words.
        room: units of width.
        most: lines at most.
        size: height of the type in units.
    """
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and (len(lines) == most or stage.measure(longer, size) <= room):
            lines[-1] = longer
        else:
            lines.append(word)
    return [cut(stage, line, room, size) for line in lines] or [""]
