"""Neural collapse: each class becomes a point, the points an even star, and the last layer the same star.

After Papyan, Han and Donoho, "Prevalence of neural collapse during the terminal phase of deep learning training" (2020).
"""

import numpy as np
from matplotlib.colors import to_rgb

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.classifier import labels_of
from animviz.analysis.collapse import Collapse, even_angle
from animviz.analysis.decision import class_count, last_hidden
from animviz.analysis.states import sampled_states
from animviz.analysis.tasks import CLASSES
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import LABEL, Plot, Sheet, Trace, Words, pair
from animviz.recording.state import State

from .families.distributions import Glide, Measures
from .families.endings import DIVERGED, classes_in_words, count_in_words
from .families.log_epochs import LogEpochs
from .families.spacing import parted
from .families.star import Star
from .families.window import Window

POINT = 0.15  # spread of a class that is called a point
CLOSER = 0.7  # of the spread at first and of the distance of means, below which classes are said to draw together
EVEN = 5.0  # degrees by which the angles of an even star may be off
WIDE, LOW = 850.0, 180.0  # units of a room in which charts stand beside the picture, and of height of a chart below it
APART = 28.0  # units between the baselines of two labels


@scene(experiment="collapse", group="ideas", tasks=CLASSES)
def collapse(stage: Stage, recording: Recording) -> Draw:
    """Neural collapse: each class becomes a point, the points an even star, and the last layer that star.

    Args:
        stage: where to draw.
        recording: of a classifier of two to ten classes; of a last hidden layer of more than three units some directions
            are seen.
    """
    class_count(recording, "collapse")
    layer, labels = last_hidden(recording), labels_of(recording, "collapse")
    if layer == "input":
        raise SceneError(f"collapse draws the last hidden layer; {recording.path} has none")
    classes = np.unique(labels[labels >= 0])
    if len(classes) < 2:
        raise SceneError(f"collapse needs samples of two classes; {recording.path} has those of {len(classes)}")
    kernel = [one for one in recording.layers if one.kernel is not None][-1]
    shown = labels >= 0

    def found_in(state: State) -> tuple[Collapse, Array]:
        hidden = state.activations(layer, recording.single_input(recording.inputs)[shown])
        return Collapse.of(hidden, labels[shown], kernel.kernel_of(state.weights), classes), hidden

    course = Glide(recording, lambda state: _measures(found_in(state)[0]))
    end, hidden = found_in(sampled_states(recording)[-1])
    window, gathers = Window(end, hidden), _gathers(course)
    sheet = Sheet(
        stage, recording, _title(recording, course, len(classes)),
        foot=[
            "arrows: means of the classes, hollow: rows of the last layer" if gathers else "points: samples, around their middle",
            "circle: the farthest sample",
        ],
    )  # fmt: skip
    picture, angles, spread = _layout(sheet.room)
    star = Star(stage, picture, recording, window, labels[shown], classes, arrows=gathers)
    chart = _Cosines(stage, angles, recording, course, len(classes), hidden.shape[1]) if angles else None
    below = _Spread(stage, spread, recording, course)

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        star.show(*found_in(state), moment)
        if chart is not None:
            chart.show(moment.epoch)
        below.show(moment.epoch)
        sheet.show(state)

    return draw


def _measures(found: Collapse) -> Measures:
    angles, apart = found.angles(), found.apart()
    return {
        "least": angles.min(),
        "most": angles.max(),
        "rows": np.cos(np.radians(apart)).mean(),
        "spread": found.spread,
    }


def _gathers(course: Glide) -> bool:
    """Say whether the classes draw together in the end: nearer than they were, and nearer than their means are apart."""
    spread = course.over_epochs("spread")
    return bool(spread[-1] < CLOSER * np.fmin(1, spread[0]))


def _title(recording: Recording, course: Glide, classes: int) -> str:
    """Say what has become of the classes in the end, and where they stand."""
    least, most, spread = (course.over_epochs(name)[-1] for name in ("least", "most", "spread"))
    if not np.isfinite([least, most, spread]).all():
        return DIVERGED
    what = classes_in_words(recording)
    if spread >= POINT:
        how = "draw together, not to points" if _gathers(course) else "do not collapse"
        return f"{what[0].upper()}{what[1:]} {how}"
    words = f"{what[0].upper()}{what[1:]} become {count_in_words(classes, 'point')}"
    angle = even_angle(classes)
    return (
        f"{words}, {angle:.{0 if angle % 1 < 0.05 else 1}f}° apart"
        if max(most - angle, angle - least) < EVEN
        else words
    )


