"""`python -m benchmarks` measures every row, prints the table and writes docs/benchmarks.md; with names, only those.

The extra packages that baselines need: `pip install matplotloom`.
"""

import os
import platform
import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path

from benchmarks.charts import draw, measured
from benchmarks.measure import Row
from benchmarks.rows import FOLDER, ROWS

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Every ratio comes from one run on one machine: ours and the baseline in turn, medians. The baselines are written as a
competent user would write them, with the same data, size and codec settings: see `benchmarks/baselines.py`. Run them
with `pip install matplotloom && python -m benchmarks`; `python -m benchmarks cloud rings` runs single rows.

"""
CHARTS = """
Cost against size, from the same run, drawn by animviz itself (`benchmarks/charts.py`):

![Time per frame against moving points, time per video against frames, time per frame against snapshots](benchmarks.png)
"""


def table(rows: list[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = ["| what | against | ours | theirs | ratio | target | |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        verdict = "met" if row.met else "**missed**"
        lines.append(
            f"| {row.what} | {row.against} | {row.ours} | {row.theirs} | {row.ratio} | {row.target} | {verdict} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and print."""
    names = sys.argv[1:] or [*ROWS, "charts"]
    rows = []
    if "charts" in names:
        draw(measured(FOLDER), PAGE.with_suffix(".png"))
        names.remove("charts")
    for name in names:
        for row in ROWS[name]():
            rows.append(row)
            print(table([row]).splitlines()[-1], flush=True)
    packages = ", ".join(f"{name} {version(name)}" for name in ("tensorflow", "keras", "numpy", "matplotlib"))
    machine = (
        f"{date.today()}, {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {packages}."
    )
    if len(names) == len(ROWS):
        PAGE.write_text(f"{HEAD}Measured {machine}\n\n{table(rows)}{CHARTS}", encoding="utf-8")
        print(f"wrote {PAGE}")


main()
