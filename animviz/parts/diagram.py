"""The network as a diagram: links as strong as their weights, nodes that show what their units answer."""

from typing import Any

import numpy as np
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.patches import Rectangle

from animviz.analysis.states import sampled_states
from animviz.arrays import Array
from animviz.parts.faces import Faces
from animviz.parts.header import LABEL
from animviz.recording.recording import Recording
from animviz.recording.state import State
from animviz.sampling import evenly
from animviz.stage.box import Box
from animviz.stage.stage import Stage

__all__ = ["Diagram"]

NODE, SHARE = 46.0, 0.74  # units of a node at most, and of the way to the next one
WIDEST = 6.0  # units of a link
DASH, GAP = 7.0, 5.0  # units


class Diagram:
    """The network as nodes and links: width is the size of a weight, on one scale over the video; dashed is below zero.

    Layers of more than a few units show some of them; their number is written below.

    Args:
        stage: where.
        box: room for the diagram.
        recording: a chain of dense layers.
        inputs: points of the plane, shape (samples, 2): with them each node shows what its unit answers there.
    """

    MOST = 8

    def __init__(self, stage: Stage, box: Box, recording: Recording, inputs: Array | None = None) -> None:
        self._stage = stage
        self._dense = [layer for layer in recording.layers if layer.kernel is not None]
        shapes = [layer.widths_of(recording.manifest.weights) for layer in self._dense]
        widths = [shapes[0][0], *(shape[1] for shape in shapes)]
        self._shown = [evenly(width, self.MOST) for width in widths]
        caption = 30.0 if max(widths) > self.MOST else 0.0
        most = max(map(len, self._shown))
        side = min(NODE, SHARE * (box.height - caption) / max(1, most - 1 + SHARE), 0.6 * box.width / len(widths))
        room = Box(box.left + side / 2, box.top + side / 2, box.width - side, box.height - side - caption)
        self._places = _places(room, self._shown)
        for (x, _), width in zip((column[0] for column in self._places), widths, strict=True):
            if caption:
                stage.text(x, box.bottom, str(width), size=LABEL, color=stage.theme.quiet, align="center")
        self._scale = max((np.abs(w).max() for w in self._sizes(recording)), default=0.0) or 1.0
        axes = stage.overlay()
        self._links = LineCollection(self._segments(), colors=stage.theme.quiet)
        axes.add_collection(self._links, autolim=False)
        stage.moves(self._links)
        self._faces = Faces(stage, recording, inputs, self._shown, self._places, side) if inputs is not None else None
        squares = [Rectangle((x - side / 2, y - side / 2), side, side) for x, y in np.concatenate(self._places)]
        ground = stage.theme.background if inputs is None else "none"
        frames = PatchCollection(squares, facecolor=ground, edgecolor=stage.theme.quiet, linewidth=stage.points(1.5))
        axes.add_collection(frames, autolim=False)
        stage.covers(frames)

    def show(self, state: State) -> None:
        """Show the weights of a state, and what its units answer."""
        weights = np.concatenate([values.ravel() for values in self._visible(state)])
        widths = 0.6 + (WIDEST - 0.6) * np.clip(np.abs(weights) / self._scale, 0, 1)
        self._links.set_linewidth([self._stage.points(width) for width in widths])
        dashes: list[Any] = [  # their lengths are counted in widths of the line
            (0, (DASH / width, GAP / width)) if value < 0 else (0, None)
            for value, width in zip(weights, widths, strict=True)
        ]
        self._links.set_linestyle(dashes)
        if self._faces is not None:
            self._faces.show(state)

    def _visible(self, state: State) -> list[Array]:
        """Return the weights between the shown units of each layer and the next."""
        kernels = [layer.kernel_of(state.weights) for layer in self._dense]
        pairs = zip(self._shown[:-1], self._shown[1:], strict=True)
        return [kernel[np.ix_(*pair)] for kernel, pair in zip(kernels, pairs, strict=True)]

    def _segments(self) -> list[Array]:
        pairs = zip(self._places[:-1], self._places[1:], strict=True)
        return [np.stack([start, end]) for before, after in pairs for start in before for end in after]

    def _sizes(self, recording: Recording) -> list[Array]:
        return [values for state in sampled_states(recording) for values in self._visible(state)]


def _places(room: Box, shown: list[list[int]]) -> list[Array]:
    """Return the middles of the nodes, a column for each layer, shape (units, 2) in units."""
    step = min(86.0, room.height / max(1, max(map(len, shown)) - 1))
    middle = room.top + room.height / 2
    xs = np.linspace(room.left, room.right, len(shown))
    return [
        np.stack([np.full(len(units), x), middle + step * (np.arange(len(units)) - (len(units) - 1) / 2)], axis=1)
        for x, units in zip(xs, shown, strict=True)
    ]
