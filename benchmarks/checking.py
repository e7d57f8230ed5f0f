"""Whether a ratio has become worse than the one in docs/benchmarks.md, by more than a noisy machine explains."""

import re

from benchmarks.row import Row

__all__ = ["recorded", "worse"]

SPREAD = 0.25  # of a ratio: as far apart were medians of the same code on one machine
LINE = re.compile(r"^\| (.+?) \| (.+?) \| .+? \| .+? \| (\S+)(?: MB| ms)? \| (>=|<=)")


def recorded(page: str) -> dict[tuple[str, str], float]:
    """Return the ratios of a page by what was measured and against what.

    Args:
        page: text of docs/benchmarks.md.
    """
    found = (LINE.match(line) for line in page.splitlines())
    return {(match[1], match[2]): _number(match[3]) for match in found if match}


def worse(row: Row, known: dict[tuple[str, str], float]) -> str:
    """Say by how much a row is worse than it was, or nothing where it is not, or was never measured.

    Args:
        row: as it was measured now.
        known: see `recorded`.
    """
    before = known.get((row.what, row.against))
    if before is None:
        return ""
    now = _number(row.ratio.split()[0])
    grows = row.target.startswith(">=")
    limit = before * (1 - SPREAD) if grows else before + SPREAD * abs(before)
    is_worse = now < limit if grows else now > limit
    return f"{row.what} against {row.against}: {row.ratio}, was {before:g}" if is_worse else ""


def _number(text: str) -> float:
    return float(text.removesuffix("x"))
