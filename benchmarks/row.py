"""Rows of the benchmark table: a figure of ours, the baseline's, and the target for their ratio."""

from dataclasses import dataclass

__all__ = ["Row", "added_memory", "at_least", "at_most", "ms"]


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        what: what was measured.
        against: the baseline.
        ours: median of ours, with its unit.
        theirs: median of the baseline, with its unit.
        ratio: the figure that the target is about.
        target: the target, as text.
        met: whether the ratio meets it.
    """

    what: str
    against: str
    ours: str
    theirs: str
    ratio: str
    target: str
    met: bool


def ms(seconds: float) -> str:
    """Return a time as text."""
    return f"{seconds * 1e3:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def at_least(what: str, against: str, ours: float, theirs: float, target: float) -> Row:
    """Return a row whose target is to be so many times faster."""
    ratio = theirs / ours
    return Row(what, against, ms(ours), ms(theirs), f"{ratio:.1f}x", f">= {target:g}x", ratio >= target)


def at_most(what: str, against: str, ours: float, theirs: float, target: float) -> Row:
    """Return a row whose target is to take at most so many times as long."""
    ratio = ours / theirs
    return Row(what, against, ms(ours), ms(theirs), f"{ratio:.2f}x", f"<= {target:g}x", ratio <= target)


def added_memory(what: str, against: str, many: float, few: float) -> Row:
    """Return a row whose target is to need at most 50 MB more."""
    more = many - few
    return Row(what, against, f"{many:.0f} MB", f"{few:.0f} MB", f"{more:+.0f} MB", "<= +50 MB", more <= 50)
