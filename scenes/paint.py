"""Networks paint a picture: from where a pixel is to which colour it has.

After Rahaman et al., "On the Spectral Bias of Neural Networks" (2018), Tancik et al., "Fourier Features Let Networks Learn High
Frequency Functions" (2020), and Sitzmann et al., "Implicit Neural Representations with Periodic Activation Functions" (2020).
"""

from typing import Any

import numpy as np
from matplotlib.text import Text

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.spectrum import amplitudes
from animviz.arrays import Array
from animviz.parts import LABEL, Number, Plot, Sheet, cut, first_fitting, heatmap, pair

from .families.canvas import Canvas, require_canvas

BRIGHT = 0.4  # error that is drawn as bright as any
HEAD, GAP, FAR = 40.0, 20.0, 64.0  # units: above each picture, and between two at least and at most
WIDE = 1.5  # width over height of rooms in which all pictures stand in a row, with maps of their errors
TALL = 0.8  # and of those in which the spectrum stands below them
LARGE = 0.6  # of the height for the pictures, above the maps
RANGE = 10.0  # by how much a spectrum may lie above or below that of the picture
TITLES = ("strength of waves, coarse to fine", "waves, coarse to fine", "coarse to fine")
OFF = Number("off", ".1f", "88.8", " %", 100)  # a share


@scene(experiment="paint", group="ideas", tasks=("regression",), suits=lambda recording, **_: require_canvas(recording))
def paint(stage: Stage, recording: Recording) -> Draw:
    """Networks paint a picture, with the error of each, and how much of what they paint is coarse and fine.

    Args:
        stage: where to draw.
        recording: of a model from places in a picture, two numbers each on an even lattice, to colours of one or three numbers;
            each of its outputs is a network of its own.
    """
    canvas = Canvas.painted_by(recording)
    names = [name for name, _ in canvas.networks]
    sheet = Sheet(
        stage, recording, _title(canvas), subtitle=recording.manifest.title,
        numbers=[Number("step", ".0f", f"{recording[-1].step:.0f}")],
    )  # fmt: skip
    mapped = sheet.room.width > WIDE * sheet.room.height
    sheet.write_foot(
        f"numbers: how far off, root mean square{f'; maps: where, bright from {100 * BRIGHT:.0f} %' if mapped else ''}",
        "dotted: the picture's waves",
    )  # fmt: skip
    cells, errors, below = _layout(sheet.room, len(names), canvas.shape[0] / canvas.shape[1], mapped=mapped)
    colors = stage.theme.palette(max(2, len(names)))[: len(names)]
    _Picture(stage, cells[0], "the picture", None, canvas.shape).show(canvas.target)
    pictures = [
        _Picture(stage, cell, name, color, canvas.shape)
        for cell, name, color in zip(cells[1:], names, colors, strict=True)
    ]
    maps = [heatmap(stage, box, canvas.shape, low=0, high=BRIGHT)[0] for box in errors]
    spectrum = _Spectrum(stage, below, canvas.target, colors)

    def draw(moment: Moment) -> None:
        for number, (_, network) in enumerate(canvas.networks):
            answer = canvas.of(network.at(moment.epoch))
            pictures[number].show(answer, canvas.off(answer))
            if maps:
                maps[number].set_values(np.sqrt(((answer - canvas.target) ** 2).mean(axis=2)))
            spectrum.show(number, answer)
        state = recording.at(moment.epoch)
        sheet.show(state, step=state.snapshot.step)

    pair(
        stage, "off", lambda: [one.written for one in pictures], lambda: [100 * one.off for one in pictures]
    )  # fmt: skip
    return draw


