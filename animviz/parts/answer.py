"""What a net says: the probability of each class as bars, and its verdict with a check or a cross."""

from collections.abc import Sequence

import numpy as np

from animviz.arrays import Array
from animviz.parts.header import LABEL, VALUE, cut
from animviz.parts.marks import CROSS
from animviz.parts.pairs import pair
from animviz.parts.shortening import short_names
from animviz.stage.box import Box
from animviz.stage.stage import Stage, joined

ROW = 28.0  # least height of a class among the bars
HEAD = 68.0  # the verdict over them
CHECK = np.array([[0.05, 0.45], [0.38, 0.1], [0.95, 0.9]])  # heights from below


class Answer:
    """The verdict over the bars of all classes: bright the true class, quiet the others.

    Args:
        stage: where.
        box: room for both.
        names: of all classes.
        true: number of the true class.
        strength: see `Bars`.
    """

    def __init__(self, stage: Stage, box: Box, names: Sequence[str], true: int, strength: Array) -> None:
        below = Box(box.left, box.top + HEAD, box.width, box.height - HEAD)
        self._bars = Bars(stage, below, names, true, strength, (stage.theme.ink, stage.theme.quiet))
        title = f"output, {self._bars.note}" if self._bars.note else "output: the net says"
        self._verdict = Verdict(stage, Box(box.left, box.top, box.width, HEAD), names, true, title)

        pair(stage, "probability", lambda: [self._verdict.share], lambda: [100 * self._bars.longest])

    def show(self, probabilities: Array, true: int | None = None) -> None:
        """Show the probability of each class, and the most probable one as verdict.

        Args:
            probabilities: of all classes.
            true: number of the true class, where it is another one than before.
        """
        self._bars.show(probabilities, true)
        self._verdict.show(probabilities, true)


class Bars:
    """The probability of each class as a bar on a track of 100 %.

    Args:
        stage: where.
        box: room for them.
        names: of all classes.
        true: number of the true class, marked with a triangle.
        strength: the most that each class ever gets; decides which are shown where not all fit.
        colors: of the true class and of the others.

    Attributes:
        note: says which classes are shown, if not all are.
    """

    def __init__(
        self, stage: Stage, box: Box, names: Sequence[str], true: int, strength: Array, colors: tuple[str, str]
    ) -> None:
        longest = max(stage.measure(name, LABEL) for name in names)
        columns = 2 if box.height / len(names) < ROW and longest < 0.25 * box.width else 1
        rows = min(-(-len(names) // columns), int(box.height // ROW))
        order = np.argsort(-np.where(np.arange(len(names)) == true, np.inf, strength), kind="stable")
        self._shown = np.sort(order[: rows * columns])
        self.note = f"{len(self._shown)} of {len(names)} classes" if len(self._shown) < len(names) else ""
        pitch, height = (box.width + 28) / columns, min(66.0, box.height / rows)
        before = 22 + min(longest, 0.45 * (pitch - 28)) + 12
        place = np.arange(len(self._shown))
        self._left, self._top = place // rows * pitch + before, (place % rows + 0.5) * height
        self._length = pitch - 28 - before
        self._true = self._shown == true
        axes = stage.axes(box, (0, box.width), (box.height, 0))
        track = stage.theme.mix(stage.theme.grid, 0.5)
        tracks, *bars = (stage.line(axes, color, 0.5 * height, solid_capstyle="butt") for color in (track, *colors))
        self._bars = bars
        tracks.set_data(*self._segments(np.ones(len(place)), place >= 0))
        short = short_names(stage, [names[k] for k in self._shown], before - 34)
        for left, top, name in zip(self._left, self._top, short, strict=True):
            stage.text(box.left + left - before + 22, box.top + top + 8, name)
        self._mark = stage.line(axes, colors[0], 0, marker=">", markersize=stage.points(15), markeredgewidth=0)
        self._marked = self._left - before + 8

    def show(self, probabilities: Array, true: int | None = None) -> None:
        """Show the probability of each class; see `Answer.show`."""
        self._true = self._true if true is None else self._shown == true
        self._mark.set_data(self._marked[self._true], self._top[self._true])
        share = probabilities[self._shown]
        for bar, chosen in zip(self._bars, (self._true, ~self._true), strict=True):
            bar.set_data(*self._segments(share, chosen & (share > 0)))

    @property
    def longest(self) -> float:
        """Share of its track that the longest bar takes, as it is drawn."""
        ends = [np.asarray(bar.get_xdata(), float) for bar in self._bars]
        return max((float((x[1::3] - x[::3]).max()) / self._length for x in ends if len(x)), default=0.0)

    def _segments(self, share: Array, chosen: Array) -> Array:
        left, top, right = self._left, self._top, self._left + share * self._length
        ends = np.stack([np.stack([left, top], axis=1), np.stack([right, top], axis=1)], axis=1)
        return joined(ends[chosen]).T


class Verdict:
    """What the net says, how sure it is, and a check or a cross.

    Args:
        stage: where.
        box: room for it, 62 units high.
        names: of all classes.
        true: number of the true class.
        title: written above.
    """

    def __init__(self, stage: Stage, box: Box, names: Sequence[str], true: int, title: str) -> None:
        self._true = true
        base = box.top + 52
        room = box.width - 40 - stage.measure("100.0 %", VALUE, "medium") - 16
        self._names = [cut(stage, name, room, VALUE, "medium") for name in names]
        stage.text(box.left, box.top + 18, cut(stage, title, box.width), color=stage.theme.quiet)
        axes = stage.axes(Box(box.left, base - 21, 24, 24), (-0.1, 1.1), (-0.1, 1.1))
        self._sign = stage.line(axes, stage.theme.ink, 4, clip_on=False)
        self._name = stage.text(box.left + 40, base, "", size=VALUE, weight="medium", moves=True)
        self._share = stage.text(box.right, base, "", size=VALUE, weight="medium", align="right", moves=True)

    @property
    def share(self) -> str:
        """What is written of how sure the net is."""
        return self._share.get_text()

    def show(self, probabilities: Array, true: int | None = None) -> None:
        """Show the most probable class; see `Answer.show`."""
        self._true = self._true if true is None else true
        said = int(probabilities.argmax())
        right = said == self._true
        self._sign.set_data(*(CHECK if right else CROSS + 0.5).T)
        self._name.set_text(self._names[said])
        self._share.set_text(f"{100 * probabilities[said]:.1f} %")
