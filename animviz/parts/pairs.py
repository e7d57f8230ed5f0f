"""Numbers beside marks: a scene declares them, and a test compares them at any moment."""

from collections.abc import Callable, Sequence

from animviz.arrays import Array
from animviz.stage.pairs import Pair
from animviz.stage.stage import Stage

__all__ = ["pair"]


def pair(
    stage: Stage, name: str, texts: Callable[[], Sequence[str]], values: Callable[[], Array | Sequence[float]]
) -> None:
    """Declare that numbers in words stand beside marks: at every moment each is its mark's own value, rounded.

    Args:
        stage: where both are drawn.
        name: what the numbers are, such as "probability".
        texts: returns what is written at the moment that was drawn last, one text for each mark; empty where none is.
        values: returns what the marks say then, in the unit of the texts, such as 69 for "69 %": read off what is drawn,
            such as the end of a bar, and not from where the text took it. Shape (marks,).
    """
    stage.pairs.append(Pair(name, texts, values))
