"""Learning curves, with pictures of what the network does pinned to them."""

from typing import Literal

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import LABEL, Number, Plot, Sheet, Words, epoch_limits, joined, levels, pair, until

from .families.pinned import CAPTION, Pin, Strip, pins_of

MOST = 1  # numbers beside the loss
SLOT = 215.0  # units across for a picture and its caption
ELBOW, GAP = 30.0, 22.0  # units between pictures and curves, and between two plots
Source = Literal["logs", "scores"]


@scene(experiment="two_rings")
def history(stage: Stage, recording: Recording, *, log: bool = False) -> Draw:
    """Learning curves of any recording, with pictures of what the network does at its landmarks.

    The loss, and accuracy or another number; training and validation, or where the recorder was told of none those of
    the recorded states. The pictures are the plane of a planar classifier, the confusion table of another one, the
    curve of a fit, and else the loss itself.

    Args:
        stage: where to draw.
        recording: any with at least one epoch of training, of any model.
        log: logarithmic scale for the loss.
    """
    source = _source(recording)
    noted = recording.noted(source=source)
    names = [name for name in noted if not name.startswith("val_")]
    names = (["loss"] if "loss" in names else []) + [name for name in names if name != "loss"][:MOST]
    pins = pins_of(recording, max(2, int((stage.width - 80) // SLOT)))
    sheet = Sheet(stage, recording, _title(recording, names, source), numbers=["epoch"])
    high = min(150.0, (stage.width - 80) / len(pins) - 40) + CAPTION
    strip = Strip(stage, Box(sheet.room.left, sheet.room.top, sheet.room.width, high), recording, pins)
    sheet.write_foot(_foot(recording, names, source), strip.note)
    below = Box(sheet.room.left, sheet.room.top + high + ELBOW, sheet.room.width, sheet.room.height - high - ELBOW)
    curves = _stacked(stage, below, recording, names, source, log)
    stems = _Stems(stage, strip, curves[0], pins) if curves else None
    for curve in curves:
        curve.name(stage)

    def draw(moment: Moment) -> None:
        sheet.show(recording.at(moment.epoch))
        past = strip.show(moment.epoch)
        for curve in curves:
            curve.show(moment.epoch)
        if stems is not None:
            stems.show(moment.epoch, past)

    return draw


def _source(recording: Recording) -> Source:
    """Return where the numbers are: those of the training, or where it told of none those of the recorded states."""
    return "logs" if recording.noted() or recording.epochs[-1] <= 0 else "scores"


def _title(recording: Recording, names: list[str], source: Source) -> str:
    """Return what becomes of the loss, from its first to its last value."""
    name = names[0] if names else "loss"
    name = f"val_{name}" if f"val_{name}" in recording.noted(source=source) else name
    _, values = recording.history(name, source=source)
    values = values[np.isfinite(values)]
    if len(values) < 2:
        return "Learning curves"
    number = Number("", ".3f", "0.000")
    first, last = number.text(values[0]), number.text(values[-1])
    verb = "falls" if values[-1] < values[0] else "rises"
    what = name.replace("val_", "validation ").replace("_", " ").capitalize()
    return f"{what} stays at {first}" if first == last else f"{what} {verb} from {first} to {last}"


def _foot(recording: Recording, names: list[str], source: Source) -> str:
    if not names:
        untrained = recording.epochs[-1] <= 0
        return (
            "no epoch has been trained yet: there are no numbers to draw" if untrained else "no numbers were recorded"
        )
    if source == "scores":
        return "of each recorded state, on the recorded samples"
    if any(f"val_{name}" in recording.noted() for name in names):
        return "training: mean over the epoch; validation: at its end"
    return "mean over each epoch of training"


def _stacked(
    stage: Stage, room: Box, recording: Recording, names: list[str], source: Source, log: bool
) -> list["_Curves"]:
    """Set up the plots below each other on one axis of epochs, the first one larger."""
    limits = [_limits(recording, name, source, log and name == "loss") for name in names]
    left = max(
        (stage.measure(_level(level, name, ends), LABEL) + 14 for name, ends in zip(names, limits, strict=True)
         for level in levels(*ends, log and name == "loss")), default=0.0
    )  # fmt: skip
    shares = np.array([1.0, 0.62][: len(names)])
    heights = (room.height - GAP * (len(names) - 1) - 40 - 12 * len(names)) * shares / shares.sum() if names else []
    top, curves = room.top, []
    for place, (name, ends, height) in enumerate(zip(names, limits, heights, strict=True)):
        box = Box(room.left, top, room.width, height + 52)  # the room for tick labels is the last one's
        last = place == len(names) - 1
        curves.append(_Curves(stage, box, recording, name, source, ends, log and name == "loss", left, last))
        top += height + 12 + GAP
    return curves


class _Curves:
    """One quantity over the epochs: training solid, validation dashed, with the values of now at their dots."""

    def __init__(
        self, stage: Stage, box: Box, recording: Recording, name: str, source: Source, limits: tuple[float, float],
        log: bool, left: float, ticks: bool,
    ) -> None:  # fmt: skip
        theme, percent = stage.theme, _is_share(name, limits)
        self._stage = stage
        self._number = Number(name, ".1f", "100.0", " %", scale=100) if percent else Number(name, ".3f", "0.000")
        words = {"": "training ", "val_": "validation "} if source == "logs" else {"": ""}
        series = [(word, *recording.history(prefix + name, source=source)) for prefix, word in words.items()]
        self._series = [entry for entry in series if len(entry[1])]
        self._names = [word + name.replace("_", " ") for word, _, _ in self._series]
        self.plot = plot = Plot(
            stage, box, epoch_limits(recording.epochs), limits, log=log, percent=percent, right=8, left=left,
            ticks=None if ticks else [],
        )  # fmt: skip
        colors, dashes = (theme.ink, theme.quiet), ((), (3, 2))
        self._pens = []
        for (_, epochs, values), color, dash in zip(self._series, colors, dashes, strict=False):
            style = (0, dash) if dash else "-"
            plot.axes.plot(
                epochs, values, color=theme.grid, linewidth=stage.points(2), linestyle=style, clip_on=False
            )  # fmt: skip
            self._pens.append(stage.curve(plot.axes, color, 3, 11, dash))
        self._lengths = [stage.measure(f"{word}  {self._number.widest}", LABEL) + 16 for word in self._names]
        ends = self._series[0][2][np.isfinite(self._series[0][2])]
        self._falls = not len(ends) or ends[-1] <= ends[0]
        self._now = np.full(len(self._series), np.nan)

    def name(self, stage: Stage) -> None:
        """Add the texts, over all that was added before."""
        self._page = stage.overlay()
        self._ground = Rectangle((0, 0), 0, 0, facecolor=stage.theme.background, edgecolor="none")
        self._page.add_patch(self._ground)
        stage.moves(self._ground)
        self._words = Words(stage, np.zeros((len(self._series), 2)))
        colors = np.array([to_rgb(color) for color in (stage.theme.ink, stage.theme.quiet)])
        self._words.set_words([""] * len(self._series), colors[: len(self._series)])
        texts = self._words
        pair(stage, self._number.label, lambda: [text.rpartition("  ")[2] for text in texts.texts], self._drawn)

    def show(self, epoch: float) -> None:
        """Draw up to a moment."""
        for place, ((_, epochs, values), pen) in enumerate(zip(self._series, self._pens, strict=True)):
            x, y = until(epochs, values, epoch)
            pen.set_data(x, y)
            self._now[place] = y[-1] if len(y) else np.nan
        self._place(epoch)

    def value(self, epoch: float) -> float:
        """Return the first curve's value at a moment, NaN where it has none."""
        _, epochs, values = self._series[0]
        return float(np.interp(epoch, epochs, values)) if epochs[0] <= epoch + 1e-9 else np.nan

    def _place(self, epoch: float) -> None:
        """Write the values right of the dots: above them where the curve falls, else below, the higher one first."""
        known = np.flatnonzero(np.isfinite(self._now))
        order = known[np.argsort(-self._now[known])]
        tops = np.array([self.plot.top_of(value) for value in self._now[order]])
        room = self.plot.room
        texts, places = [""] * len(self._now), np.zeros((len(self._now), 2))
        self._ground.set_visible(bool(len(order)))
        if len(order):
            first = tops.min() - 12 - 26 * (len(order) - 1) if self._falls else tops.max() + 30
            first = min(max(first, room.top + 12), room.bottom - 8 - 26 * (len(order) - 1))
            width = max(self._lengths[place] for place in order)
            left = min(self.plot.left_of(epoch) + 14, room.right - width)
            self._ground.set_bounds(left - 4, first - 20, width, 26 * len(order))
        for row, place in enumerate(order):
            texts[place] = f"{self._names[place]}  {self._number.text(self._now[place])}"
            places[place] = left, first + 26 * row
        self._words.set_words(texts)
        self._words.move(places)

    def _drawn(self) -> Array:
        """Return where the dots stand, in the unit of the texts."""
        ends = [pen.end for pen in self._pens]
        return self._number.scale * np.array([end[1] if end is not None else np.nan for end in ends])


class _Stems:
    """Lines from the pictures down to their moments, and a ring on the curve for each."""

    def __init__(self, stage: Stage, strip: Strip, curves: _Curves, pins: list[Pin]) -> None:
        self._curves, self._pins, self._anchors = curves, pins, strip.anchors
        axes = stage.overlay()
        self._lines = stage.line(axes, stage.theme.quiet, 1.5)
        self._rings = stage.line(
            axes, stage.theme.ink, 0, marker="o", markersize=stage.points(11), markeredgewidth=stage.points(2),
            markerfacecolor=stage.theme.background,
        )  # fmt: skip

    def show(self, epoch: float, past: int) -> None:
        """Draw the stems of the past, and that of the present."""
        now = [epoch] if past < len(self._pins) else []
        moments = [*(pin.epoch for pin in self._pins[:past]), *now]
        plot, rings, lines = self._curves.plot, [], []
        for (left, top), moment in zip(self._anchors, moments, strict=False):
            across, value = plot.left_of(moment), self._curves.value(moment)
            end = plot.top_of(value) if np.isfinite(value) else plot.room.bottom
            if np.isfinite(value) and moment is not epoch:
                rings.append((across, end))
            lines.append(np.array([(left, top), (across, plot.room.top - 4), (across, end)]))
        self._lines.set_data(*joined(lines).T)
        self._rings.set_data(*np.array(rings).reshape(-1, 2).T)


def _limits(recording: Recording, name: str, source: Source, log: bool) -> tuple[float, float]:
    """Return limits that hold for the whole video; a linear scale starts at zero, so that no axis is cut."""
    values = np.concatenate([recording.history(prefix + name, source=source)[1] for prefix in ("", "val_")])
    finite = values[np.isfinite(values)]
    if not finite.size:
        return (0.1, 1.0) if log else (0.0, 1.0)
    if log:
        positive = finite[finite > 0]
        if not positive.size:
            raise SceneError(f"--log needs positive values; {name} is never above zero")
        return float(positive.min()) / 1.3, 1.3 * float(positive.max())
    top, bottom = float(finite.max()), min(0.0, float(finite.min()))
    if "acc" in name and bottom >= 0 and top <= 1:
        return 0.0, 1.0
    return bottom, top if top > bottom else bottom + 1.0


def _is_share(name: str, limits: tuple[float, float]) -> bool:
    return "acc" in name and limits == (0.0, 1.0)


def _level(level: float, name: str, limits: tuple[float, float]) -> str:
    return f"{100 * level:g} %" if _is_share(name, limits) else f"{level:g}"
