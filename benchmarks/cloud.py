"""The frame that is timed: 40,000 moving points and 42 polylines, from a real training of 2-3-2-1."""

import tempfile
from functools import lru_cache
from pathlib import Path

import numpy as np

from animviz import Box, Recording, Stage
from animviz.experiments.catalogue import experiment_named
from animviz.experiments.keras.record import record
from animviz.stage.points import PointCloud
from animviz.stage.stage import joined

SIZE = (1280, 720)
FOLDER = Path(tempfile.mkdtemp(prefix="animviz-benchmarks-"))
LINES, LINE_POINTS = 42, 61


@lru_cache
def rings() -> Recording:
    """Train the rings once for all rows."""
    return rings_recording(FOLDER)


def rings_recording(folder: Path, **options: object) -> Recording:
    """Train two rings for real, at the defaults unless options say otherwise."""
    return record(experiment_named("two_rings").run({"arch": "2-3-2-1", **options}), folder / "rings.rec")


def positions(recording: Recording, frames: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return points (frames, n, 2), lines (frames, 42, 61, 2) and labels (n,) over the first part of a training."""
    epochs = np.linspace(0, 40, frames)
    half = LINES // 2
    along, across = np.linspace(-1.2, 1.2, LINE_POINTS), np.linspace(-1.2, 1.2, half)
    upright = [np.stack([np.full(LINE_POINTS, at), along], axis=1) for at in across]
    level = [np.stack([along, np.full(LINE_POINTS, at)], axis=1) for at in across]
    grid = np.array(upright + level, dtype=np.float32)
    points = np.array([recording.at(epoch).activations("hidden_2") for epoch in epochs])
    lines = np.array([recording.at(epoch).activations("hidden_2", grid.reshape(-1, 2)) for epoch in epochs])
    return points, lines.reshape(frames, LINES, LINE_POINTS, 2), recording.labels


class Cloud:
    """The frame drawn with animviz's stage."""

    def __init__(self, size: tuple[int, int], labels: np.ndarray) -> None:
        self.stage = Stage(size)
        axes = self.stage.axes(Box(0, 0, self.stage.width, self.stage.height), (-1.1, 1.1), (-1.1, 1.1))
        self._bent = self.stage.strokes(axes, self.stage.theme.grid, 1.2)
        self._points = PointCloud(axes, labels, self.stage.theme.palette(2), 1.6 * self.stage.pixel)
        self.stage.moves(self._points)

    def paint(self, points: np.ndarray, lines: np.ndarray) -> np.ndarray:
        """Return the painted buffer, uint8 of shape (height, width, 4)."""
        self._bent.set_lines(joined(lines))
        self._points.set_positions(points)
        return self.stage.paint()
