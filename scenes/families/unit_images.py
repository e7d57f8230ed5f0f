"""The images that excite a unit most and least, each with the activation that it calls forth."""

from collections.abc import Sequence

import numpy as np

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.parts import LABEL, Meters, pair

from .unit_strips import number_in

__all__ = ["Excited"]

HEAD, UNDER, GAP = 34.0, 40.0, 16.0  # units over a group, under an image, and between images
SMALLEST = 50.0  # units of width of an image
MOST = 0.57  # of the height, for the first of two groups


class Excited:
    """Two groups of images, that which excites the unit most and that which does least, over meters of its activation.

    Args:
        stage: where.
        box: room for both.
        titles: of the groups, each from the longest wording to the shortest.
        groups: numbers of the samples, the most telling ones first; as many of them are shown as fit.
        images: of all samples.
        colors: of all samples, RGB of shape (samples, 3).
        limits: of the activations.
    """

    def __init__(
        self, stage: Stage, box: Box, titles: Sequence[Sequence[str]], groups: Sequence[Array], images: Array,
        colors: Array, limits: tuple[float, float],
    ) -> None:  # fmt: skip
        self._limits = limits
        rooms = _halves(box, len(groups))
        axes = stage.overlay()
        places, shown = [], []
        for words, group, room in zip(titles, groups, rooms, strict=True):
            title = next((text for text in words if stage.measure(text, LABEL) <= room.width), words[-1])
            stage.text(room.left, room.top + 18, title, color=stage.theme.quiet)
            count, columns, width = _fitting(room, len(group), images.shape[1:3], stage.measure("0.00", LABEL))
            height = width * images.shape[1] / images.shape[2]
            shown.append(group[:count])
            for k, sample in enumerate(group[:count]):
                place = Box(
                    room.left + k % columns * (width + GAP),
                    room.top + HEAD + k // columns * (height + UNDER),
                    width,
                    height,
                )
                edges = (place.left, place.right, place.bottom, place.top)
                axes.imshow(images[sample], cmap="gray", vmin=0, vmax=1, extent=edges, aspect="auto")
                places.append((place.left, place.right, place.bottom + 6))
        self._shown = np.concatenate(shown)
        axes.set(xlim=(0, stage.width), ylim=(stage.height, 0))  # images change them
        self._meters = Meters(stage, places, 5, limits=limits, colors=[colors[sample] for sample in self._shown])
        self._texts = [
            stage.text((left + right) / 2, top + 26, "", align="center", moves=True) for left, right, top in places
        ]
        pair(
            stage, "activation of an image", lambda: [text.get_text() for text in self._texts],
            lambda: self._meters.values,
        )  # fmt: skip

    def show(self, values: Array) -> None:
        """Show the activations of a moment, shape (samples,)."""
        self._meters.show(values[self._shown])
        for text, value in zip(self._texts, values[self._shown], strict=True):
            text.set_text(number_in(self._limits, value))


def _halves(box: Box, count: int) -> list[Box]:
    """Return a room for each group: one over the other in high boxes, the first one higher, else side by side."""
    if count == 1:
        return [box]
    if box.height > box.width:
        height = MOST * (box.height - GAP)
        below = Box(box.left, box.top + height + GAP, box.width, box.height - height - GAP)
        return [Box(box.left, box.top, box.width, height), below]
    width = (box.width - 2 * GAP) / 2
    return [Box(box.left + k * (width + 2 * GAP), box.top, width, box.height) for k in range(2)]


def _fitting(room: Box, count: int, shape: tuple[int, int], number: float) -> tuple[int, int, float]:
    """Return how many images fit into a room, in how many columns, and how wide they are: all of them if they can be seen."""
    least = max(SMALLEST, number)

    def width(shown: int, columns: int) -> float:
        rows = -(-shown // columns)
        high = (room.height - HEAD - rows * UNDER) / rows
        return min((room.width - GAP * (columns - 1)) / columns, high * shape[1] / shape[0])

    for shown in range(count, 0, -1):
        columns = max(range(1, shown + 1), key=lambda columns: width(shown, columns))
        if width(shown, columns) >= least or shown == 1:
            return shown, columns, width(shown, columns)
    raise AssertionError("one image is always shown")
