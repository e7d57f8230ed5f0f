"""Split frames: several pictures side by side on one clock, each on a stage of its own within the frame.

A cell's stage counts in the units of the whole frame, so letters keep their size; scenes that have a small form (see
`animviz.pictures.discovery.small_scene`) take it. A recording that ends before the others holds its last state and says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from matplotlib.text import Text
from numpy.typing import NDArray

from animviz.errors import InputError
from animviz.moment import Moment
from animviz.parts.header import ACCURACY, LOSS, Header, cut, foot
from animviz.pictures.clock import Clock, clock_of
from animviz.pictures.picture import Picture
from animviz.pictures.sources import source_of
from animviz.recording.recording import Recording
from animviz.stage.box import MARGIN, Box
from animviz.stage.stage import Stage

__all__ = ["CellPicture", "CellStage", "SplitPainter", "SplitPicture", "check_room", "foot_parts", "grid"]

GAP = 32.0  # units between cells
BETWEEN = 18.0  # units between the texts of a heading
LINE = 30.0  # height of a line of a heading
TYPE = 24.0
LEAST = 64  # pixels of a cell's sides


class CellStage(Stage):
    """Part of a frame, with the frame's units.

    Attributes:
        peers: all recordings in the frame, by which axes are shared.
    """

    def __init__(self, frame: Stage, size: tuple[int, int], peers: Sequence[Recording]) -> None:
        super().__init__(size, frame.theme.name, pixel=frame.pixel)
        self.peers = tuple(peers)


@dataclass(frozen=True)
class CellPicture:
    """What one cell shows.

    Attributes:
        picture: the picture, whose scene has the form that suits a cell.
        label: what stands above it.
        note: what stands beside the label, in quiet letters.
    """

    picture: Picture
    label: str
    note: str = ""


class SplitPainter:
    """All scenes of a split frame, ready to paint.

    Args:
        stage: the frame.
        split: what it shows; a moment's epoch is the reading of its clock.

    Raises:
        AnimvizError: a scene cannot draw its recording.
    """

    def __init__(self, stage: Stage, split: "SplitPicture") -> None:
        recordings = [cell.picture.recording for cell in split.cells]
        self._stage, self._clock = stage, split.clock()
        self._header = Header(stage, split.title, [self._clock.number])
        bottom = foot(stage, *split.foot) - 14
        self._ruler = _Ruler(stage, self._header.bottom, self._clock)
        top = self._header.bottom + 18
        room = Box(MARGIN, top, stage.width - 2 * MARGIN, bottom - top)
        boxes = grid(room, len(recordings), split.cells[0].picture.scene.aspect)
        headings = self._headings = _Headings(stage, boxes, split.cells, recordings, self._clock.ends)
        self._views = [
            _View(stage, headings.below(box), cell.picture, recordings)
            for box, cell in zip(boxes, split.cells, strict=True)
        ]

    def paint(self, moment: Moment) -> NDArray[np.uint8]:
        """Paint a moment; see `animviz.pictures.painter.Painter.paint`."""
        epochs = self._clock.epochs(moment.epoch)
        self._header.show(self._clock.shown(moment.epoch))
        self._ruler.show(moment.epoch)
        self._headings.show(epochs, self._clock.ended(moment.epoch))
        frame = self._stage.paint()
        for view, epoch in zip(self._views, epochs, strict=True):
            view.paint(frame, Moment(moment.seconds, epoch, moment.progress))
        return frame


def grid(room: Box, count: int, aspect: float) -> list[Box]:
    """Part a box into equal cells, row by row, in as many columns as make pictures of that aspect largest."""

    def cell(columns: int) -> tuple[float, float]:
        rows = -(-count // columns)
        return (room.width - GAP * (columns - 1)) / columns, (room.height - GAP / 2 * (rows - 1)) / rows

    def reach(columns: int) -> float:
        width, height = cell(columns)
        return min(width, aspect * (height - 2 * LINE))

    columns = max(range(1, count + 1), key=reach)
    width, height = cell(columns)
    return [
        Box(room.left + k % columns * (width + GAP), room.top + k // columns * (height + GAP / 2), width, height)
        for k in range(count)
    ]


def foot_parts(summary: str) -> list[str]:
    """Return what a small scene's summary says in the foot line: its parts between semicolons."""
    return (summary[:1].lower() + summary[1:].rstrip(".")).split("; ")


def check_room(size: tuple[int, int], count: int, aspect: float) -> None:
    """Refuse a frame in which so many cells would be too small.

    Raises:
        InputError: says how large it must be.
    """
    width, height = (720 * side / min(size) for side in size)
    cell = grid(Box(MARGIN, 90, width - 2 * MARGIN, height - 190), count, aspect)[0]
    least = min(cell.width, cell.height - 3 * LINE) * min(size) / 720
    if least < LEAST:
        needed = int(np.ceil(min(size) * LEAST / least / 2)) * 2
        raise InputError(
            f"--size {size[0]}x{size[1]} is too small for {count} pictures; the shorter side needs {needed}"
        )


