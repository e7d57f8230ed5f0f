"""Architectures as text: "2-3-2-1" is two inputs, hidden layers of three and two units, one output."""

from dataclasses import dataclass

from animviz.errors import InputError

__all__ = ["MAX_LAYERS", "MAX_UNITS", "Arch"]

MAX_UNITS = 10_000
MAX_LAYERS = 64


@dataclass(frozen=True)
class Arch:
    """The widths of a chain of dense layers, inputs first.

    Attributes:
        widths: units of each layer, the input included; at least two entries.
    """

    widths: tuple[int, ...]

    @classmethod
    def parse(cls, text: str, stars: tuple[int, int] | None = None) -> "Arch":
        """Read an architecture from text such as "2-3-2-1", or "*-16-*" where stars have a meaning.

        Args:
            text: the architecture.
            stars: what a star stands for, as the first width and as a later one.

        Raises:
            InputError: a token is not a whole number from 1 to MAX_UNITS, or there are fewer than two or
                more than MAX_LAYERS of them; the message names the token.
        """
        tokens = text.strip().split("-")
        shown = text if len(text) <= 60 else text[:57] + "..."
        if not text.strip():
            raise InputError(f"architecture {text!r} is empty; write widths joined by dashes, such as 2-3-2-1")
        widths = tuple(
            stars[min(place, 1)] if stars and token == "*" else _width(token, place + 1, shown)
            for place, token in enumerate(tokens)
        )
        if len(widths) < 2:
            raise InputError(f"architecture {shown!r} has a single layer; it needs inputs and outputs, such as 2-1")
        if len(widths) > MAX_LAYERS:
            raise InputError(f"architecture {shown!r} has {len(widths)} layers; at most {MAX_LAYERS} are allowed")
        return cls(widths)

    @property
    def inputs(self) -> int:
        """Width of the input."""
        return self.widths[0]

    @property
    def outputs(self) -> int:
        """Width of the output layer."""
        return self.widths[-1]

    def require(self, inputs: int, outputs: int, needed_by: str) -> None:
        """Check the two ends against what the data asks for.

        Args:
            inputs: width that the data needs at the first end.
            outputs: likewise at the last.
            needed_by: name of the experiment.

        Raises:
            InputError: either end differs; the message names the experiment and both widths.
        """
        for end, needed, found in (("input", inputs, self.inputs), ("output", outputs, self.outputs)):
            if needed != found:
                plural = "" if needed == 1 else "s"
                raise InputError(f"{needed_by} needs {needed} {end}{plural}: {self} has {found}")

    def __str__(self) -> str:
        return "-".join(map(str, self.widths))


def _width(token: str, place: int, text: str) -> int:
    where = f"architecture {text!r}: layer {place}"
    if not token.strip():
        raise InputError(f"{where} is empty; write whole numbers joined by single dashes, such as 2-3-2-1")
    if not (token.isascii() and token.isdigit()):
        raise InputError(f"{where} is {token[:20]!r}, not a whole number")
    # Digits are counted before int() so that a token of a million digits costs nothing.
    units = int(token) if len(token.lstrip("0")) <= 9 else MAX_UNITS + 1
    if units == 0:
        raise InputError(f"{where} has 0 units; every layer needs at least 1")
    if units > MAX_UNITS:
        raise InputError(f"{where} is {token[:20]}; at most {MAX_UNITS:,} units are allowed")
    return units
