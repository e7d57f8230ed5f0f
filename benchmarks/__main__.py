"""`python -m benchmarks` measures every row, prints the table and writes docs/benchmarks.md.

With names it measures only those rows and writes nothing; `charts` writes docs/benchmarks.png. With `--check` it writes
nothing either, and names the rows that have become worse than the page says by more than the spread seen. The baselines
need `pip install matplotloom`.
"""

import argparse
import os
import platform
from datetime import date
from importlib.metadata import version
from pathlib import Path

from benchmarks.charts import costs_of_more, draw
from benchmarks.checking import recorded, worse
from benchmarks.cloud import FOLDER
from benchmarks.row import Row
from benchmarks.rows import ROWS

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Every ratio comes from one run on one machine: ours and the baseline in turn, medians. The baselines are written as a
competent user would write them, with the same data, size and codec settings: see `benchmarks/baselines.py`. Run them
with `pip install matplotloom && python -m benchmarks`; `python -m benchmarks cloud rings` runs single rows.
`python -m benchmarks --check` compares with this page, and names the rows that have become worse.

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


def asked() -> tuple[list[str], bool]:
    """Return the names of rows from the command line, and whether they are compared with the page."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    known = (*ROWS, "charts")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(known))
    parser.add_argument("--check", action="store_true", help="name the rows that have become worse")
    arguments = parser.parse_args()
    names: list[str] = arguments.rows
    if unknown := [name for name in names if name not in known]:
        parser.error(f"no row {', '.join(unknown)}; expected {', '.join(known)}")
    return names, arguments.check


def main() -> None:
    """Measure, print and write."""
    given, check = asked()
    names = given or [*ROWS, *([] if check else ["charts"])]
    known = recorded(PAGE.read_text("utf-8")) if check else {}
    rows = []
    if "charts" in names:
        draw(costs_of_more(FOLDER), PAGE.with_suffix(".png"))
        names.remove("charts")
    for name in names:
        for row in ROWS[name]():
            rows.append(row)
            print(table([row]).splitlines()[-1], flush=True)
            if said := worse(row, known):
                print(f"warning: worse than before: {said}", flush=True)
    packages = ", ".join(f"{name} {version(name)}" for name in ("tensorflow", "keras", "numpy", "matplotlib"))
    machine = (
        f"{date.today()}, {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {packages}."
    )
    if len(names) == len(ROWS) and not check:
        PAGE.write_text(f"{HEAD}Measured {machine}\n\n{table(rows)}{CHARTS}", encoding="utf-8")
        print(f"wrote {PAGE}")


main()
