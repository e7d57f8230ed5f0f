"""`python -m benchmarks.embeddings` studies the steady embeddings and writes docs/embeddings.md.

With names it runs only those parts: study (three data sets, six layers each, against independent UMAP; minutes), methods,
aligned (minutes), scale (minutes). With --quick the sets are small and nothing is written.
"""

import argparse
import os
import platform
import re
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from animviz.embed import Embedding, embed, place
from animviz.embed.scores import score, step
from benchmarks.charts import Costs, draw
from benchmarks.layers import Layer, trained
from benchmarks.measure import peak_memory
from benchmarks.steady_layouts import study

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
PAGE = Path(__file__).parent.parent / "docs" / "embeddings.md"


def timed_embedding(layer: Layer, method: str, **settings: Any) -> tuple[Embedding, float]:
    """Return an embedding and its processor seconds, without those of its scores; wall time depends on other load."""
    started = time.process_time()
    done = embed(layer.activations, method, labels=layer.labels, **settings)
    embedded = time.process_time()
    score(layer.activations, done.positions, layer.labels, "euclidean")
    return done, 2 * embedded - started - time.process_time()


def mean_of(values: np.ndarray) -> float:
    """Return the mean of those that are finite."""
    return float(np.nanmean(values))


def as_drawn(positions: np.ndarray) -> float:
    """Return the mean over the epochs of the median move as drawn: on one scale, and not turned."""
    radius = np.sqrt(np.square(positions - positions.mean(axis=(0, 1))).sum(axis=2).mean())
    return float(np.median(np.linalg.norm(np.diff(positions, axis=0), axis=2), axis=1).mean() / radius)


def row_of(label: str, done: Embedding, seconds: float, against: float) -> str:
    """Return a line of the study's tables."""
    moves, trust = step(done.positions), done.scores.trustworthiness
    assert done.scores.accuracy is not None
    return (
        f"| {label} | {mean_of(moves):.4f} | {moves[0]:.3f} | {mean_of(moves[1:]):.4f} | {as_drawn(done.positions):.4f} "
        f"| {mean_of(trust):.4f} | {trust[0]:.4f} | {mean_of(trust[1:]):.4f} | {mean_of(done.scores.accuracy):.3f} "
        f"| {seconds:.1f} | {seconds / against:.2f}x |"
    )


COLUMNS = (
    "| | step | first step | other steps | step as drawn | trust | trust, untrained | trust, others | 5-NN | CPU s | time |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|"
)


def warm_up() -> None:
    """Compile both methods, so that no measured time includes it."""
    warnings.simplefilter("ignore")
    tiny = np.random.default_rng(0).normal(size=(2, 100, 4))
    for method in ("umap", "independent"):
        embed(tiny, method)


def methods(quick: bool) -> str:
    """Compare all methods on one layer; two thirds of the samples are embedded, the others are placed."""
    layer = trained("mnist", 300 if quick else 1500, 3 if quick else 9)[1]
    cut = len(layer.labels) * 2 // 3
    fitted = Layer(layer.name, layer.activations[:, :cut], layer.labels[:cut])
    rows = []
    for method in ("umap", "tsne", "pca", "independent"):
        done, seconds = timed_embedding(fitted, method)
        done = place(
            done, fitted.activations, layer.activations[:, cut:], labels=fitted.labels, new_labels=layer.labels[cut:]
        )
        scores = done.scores
        assert scores.accuracy is not None
        assert scores.placed_accuracy is not None
        assert done.placed is not None
        rows.append(
            f"| `{method}` | {mean_of(scores.step):.4f} | {mean_of(scores.trustworthiness):.4f} "
            f"| {mean_of(scores.accuracy):.3f} | {mean_of(scores.placed_accuracy):.3f} "
            f"| {mean_of(step(done.placed)):.4f} | {seconds:.1f} |"
        )
        print(rows[-1], flush=True)
    head = "| method | step | trust | 5-NN | 5-NN of placed samples | step of placed samples | CPU s |\n" + "|---" * 7
    return f"Layer: {layer.name}.\n\n{head}|\n" + "\n".join(rows)


def aligned(quick: bool) -> str:
    """Compare with AlignedUMAP: 1,200 samples, 9 snapshots."""
    layer = trained("mnist", 1200, 8)[1]
    if quick:
        layer = Layer(layer.name, layer.activations[:3, :300], layer.labels[:300])
    theirs, their_time = timed_embedding(layer, "aligned-umap")
    ours, our_time = timed_embedding(layer, "umap")
    rows = [row_of("AlignedUMAP", theirs, their_time, our_time), row_of("`umap`", ours, our_time, our_time)]
    return f"Layer: {layer.name}.\n\n{COLUMNS}\n" + "\n".join(rows)