class _Picture:
    """A picture under its name, and how far off it is."""

    def __init__(self, stage: Stage, cell: Box, name: str, color: Any, shape: tuple[int, int]) -> None:
        inner = Box(cell.left, cell.top + HEAD, cell.width, cell.height - HEAD)
        self._cells, place = heatmap(stage, inner, shape, kind="gray")
        left, top, room = place.left, place.top - 12, place.width
        self.written, self.off = "", float("nan")
        self._number: Text | None = None
        if color is not None:
            stage.dot(left + 8, top - 8, 16, color)
            self._number = stage.text(place.right, top, "", weight="medium", align="right", moves=True)
            left, room = left + 23, room - 23 - stage.measure("88.8 %", LABEL, "medium") - 6
        stage.text(left, top, cut(stage, name.replace("_", " "), room))

    def show(self, image: Array, off: float = float("nan")) -> None:
        """Show a picture, (rows, columns, channels)."""
        self._cells.set_values(np.clip(image if image.shape[2] == 3 else image.repeat(3, axis=2), 0, 1))
        if self._number is not None:
            self.off, self.written = off, OFF.text(off)
            self._number.set_text(self.written)


class _Spectrum:
    """How strong coarse and fine waves are in the picture, and in what is painted."""

    def __init__(self, stage: Stage, box: Box, target: Array, colors: Array) -> None:
        known = amplitudes(target)
        self._waves = np.arange(1, len(known) + 1)
        found = known[known > 0]
        limits = (float(found.min()) / RANGE, float(found.max()) * 2) if len(found) else (0.1, 1.0)
        last = len(known)
        title = first_fitting(stage, TITLES, box.width, "medium")
        plot = Plot(
            stage, box, (1, max(2, last)), limits, title=title, log=True,
            ticks=[(1, "1"), (last / 2, f"{last / 2:.0f}"), (last, f"{last}")], right=14,
        )  # fmt: skip
        self._lines = [stage.line(plot.axes, color, 3) for color in colors]
        picture = stage.line(plot.axes, stage.theme.ink, 2.5, linestyle=(0, (1, 2)))
        picture.set_data(self._waves, known)

    def show(self, number: int, answer: Array) -> None:
        """Show what a network paints."""
        self._lines[number].set_data(self._waves, amplitudes(answer))


def _title(canvas: Canvas) -> str:
    """Say how far off the networks end."""
    ends = [(name, canvas.off(canvas.of(one.at(one.epochs[-1])))) for name, one in canvas.networks]
    said = [f"{name.replace('_', ' ')} ends {OFF.text(off)} off" for name, off in ends if np.isfinite(off)]
    if len(said) == 1:
        said = [said[0].replace("output ends", "the painting ends")]  # which has no name of its own
    text = ", ".join([said[0], said[-1].replace(" ends ", " ").removesuffix(" off")] if len(said) > 1 else said)
    return text[:1].upper() + text[1:] or "Nothing is painted"


def _layout(room: Box, count: int, aspect: float, *, mapped: bool) -> tuple[list[Box], list[Box], Box]:
    """Return the boxes of the pictures, of the maps of errors below them, and of the spectrum.

    Args:
        room: for all of them.
        count: networks.
        aspect: height over width of the picture.
        mapped: whether there are maps of errors.
    """
    tall = room.width < TALL * room.height
    columns = 1 + count if mapped else min(2, 1 + count)
    rows = -(-(1 + count) // columns)
    across = (room.width - (columns - 1) * GAP) / columns if mapped or tall else 0.3 * room.width
    down = LARGE * room.height - HEAD if mapped else ((0.64 if tall else 1) * room.height + GAP) / rows - HEAD - GAP
    high = min(across * aspect, down)
    wide = high / aspect
    step = min((room.width - wide) / max(1, columns - 1) if mapped or tall else 0, wide + FAR) or wide + GAP
    left = room.left + (room.width - step * (columns - 1) - wide) / 2 if mapped or tall else room.left
    cells = [
        Box(left + k % columns * step, room.top + k // columns * (high + HEAD + GAP), wide, high + HEAD)
        for k in range(1 + count)
    ]
    top = cells[-1].bottom + GAP
    if mapped:
        under = room.bottom - top
        maps = [Box(cell.left, top, min(wide, under / aspect), min(high, under)) for cell in cells[1:]]
        return cells, maps, Box(left, top, wide, under)
    if tall:
        return cells, [], Box(room.left, top, room.width, room.bottom - top)
    beside = room.left + columns * step + GAP
    return cells, [], Box(beside, room.top, room.right - beside, room.height)
