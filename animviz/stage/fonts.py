"""Fonts: which typeface has a character, where the stage's own lacks it."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
from matplotlib.font_manager import FontEntry, fontManager, get_font, weight_dict

from animviz.arrays import Index
from animviz.stage.theme import FAMILY, load_fonts

__all__ = ["family_with"]

PREFERRED = "DejaVu Sans"  # comes with matplotlib: what it has looks the same on all machines
WEIGHTS = (400, 500, 600)  # of the stage's letters


@cache
def family_with(char: str) -> str | None:
    """Return a typeface that has a character: the stage's, matplotlib's, another one that is installed, or None."""
    if ord(char) in _codes(_face(load_fonts()).fname):
        return FAMILY
    return next((_registered(face) for face in _others() if ord(char) in _codes(face.fname)), None)


def _others() -> Iterator[FontEntry]:
    """Return a regular face of each other typeface; those without serifs come first."""
    names = {entry.name for entry in fontManager.ttflist} - {FAMILY}
    for name in sorted(names, key=lambda name: (name != PREFERRED, "Sans" not in name, name)):
        if "resort" not in name.lower():  # a last resort has boxes for all there is
            yield _face(name)


@cache
def _face(family: str) -> FontEntry:
    """Return the face of a typeface that is nearest to a regular one."""

    def unlike(face: FontEntry) -> tuple[int, bool, int, str]:
        return getattr(face, "index", 0), face.style != "normal", abs(_weight(face) - WEIGHTS[0]), face.fname

    return min((face for face in fontManager.ttflist if face.name == family), key=unlike)


def _weight(face: FontEntry) -> int:
    return face.weight if isinstance(face.weight, int) else weight_dict.get(face.weight, WEIGHTS[0])


@cache
def _codes(path: str) -> Index:
    """Return the characters that a font has; none of one that cannot be read."""
    try:
        return np.fromiter(get_font(path).get_charmap(), np.intp)
    except (OSError, RuntimeError):
        return np.empty(0, np.intp)


@cache
def _registered(face: FontEntry) -> str:
    """Name a face for all weights, so that matplotlib takes it without a warning that it has but one."""
    name = f"{face.name} for animviz"
    fontManager.ttflist += [replace(face, name=name, weight=weight) for weight in WEIGHTS]
    return name
