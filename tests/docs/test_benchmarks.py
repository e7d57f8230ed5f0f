"""The page of benchmarks is read as it is written, and a ratio that became worse is named."""

from dataclasses import replace

import pytest

from benchmarks.checking import recorded, worse
from benchmarks.row import Row
from helpers.blocks import ROOT

PAGE = (ROOT / "docs" / "benchmarks.md").read_text("utf-8")


def test_every_row_of_the_page_is_read() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| what ")]
    assert len(recorded(PAGE)) == len(rows) > 10


@pytest.mark.parametrize(
    ("target", "ratio", "said"),
    [
        ("<= 1.3x", "1.27x", False), ("<= 1.3x", "1.50x", False), ("<= 1.3x", "1.62x", True), (">= 18x", "36.8x", False),
        (">= 18x", "30.0x", False), (">= 18x", "20.0x", True), ("<= +50 MB", "+6 MB", False), ("<= +50 MB", "+60 MB", True),
    ],
)  # fmt: skip
def test_what_became_worse_by_more_than_the_spread_is_named(target: str, ratio: str, said: bool) -> None:
    known = {("what", "x"): 1.27, ("what", "MB"): 6.0, ("what", "times"): 36.8}
    against = "MB" if "MB" in target else "times" if ">=" in target else "x"
    row = Row("what", against, "", "", ratio, target, True)
    assert bool(worse(row, known)) == said
    assert not worse(replace(row, what="something new"), known)
