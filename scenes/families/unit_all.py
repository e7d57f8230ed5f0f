"""All units of a layer as images on one sheet, in the order of the classes that they answer to."""

import numpy as np

from animviz import Box, Draw, Moment, Recording, Stage
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import LABEL, Sheet, cut, heatmap, joined, of_recording, tiled

from .blocks import Block
from .distributions import Glide
from .unit_panels import for_and_against
from .unit_source import Source
from .unit_values import sorted_by_class, unit_values

__all__ = ["draw_all"]

MOST = 400  # units
LEAST = 26.0  # units of a tile
UNDER = 6.0  # for the line in the colour of the class


def draw_all(
    stage: Stage, recording: Recording, block: Block, source: Source | None, values: Array, groups: Array,
    names: tuple[str, ...],
) -> Draw:  # fmt: skip
    """Set up the picture of all units of a layer; return what moves it.

    Args:
        stage: where.
        recording: of the layer.
        block: the layer.
        source: what its units look for.
        values: their activations in the end, shape (samples, units).
        groups: class of each sample, shape (samples,).
        names: of all classes.

    Raises:
        SceneError: what the units look for is no image.
    """
    if source is None or source.images is None:
        raise SceneError(
            f"unit: --unit all shows images; {recording.path} has none for {block.layer.name}: choose a unit"
        )
    count = values.shape[1]
    sheet = Sheet(
        stage, recording, f"What {count} units answer to", subtitle=f"{of_recording(recording)}: {block.words}"
    )
    units, classes = sorted_by_class(values, groups, len(names))
    shown = min(count, MOST)
    sheet.write_foot(
        source.foot,
        f"each by the class that raises it most above the others{f', {shown} of {count}' if shown < count else ''}",
    )
    units, classes = units[:shown], classes[:shown]
    glide = Glide(
        recording,
        lambda state: {"images": source.of_units(state, units, lambda: unit_values(state, block.shown.name)[:, units])},
    )
    cells = _Cells(stage, sheet.room, glide.sampled("images"), classes, names)

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        cells.show(glide.between(state)["images"])
        sheet.show(state)

    return draw


class _Cells:
    """Images in rows, one heat map in all; before the first of each class stands its name, below each a line in its colour.

    Args:
        stage: where.
        room: for all.
        images: of some snapshots, shape (snapshots, units, rows, columns) or (..., tiles).
        classes: that each unit answers to, ascending but for -1 at the end.
        names: of all classes.
    """

    def __init__(self, stage: Stage, room: Box, images: Array, classes: Array, names: tuple[str, ...]) -> None:
        self._images = [tiled(image) for image in images[-1]]
        self._shape = self._images[0].shape
        starts = np.flatnonzero(np.diff(classes, prepend=-2))
        titles = {int(k): names[classes[k]] if classes[k] >= 0 else "none" for k in starts}
        columns, side, places = _laid_out(stage, room, self._shape, len(classes), titles)
        rows, wide = self._shape
        scale = side / wide
        above = max(1, round(UNDER / scale))  # cells between two images
        self._step = rows + above, wide + above
        lines = max(row for row, _ in places) + 1
        self._places = [(row * self._step[0], column * self._step[1]) for row, column in places]
        shape = lines * self._step[0], columns * self._step[1]
        cells = min(room.width / shape[1], room.height / shape[0])
        box = Box(room.left, room.top + (room.height - cells * shape[0]) / 2, cells * shape[1], cells * shape[0])
        colors = for_and_against(images)
        self._map, place = heatmap(stage, box, shape, kind=colors.kind, low=colors.low, high=colors.high)
        self._all = np.full(shape, np.nan, np.float32)
        axes = stage.axes(place, (0, shape[1]), (shape[0], 0))
        palette = stage.theme.palette(max(2, len(names)))
        for label in np.unique(classes[classes >= 0]):
            own = [p for p, known in zip(self._places, classes, strict=True) if known == label]
            segments = [[(left, top + rows + above / 2), (left + wide, top + rows + above / 2)] for top, left in own]
            axes.plot(
                *joined(np.array(segments)).T, color=palette[label], linewidth=stage.points(3), solid_capstyle="butt"
            )
        for k, title in titles.items():
            top, left = self._places[k]
            slots = _slots(stage, title, side)
            width = slots * cells * self._step[1] - 10
            stage.text(
                place.left + cells * left - 8, place.top + cells * (top + rows / 2) + 8,
                cut(stage, title, width, weight="medium"), weight="medium", align="right",
            )  # fmt: skip

    def show(self, images: Array) -> None:
        """Show the images of a moment."""
        rows, columns = self._shape
        for (top, left), image in zip(self._places, images, strict=True):
            self._all[top : top + rows, left : left + columns] = tiled(image)
        self._map.set_values(self._all)


def _slots(stage: Stage, title: str, side: float) -> int:
    """Return how many places a name takes."""
    return min(3, int(np.ceil((stage.measure(title, LABEL, "medium") + 14) / side)))


def _laid_out(
    stage: Stage, room: Box, shape: tuple[int, int], count: int, titles: dict[int, str]
) -> tuple[int, float, list[tuple[int, int]]]:
    """Return the number of columns, the width of an image, and the row and column of each, as large as they fit."""
    for columns in range(2, 200):
        side = room.width / columns - UNDER
        places = _flow(columns, count, {k: _slots(stage, title, side) for k, title in titles.items()})
        lines = places[-1][0] + 1
        if lines * (side * shape[0] / shape[1] + UNDER) <= room.height:
            return columns, side, places
    raise AssertionError("two hundred columns hold all units")


def _flow(columns: int, count: int, slots: dict[int, int]) -> list[tuple[int, int]]:
    """Return row and column of each image; before some of them places stay free, in the same row."""
    places, row, column = [], 0, 0
    for k in range(count):
        column += slots.get(k, 0)
        if column >= columns:
            row, column = row + 1, slots.get(k, 0)
        places.append((row, column))
        column += 1
        if column >= columns:
            row, column = row + 1, 0
    return places
