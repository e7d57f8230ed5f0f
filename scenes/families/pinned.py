"""Small pictures of what the network does at chosen moments, in a row, each pinned to its moment on an axis of epochs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.patches import Rectangle

from animviz import Box, Recording, Stage
from animviz.analysis.landmarks import Landmark, landmarks_of_curves
from animviz.arrays import Array
from animviz.errors import DivergedError
from animviz.parts import PointCloud, cut, epoch_number

from .small_pictures import Picture, draw_key, keyed, small_pictures

__all__ = ["CAPTION", "Pin", "Strip", "beginning", "height_of_key", "pins_of"]

CAPTION = 62.0  # units below a picture for its two lines
KEY = 36.0  # units above pictures for what their colours mean
VEIL = 0.72  # of the ground that lies over a picture of what is to come
APART = 0.015  # of the training, between two moments at least
CHANGED = 0.05  # of the range of the loss, between two landmarks at least
ENOUGH = 4  # moments, from which on none without a name is added
# Of many landmarks those come first that show something else than the others.
FIRST = (
    "training diverges", "boundary closes", "curves part", "above 90 % right", "plateau ends", "loss levels off",
    "boundary in", "best epoch", "above 99 % right", "plateau begins", "boundary gone", "above 50 % right",
)  # fmt: skip


@dataclass(frozen=True)
class Pin:
    """A moment that is shown.

    Attributes:
        epoch: when.
        name: what happened, or "".
    """

    epoch: float
    name: str


def beginning(recording: Recording) -> str:
    """Return the name of the first moment: "untrained" where nothing was trained before it, else ""."""
    first = recording[0]
    return "" if first.step or first.epoch > 0 else "untrained"


def pins_of(recording: Recording, most: int) -> list[Pin]:
    """Return the begin, the end and landmarks between them; where those are few, some moments at which the loss has changed.

    Args:
        recording: of any model.
        most: how many fit, at least 2.
    """
    first, last = float(recording.epochs[0]), float(recording.epochs[-1])
    pins = [Pin(first, beginning(recording))]
    if last <= first:
        return pins
    pins.append(Pin(last, "the end"))
    epochs, values = _finite_losses(recording)
    size = float(np.ptp(values)) if len(values) else 0.0
    for mark in sorted(landmarks_of_curves(recording), key=_rank):
        others = np.array([pin.epoch for pin in pins[2:]])
        changed = np.abs(np.interp(mark.epoch, epochs, values) - np.interp(others, epochs, values)) if size else others
        if (changed >= CHANGED * size).all() and _fits(mark.epoch, pins, most):
            pins.append(Pin(mark.epoch, mark.name))
    for epoch in _between(epochs, values, most):
        if _fits(epoch, pins, min(most, ENOUGH)):
            pins.append(Pin(epoch, ""))
    return sorted(pins, key=lambda pin: pin.epoch)


def height_of_key(recording: Recording) -> float:
    """Return the units above the pictures for what their colours mean; nothing where they need no key.

    Args:
        recording: of any model.
    """
    return KEY * keyed(recording)


class Strip:
    """Pictures in a row: those of the past stay, the next one shows the present, those to come are faint.

    Where a network shows nothing in a small picture there are captions alone.

    Args:
        stage: where.
        box: room for pictures and captions, and for the key of those that need one.
        recording: of any model.
        pins: rising moments, one for each picture.

    Attributes:
        note: what the pictures are, for the foot.
        anchors: middle of each picture's lower edge, captions included, in units.
    """

    def __init__(self, stage: Stage, box: Box, recording: Recording, pins: Sequence[Pin]) -> None:
        self._pins, self._theme = pins, stage.theme
        self._epoch = epoch_number(recording)
        pitch = box.width / len(pins)
        side = min(box.height - CAPTION - height_of_key(recording), pitch - 24)
        boxes = [
            Box(box.left + (place + 0.5) * pitch - side / 2, box.bottom - CAPTION - side, side, side)
            for place in range(len(pins))
        ]
        make, self.note = small_pictures(stage, recording)
        if keyed(recording):
            draw_key(stage, box, recording)
        self._slots = [_Slot(stage, place, make) for place in boxes] if make else []
        self._names = [
            stage.text(place.left + side / 2, place.bottom + 26, "", weight="medium", align="center", moves=True)
            for place in boxes
        ]
        self._times = [
            stage.text(
                place.left + side / 2, place.bottom + 54, "", color=stage.theme.quiet, align="center", moves=True
            )
            for place in boxes
        ]
        self._said = [cut(stage, pin.name or self._at(pin.epoch), pitch - 6, weight="medium") for pin in pins]
        self.anchors = [(place.left + side / 2, box.bottom) for place in boxes]

    def show(self, epoch: float) -> int:
        """Show a moment; returns how many pins are past."""
        past = sum(pin.epoch <= epoch + 1e-9 for pin in self._pins)
        between = epoch > self._pins[past - 1].epoch + 1e-9
        for place, pin in enumerate(self._pins):
            now = between and place == past
            if self._slots:
                self._slots[place].show(epoch if now else pin.epoch, faint=place >= past and not now)
            self._names[place].set_text("now" if now else self._said[place])
            self._names[place].set_color(self._theme.ink if now or place < past else self._theme.quiet)
            self._times[place].set_text(self._at(epoch) if now else self._at(pin.epoch) if pin.name else "")
        return past

    def _at(self, epoch: float) -> str:
        return f"epoch {self._epoch.text(epoch)}"


class _Slot:
    """A place for a picture, which is faint before its time."""

    def __init__(self, stage: Stage, box: Box, make: Callable[[Box], Picture]) -> None:
        stage.axes(box, (0, 1), (0, 1), color=stage.theme.mix(stage.theme.grid, 0.18))
        before = len(stage.figure.axes)
        self._picture = make(box)
        self._artists = [
            child
            for axes in stage.figure.axes[before:]
            for child in axes.get_children()
            if child.get_animated() and not isinstance(child, PointCloud)
        ]
        self._drawn: float | None = None
        self._veil = Rectangle((0, 0), 1, 1, facecolor=stage.theme.background, edgecolor="none", alpha=VEIL)
        stage.axes(box, (0, 1), (0, 1)).add_patch(self._veil)
        stage.moves(self._veil)

    def show(self, epoch: float, *, faint: bool) -> None:
        self._veil.set_visible(faint)
        if epoch == self._drawn:
            return
        self._drawn = epoch
        try:
            self._picture(epoch)
            visible = True
        except DivergedError:  # the numbers go on being true
            visible = False
        for artist in self._artists:
            artist.set_visible(visible)


def _rank(landmark: Landmark) -> int:
    return next((rank for rank, name in enumerate(FIRST) if landmark.name.startswith(name)), len(FIRST))


def _fits(epoch: float, pins: Sequence[Pin], most: int) -> bool:
    """Say whether there is room for one more moment; the first two are begin and end."""
    least = APART * (pins[1].epoch - pins[0].epoch)
    return len(pins) < most and all(abs(epoch - pin.epoch) > least for pin in pins)


def _between(epochs: Array, values: Array, count: int) -> list[float]:
    """Return moments at which the loss first was lower by equal steps."""
    if len(values) < 2:
        return []
    lowest = np.minimum.accumulate(values)
    levels = np.linspace(lowest[0], lowest[-1], count)[1:-1]
    return [float(epochs[(lowest <= level).argmax()]) for level in levels]


def _finite_losses(recording: Recording) -> tuple[Array, Array]:
    epochs, values = recording.history("loss", source=recording.loss_source)
    return epochs[np.isfinite(values)], values[np.isfinite(values)]
