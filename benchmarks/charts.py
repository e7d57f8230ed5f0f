"""Charts of cost against size, drawn by animviz itself: `python -m benchmarks charts` writes docs/benchmarks.png."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import imageio.v3 as iio
import numpy as np

import animviz
from animviz import Box, Stage
from animviz.parts.header import Header, foot
from animviz.parts.plot import Plot, levels
from animviz.pictures.picture import Picture
from animviz.stage.box import MARGIN
from benchmarks.cloud import SIZE, Cloud, positions, rings_recording
from benchmarks.measure import in_turn

__all__ = ["Costs", "costs_of_more", "draw"]

POINTS = (1_000, 20_000, 40_000, 100_000, 200_000)
FRAMES = (100, 500, 1_000, 2_000)
EVERY = ("1", "1/20", "1/50", "1/100")


@dataclass(frozen=True)
class Costs:
    """Cost against size.

    Attributes:
        title: what is measured, with its unit.
        sizes: how much of it there was.
        costs: medians, in that unit.
        unit: of the sizes, as text.
    """

    title: str
    sizes: Sequence[float]
    costs: Sequence[float]
    unit: str


def costs_of_more(folder: Path) -> list[Costs]:
    """Measure what more points, frames and snapshots cost."""
    recording = rings_recording(folder)
    return [_points(recording), _frames(recording, folder), _snapshots(folder)]


def draw(curves: Sequence[Costs], path: Path, title: str = "What it costs to draw more") -> None:
    """Draw the costs side by side, each with a straight line through zero and the last point."""
    stage = Stage(SIZE, "light")
    header = Header(stage, title, [])
    bottom = foot(stage, "dots: medians of one run", "grey: in proportion to the size")
    width = (stage.width - 2 * MARGIN - 2 * 44) / len(curves)
    for place, curve in enumerate(curves):
        box = Box(MARGIN + place * (width + 44), header.bottom + 20, width, bottom - header.bottom - 90)
        x, y = (0.0, 1.1 * max(curve.sizes)), (0.0, 1.15 * max(curve.costs))
        ticks = [(size, f"{size:,.0f}") for size in levels(*x)[::2]]
        plot = Plot(stage, box, x, y, title=curve.title, ticks=ticks, right=24)
        plot.axes.plot([0, curve.sizes[-1]], [0, curve.costs[-1]], color=stage.theme.grid, linewidth=stage.points(2.5))
        style = {"color": stage.theme.negative, "linewidth": stage.points(2.5), "clip_on": False}
        plot.axes.plot(curve.sizes, curve.costs, "o-", **style)
        stage.text(box.left + width / 2, box.bottom + 34, curve.unit, color=stage.theme.quiet, align="center")
    iio.imwrite(path, stage.frame())


def _points(recording: animviz.Recording) -> Costs:
    points, lines, labels = positions(recording, 20)
    rng = np.random.default_rng(0)

    def drawing(count: int) -> Callable[[], None]:
        chosen = rng.integers(0, len(labels), count)
        cloud = Cloud(SIZE, labels[chosen])
        places = points[:, chosen] + rng.normal(0, 0.01, (1, count, 2)).astype(np.float32)

        def run() -> None:
            for k in range(len(points)):
                cloud.paint(places[k], lines[k])

        return run

    costs = in_turn(5, *(drawing(count) for count in POINTS))
    return Costs("ms per frame", POINTS, [1e3 * cost / len(points) for cost in costs], "moving points")


def _frames(recording: animviz.Recording, folder: Path) -> Costs:
    def rendering(count: int) -> Callable[[], None]:
        target = folder / f"{count}.mp4"
        return lambda: animviz.render("rings", recording, target, size=(320, 180), seconds=count / 30) and None

    costs = in_turn(1, *(rendering(count) for count in FRAMES))
    return Costs("seconds per video", FRAMES, costs, "frames of 320x180")


def _snapshots(folder: Path) -> Costs:
    def drawing(every: str) -> tuple[int, Callable[[], None]]:
        path = folder / f"charts-{every.replace('/', '-')}"
        path.mkdir(exist_ok=True)
        recording = rings_recording(path, samples=2_000, epochs=50, every=every)
        painter = Picture.of("rings", recording).painter(Stage(SIZE))
        epochs = iter(np.random.default_rng(0).uniform(0, 50, 10_000))

        def run() -> None:
            for _ in range(20):
                painter.paint(animviz.Moment(seconds=0.0, epoch=float(next(epochs))))

        return len(recording), run

    counts, runs = zip(*(drawing(every) for every in EVERY), strict=True)
    return Costs("ms per frame", counts, [1e3 * cost / 20 for cost in in_turn(5, *runs)], "snapshots recorded")
