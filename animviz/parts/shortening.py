"""Names that are cut to a room, and yet told apart."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from animviz.parts.header import LABEL, cut
from animviz.stage.stage import Stage

__all__ = ["short_names"]

WHOLE = 0.6  # of the letters that have room, which whole words take at least, if the last word is not to be broken
BEGIN = 0.5  # of the room that is left to the beginning, where the end is seen too


def short_names(
    stage: Stage,
    names: Sequence[str],
    room: float,
    size: float = LABEL,
    weight: Literal["regular", "medium"] = "regular",
) -> list[str]:
    """Return names as a room has place for them: cut behind a word, and in the middle where their beginnings are alike.

    Args:
        stage: for which.
        names: of all that are to be told apart.
        room: units of width.
        size: height of the type in units.
        weight: of the type.
    """
    cuts = [_behind_a_word(name, cut(stage, name, room, size, weight)) for name in names]
    often = Counter(cuts)
    return [
        text if often[text] == 1 or text == name else _in_the_middle(stage, name, room, size, weight)
        for name, text in zip(names, cuts, strict=True)
    ]


def _behind_a_word(name: str, text: str) -> str:
    """Return a name that was cut within a word as cut before that word, if enough is left."""
    shown = text.removesuffix("…")
    words = shown.rpartition(" ")[0].rstrip(" ,;:-")
    broken = text != name and not name[len(shown) :].startswith(" ")
    return f"{words}…" if broken and len(words) >= WHOLE * len(shown) else text


def _in_the_middle(stage: Stage, name: str, room: float, size: float, weight: Literal["regular", "medium"]) -> str:
    """Return the beginning and the end of a name."""
    begin = cut(stage, name, BEGIN * room, size, weight)
    ends = (begin + name[first:].lstrip() for first in range(len(begin) - 1, len(name)))
    return next(
        (text for text in ends if stage.measure(text, size, weight) <= room), cut(stage, name, room, size, weight)
    )
