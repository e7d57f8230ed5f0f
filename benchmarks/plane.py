"""`python -m benchmarks.plane` measures the page of a network that runs in it, and writes docs/pages.md.

The default rings with 40 grid lines in each direction and 4,000 points, and a network of nearly as many weights as a page
takes, are opened in headless Chromium without a graphics card and played.
"""

import os
import platform
import re
import tempfile
from datetime import date
from importlib.metadata import version
from pathlib import Path

from animviz.experiments.catalogue import experiment_named
from animviz.pages import write_page
from benchmarks.page import PAGE, PLAYS, Measured, played

MOST_MB, LEAST_FRAMES = 1.5, 60.0
NETWORKS = {
    "default rings": {},
    "2-96-96-96-1, 19,105 weights": {"arch": "2-96-96-96-1", "samples": 2000, "epochs": 20},
}


def measured(options: dict[str, object], folder: Path) -> Measured:
    """Train the rings with these options, write the page, and play it."""
    from animviz.experiments.keras.record import record

    path = folder / f"{len(list(folder.iterdir()))}.rec"
    record(experiment_named("two_rings").run(options), path)
    page = path.with_suffix(".html")
    write_page(path, page, kind="plane", theme="dark", grid=40)
    return played(page, "globalThis.animviz?.frames > 0", PLAYS)


def main() -> None:
    """Measure, print and write."""
    lines = ["| network | size | first picture | frames a second |", "|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        for name, options in NETWORKS.items():
            row = measured(options, Path(folder))
            lines.append(f"| {name} | {row.size:.2f} MB | {row.first:.1f} s | {row.frames:.0f} |")
    load = f"load {os.getloadavg()[0]:.0f} on {os.cpu_count()} shared cores"
    said = f"Measured {date.today()}, {load}, Python {platform.python_version()}, playwright {version('playwright')}."
    text = f"{said}\n\n" + "\n".join(lines)
    marks = re.compile(r"(<!-- plane measured -->\n).*?(<!-- plane end -->)", re.DOTALL)
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(marks.sub(lambda mark: f"{mark[1]}{text}\n{mark[2]}", page), encoding="utf-8")
    print(f"{text}\ntargets: {MOST_MB} MB and {LEAST_FRAMES:.0f} frames a second for the default rings")


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main()
