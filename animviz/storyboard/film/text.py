"""Words with mathematics between dollar signs: their width, their lines, and how they read without it."""

import re
import unicodedata
from typing import Literal

from matplotlib.font_manager import FontProperties
from matplotlib.mathtext import MathTextParser
from matplotlib.text import Text

from animviz.errors import InputError
from animviz.stage.settings import own_settings
from animviz.stage.stage import Stage, Weight

__all__ = ["lines_of", "measure", "plain", "write"]

MATH = "stixsans"
_FORMULA = re.compile(r"(?<!\\)\$(.*?)(?<!\\)\$")
_SIGNS = {
    "cdot": "·", "times": "×", "to": "→", "rightarrow": "→", "leftarrow": "←", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥",
    "neq": "≠", "approx": "≈", "in": "∈", "infty": "∞", "pm": "±", "sum": "∑", "prod": "∏", "sqrt": "√", "partial": "∂",
    "nabla": "∇", "ldots": "…", "dots": "…", "quad": " ", "left": "", "right": "", "mathrm": "", "mathbf": "", "tanh": "tanh",
    "exp": "exp", "log": "log", "max": "max", "min": "min", "sin": "sin", "cos": "cos",
}  # fmt: skip
_RAISED = dict(zip("0123456789+-=()nijk", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱʲᵏ", strict=True))
_LOWERED = dict(zip("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))


@own_settings
def measure(stage: Stage, text: str, size: float, weight: Weight = "regular") -> float:
    """Return the width in units of words with mathematics.

    Raises:
        InputError: the mathematics cannot be read.
    """
    if not _FORMULA.search(text):
        return stage.measure(text.replace(r"\$", "$"), size, weight)
    try:
        found = MathTextParser("agg").parse(text, 100, _font(stage, size, weight))
    except ValueError as error:
        said = str(error).strip().splitlines()[-1].strip()
        raise InputError(f"the mathematics in {text!r} cannot be read ({said})") from None
    return float(found[2] if isinstance(found, tuple) else found.width) / stage.pixel


@own_settings
def write(
    stage: Stage, left: float, top: float, text: str, *, size: float, weight: Weight = "regular", color: str | None = None,
    align: Literal["left", "center", "right"] = "left",
) -> Text:  # fmt: skip
    """Add a line of words with mathematics; see `Stage.text`."""
    return stage.figure.text(
        left / stage.width, 1 - top / stage.height, text, color=color or stage.theme.ink, ha=align, va="baseline",
        fontproperties=_font(stage, size, weight), parse_math=True,
    )  # fmt: skip


def lines_of(
    stage: Stage, text: str, room: float, *, size: float, most: int, weight: Weight = "regular"
) -> tuple[str, ...]:
    """Break words into lines; a formula stays whole.

    Args:
        stage: by whose letters the width is measured.
        text: the words.
        room: width of a line in units.
        size: of the type in units.
        most: number of lines.
        weight: of the type.

    Raises:
        InputError: there are more lines than that, a word is wider than a line, or the mathematics cannot be read.
    """
    lines: list[str] = []
    for word in _words(text):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and measure(stage, longer, size, weight) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > most or any(measure(stage, line, size, weight) > room for line in lines):
        allowed = "one line" if most == 1 else f"{most} lines"
        raise InputError(f"{text!r} does not fit into {allowed}; shorten it")
    return tuple(lines)


def plain(text: str) -> str:
    r"""Return words with mathematics as they are written without it, such as "σ(x₁)" for "$\sigma(x_1)$".

    Raises:
        InputError: a formula has no such form.
    """
    try:
        return " ".join(_FORMULA.sub(lambda formula: _plain_formula(formula[1]), text).replace(r"\$", "$").split())
    except KeyError as error:
        sign = str(error.args[0])
        raise InputError(
            f'no plain form of {sign!r} in {text!r} is known; add plain = "..." for the subtitles'
        ) from None


def _font(stage: Stage, size: float, weight: Weight) -> FontProperties:
    font = stage.font(size, weight)
    font.set_math_fontfamily(MATH)
    return font


def _words(text: str) -> list[str]:
    """Split at spaces outside of formulas."""
    kept = _FORMULA.sub(lambda formula: formula[0].replace(" ", "\0"), text)
    return [word.replace("\0", " ") for word in kept.split()]


def _plain_formula(formula: str) -> str:
    text = re.sub(r"\\([A-Za-z]+)", lambda command: _sign(command[1]), formula)
    text = re.sub(r"\\[,;:! ]", " ", text.replace("\\|", "‖"))
    text = re.sub(r"\^(?:\{([^{}]*)\}|(.))", lambda part: _shifted(part[1] or part[2], _RAISED), text)
    text = re.sub(r"_(?:\{([^{}]*)\}|(.))", lambda part: _shifted(part[1] or part[2], _LOWERED), text)
    text = re.sub(r" *· *", "·", text)
    if "\\" in text:
        raise KeyError(text)
    return re.sub("[{}]", "", text)


def _sign(name: str) -> str:
    if name in _SIGNS:
        return _SIGNS[name]
    size = "CAPITAL" if name[0].isupper() else "SMALL"
    try:
        return unicodedata.lookup(f"GREEK {size} LETTER {'LAMDA' if name.lower() == 'lambda' else name.upper()}")
    except KeyError:
        raise KeyError(f"\\{name}") from None


def _shifted(text: str, table: dict[str, str]) -> str:
    return "".join(table[letter] for letter in text if letter != " ")
