"""The header: title and numbers; and the line at the foot."""

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from animviz.recording.recording import Recording
from animviz.stage.box import MARGIN
from animviz.stage.stage import Stage

__all__ = [
    "ACCURACY",
    "LABEL",
    "LOSS",
    "VALUE",
    "Header",
    "Number",
    "cut",
    "epoch_number",
    "first_fitting",
    "foot",
    "of_network",
    "of_recording",
]

LABEL, VALUE, TITLE = 22.0, 28.0, 30.0
MIN_TITLE = 22.0
SUBTITLE = 32.0  # units from the baseline of the title to that of the subtitle
FEW_EPOCHS = 10  # of which hundredths are written, where snapshots lie between them
MANY_EPOCHS = 1_000  # snapshots from which on no film stays between two of them
WIDE = 1100.0  # units from which title and numbers share a line


@dataclass(frozen=True)
class Number:
    """A number in the header.

    Attributes:
        label: what stands before it.
        form: format specification of the value, such as ".3f".
        widest: the longest text that it will show, for which room is kept so that nothing shifts.
        unit: what stands behind it.
        scale: by what a value is multiplied, such as 100 for shares in per cent.
    """

    label: str
    form: str
    widest: str
    unit: str = ""
    scale: float = 1

    def text(self, value: float) -> str:
        """Return the value as it is shown; a dash where there is none."""
        if not np.isfinite(value):
            return "–"
        value = self.scale * value
        mantissa, power = format(value, ".1e").split("e")
        texts = (format(value, form) for form in (self.form, ".4g", ".3g"))
        fitting = (text for text in texts if len(text) <= len(self.widest) + 1)
        return next(fitting, f"{mantissa}e{int(power)}") + self.unit


@dataclass(frozen=True)
class _WholeEpochs(Number):
    """Epochs of a recording that has whole ones alone: between them in tenths, or where they are very many not at all."""

    def text(self, value: float) -> str:
        """See `Number.text`."""
        if not np.isfinite(value):
            return "–"
        return f"{np.round(value, 1):.12g}" if self.form == ".1f" else f"{np.floor(value + 1e-9):.0f}"


@dataclass(frozen=True)
class _Loss(Number):
    """A loss: where its decimals would hide it, it is written as a digit and a power of ten."""

    def text(self, value: float) -> str:
        """See `Number.text`."""
        if not np.isfinite(value) or not value or float(format(value, self.form)):
            return super().text(value)
        mantissa, power = format(value, ".0e").split("e")
        return f"{mantissa}e{int(power)}".replace("-", "−")


def epoch_number(recording: Recording) -> Number:
    """Return the epoch as a number of the header.

    Args:
        recording: its epochs are written as whole numbers if they all are, with tenths between two of them unless
            they are very many; else with tenths, or with hundredths where there are few of them.
    """
    last, whole = recording.epochs[-1], bool(np.all(recording.epochs == np.round(recording.epochs)))
    if not whole:
        form = ".2f" if last < FEW_EPOCHS else ".1f"
        return Number("epoch", form, format(last, form))
    form = ".1f" if len(recording) < MANY_EPOCHS else ".0f"
    return _WholeEpochs("epoch", form, format(last, form))


def of_recording(recording: Recording, *, titled: bool = True) -> str:
    """Return what a subtitle says of a recording: its title, the network, and of which samples the scores are.

    Args:
        recording: what is drawn.
        titled: whether its title is said.
    """
    scored = recording.noted(source="scores")
    count = f"{recording.basis.sample_count:,} " if scored else ""
    measured = f"measured on {count}{recording.measured_on} samples" if scored else ""
    return ", ".join(filter(None, [recording.manifest.title if titled else "", recording.manifest.arch, measured]))


def of_network(recording: Recording, what: str) -> str:
    """Return a title that names the network, such as "confusion of 784-10".

    Args:
        recording: whose architecture is named; where it names none, the title is what is seen.
        what: what is seen.
    """
    arch = recording.manifest.arch
    return f"{what} of {arch}" if arch else what


LOSS = _Loss("loss", ".3f", "0.000")
ACCURACY = Number("accuracy", ".1f", "100.0", " %", scale=100)


