"""Split frames: several pictures side by side on one clock, each on a stage of its own within the frame.

A cell's stage counts in the units of the whole frame, so letters keep their size; scenes that have a small form (see
`animviz.pictures.discovery.small_scene`) take it. A recording that ends before the others holds its last state and says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from animviz.moment import Moment
from animviz.parts.header import Header, foot
from animviz.pictures.clock import Clock, clock_of
from animviz.pictures.headings import Headings
from animviz.pictures.layout import layout_of
from animviz.pictures.picture import Picture
from animviz.pictures.score import Curves, Score
from animviz.pictures.sources import source_of
from animviz.pictures.worded import parted
from animviz.recording.recording import Recording
from animviz.stage.box import MARGIN, Box
from animviz.stage.settings import own_settings
from animviz.stage.stage import Stage
from animviz.stage.wording import Wording

__all__ = ["CellPicture", "CellStage", "SplitPainter", "SplitPicture", "foot_parts"]


class CellStage(Stage):
    """Part of a frame, with the frame's units.

    Attributes:
        peers: all recordings in the frame, by which axes are shared.
    """

    def __init__(self, frame: Stage, size: tuple[int, int], peers: Sequence[Recording]) -> None:
        super().__init__(size, frame.theme, pixel=frame.pixel)
        self.peers = tuple(peers)


@dataclass(frozen=True)
class CellPicture:
    """What one cell shows.

    Attributes:
        picture: the picture, whose scene has the form that suits a cell.
        label: what stands above it.
        note: what stands beside the label, in quiet letters.
        others: recordings of the same network from other seeds, whose numbers are drawn as thin curves.
    """

    picture: Picture
    label: str
    note: str = ""
    others: tuple[Recording, ...] = ()


class SplitPainter:
    """All scenes of a split frame, ready to paint.

    Args:
        stage: the frame.
        split: what it shows; a moment's epoch is the reading of its clock.

    Raises:
        AnimvizError: a scene cannot draw its recording.
    """

    @own_settings
    def __init__(self, stage: Stage, split: "SplitPicture") -> None:
        recordings = [cell.picture.recording for cell in split.cells]
        labels = [(cell.label, cell.note) for cell in split.cells]
        stage.wording = split.wording
        self._stage, self._clock = stage, split.clock()
        score = Score(recordings, [cell.others for cell in split.cells])
        self._header = Header(stage, split.title, [self._clock.number])
        bottom = foot(stage, *split.foot) - 14
        self._ruler = _Ruler(stage, self._header.bottom, self._clock)
        top = self._header.bottom + 18
        room = Box(MARGIN, top, stage.width - 2 * MARGIN, bottom - top)
        self._headings = Headings(stage, labels, score, self._clock.ends)
        layout = layout_of(room, len(recordings), split.cells[0].picture.scene, self._headings.height)
        self._views = [
            _View(stage, box, cell.picture, recordings)
            for box, cell in zip(self._headings.write(layout.cells), split.cells, strict=True)
        ]
        self._curves = []
        if layout.rest is not None:
            names = [f"{label} {note}".strip() for label, note in labels]
            colored = all(len(recording.label_names) <= 2 for recording in recordings)
            self._curves.append(Curves(stage, layout.rest, names, score, self._clock, colored=colored))

    def paint(self, moment: Moment) -> NDArray[np.uint8]:
        """Paint a moment; see `animviz.pictures.painter.Painter.paint`."""
        epochs = self._clock.epochs(moment.epoch)
        self._header.show(self._clock.shown(moment.epoch))
        self._ruler.show(moment.epoch)
        self._headings.show(epochs, self._clock.ended(moment.epoch))
        for curves in self._curves:
            curves.show(moment.epoch)
        frame = self._stage.paint()
        for view, epoch in zip(self._views, epochs, strict=True):
            view.paint(frame, Moment(moment.seconds, epoch, moment.progress))
        return frame


def foot_parts(summary: str) -> list[str]:
    """Return what a small scene's summary says in the foot line: its parts between semicolons."""
    return (summary[:1].lower() + summary[1:].rstrip(".")).split("; ")


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
    def wording(self) -> Wording:
        """What the user wants to read around the frame: all cells are given the same."""
        first = self.cells[0].picture
        return parted(dict(first.options), first.scene.function)[0]

    @property
    def epochs(self) -> NDArray[np.float64]:
        """Moments of the snapshots of all recordings in epochs, each once, rising."""
        return np.unique(np.concatenate([cell.picture.epochs for cell in self.cells]))

    @property
    def motion(self) -> float | None:
        """Seconds that the longest motion among the scenes takes; see `Picture.motion`."""
        return max((cell.picture.motion for cell in self.cells if cell.picture.motion), default=None)

    def painter(self, stage: Stage) -> SplitPainter:
        """Set all scenes up; see `SplitPainter`."""
        return SplitPainter(stage, self)

    def clock(self) -> Clock:
        """Return how moments are counted: in epochs, or by the loss."""
        return clock_of(self.by, [cell.picture.recording for cell in self.cells])

    def identity(self) -> dict[str, Any]:
        """Return all that decides the picture, as JSON types."""
        cells = [
            cell.picture.identity()
            | {"label": cell.label, "note": cell.note, "others": [other.digest for other in cell.others]}
            for cell in self.cells
        ]
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
