"""Scale: what more snapshots, weights, samples, classes, layers and minutes cost, for docs/scale.md and docs/scale.png.

    python -m benchmarks.scale [PART]...

Parts: snapshots, weights, samples, classes, layers, minutes, umap, cluster. With names it measures only those and writes nothing.
"""

import os
import platform
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import torch
from distributed import LocalCluster
from torch import nn

import animviz
from benchmarks.charts import Costs, draw
from benchmarks.cloud import FOLDER
from benchmarks.embeddings import resources_of
from benchmarks.loops import one_epoch
from benchmarks.measure import command_seconds, in_turn

EPOCHS = 5  # of each training that is timed
PAGE = Path(__file__).parent.parent / "docs" / "scale.md"
HEAD = """# What more of it costs

Whole commands in cold processes, medians of three, on {machine}.
Trainings are small loops in PyTorch, recorded by `animviz.watch`. Written by `python -m benchmarks.scale`. Where a limit
is, [limits](limits.md) says which.

"""


@dataclass(frozen=True)
class Part:
    """What is counted, the counts, and for each of them seconds by what is done; one of these may be charted."""

    title: str
    unit: str
    counts: tuple[int, ...]
    measure: Callable[[int], dict[str, float]]
    charted: str = ""


def trained(name: str, net: nn.Module, shape: tuple[int, int, int], epochs: int = 3, every: Any = 1) -> str:
    """Train a classifier of random points, record it, and return the recording's path.

    Args:
        name: of the recording.
        net: what learns.
        shape: samples, inputs, classes.
        epochs: of the training.
        every: rhythm of the snapshots.
    """
    torch.manual_seed(0)
    samples, inputs, classes = shape
    x, path = torch.randn(samples, inputs), FOLDER / f"{name}.rec"
    y = torch.randint(0, classes, (samples,)) if classes > 2 else (x.square().sum(1) > inputs).long()
    loss, optimizer = nn.CrossEntropyLoss(), torch.optim.SGD(net.parameters(), 0.05)
    shutil.rmtree(path, ignore_errors=True)
    with animviz.watch(net, path, inputs=x, labels=y, loss=loss, every=every, steps=-(-samples // 100)) as run:
        for _ in range(epochs):
            one_epoch(net, x, y, loss, optimizer, run, 100)
            run.epoch()
    return str(path)


def commands(path: str, **words: str) -> dict[str, float]:
    """Return the seconds of commands, each in a cold process; `REC` and `OUT` in them stand for files."""
    runs = [
        command_seconds(
            "-m", "animviz", *(word.replace("REC", path).replace("OUT", str(FOLDER)) for word in said.split())
        )
        for said in words.values()
    ]
    return dict(zip(words, in_turn(3, *runs), strict=True))


def snapshots(count: int) -> dict[str, float]:
    """What a recording of so many snapshots costs: a tenth of an epoch's steps each."""
    epochs = count // 100
    net = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 2))
    path = trained(f"snapshots-{count}", net, (1000, 2, 2), epochs, "1/100" if count > 100 else 1)
    return commands(
        path, info="info REC", landmarks="landmarks REC", still="render history --from REC --still last -o OUT/a.png",
        film="render rings --from REC --seconds 2 --size 320x180 -o OUT/a.mp4",
    )  # fmt: skip


class Unrecorded:
    """Stands in for a watch, and does nothing."""

    def step(self, **logs: Any) -> None:
        """Do nothing."""

    epoch = step


def weights(count: int) -> dict[str, float]:
    """What an epoch of 20 steps takes of a net of so many weights, without a recorder and with a snapshot after each."""
    wide = round((count / 1.2) ** 0.5)
    net = nn.Sequential(nn.Linear(wide // 5, wide), nn.ReLU(), nn.Linear(wide, wide), nn.ReLU(), nn.Linear(wide, 10))
    x, loss, path = torch.randn(1000, wide // 5), nn.CrossEntropyLoss(), FOLDER / f"weights-{count}.rec"
    y, optimizer = torch.randint(0, 10, (1000,)), torch.optim.SGD(net.parameters(), 0.01)

    def seconds(run: Any) -> float:
        begun = time.perf_counter()
        for _ in range(EPOCHS):
            one_epoch(net, x, y, loss, optimizer, run, 50)
            run.epoch()
        return (time.perf_counter() - begun) / EPOCHS

    free, recorded = [], []
    for _ in range(3):
        free.append(seconds(Unrecorded()))
        with animviz.watch(net, path, inputs=x[:200], labels=y[:200], loss=loss, overwrite=True) as run:
            recorded.append(seconds(run))
    return {"an epoch": median(free), "with its snapshot": median(recorded)}


def samples(count: int) -> dict[str, float]:
    """What so many recorded points of the plane cost."""
    net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2), nn.Tanh(), nn.Linear(2, 2))
    return commands(
        trained(f"samples-{count}", net, (count, 2, 2)), rings="render rings --from REC --still last -o OUT/a.png",
        history="render history --from REC --still last -o OUT/a.png", pca="render pca --from REC --still last -o OUT/a.png",
    )  # fmt: skip


def classes(count: int) -> dict[str, float]:
    """What so many classes cost."""
    net = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, count))
    return commands(
        trained(f"classes-{count}", net, (4000, 16, count)),
        confusion="render confusion --from REC --still last -o OUT/a.png",
        probabilities="render probabilities --from REC --still last -o OUT/a.png",
        pca="render pca --from REC --still last -o OUT/a.png",
    )


