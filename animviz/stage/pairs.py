"""Pairs: numbers in words and the marks that they stand beside, so that a test can hold one against the other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from animviz.arrays import Array

__all__ = ["Pair"]


@dataclass(frozen=True)
class Pair:
    """Numbers in words and the marks beside which they stand.

    Attributes:
        name: what the numbers are, such as "probability".
        texts: returns what is written at the moment that was drawn last, one text for each mark; empty where none is.
        values: returns what the marks say then, in the unit of the texts: read off what is drawn, shape (marks,).
    """

    name: str
    texts: Callable[[], Sequence[str]]
    values: Callable[[], Array | Sequence[float]]
