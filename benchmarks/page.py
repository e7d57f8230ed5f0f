"""`python -m benchmarks.page` measures the interactive page against a Bokeh page and writes docs/pages.md.

A real training on 5,000 digits, 49 epochs and the untrained state; the page shows 10,000 samples: the digits and a copy
of each, moved by a pixel. Positions are principal components, which move more than UMAP's and are quick. Both pages are
opened in headless Chromium without a graphics card. The Bokeh page needs `pip install bokeh`.
"""

import os
import platform
import re
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from animviz.analysis.classifier import class_probabilities
from animviz.embed import METHODS, settings_of
from animviz.experiments.catalogue import experiment_named
from animviz.experiments.data.image_files import load_images
from animviz.pages import Contents, Series, page_of
from animviz.pages.embedding.contents import quantised
from animviz.recording.recording import Recording
from benchmarks.bokeh_page import bokeh_page

PAGE = Path(__file__).parent.parent / "docs" / "pages.md"
LAYERS = ("input", "hidden_1", "hidden_2")
EPOCHS, SECONDS = 49, 4.0
MOST_MB, LEAST_FRAMES = 8.0, 30.0
SIZE = {"width": 1280, "height": 720}


class Measured(NamedTuple):
    """One page: its size in MB, seconds until its first picture, and frames a second while it plays."""

    size: float
    first: float
    frames: float


def recorded(folder: Path) -> Recording:
    """Train, and return a recording with 10,000 samples and 50 snapshots."""
    from animviz.experiments.keras.record import record

    digits = load_images("mnist-5k")
    moved = np.roll(digits.images, (1, -1), axis=(1, 2))
    x, y = np.concatenate([digits.images, moved]), np.concatenate([digits.labels, digits.labels])
    np.savez(folder / "digits.npz", x_train=digits.images, y_train=digits.labels, x_test=x, y_test=y)
    return record(
        experiment_named("digits_mlp").run({"data": str(folder / "digits.npz"), "epochs": EPOCHS}), folder / "x.rec"
    )


def shown(recording: Recording) -> Contents:
    """Return the contents of the recording's page, by principal components, without their scores, which take long."""
    images = recording.single_input(recording.inputs)
    everyone = np.arange(len(images))
    layers = {}
    for layer in LAYERS:
        epochs = recording.epochs[:1] if layer == "input" else recording.epochs
        values = np.stack([recording.at(e).activations(layer).reshape(len(images), -1) for e in epochs])
        positions = METHODS["pca"].layout(values, settings_of("pca", {}), 1)[0]
        layers[layer] = np.broadcast_to(positions, (len(recording), *positions.shape[1:]))
    answers, probabilities = quantised((class_probabilities(recording.at(e)) for e in recording.epochs), everyone)
    curves = tuple(
        Series(name, kind, *recording.history(key))
        for name in ("loss", "accuracy") for kind, key in (("training", name), ("validation", f"val_{name}"))
    )  # fmt: skip
    return Contents(
        "Digits", recording.epochs, layers, recording.labels, recording.output.class_names, answers, probabilities,
        everyone, images, None, curves, (),
    )  # fmt: skip


PLAYS = """async seconds => {
    const wait = time => new Promise(done => setTimeout(done, 1000 * time));
    await wait(0.6);
    animviz.play();
    await wait(0.4);
    const before = animviz.frames, began = performance.now();
    await wait(seconds);
    return 1000 * (animviz.frames - before) / (performance.now() - began);
}"""  # of any kind of page that plays epochs
OURS_PLAYS = PLAYS.replace("    await wait(0.6);", "    animviz.layer(2);\n    await wait(0.6);")
# The same motion in Bokeh: a document's callback would blend the columns and give them to the source.
BOKEH_PLAYS = """async seconds => {
    const source = Bokeh.documents[0].get_model_by_name('samples');
    const steps = Bokeh.documents[0].get_model_by_name('steps').data;
    const columns = [steps.x, steps.y], count = source.data.x.length;
    let frames = 0;
    const began = performance.now();
    while (performance.now() - began < 1000 * seconds) {
        const epoch = (performance.now() - began) / 400, k = Math.floor(epoch), share = epoch - k;
        const [x, y] = columns.map(all => Float32Array.from({length: count}, (_, i) =>
            all[k * count + i] + share * (all[(k + 1) * count + i] - all[k * count + i])));
        Object.assign(source.data, {x, y});
        source.change.emit();
        await new Promise(requestAnimationFrame);
        await new Promise(done => setTimeout(done));
        frames++;
    }
    return 1000 * frames / (performance.now() - began);
}"""
BOKEH_READY = "globalThis.Bokeh?.documents?.[0]?.is_idle === true"
OURS_READY = "globalThis.animviz?.frames > 0"


def played(path: Path, ready: str, plays: str) -> Measured:
    """Open a page from disk, play it, and measure."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        window = browser.new_page(viewport=SIZE)
        began = time.perf_counter()
        window.goto(path.as_uri())
        while not window.evaluate(ready):
            time.sleep(0.02)
        first = time.perf_counter() - began
        frames = window.evaluate(plays, SECONDS)
        browser.close()
    return Measured(path.stat().st_size / 1e6, first, frames)


def rows(contents: Contents, folder: Path) -> dict[str, Measured]:
    """Write and measure the pages; Bokeh's where it is installed."""
    pages: dict[str, tuple[Callable[[], bytes], str, str]] = {
        "`animviz page`": (lambda: page_of(contents, "dark"), OURS_READY, OURS_PLAYS)
    }
    if find_spec("bokeh"):
        pages["Bokeh"] = (lambda: bokeh_page(contents), BOKEH_READY, BOKEH_PLAYS)
    else:
        print("no row for Bokeh: it is not installed (pip install bokeh)")
    found = {}
    for name, (written, ready, plays) in pages.items():
        path = folder / f"{len(found)}.html"
        path.write_bytes(written())
        found[name] = played(path, ready, plays)
    return found


def table(found: dict[str, Any]) -> str:
    """Return the rows in Markdown."""
    lines = ["| page | size | first picture | frames a second | targets |", "|---|---|---|---|---|"]
    for name, row in found.items():
        met = "met" if row.size <= MOST_MB and row.frames >= LEAST_FRAMES else "**missed**"
        lines.append(f"| {name} | {row.size:.1f} MB | {row.first:.1f} s | {row.frames:.0f} | {met} |")
    return "\n".join(lines)


def main() -> None:
    """Measure, print and write."""
    with tempfile.TemporaryDirectory() as folder:
        recording = recorded(Path(folder))
        text = table(rows(shown(recording), Path(folder)))
    names = [name for name in ("bokeh", "playwright", "pillow") if find_spec({"pillow": "PIL"}.get(name, name))]
    packages = ", ".join(f"{name} {version(name)}" for name in names)
    said = f"Measured {date.today()}, {os.cpu_count()} cores (shared), Python {platform.python_version()}, {packages}."
    page = PAGE.read_text(encoding="utf-8")
    marks = re.compile(r"(<!-- measured -->\n).*?(<!-- end -->)", re.DOTALL)
    PAGE.write_text(marks.sub(lambda mark: f"{mark[1]}{said}\n\n{text}\n{mark[2]}", page), encoding="utf-8")
    print(f"{said}\n\n{text}\nwrote {PAGE}")


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main()
