"""Names over or under the nodes of a row: in a line where they fit beside each other, else turned."""

from collections.abc import Sequence

from animviz import Stage
from animviz.arrays import Array
from animviz.parts import LABEL, short_names

__all__ = ["names_height", "write_names"]

LINE, LONGEST = 26.0, 150.0  # units: height of a line, and length at most of a name that is turned


def names_height(stage: Stage, names: Sequence[str], step: float) -> float:
    """Return the units of height that names need.

    Args:
        stage: where.
        names: of the nodes.
        step: units from one node to the next.
    """
    widest = max(stage.measure(name, LABEL) for name in names)
    return LINE if widest + 8 <= step else min(widest, LONGEST)


def write_names(
    stage: Stage, names: Sequence[str], middles: Array, top: float, step: float, *, over: bool, color: str | None = None
) -> None:
    """Write names whose ends that are nearest to the nodes stand in a line.

    Args:
        stage: where.
        names: of the nodes.
        middles: of the nodes, units from the left edge, shape (nodes,).
        top: units from the upper edge at which the names begin.
        step: units from one node to the next.
        over: whether they stand over the nodes, and not under them.
        color: by default the theme's ink.
    """
    height = names_height(stage, names, step)
    for name, middle in zip(names if height == LINE else short_names(stage, names, LONGEST), middles, strict=True):
        if height == LINE:
            stage.text(middle, top + 20, name, color=color, align="center")
            continue
        end = top + height if over else top
        text = stage.text(middle + 8, end, name, color=color, align="left" if over else "right")
        text.set(rotation=90, rotation_mode="anchor")