LARGE = """
import time, numpy as np
from animviz.embed import METHODS, settings_of
random = np.random.default_rng(0)
centres = random.normal(size=(10, 64)) * 3
x = np.stack([(centres[np.arange({samples}) % 10] * (0.3 + epoch / {epochs})).astype('f4') for epoch in range({epochs})])
x += random.normal(size=x.shape[1:]).astype('f4') + 0.05 * random.normal(size=x.shape).astype('f4')
METHODS['umap'].layout(x[:2, :100], settings_of('umap', dict(iterations=1)), 1)
wall, cpu = time.perf_counter(), time.process_time()
METHODS['umap'].layout(x, settings_of('umap', dict()), {threads})
print(time.perf_counter() - wall, time.process_time() - cpu, {path!r} and open({path!r}, 'w').write(
    f"{{time.perf_counter() - wall}} {{time.process_time() - cpu}}"))
"""


def resources_of(samples: int, epochs: int, threads: int) -> tuple[float, float, float]:
    """Return seconds, processor seconds and peak MB of `umap` on 64 units, in a fresh process, compiling not counted."""
    path = str(Path(tempfile.gettempdir(), f"animviz-scale-{os.getpid()}.txt"))
    memory = peak_memory(LARGE.format(samples=samples, epochs=epochs, threads=threads, path=path))
    wall, cpu = map(float, Path(path).read_text().split())
    Path(path).unlink()
    return wall, cpu, memory


def scale(quick: bool) -> str:
    """Measure time and memory against samples and against epochs, as a table and as charts."""
    samples, epochs = ((1000,), (10,)) if quick else ((1000, 2000, 4000, 8000), (5, 10, 20, 40))
    sizes = [(5000, 20, 2), (5000, 20, 1), *((n, 10, 1) for n in samples), *((1000, e, 1) for e in epochs)]
    found = {}
    for size in dict.fromkeys(sizes[2:] if quick else sizes):
        found[size] = resources_of(*size)
    if not quick:
        charted(found, samples, epochs)
    head = "| samples | epochs | threads | seconds | CPU s | CPU us per sample and epoch | peak MB |\n" + "|---" * 7
    rows = [
        f"| {n:,} | {e} | {threads} | {wall:.1f} | {cpu:.1f} | {1e6 * cpu / n / e:.0f} | {memory:.0f} |"
        for (n, e, threads), (wall, cpu, memory) in found.items()
    ]
    return f"{head}|\n" + "\n".join(rows)


def charted(found: dict[Any, Any], samples: Sequence[int], epochs: Sequence[int]) -> None:
    """Draw docs/embeddings.png: seconds and MB against samples of 10 epochs, and against epochs of 1,000 samples."""
    by_samples, by_epochs = [(n, 10, 1) for n in samples], [(1000, e, 1) for e in epochs]
    curves = [
        Costs(title, counts, [found[size][place] for size in sizes], unit)
        for counts, sizes, unit in (
            (samples, by_samples, "samples, 10 epochs"),
            (epochs, by_epochs, "epochs, 1,000 samples"),
        )
        for title, place in (("processor seconds", 1), ("peak MB", 2))
    ]
    draw(curves, PAGE.with_suffix(".png"), "What it costs to embed more")


PARTS: dict[str, Callable[[bool], str]] = {"study": study, "methods": methods, "aligned": aligned, "scale": scale}


def write(name: str, table: str) -> None:
    """Put a table into the page, between the marks of its part."""
    page = PAGE.read_text(encoding="utf-8")
    packages = ", ".join(f"{name} {version(name)}" for name in ("umap-learn", "opentsne", "scikit-learn", "numba"))
    said = f"Measured {date.today()}, {os.cpu_count()} cores (shared), Python {platform.python_version()}, {packages}."
    marks = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    page = marks.sub(lambda mark: f"{mark[1]}{said}\n\n{table}\n{mark[2]}", page)
    PAGE.write_text(page, encoding="utf-8")
    print(f"wrote {PAGE}")


def main() -> None:
    """Study, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="small sets; prints and writes nothing")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    warm_up()
    for name in asked.parts or PARTS:
        text = PARTS[name](asked.quick)
        print(text if asked.quick else "", flush=True)
        if not asked.quick:
            write(name, text)


if __name__ == "__main__":
    main()
