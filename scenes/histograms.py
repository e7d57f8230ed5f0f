"""How sure the network is of each sample, and what each sample costs, as two histograms that move with the training.

After deepreplay's ProbabilityHistogram and LossHistogram (Godoy, 2018), for any number of classes.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.collections import PolyCollection

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.classifier import class_probabilities, ignored_in_words, labels_of, predictions
from animviz.analysis.tasks import CLASSES
from animviz.arrays import Array
from animviz.parts import LABEL, MARGIN, Sheet, cut
from animviz.recording.answers import probabilities
from animviz.recording.losses import Loss
from animviz.recording.metrics import for_loss
from animviz.recording.state import State

from .families.distributions import Glide, Measures, net

BINS = 25
CROSS_ENTROPY = Loss(name="sparse_categorical_crossentropy")  # where the loss of the training is not known
LEAST, GREATEST = 1e-4, 20.0  # limits of the losses; Keras' cross-entropy cannot exceed 16.2
WORST = 0.1  # share of the samples whose part in the loss is stated
LEVELS = (0.01, 0.1, 0.3, 0.6, 1.0)


@scene(experiment="digits_mlp", tasks=CLASSES)
def histograms(stage: Stage, recording: Recording) -> Draw:
    """Probability given to the true class and loss of each sample, as histograms.

    Samples that are answered rightly stand above the line, the others hang below it. The loss is the one that was
    trained with where it is known, else the cross-entropy.

    Args:
        stage: where to draw.
        recording: of any classifier.
    """
    labels = labels_of(recording, "histograms")
    known = labels >= 0
    edges = {"probability": np.linspace(0, 1, BINS + 1), "loss": np.geomspace(LEAST, GREATEST, BINS + 1)}

    def measure(state: State) -> Measures:
        right = (predictions(state) == labels)[known]
        losses = sample_losses(state)[known]
        values = {"probability": true_probabilities(state, labels)[known], "loss": np.clip(losses, LEAST, GREATEST)}
        bars = {
            name: np.stack([np.histogram(values[name][side], edges[name])[0] for side in (right, ~right)]) / len(right)
            for name in values
        }
        return {**bars, "right": right.mean(), "mean": losses.mean(), "worst": share_of_worst(losses)}

    glide = Glide(recording, measure)
    chance = 1 / max(2, len(recording.output.class_names))
    parts = [
        f"{known.sum():,} samples: answered rightly above the line, wrongly below it",
        f"dashed: chance ({100 * chance:.3g} %)",
        f"losses under {LEAST:g} are in the first bar",
        "heights by square root, so that few samples are seen",
        *ignored_in_words(labels),
    ]
    sheet = Sheet(stage, recording, f"how sure {net(recording)} is", foot=parts)
    boxes = _layout(stage, sheet.room)
    limits = tuple(max(float(glide.sampled(name)[:, side].max()) for name in edges) for side in range(2))
    shares = [(share, f"{100 * share:g} %") for share in (0, 0.25, 0.5, 0.75, 1)]
    sure = _Histogram(stage, boxes[0], "probability given to the true class", limits, shares)
    dashes: dict[str, Any] = {"color": stage.theme.quiet, "linewidth": stage.points(2), "linestyle": (0, (4, 3))}
    sure.axes.plot([chance] * 2, sure.limits, **dashes)
    decades = [(float(_place(value)), f"{value:g}") for value in 10.0 ** np.arange(-4, 2)]
    cost = _Histogram(stage, boxes[1], f"{_loss_words(recording)} of each sample", limits, decades)
    mean = stage.line(cost.axes, stage.theme.ink, 3)
    right, wrong = sure.note(0, "right"), sure.note(1, "right")
    lines = [cost.note(1, "left", line) for line in range(2)]

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        exact, between = glide.exact(state), glide.between(state)
        sheet.show(state)
        sure.show(between["probability"])
        cost.show(between["loss"])
        mean.set_data([_place(between["mean"])] * 2, [0, cost.limits[1]])
        right.set_text(f"right {100 * exact['right']:.1f} %")
        wrong.set_text(f"wrong {100 * (1 - exact['right']):.1f} %")
        lines[0].set_text(f"line: the mean, {exact['mean']:.3f}")
        lines[1].set_text(f"the worst {100 * WORST:.0f} % make {100 * exact['worst']:.0f} % of it")

    return draw


def true_probabilities(state: State, labels: Array) -> Array:
    """Return the probability that each sample's true class is given, shape (samples,).

    Args:
        state: the network at a moment.
        labels: numbers of the true classes, shape (samples,).
    """
    return np.asarray(class_probabilities(state)[np.arange(len(labels)), labels])


def sample_losses(state: State) -> Array:
    """Return the loss of each sample without penalties on weights, float64 of shape (samples,).

    Args:
        state: the network at a moment.
    """
    basis, (output, values) = state.basis, state.loss_outputs()
    loss = output.loss
    if loss is None:
        loss, values = CROSS_ENTROPY, probabilities(output, values)
        return np.asarray(loss.per_sample(np.asarray(basis.targets), values), np.float64)
    return np.asarray(loss.per_sample(for_loss(output, basis.loss_targets, values), values), np.float64)


def share_of_worst(losses: Array) -> float:
    """Return the part of the whole loss that the tenth of the samples with the greatest losses makes up."""
    worst = np.sort(losses)[::-1][: max(1, round(WORST * len(losses)))]
    return float(worst.sum() / losses.sum()) if losses.sum() > 0 else 0.0


class _Histogram:
    """Bars of shares of the samples, over places from 0 to 1: rightly answered ones upwards, the others downwards.

    Heights are square roots, for a last bar of most samples would leave no room to see the few that are wrong.
    """

    def __init__(
        self, stage: Stage, box: Box, title: str, limits: Sequence[float], ticks: Sequence[tuple[float, str]]
    ) -> None:
        theme = stage.theme
        up, down = (1.03 * np.sqrt(max(limit, 0.012)) for limit in limits)
        self.limits = (-down, up)
        unit = (box.height - 80) / (up + down)
        far = [0.0]
        for level in LEVELS:
            if (np.sqrt(level) - np.sqrt(far[-1])) * unit > 28:
                far.append(level)
        marks = dict.fromkeys(sign * level for level in far for sign in (1, -1) if -down <= sign * level**0.5 <= up)
        left = stage.measure("100 %", LABEL) + 14
        self.room = room = Box(box.left + left, box.top + 40, box.width - left - 12, box.height - 80)
        self.axes = stage.axes(room, (0, 1), self.limits)
        stage.text(box.left, box.top + 20, cut(stage, title, box.width, weight="medium"), weight="medium")
        for level in marks:
            place = np.sign(level) * np.sqrt(abs(level))
            color = theme.quiet if level == 0 else theme.grid
            self.axes.plot((0, 1), [place] * 2, color=color, linewidth=stage.points(1), clip_on=False, zorder=0)
            label = f"{100 * abs(level):g} %" if level else "0"
            stage.text(room.left - 14, room.bottom - (place + down) * unit + 8, label, color=theme.quiet, align="right")
        for place, label in ticks:
            stage.text(room.left + place * room.width, room.bottom + 32, label, color=theme.quiet, align="center")
        colors = np.repeat([theme.negative, theme.positive], BINS)
        self._bars = PolyCollection([], facecolors=colors, edgecolors="none")
        self.axes.add_collection(self._bars, autolim=False)
        stage.moves(self._bars)
        self._stage = stage
        self._edges = np.linspace(0, 1, BINS + 1)

    def show(self, shares: Array) -> None:
        """Show shares of shape (2, bins)."""
        gap = 0.08 / BINS
        left, right = np.tile(self._edges[:-1] + gap, 2), np.tile(self._edges[1:] - gap, 2)
        heights = np.sqrt(np.concatenate(shares)) * np.repeat([1, -1], BINS)
        zero = np.zeros_like(heights)
        corners = [(left, zero), (right, zero), (right, heights), (left, heights)]
        self._bars.set_verts(list(np.stack([np.stack(corner, axis=1) for corner in corners], axis=1)))

    def note(self, side: int, align: Any, line: int = 0) -> Any:
        """Add a moving text above the plot (0), or in a lower corner where no bar ever stands (1)."""
        room = self.room
        left = room.left + 12 if align == "left" else room.right - 12
        top = room.top - 20 if side == 0 else room.bottom - 14 - 34 * (1 - line)
        text = self._stage.text(left, top, "", align=align, weight="medium", moves=True)
        text.set_bbox({"facecolor": self._stage.theme.background, "edgecolor": "none", "pad": self._stage.points(5)})
        return text


def _place(loss: Any) -> Any:
    """Return where a loss stands on the logarithmic axis, from 0 to 1."""
    return np.log(np.clip(loss, LEAST, GREATEST) / LEAST) / np.log(GREATEST / LEAST)


def _loss_words(recording: Recording) -> str:
    name = (recording.output.loss or CROSS_ENTROPY).name
    return "cross-entropy" if "crossentropy" in name else name.replace("_", " ")


def _layout(stage: Stage, room: Box) -> tuple[Box, Box]:
    """Return the boxes of the two histograms: beside each other in wide frames, else one above the other."""
    top, width, height = room.top, room.width, room.height
    if stage.width >= 1100:
        half = (width - 40) / 2
        return Box(MARGIN, top, half, height), Box(MARGIN + half + 40, top, half, height)
    half = (height - 16) / 2
    return Box(MARGIN, top, width, half), Box(MARGIN, top + half + 16, width, half)
