"""The network as a diagram: nodes, and links in the colours of their weights."""

import numpy as np
from matplotlib.collections import LineCollection

from animviz.analysis.states import sampled_states
from animviz.arrays import Array
from animviz.parts.header import LABEL
from animviz.recording.recording import Recording
from animviz.recording.state import State
from animviz.sampling import evenly
from animviz.stage.box import Box
from animviz.stage.stage import Stage

__all__ = ["Diagram"]


class Diagram:
    """The network as nodes and links: width is the size of a weight, colour its sign, on one scale over the video.

    Layers of more than a few units show some of them; their number is written below.

    Args:
        stage: where.
        box: room for the diagram.
        recording: a chain of dense layers.

    Attributes:
        colors: of weights above and below zero, RGB in [0, 1].
    """

    MOST = 8

    def __init__(self, stage: Stage, box: Box, recording: Recording) -> None:
        self._stage = stage
        self.colors = tuple(stage.theme.mix(color, 0.75) for color in (stage.theme.positive, stage.theme.negative))
        self._dense = [layer for layer in recording.layers if layer.kernel is not None]
        shapes = [layer.widths_of(recording.manifest.weights) for layer in self._dense]
        widths = [shapes[0][0], *(shape[1] for shape in shapes)]
        self._shown = [evenly(width, self.MOST) for width in widths]
        caption = 26.0 if max(widths) > self.MOST else 0.0
        room = Box(box.left + 12, box.top + 12, box.width - 24, box.height - 24 - caption)
        xs = np.linspace(room.left, room.right, len(widths))
        step = min(86.0, room.height / max(1, max(map(len, self._shown)) - 1))
        middle = room.top + room.height / 2
        self._places = [
            np.stack([np.full(len(units), x), middle + step * (np.arange(len(units)) - (len(units) - 1) / 2)], axis=1)
            for x, units in zip(xs, self._shown, strict=True)
        ]
        for x, width in zip(xs, widths, strict=True):
            if caption:
                stage.text(x, box.bottom, str(width), size=LABEL, color=stage.theme.quiet, align="center")
        self._scale = max((np.abs(w).max() for w in self._sizes(recording)), default=0.0) or 1.0
        axes = stage.overlay()
        self._links = LineCollection(self._segments(), capstyle="round")
        axes.add_collection(self._links, autolim=False)
        stage.moves(self._links)
        nodes = axes.plot(
            *np.concatenate(self._places).T, "o", color=stage.theme.ink, markersize=stage.points(min(19.0, 0.6 * step)),
            markerfacecolor=stage.theme.background, markeredgewidth=stage.points(2),
        )  # fmt: skip
        stage.covers(*nodes)

    def show(self, state: State) -> None:
        """Show the weights of a state."""
        size = np.concatenate([values.ravel() for values in self._visible(state)])
        share = np.clip(np.abs(size) / self._scale, 0, 1)
        self._links.set_linewidth([self._stage.points(0.4 + 6 * s) for s in share])
        positive, negative = self.colors
        self._links.set_color([positive if value > 0 else negative for value in size])

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
