"""Which samples of an embedded layer are shown as images: wrong answers first, far from each other."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from animviz import Box, Recording, Stage
from animviz.arrays import Array
from animviz.embed import Embedding
from animviz.embed.sets import Sets
from animviz.parts import far_apart, images_of, last_places, thumbnail

from .embedding_coloring import Coloring
from .embedding_seen import Seen

__all__ = ["NONE", "Pictures"]

IMAGE = 46.0  # units of an image
FEW, ROOMY = 4, 330.0  # images by default, in a panel of this many units
NONE: tuple[NDArray[np.intp], list[Any]] = (np.zeros(0, np.intp), [])


class Pictures:
    """Images of a few samples: of those answered wrongly in the end where there are any, else far from each other.

    Attributes:
        words: what one of them is; empty where there are none.
        exist: whether samples have images.
        at_rim: whether they stand at the rim of the plane, as far as there is room; those that were asked for stand at
            their samples.
    """

    def __init__(
        self, stage: Stage, recording: Recording, asked: int | None, sets: Sets, scene: str, seen: Seen
    ) -> None:
        one = recording.basis.has_one_input
        images = "images" in recording.extras or (one and recording.single_input(recording.inputs).ndim > 2)
        self._stage, self.at_rim = stage, asked is None
        self._asked = asked if asked is not None else (None if images else 0)
        self._images = images_of(recording, scene)[sets.shown] if self._asked != 0 else None
        self.exist = self._images is not None
        assert seen.last is not None
        self._wrong = seen.wrong(seen.last, sets.shown)
        self._labels = sets.shown_labels
        self.words = ""

    def some(
        self, plane: Box, axes: Any, embedding: Embedding, coloring: Coloring, hidden: Array | None = None
    ) -> tuple[NDArray[np.intp], list[Any]]:
        """Return the numbers of samples far from each other that nothing hides in the end, and their images."""
        count = (FEW if min(plane.width, plane.height) >= ROOMY else 0) if self._asked is None else self._asked
        if not count or self._images is None:
            return NONE
        left, right = axes.get_xlim()
        least = 2.5 * IMAGE * (right - left) / plane.width if self._asked is None else 0.0
        colors, places = coloring.numbers(self._labels, len(self._images)), last_places(embedding)
        free = np.ones(len(places), bool) if hidden is None else ~hidden
        among = np.flatnonzero(self._wrong & free)
        many = len(among) >= count
        chosen = (
            among[_spread(places[among], count, least)]
            if many
            else far_apart(np.where(free[:, None], places, np.median(places, axis=0)), colors, count, least)
        )
        self.words = "wrong at end" if many else "a sample"
        return chosen, [thumbnail(self._stage, self._images[k], coloring.palette[colors[k]], IMAGE) for k in chosen]

    def forget_unless(self, count: int) -> None:
        """Say nothing of them where there is room for none."""
        self.words = self.words if count else ""


def _spread(places: Array, count: int, least: float) -> list[int]:
    """Return numbers of places far from each other, from the outermost on."""
    chosen = [int(np.linalg.norm(places - np.median(places, axis=0), axis=1).argmax())]
    while len(chosen) < count:
        nearest = np.linalg.norm(places[:, None] - places[chosen], axis=2).min(axis=1)
        if nearest.max() < least:
            break
        chosen.append(int(nearest.argmax()))
    return chosen
