"""The images that excite a unit most and least, each with the activation that it calls forth."""

import numpy as np

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.parts import LABEL, Meters, first_fitting, pair

from .unit_strips import number_in

__all__ = ["Excited"]

HEAD, UNDER, GAP = 34.0, 40.0, 16.0  # units over a group, under an image, and between images
SMALLEST = 50.0  # units of width of an image
LINE, LOW = 40.0, 200.0  # units of a line of words below the images, and of boxes that are too low for it
MOST_WORDS = ("what excites it most in the end", "most in the end", "most")
LEAST_WORDS = ("what excites it least", "least")
MOST = 0.57  # of the height, for the first of two groups


class Excited:
    """Images over meters of the unit's activation: those that excite it most, and those that do least.

    Where more than are shown excite it least, and all alike, these are counted instead: none of them says more.

    Args:
        stage: where.
        box: room for both.
        rank: numbers of the samples, from that which excites it least in the end.
        last: activations in the end, shape (samples,).
        most: images of a group; fewer are shown where they do not fit.
        images: of all samples.
        colors: of all samples, RGB of shape (samples, 3).
        limits: of the activations.
    """

    def __init__(
        self, stage: Stage, box: Box, rank: Array, last: Array, most: int, images: Array, colors: Array,
        limits: tuple[float, float],
    ) -> None:  # fmt: skip
        self._limits = limits
        alike = int((last[rank] == last[rank[0]]).sum())
        counted = alike > most
        if counted:
            lowest = last[rank[0]]
            said = "silent" if lowest == 0 else number_in(limits, lowest)
            box = self._count(stage, box, said, alike, len(rank))
        groups = [rank[::-1][: min(most, len(rank) - alike)]] if counted else [rank[::-1][:most], rank[:most]]
        groups = [group for group in groups if len(group)]
        axes = stage.overlay()
        places, shown = [], [np.zeros(0, np.intp)]
        for words, group, room in zip((MOST_WORDS, LEAST_WORDS), groups, _halves(box, len(groups)), strict=False):
            stage.text(room.left, room.top + 18, first_fitting(stage, words, room.width), color=stage.theme.quiet)
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

    @staticmethod
    def _count(stage: Stage, box: Box, said: str, alike: int, count: int) -> Box:
        """Write how many images excite the unit least, and return the room of the others: over it, in low boxes beside it."""
        low = box.height < LOW
        images = Box(box.left, box.top, 0.4 * box.width, box.height)
        if not low:
            images = Box(box.left, box.top, box.width, box.height - LINE)
        left, baseline = (
            (images.right, box.top + (HEAD + box.height - UNDER) / 2 + 8) if low else (box.left, box.bottom - 8)
        )
        forms = [
            f"{said} in the end for {alike:,} of {count:,}",
            f"{said} in the end for {alike:,}",
            f"{said} for {alike:,}",
        ]
        stage.text(left, baseline, first_fitting(stage, forms, box.right - left), color=stage.theme.quiet)
        return images

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
