"""Where the layers of a chain stand: from left to right, in tall frames from top to bottom, what is answered behind them."""

from dataclasses import dataclass

import numpy as np

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import LABEL

from .chain import Chain
from .output_bars import answer_width
from .output_columns import columns_height
from .turned_names import names_height

__all__ = ["MOST_UNITS", "ChainPlaces", "is_tall", "most_links", "most_units"]

NODE, WIDEST = 72.0, 0.5  # units of diameter at most, and share of the way to the next layer
APART, HIGHEST = 180.0, 0.34  # units at most between two nodes, and share of the height that it may be in tall rooms
NEAREST = 26.0  # units at least between two layers
MOST_UNITS, LINKS = 10, 16  # of a layer, and between two layers
LINK = 20.0  # units of the way between two layers for each link
BAR = 110.0  # units of the bars of the answer at most
GUTTER = 70.0  # units beside the rows of a tall frame, for what is said of them
COLUMN = {True: 46.0, False: 78.0}  # units at least from one output to the next, of probabilities and of values
LINE, CAPTION = 30.0, 40.0  # units of a line of words, and of one over the nodes with its air


def is_tall(stage: Stage) -> bool:
    """Say whether layers stand below each other."""
    return stage.height > 1.25 * stage.width


def most_units(stage: Stage, room: Box, *, probabilities: bool) -> int:
    """Return how many units of a layer there is room for.

    Args:
        stage: where.
        room: for everything.
        probabilities: whether these are answered, and not values.
    """
    beside, below = (room.width - GUTTER) / COLUMN[probabilities], (room.height - 120) / (1.2 * LABEL)
    return min(MOST_UNITS, max(2, int(beside if is_tall(stage) else below)))


def most_links(stage: Stage, layers: int) -> int:
    """Return how many links between two layers can be told apart.

    Args:
        stage: where.
        layers: of the chain, the input among them.
    """
    return int(np.clip(max(stage.width, stage.height) / (LINK * layers), MOST_UNITS, LINKS))


@dataclass(frozen=True)
class ChainPlaces:
    """Where everything stands.

    Attributes:
        tall: whether the layers stand below each other.
        picture: box of the image; None where the input is nodes.
        nodes: middles of the nodes in units, (nodes, 2), by layer; of an image, the middle of the edge from which links go.
        rest: middle of the small node that stands for all other units and the bias, beside the last but one layer.
        size: diameter of a node.
        answers: box of what is said of the outputs.
        step: units from one output to the next in a tall frame, else those of a bar.
    """

    tall: bool
    picture: Box | None
    nodes: list[Array]
    rest: Array
    size: float
    answers: Box
    step: float

    @classmethod
    def of(cls, stage: Stage, room: Box, chain: Chain) -> "ChainPlaces":
        """Arrange the layers.

        Raises:
            SceneError: there are more than can be told apart.
        """
        return cls._down(stage, room, chain) if is_tall(stage) else cls._across(stage, room, chain)

    @classmethod
    def _across(cls, stage: Stage, room: Box, chain: Chain) -> "ChainPlaces":
        """Arrange the layers from left to right, the answers at their right."""
        bar = min(BAR, 0.09 * stage.width)
        width = answer_width(stage, chain.answers, bar)
        side = min(0.24 * room.width, 0.6 * room.height) if chain.image else 0.0
        picture = Box(room.left, room.top + (room.height - side) / 2, side, side) if chain.image else None
        counts = _with_rest(chain)
        count = max(counts)
        most = max(APART, HIGHEST * room.height)
        step = min(most, (room.height - 84) / max(1, count - 1))
        before = 0.0 if chain.image else max(stage.measure(text, LABEL) for text in chain.inputs) + 12
        free = room.width - side - before - width - 14
        size = min(NODE, 0.72 * step, WIDEST * free / len(chain.shown))
        left = room.left + side + before + (0.0 if chain.image else 0.5 * size)
        right = room.right - width - 0.5 * size - 14
        above = 0.5 * size + CAPTION
        inside = Box(left, room.top + above, right - left, room.height - above - 0.5 * size - LINE)
        _require_room(chain, inside.width)
        xs = np.linspace(inside.left, inside.right, len(chain.shown))
        middle = inside.top + inside.height / 2
        nodes = []
        for x, places in zip(xs, counts, strict=True):
            apart = min(most, inside.height / max(1, places - 1), max(2.2 * step, 46.0))
            nodes.append(np.stack([np.full(places, x), middle + apart * _about(places)], axis=1))
        nodes[-2], rest = nodes[-2][:-1], nodes[-2][-1]
        if chain.image and len(nodes) == 2:
            nodes[0], rest = (
                np.array([[left, middle]]),
                np.array([left, room.top + (room.height + side) / 2 + 0.5 * size + 8]),
            )
        answers = Box(right + 0.5 * size + 14, room.top, width, room.height)
        return cls(False, picture, nodes, rest, size, answers, bar)

    @classmethod
    def _down(cls, stage: Stage, room: Box, chain: Chain) -> "ChainPlaces":
        """Arrange the layers from top to bottom, the answers below them."""
        inside = Box(room.left + GUTTER, room.top, room.width - GUTTER, room.height)
        middle = inside.left + inside.width / 2
        counts = _with_rest(chain)
        steps = [min(APART, inside.width / places) for places in counts]
        size = min(NODE, 0.72 * min(steps), 0.4 * room.height / len(chain.shown))
        below = columns_height(stage, chain.answers, steps[-1]) + (LINE if chain.told else 0.0)
        side = min(0.6 * inside.width, 0.27 * room.height) if chain.image else 0.0
        picture = Box(middle - side / 2, room.top + LINE, side, side) if chain.image else None
        above = LINE + side if chain.image else names_height(stage, chain.inputs, steps[0]) + 18 + 0.5 * size
        first, last = room.top + above, room.bottom - below - 0.5 * size - 8
        _require_room(chain, last - first)
        nodes = [
            np.stack([middle + step * _about(places), np.full(places, y)], axis=1)
            for y, step, places in zip(np.linspace(first, last, len(counts)), steps, counts, strict=True)
        ]
        nodes[-2], rest = nodes[-2][:-1], nodes[-2][-1]
        if chain.image and len(nodes) == 2:
            nodes[0], rest = np.array([[middle, first]]), np.array([middle + side / 2 + size, first])
        answers = Box(room.left, room.bottom - below, room.width, below)
        return cls(True, picture, nodes, rest, size, answers, steps[-1])


def _with_rest(chain: Chain) -> list[int]:
    """Return how many nodes each layer has, with the one for all other units and the bias in the last but one."""
    counts = list(map(len, chain.shown))
    counts[-2] += 1
    return counts


def _about(count: int) -> Array:
    """Return the places of so many things that stand one apart, from their middle."""
    return np.arange(count) - (count - 1) / 2


def _require_room(chain: Chain, way: float) -> None:
    """Refuse more layers than can be told apart beside or below each other."""
    most = int(way // NEAREST) + 1
    if len(chain.shown) > most:
        raise SceneError(
            f"network draws up to {most} layers in a frame of this shape; {chain.recording.path} has {len(chain.shown)}: "
            "see layers"
        )