class _View:
    """One scene and its place in the frame."""

    def __init__(self, frame: Stage, box: Box, picture: Picture, peers: Sequence[Recording]) -> None:
        self._left, self._top = round(box.left * frame.pixel), round(box.top * frame.pixel)
        size = (int(box.width * frame.pixel) // 2 * 2, int(box.height * frame.pixel) // 2 * 2)
        self._painter = picture.painter(CellStage(frame, size, peers))

    def paint(self, frame: NDArray[np.uint8], moment: Moment) -> None:
        picture = self._painter.paint(moment)
        height, width = picture.shape[:2]
        frame[self._top : self._top + height, self._left : self._left + width] = picture


class _Ruler:
    """A thin ruler under the header: the past bright, now a dot, the future faint."""

    def __init__(self, stage: Stage, top: float, clock: Clock) -> None:
        self._clock = clock
        axes = stage.axes(Box(MARGIN, top - 6, stage.width - 2 * MARGIN, 12), (0, 1), (-1, 1))
        axes.plot([0, 1], [0, 0], color=stage.theme.grid, linewidth=stage.points(2), clip_on=False)
        self._past = stage.curve(axes, stage.theme.ink, 2.5, 10)

    def show(self, reading: float) -> None:
        share = self._clock.share(reading)
        self._past.set_data([0, share], [0, 0])


class _Headings:
    """Above each cell its label, its note, the number reached, and where it stopped before the others.

    All cells break into the same lines, so that their pictures stand in rows.
    """

    def __init__(
        self,
        stage: Stage,
        boxes: list[Box],
        cells: Sequence[CellPicture],
        recordings: Sequence[Recording],
        ends: list[str],
    ) -> None:
        classified = "accuracy" in recordings[0].noted(source="scores")
        self._number, name = (ACCURACY, "accuracy") if classified else (LOSS, "loss")
        self._histories = [recording.history(name, source="scores") for recording in recordings]
        self._ends = ends
        width = boxes[0].width
        score = stage.measure(self._number.widest + self._number.unit, TYPE, "medium")
        labels = max(stage.measure(cell.label, TYPE, "medium") for cell in cells)
        notes = max(stage.measure(cell.note, 22) for cell in cells)
        stops = max(stage.measure(end, 22) for end in ends)
        row = 0 if labels + BETWEEN + score <= width else 1  # in which the number stands
        places = _flow([labels, notes, stops], width, score + BETWEEN, row)
        self._height = LINE * (1 + max(row, *(line for _, line in places))) + 6
        self._scores: list[Text] = []
        self._stops: list[Text] = []
        for box, cell in zip(boxes, cells, strict=True):
            (label, note, end) = [(box.left + x, box.top + 22 + LINE * line) for x, line in places]
            stage.text(*label, cut(stage, cell.label, width, TYPE, "medium"), size=TYPE, weight="medium")
            stage.text(
                *note, cut(stage, cell.note, width - (score if places[1][1] == row else 0)), color=stage.theme.quiet
            )
            self._stops.append(stage.text(*end, "", color=stage.theme.quiet, moves=True))
            top = box.top + 22 + LINE * row
            self._scores.append(stage.text(box.right, top, "", size=TYPE, weight="medium", align="right", moves=True))

    def below(self, box: Box) -> Box:
        """Return what a box has left for the picture."""
        return Box(box.left, box.top + self._height, box.width, box.height - self._height)

    def show(self, epochs: Sequence[float], ended: Sequence[bool]) -> None:
        """Show the numbers of the last true snapshots."""
        for epoch, (known_at, values), score in zip(epochs, self._histories, self._scores, strict=True):
            known = int(np.searchsorted(known_at, epoch + 1e-9, side="right"))
            score.set_text(self._number.text(values[known - 1] if known else np.nan))
        for over, end, stop in zip(ended, self._ends, self._stops, strict=True):
            stop.set_text(end if over else "")


def _flow(widths: Sequence[float], room: float, taken: float, row: int) -> list[tuple[float, int]]:
    """Place texts one after the other, as (left, line); in one of the lines some room at the right is taken."""
    places: list[tuple[float, int]] = []
    left, line = 0.0, 0
    for width in widths:
        if left and left + width > room - (taken if line == row else 0):
            left, line = 0.0, line + 1
        places.append((left, line))
        left += width + BETWEEN if width else 0.0
    return places


@dataclass(frozen=True)
class SplitPicture:
    """Several pictures side by side.

    Attributes:
        title: of the frame.
        cells: what they show.
        foot: what the line at the foot says, in parts.
        by: what the cells have in common.
    """

    title: str
    cells: tuple[CellPicture, ...]
    foot: tuple[str, ...]
    by: Literal["epoch", "loss"] = "epoch"

    @property
    def epochs(self) -> NDArray[np.float64]:
        """Moments of the snapshots of all recordings in epochs, each once, rising."""
        return np.unique(np.concatenate([cell.picture.epochs for cell in self.cells]))

    def painter(self, stage: Stage) -> SplitPainter:
        """Set all scenes up; see `SplitPainter`."""
        return SplitPainter(stage, self)

    def clock(self) -> Clock:
        """Return how moments are counted: in epochs, or by the loss."""
        return clock_of(self.by, [cell.picture.recording for cell in self.cells])

    def identity(self) -> dict[str, Any]:
        """Return all that decides the picture, as JSON types."""
        cells = [cell.picture.identity() | {"label": cell.label, "note": cell.note} for cell in self.cells]
        own = source_of(__name__)
        return {"title": self.title, "cells": cells, "foot": self.foot, "by": self.by, "source": own}

    @property
    def facts(self) -> dict[str, Any]:
        """What a video says of its pictures, as JSON types."""
        shown = {
            cell.label + (f" {cell.note}" if cell.note else ""): cell.picture.scene.reference for cell in self.cells
        }
        recordings = [cell.picture.recording for cell in self.cells]
        return {
            "scenes": shown,
            "recordings": ", ".join(recording.id for recording in recordings),
            "seed": recordings[0].manifest.seed,
        }

    @property
    def versions(self) -> dict[str, str]:
        """Packages that wrote the first recording."""
        return self.cells[0].picture.versions
