"""Links between the nodes of a chain of dense layers, as wide as what flows through them."""

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.text import Text

from animviz import Stage
from animviz.parts import LABEL, pair

from .chain import Chain, Flow
from .chain_places import ChainPlaces

__all__ = ["ChainLinks"]

THINNEST, THICKEST = 0.4, 0.15  # units, and share of a node
FAINTEST = 0.02  # of the strongest link; weaker ones are not drawn


class ChainLinks:
    """The links: as wide as weight times activation, solid where that is above zero, dashed where it is below.

    The one that pushes an answer most in the end has its value beside the unit that it leaves.

    Args:
        stage: where.
        chain: the layers and which links are shown.
        places: where they stand.
    """

    def __init__(self, stage: Stage, chain: Chain, places: ChainPlaces) -> None:
        self._stage, self._along = stage, 1 if places.tall else 0
        self._thickest = THICKEST * places.size
        axes, nodes, picture = stage.overlay(), places.nodes, places.picture
        self._segments = []
        for gap, links in enumerate(chain.links):
            start, end = nodes[gap][links[:, 0]], nodes[gap + 1][links[:, 1]]
            if gap == 0 and picture is not None:  # a fan from all of the image's edge
                share = (links[:, 1] + 0.5) / len(nodes[1])
                across = picture.left + share * picture.width if places.tall else picture.top + share * picture.height
                start[:, 1 - self._along] = across
            self._segments.append(np.stack([start, end], axis=1))
        flows = [chain.flow(state) for state in chain.states]
        self._scales = [
            max(np.abs(f.pushes[gap]).max(initial=0) for f in flows) or 1.0 for gap in range(len(chain.links))
        ]
        tones = (stage.theme.ink, stage.theme.quiet)
        self._lines = [LineCollection([], colors=tone, capstyle="butt") for tone in tones]
        self._lines[1].set_linestyle((0, (2.0, 1.2)))
        for lines in self._lines:
            axes.add_collection(lines, autolim=False)
            stage.moves(lines)
        self._strongest = sum(map(len, chain.links[:-1])) + int(np.abs(flows[-1].pushes[-1]).argmax())
        self._value = self._value_of_strongest(stage, 0.5 * places.size + 8)

    def show(self, flow: Flow) -> None:
        """Show what flows."""
        share = np.concatenate([push / scale for push, scale in zip(flow.pushes, self._scales, strict=True)])
        segments = np.concatenate(self._segments)
        for lines, sign in zip(self._lines, (1, -1), strict=True):
            drawn = np.flatnonzero(sign * share > FAINTEST)
            lines.set_segments(list(segments[drawn]))
            lines.set_linewidth(
                list(self._stage.points(1) * (THINNEST + self._thickest * np.clip(np.abs(share[drawn]), 0, 1)))
            )
        if self._value is not None:
            self._value.set_text(
                f"{self._scales[-1] * share[self._strongest]:.2f}".replace("-", "−")
                if abs(share[self._strongest]) > FAINTEST
                else ""
            )

    def _value_of_strongest(self, stage: Stage, away: float) -> Text | None:
        """Return what is written on the link that pushes the answer most in the end, if that is long enough."""
        start, end = np.concatenate(self._segments)[self._strongest]
        extent = LABEL if self._along else stage.measure(f"−{self._scales[-1]:.2f}", LABEL, "medium")
        way = end[self._along] - start[self._along]
        if way < 2.6 * extent:
            return None
        x, y = start + (away + extent / 2) / way * (end - start)
        text = stage.text(x, y + 8, "", weight="medium", align="center", moves=True)
        text.set_bbox({"facecolor": stage.theme.background, "edgecolor": "none", "pad": stage.points(3)})
        pair(stage, "strongest push", lambda: [text.get_text()], self._drawn)
        return text

    def _drawn(self) -> list[float]:
        """Return the push that the width of the strongest link says."""
        ends = np.concatenate(self._segments)[self._strongest]
        for lines, sign in zip(self._lines, (1, -1), strict=True):
            for segment, width in zip(lines.get_segments(), np.atleast_1d(lines.get_linewidth()), strict=True):
                if np.allclose(segment, ends):
                    return [sign * self._scales[-1] * (width / self._stage.points(1) - THINNEST) / self._thickest]
        return [0.0]
