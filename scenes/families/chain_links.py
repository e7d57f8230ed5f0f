"""Links between the nodes of a chain of dense layers, as wide as what flows through them."""

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.text import Text
from numpy.typing import NDArray

from animviz import Stage
from animviz.arrays import Array
from animviz.parts import LABEL, pair

from .chain import Chain, Flow
from .chain_places import ChainPlaces

__all__ = ["ChainLinks"]

THINNEST, THICKEST = 0.4, 0.15  # units, and share of a node
MOST_NUMBERS = 4
FAINTEST = 0.02  # of the strongest link; weaker ones are not drawn


class ChainLinks:
    """The links: as wide as weight times activation, solid where that is above zero, dashed where it is below.

    To each output that links lead to one more goes from the node of the rest, so that they add up to its score. Of the
    last links the few that push most in the end have their values upon them, where there is free room.

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
        ends = nodes[-1][chain.explained]
        rest = np.stack([np.broadcast_to(places.rest, ends.shape), ends], axis=1)
        self._segments[-1] = np.concatenate([self._segments[-1], rest])
        pushes = [_pushes(chain.flow(state)) for state in chain.states]
        self._scales = [
            max(np.abs(each[gap]).max(initial=0) for each in pushes) or 1.0 for gap in range(len(chain.links))
        ]
        tones = (stage.theme.ink, stage.theme.quiet)
        self._lines = [LineCollection([], colors=tone, capstyle="butt") for tone in tones]
        self._lines[1].set_linestyle((0, (2.0, 1.2)))
        for lines in self._lines:
            axes.add_collection(lines, autolim=False)
            stage.moves(lines)
        self._before = sum(map(len, chain.links[:-1]))
        self._numbers = self._numbered(stage, np.argsort(-np.abs(pushes[-1][-1]), kind="stable"), 0.5 * places.size)

    def show(self, flow: Flow) -> None:
        """Show what flows."""
        share = np.concatenate([push / scale for push, scale in zip(_pushes(flow), self._scales, strict=True)])
        segments = np.concatenate(self._segments)
        for lines, sign in zip(self._lines, (1, -1), strict=True):
            drawn = np.flatnonzero(sign * share > FAINTEST)
            lines.set_segments(list(segments[drawn]))
            lines.set_linewidth(
                list(self._stage.points(1) * (THINNEST + self._thickest * np.clip(np.abs(share[drawn]), 0, 1)))
            )
        for link, text in self._numbers:
            now = share[self._before + link]
            text.set_text(f"{self._scales[-1] * now:.2f}".replace("-", "−") if abs(now) > FAINTEST else "")

    def _numbered(self, stage: Stage, order: NDArray[np.intp], radius: float) -> list[tuple[int, Text]]:
        """Return which of the last links have their values upon them, the strongest first, and the texts for these."""
        wide = stage.measure(f"−{self._scales[-1]:.2f}", LABEL, "medium")
        half, taken = np.array([wide / 2 + 5, LABEL / 2 + 3]), list[Array]()
        numbers = []
        for link in order[:MOST_NUMBERS].tolist():
            start, end = self._segments[-1][link]
            away = (radius + 8 + half[self._along]) / max(1e-9, abs((end - start)[self._along]))
            others = np.delete(self._segments[-1], link, axis=0)
            ways = np.linspace(away, 1 - away, 15 if away < 0.5 else 0)
            free = (
                place for place in (start + way * (end - start) for way in ways)
                if not _cut_by(others, place, half) and all((np.abs(place - other) > 2 * half).any() for other in taken)
            )  # fmt: skip
            if (place := next(free, None)) is None:
                continue
            taken.append(place)
            text = stage.text(place[0], place[1] + 8, "", weight="medium", align="center", moves=True)
            text.set_bbox({"facecolor": stage.theme.background, "edgecolor": "none", "pad": stage.points(3)})
            numbers.append((link, text))
        pair(
            stage, "push", lambda: [text.get_text() for _, text in numbers], lambda: [self._drawn(n) for n, _ in numbers]
        )  # fmt: skip
        return numbers

    def _drawn(self, link: int) -> float:
        """Return the push that the width of one of the last links says."""
        ends = self._segments[-1][link]
        for lines, sign in zip(self._lines, (1, -1), strict=True):
            for segment, width in zip(lines.get_segments(), np.atleast_1d(lines.get_linewidth()), strict=True):
                if np.allclose(segment, ends):
                    return float(sign * self._scales[-1] * (width / self._stage.points(1) - THINNEST) / self._thickest)
        return 0.0


def _pushes(flow: Flow) -> list[Array]:
    """Return what flows through all links by gap, those of the rest behind the last ones."""
    return [*flow.pushes[:-1], np.concatenate([flow.pushes[-1], flow.rest])]


def _cut_by(segments: Array, place: Array, half: Array) -> bool:
    """Say whether any of some lines passes through a box about a place."""
    along = np.linspace(0, 1, 200)[None, :, None]
    points = segments[:, :1] + along * (segments[:, 1:] - segments[:, :1])
    return bool((np.abs(points - place) < half).all(axis=-1).any())
