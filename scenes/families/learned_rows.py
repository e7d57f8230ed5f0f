"""Samples in rows by when they are learned: the first above, those that are wrong in the end below."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from animviz import Recording
from animviz.parts import epoch_number
from animviz.sampling import evenly

from .learning import Learning

__all__ = ["Row", "groups_of", "rows_of"]

WRONG = ("wrong", "in the end")
LARGE = 1.4  # how much larger the images are that are wrong in the end


class Row(NamedTuple):
    """Samples in a line, and what is said of them.

    Attributes:
        kind: what they have in common, in two parts.
        members: numbers of all samples of that kind.
        samples: numbers of those that are shown.
        scale: how much larger they are than others.
    """

    kind: tuple[str, str]
    members: NDArray[np.intp]
    samples: NDArray[np.intp]
    scale: float = 1.0

    def columns(self, usual: int) -> int:
        """Return how many of its samples stand in a line that has room for some of the usual size."""
        return max(1, round(usual / self.scale))

    @property
    def all(self) -> int:
        """How many there are of that kind."""
        return len(self.members)


def groups_of(recording: Recording, learning: Learning, chosen: NDArray[np.intp]) -> list[Row]:
    """Part samples by when they are learned: a group for each snapshot, those from the start first, the wrong ones last."""
    write, groups = epoch_number(recording).text, []
    since = learning.since[chosen]
    for at in np.unique(since):
        members = chosen[since == at]
        if at == len(learning.epochs):
            lost = learning.forgotten[members]
            groups.append(Row(WRONG, members, np.concatenate([members[lost], members[~lost]])))
        else:
            groups.append(
                Row(("learned" if at else "right", f"from epoch {write(learning.epochs[at])}"), members, members)
            )
    return groups


def rows_of(groups: list[Row], columns: int, most: int, *, whole: bool) -> list[Row]:
    """Lay groups out in rows: neighbours share one where there are too many, and large ones get several.

    Args:
        groups: in order.
        columns: samples in a row at most.
        most: rows at most.
        whole: whether groups are put together until all samples fit, if that is possible.
    """
    groups = _named(_merged(groups, lambda row: -(-row.all // columns) if whole else 1, most))
    if groups[-1].kind == WRONG and len(groups) > 1 and not whole:
        groups[-1] = groups[-1]._replace(scale=LARGE)
    lines = [1] * len(groups)
    while sum(lines) < most:
        hidden = [row.all - row.columns(columns) * count for row, count in zip(groups, lines, strict=True)]
        if max(hidden) <= 0:
            break
        lines[int(np.argmax(hidden))] += 1
    rows = []
    for row, count in zip(groups, lines, strict=True):
        fit = row.columns(columns)
        shown = row.samples[evenly(row.all, count * fit)]
        rows += [row._replace(samples=shown[at : at + fit]) for at in range(0, len(shown), fit)]
    return rows


def _named(groups: list[Row]) -> list[Row]:
    """Say of which groups the samples are learned first and last."""
    learned = [at for at, row in enumerate(groups) if row.kind[0] == "learned"]
    if len(learned) > 1:
        for at, when in ((learned[0], "first"), (learned[-1], "last")):
            groups[at] = groups[at]._replace(kind=(f"learned {when}", groups[at].kind[1]))
    return groups


def _merged(groups: list[Row], height: Callable[[Row], int], most: int) -> list[Row]:
    """Put neighbouring groups together, the smallest first, until there are few enough; wrong ones stay for themselves."""
    groups = list(groups)
    while len(groups) > 2 and sum(map(height, groups)) > most:
        learned = [at for at in range(len(groups) - 1) if groups[at + 1].kind != WRONG]
        at = min(learned, key=lambda at: groups[at].all + groups[at + 1].all)
        one, other = groups[at], groups[at + 1]
        first, last = one.kind[1].split()[-1].split("–")[0], other.kind[1].split("–")[-1].split()[-1]
        kind = (one.kind[0], f"epochs {first}–{last}")
        both = np.concatenate([one.samples, other.samples])
        groups[at : at + 2] = [Row(kind, both, both)]
    return groups