class _Cosines:
    """Cosines over the epochs: of the means that are nearest and farthest, and of means and rows on average."""

    def __init__(self, stage: Stage, box: Box, recording: Recording, course: Glide, classes: int, units: int) -> None:
        self._stage, self._scale = stage, LogEpochs(recording)
        moments, ticks = self._scale.moments, _ticks(self._scale, box)
        right = stage.measure("means −0.00", LABEL) + 22
        self._plot = plot = Plot(
            stage, box, (0, max(1.0, float(moments[-1]))), (-1, 1),
            title="cosines between means, and with their rows" if classes > 2 else "cosines between means and their rows",
            ticks=ticks, right=right, left=_before(stage),
        )  # fmt: skip
        near, far = (np.cos(np.radians(course.over_epochs(name))) for name in ("least", "most"))
        ink, quiet = stage.theme.ink, stage.theme.quiet
        # Around their middle the means of two classes always lie opposite.
        if classes > 2:
            plot.axes.fill_between(moments, far, near, color=stage.theme.mix(ink, 0.14), linewidth=0, zorder=-1)
        self._even(moments, classes, units)
        curves = [("rows", course.over_epochs("rows"), quiet), ("means", near, ink), ("to", far, ink)][
            : 3 if classes > 2 else 1
        ]
        self._names = [name for name, _, _ in curves]
        self._traces = [Trace(stage, plot.axes, moments, values, color) for _, values, color in curves]
        self._words = Words(stage, np.zeros((len(curves), 2)))
        self._colors = np.array([to_rgb(color) for _, _, color in curves])
        pair(stage, "cosine", lambda: self._words.texts, lambda: [trace.value for trace in self._traces])

    def _even(self, moments: Array, classes: int, units: int) -> None:
        """Mark the cosine of an even star where the layer has room for one."""
        if not 2 < classes <= units + 1:
            return
        stage, plot, value = self._stage, self._plot, -1 / (classes - 1)
        plot.axes.axhline(value, color=stage.theme.quiet, linewidth=stage.points(1.5), linestyle=(0, (4, 4)), zorder=0)
        words = f"even star: −1/{classes - 1}"
        stage.text(plot.room.right, plot.top_of(value) - 14, words, color=stage.theme.quiet, align="right")

    def show(self, epoch: float) -> None:
        """Move to a moment."""
        for trace in self._traces:
            trace.show(float(self._scale.at(epoch)))
        values = [trace.value for trace in self._traces]
        numbers = [f"{value:.2f}".replace("-", "−") if np.isfinite(value) else "" for value in values]
        words = [f"{name} {number}".strip() for name, number in zip(self._names, numbers, strict=True)]
        if len(numbers) == 3 and numbers[1] == numbers[2]:
            words[2] = ""  # one number for both
        self._words.set_words(words, self._colors)
        tops = parted([self._plot.top_of(value) + 8 for value in values], APART, self._plot.room.bottom + 8)
        self._words.move([(self._plot.room.right + 18, top) for top in tops])


class _Spread:
    """The spread within classes over the epochs, on a log scale, and when all answers are right."""

    def __init__(self, stage: Stage, box: Box, recording: Recording, course: Glide) -> None:
        self._stage, self._scale = stage, LogEpochs(recording)
        moments, ticks = self._scale.moments, _ticks(self._scale, box)
        values = course.over_epochs("spread")
        known = values[np.isfinite(values) & (values > 0)]
        low, high = (float(known.min()), float(known.max())) if len(known) else (0.1, 1.0)
        right = stage.measure("means −0.00", LABEL) + 22
        title = "spread within classes, of the distance of their means"
        self._plot = Plot(
            stage, box, (0, max(1.0, float(moments[-1]))), (low / 1.3, 1.3 * high), title=title, ticks=ticks, log=True,
            percent=True, right=right, left=_before(stage),
        )  # fmt: skip
        self._right(recording, moments)
        self._trace = Trace(stage, self._plot.axes, moments, np.where(values > 0, values, np.nan))
        self._words = Words(stage, np.zeros((1, 2)))
        pair(stage, "spread", lambda: self._words.texts, lambda: [100 * self._trace.value])

    def _right(self, recording: Recording, moments: Array) -> None:
        """Mark when all answers are right for the first time."""
        stage, plot = self._stage, self._plot
        shares = np.array([entry.scores.get("accuracy", 0.0) for entry in recording.entries])
        if not (shares == 1).any():
            return
        place = float(moments[np.argmax(shares == 1)])
        plot.axes.plot(
            [place] * 2, plot.axes.get_ylim(), color=stage.theme.quiet, linewidth=stage.points(1.5), zorder=0
        )
        left, words = plot.left_of(place) + 10, "all answers right"
        fits = left + stage.measure(words, LABEL) <= plot.room.right
        stage.text(
            left if fits else left - 20,
            plot.room.top + 18,
            words,
            color=stage.theme.quiet,
            align="left" if fits else "right",
        )

    def show(self, epoch: float) -> None:
        """Move to a moment."""
        self._trace.show(float(self._scale.at(epoch)))
        value = self._trace.value
        self._words.set_words([f"{100 * value:.1f} %" if np.isfinite(value) else ""])
        top = self._plot.top_of(value) if np.isfinite(value) else 0.0
        self._words.move([(self._plot.room.right + 18, top + 8)])


def _ticks(scale: LogEpochs, box: Box) -> list[tuple[float, str]]:
    every = 1 if box.width > 480 else 2
    return [(0.0, f"{scale.first:.0f}"), *scale.tens(every - 1, every)]


def _before(stage: Stage) -> float:
    return stage.measure("100 %", LABEL) + 14


def _layout(room: Box) -> tuple[Box, Box | None, Box]:
    """Return the boxes of the picture, of the cosines and of the spread; in low narrow rooms there is none for cosines."""
    if room.width > max(WIDE, 1.3 * room.height):
        side = min(room.height, 0.5 * room.width)
        left, half = room.left + side + 40, (room.height - 10) / 2
        width = room.right - left
        picture = Box(room.left, room.top, side, room.height)
        return picture, Box(left, room.top, width, half), Box(left, room.bottom - half, width, half)
    if room.height < 1.3 * room.width:
        return (
            Box(room.left, room.top, room.width, room.height - LOW - 10), None,
            Box(room.left, room.bottom - LOW, room.width, LOW),
        )  # fmt: skip
    half = 0.2 * room.height - 10
    return (
        Box(room.left, room.top, room.width, 0.6 * room.height), Box(room.left, room.bottom - 2 * half - 10, room.width, half),
        Box(room.left, room.bottom - half, room.width, half),
    )  # fmt: skip