def layers(count: int) -> dict[str, float]:
    """What so many layers cost, every second of them an activation."""
    within = [layer for _ in range(count // 2 - 1) for layer in (nn.Linear(4, 4), nn.Tanh())]
    net = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), *within, nn.Linear(4, 2))
    return commands(
        trained(f"layers-{count}", net, (500, 2, 2)), info="info REC",
        signal="render signal --from REC --still last -o OUT/a.png", layers="render layers --from REC --still last -o OUT/a.png",
    )  # fmt: skip


def minutes(count: int) -> dict[str, float]:
    """What a film of so many minutes costs, at ten frames a second and 320x180."""
    net = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 2))
    path = trained("minutes", net, (1000, 2, 2), 20)
    words = f"render rings --from {path} --seconds {60 * count} --fps 10 --size 320x180 -o {FOLDER}/a.mp4"
    begun = time.perf_counter()
    command_seconds("-m", "animviz", *words.split())()
    return {"film": time.perf_counter() - begun}


def umap(count: int) -> dict[str, float]:
    """What the layout of so many samples over 20 snapshots costs on two threads, and how many GB it takes."""
    wall, cpu, memory = resources_of(count, 20, 2)
    return {"seconds": wall, "processor seconds": cpu, "GB at most": memory / 1e3}


def cluster(count: int) -> dict[str, float]:
    """What a film of a minute costs on a Dask cluster of so many workers of one thread, the cluster already there."""
    net = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 2))
    path = trained("cluster", net, (1000, 2, 2), 20)
    with LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=None) as local:
        words = f"render rings --from {path} --seconds 60 --cluster {local.scheduler_address} -o {FOLDER}/a.mp4"
        run = command_seconds("-m", "animviz", *words.split())
        return {"film of a minute, 1280x720": in_turn(3, run)[0]}


PARTS = {
    "snapshots": Part("snapshots", "snapshots", (200, 2_000, 20_000), snapshots, "landmarks"),
    "weights": Part("weights", "weights", (200_000, 2_000_000, 20_000_000), weights, "with its snapshot"),
    "samples": Part("samples", "samples", (2_000, 20_000, 200_000), samples, "rings"),
    "classes": Part("classes", "classes", (10, 100, 1_000), classes),
    "layers": Part("layers", "layers", (4, 50, 500), layers),
    "minutes": Part("minutes of film", "minutes", (1, 10, 60), minutes),
    "umap": Part("samples laid out by UMAP", "samples", (1_000, 5_000, 20_000), umap, "seconds"),
    "cluster": Part("workers of a Dask cluster", "workers", (1, 2), cluster),
}


def table(part: Part, found: list[dict[str, float]]) -> str:
    """Return a table: a row for each count, and how many times the last costs of the first."""
    names = list(found[0])
    lines = [f"| {part.unit} | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for count, row in zip(part.counts, found, strict=True):
        costs = (f"{row[name]:.3g} {'GB' if 'GB' in name else 's'}" for name in names)
        lines.append(f"| {count:,} | {' | '.join(costs)} |")
    times = " | ".join(f"{found[-1][name] / found[0][name]:.1f}x" for name in names)
    return "\n".join([*lines, f"| {part.counts[-1] // part.counts[0]:,} times as many | {times} |"])


def main() -> None:
    """Measure, and write the page and its charts."""
    asked = sys.argv[1:]
    text, curves = [], []
    for name in asked or PARTS:
        part = PARTS[name]
        found = [part.measure(count) for count in part.counts]
        text.append(f"## {part.title[0].upper()}{part.title[1:]}\n\n{table(part, found)}\n")
        print(text[-1], flush=True)
        if part.charted:
            costs = [row[part.charted] for row in found]
            curves.append(Costs(f"{part.charted}, s", part.counts, costs, part.unit))
    if not asked:
        machine = f"{platform.machine()} with {os.cpu_count()} cores, {date.today()}"
        draw(curves, PAGE.with_suffix(".png"), "What more of it costs")
        PAGE.write_text(f"{HEAD.format(machine=machine)}{chr(10).join(text)}\n![Four of them](scale.png)\n", "utf-8")


if __name__ == "__main__":
    main()