class Header:
    """A title, and numbers that keep their places.

    Args:
        stage: where.
        title: what is seen; shrunk, and in the end cut, if there is no room for it. None where `write_title` follows.
        numbers: from left to right.
        subtitle: of what, in quiet letters below the title; empty for none. Both give way to the stage's wording.

    Attributes:
        bottom: units from the upper edge at which the picture may begin.
    """

    def __init__(self, stage: Stage, title: str | None, numbers: Sequence[Number], subtitle: str = "") -> None:
        self._stage, self._numbers = stage, numbers
        subtitle = subtitle if stage.wording.subtitle is None else stage.wording.subtitle
        one_line = stage.width >= WIDE
        below = SUBTITLE if subtitle else 0.0
        baseline = 46.0 if one_line or not numbers else 88.0 + below
        right = stage.width - MARGIN
        self._values = []
        places = []
        for number in reversed(numbers):
            value_width = stage.measure(number.widest + number.unit, VALUE, "medium")
            label_width = stage.measure(number.label, LABEL)
            places.append((right, right - value_width - 14 - label_width))
            right = places[-1][1] - (52 if one_line else 36)
        shift = 0.0 if one_line or not places else places[-1][1] - MARGIN
        for number, (value_right, label_left) in zip(numbers, reversed(places), strict=True):
            stage.text(label_left - shift, baseline, number.label, size=LABEL, color=stage.theme.quiet)
            text = stage.text(value_right - shift, baseline, "", size=VALUE, weight="medium", align="right", moves=True)
            self._values.append(text)
        self._title_room = (right if one_line else stage.width - MARGIN) - MARGIN
        if title is not None:
            self.write_title(title)
        if subtitle:
            beneath = stage.width - 2 * MARGIN  # the numbers stand higher
            subtitle = _shortened(stage, subtitle, beneath)
            _fitted(stage, MARGIN, 46.0 + below, subtitle, beneath, LABEL, "regular", stage.theme.quiet)
        self.bottom = stage.head = max(baseline, 46.0 + below) + 22

    def write_title(self, title: str) -> None:
        """Write the title, unless the stage's wording has one.

        Args:
            title: see the argument of the header.
        """
        title = title if self._stage.wording.title is None else self._stage.wording.title
        _fitted(self._stage, MARGIN, 46.0, title, self._title_room, TITLE, "medium")

    def show(self, *values: float) -> None:
        """Show these values, in the order of the numbers."""
        for number, text, value in zip(self._numbers, self._values, values, strict=True):
            text.set_text(number.text(value))


def foot(stage: Stage, *parts: str) -> float:
    """Write the line at the foot that says in plain words what is seen.

    Args:
        stage: where.
        *parts: what it says; they stand in one line or more, as many as are needed, and each is kept whole. They give way
            to the stage's wording.

    Returns:
        Where it begins, in units from the upper edge.
    """
    if stage.wording.caption is not None:
        parts = (stage.wording.caption,) if stage.wording.caption else ()
    separator = "   ·   "
    lines: list[str] = []
    for part in parts:
        joined = separator.join([lines[-1], part]) if lines else part
        if lines and stage.measure(joined, LABEL) <= stage.width - 2 * MARGIN:
            lines[-1] = joined
        else:
            lines.append(part)
    if not lines:
        return stage.height - LABEL
    top = stage.height - 20 - 30 * (len(lines) - 1)
    for row, line in enumerate(lines):
        _fitted(stage, MARGIN, top + 30 * row, line, stage.width - 2 * MARGIN, LABEL, "regular", stage.theme.quiet)
    return top - LABEL


def _shortened(stage: Stage, subtitle: str, room: float) -> str:
    """Return a subtitle without so many of its parts between the first and the last as have no room."""
    parts = subtitle.split(", ")
    while len(parts) > 2 and stage.measure(", ".join(parts), LABEL) > room:
        del parts[1]
    return ", ".join(parts)


def _fitted(
    stage: Stage, left: float, top: float, text: str, room: float, size: float,
    weight: Literal["regular", "medium"], color: str | None = None,
) -> None:  # fmt: skip
    """Write a line in the largest type that fits, and cut it with an ellipsis where even the smallest does not."""
    while size > MIN_TITLE and stage.measure(text, size, weight) > room:
        size -= 1
    stage.text(left, top, cut(stage, text, room, size, weight), size=size, weight=weight, color=color)


def first_fitting(
    stage: Stage, texts: Sequence[str], room: float, weight: Literal["regular", "medium"] = "regular"
) -> str:
    """Return the first of some texts for which there is room, in the size of labels; else the last of them, cut.

    Args:
        stage: for which.
        texts: at least one, from the longest to the shortest.
        room: units.
        weight: of the type.
    """
    fitting = (text for text in texts if stage.measure(text, LABEL, weight) <= room)
    return next(fitting, None) or cut(stage, texts[-1], room, weight=weight)


def cut(
    stage: Stage, text: str, room: float, size: float = LABEL, weight: Literal["regular", "medium"] = "regular"
) -> str:
    """Return a text, cut with an ellipsis if it is wider than the room.

    Args:
        stage: for which.
        text: in one line.
        room: units.
        size: height of the type in units.
        weight: of the type.
    """

    def begin(letters: int) -> str:
        return text[:letters].rstrip() + "…"

    if stage.measure(text, size, weight) <= room:
        return text
    return begin(bisect(range(1, len(text)), room, key=lambda letters: stage.measure(begin(letters), size, weight)))
