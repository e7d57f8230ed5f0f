"""Options read from signatures: the keyword-only parameters of a scene or an experiment are its options.

The command line, the Python API and Sphinx read the same table, so that a parameter is declared once. Its type and
bounds are in the signature; its help is in the docstring's "Args:" section.
"""

import inspect
import math
import re
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from animviz.errors import InputError, SceneError

__all__ = ["Option", "Range", "checked", "help_of", "options_of", "plain", "summary_of"]

SWITCHES = {"": True, "yes": True, "no": False}


@dataclass(frozen=True)
class Range:
    """Inclusive bounds of a number, as in ``Annotated[int, Range(2, 200)]``.

    Attributes:
        low: smallest allowed value.
        high: largest allowed value.
    """

    low: float = -math.inf
    high: float = math.inf


@dataclass(frozen=True)
class Option:
    """One keyword-only parameter, as users see it.

    Attributes:
        name: the parameter's name; on the command line its underscores become dashes.
        kind: int, float, bool, str or Path.
        default: value if it is not given.
        help: one line from the docstring.
        choices: the allowed strings of a Literal, else empty.
        bounds: inclusive limits of a number.
        optional: whether None is allowed.
        words: what may stand in place of a number.
    """

    name: str
    kind: type
    default: Any
    help: str
    choices: tuple[str, ...] = ()
    bounds: Range = Range()
    optional: bool = False
    words: tuple[str, ...] = ()

    @property
    def flag(self) -> str:
        """The option as written on the command line; a name that is a word of Python ends in an underscore there."""
        return "--" + self.name.rstrip("_").replace("_", "-")

    def check(self, value: Any) -> Any:
        """Return the value in the option's own type.

        Raises:
            InputError: wrong type, outside the bounds, or not one of the choices; names all three.
        """
        value = plain(value)
        if value is None and self.optional:
            return None
        if isinstance(value, str) and value in self.words:
            return value
        if self.kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value) if abs(value) < 2**1023 else math.inf  # which is refused below
        if self.kind is Path and isinstance(value, str):
            value = Path(value)
        if not isinstance(value, self.kind) or (self.kind is int and isinstance(value, bool)):
            raise InputError(f"{self.flag} is {value!r}; expected {self._expected}")
        if self.choices and value not in self.choices:
            raise InputError(f"{self.flag} is {value!r}; expected one of {', '.join(self.choices)}")
        if isinstance(value, int | float) and not (
            self.bounds.low <= value <= self.bounds.high and math.isfinite(value)
        ):
            raise InputError(f"{self.flag} is {value}; expected {_bounds_text(self.bounds)}")
        return 0.0 if isinstance(value, float) and value == 0 else value  # libraries refuse a zero below zero

    def read(self, text: str) -> Any:
        """Return the value that a text names; a switch is on without one.

        Raises:
            InputError: it names no value of this kind, or one that does not fit; names all three.
        """
        if self.kind is bool:
            if text not in SWITCHES:
                raise InputError(f"{self.flag} is {text!r}; expected {', '.join(filter(None, SWITCHES))}, or nothing")
            return SWITCHES[text]
        if text in self.words:
            return text
        try:
            value = self.kind(text)
        except ValueError:
            raise InputError(f"{self.flag} is {text!r}; expected {self._expected}") from None
        return self.check(value)

    @property
    def _expected(self) -> str:
        return " or ".join([self.kind.__name__, *self.words])


def plain(value: Any) -> Any:
    """Return a NumPy number as a number of Python, and all else as it is."""
    return value.item() if isinstance(value, np.generic) else value


def options_of(function: Callable[..., Any]) -> tuple[Option, ...]:
    """Read the keyword-only parameters of a function or a class as options.

    Raises:
        SceneError: a parameter has no default, or a type other than int, float, bool, str, Literal and Path.
    """
    hints = get_type_hints(function, include_extras=True)
    helps = _helps(function)
    parameters = inspect.signature(function).parameters.values()
    return tuple(
        _option(function, parameter, hints.get(parameter.name, Any), helps.get(parameter.name, ""))
        for parameter in parameters
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    )


def checked(options: tuple[Option, ...], values: Mapping[str, Any], owner: str) -> dict[str, Any]:
    """Return every option with its given or default value, each checked.

    Raises:
        InputError: a name is not among the options, or a value does not fit.
    """
    known = {option.name: option for option in options}
    for name in values:
        if name not in known:
            raise InputError(f"{owner} has no option {name!r}; it has {', '.join(known) or 'none'}")
    return {name: option.check(values.get(name, option.default)) for name, option in known.items()}


def help_of(function: Callable[..., Any], name: str) -> str:
    """Return what the docstring says of a parameter in one line, or an empty string."""
    return _helps(function).get(name, "")


def summary_of(function: Callable[..., Any]) -> str:
    """Return the first line of a docstring, or an empty string."""
    return (inspect.getdoc(function) or "").partition("\n")[0]


def _option(function: Callable[..., Any], parameter: inspect.Parameter, hint: Any, help_text: str) -> Option:
    owner = getattr(function, "__name__", repr(function))
    if parameter.default is inspect.Parameter.empty:
        raise SceneError(f"{owner}: parameter {parameter.name!r} needs a default value")
    optional = False
    words: tuple[str, ...] = ()
    if get_origin(hint) in (Union, types.UnionType):
        rest = [kind for kind in get_args(hint) if kind is not type(None)]
        optional = len(rest) < len(get_args(hint))
        words = tuple(word for kind in rest if len(rest) > 1 and get_origin(kind) is Literal for word in get_args(kind))
        rest = [kind for kind in rest if not words or get_origin(kind) is not Literal]
        hint = rest[0] if len(rest) == 1 else hint
    bounds = Range()
    if get_origin(hint) is Annotated:
        hint, *extras = get_args(hint)
        bounds = next((extra for extra in extras if isinstance(extra, Range)), bounds)
    choices: tuple[str, ...] = ()
    if get_origin(hint) is Literal:
        choices, hint = get_args(hint), str
    if hint not in (int, float, bool, str, Path) or not all(isinstance(choice, str) for choice in choices):
        raise SceneError(
            f"{owner}: parameter {parameter.name!r} is annotated {hint!r}; "
            "options are int, float, bool, str, Literal of strings, or Path"
        )
    return Option(parameter.name, hint, parameter.default, help_text, choices, bounds, optional, words)


def _helps(function: Callable[..., Any]) -> dict[str, str]:
    """Return what docstrings say of parameters: those of a class, and of the classes that it is made from."""
    sources = reversed(function.__mro__) if isinstance(function, type) else (function,)
    return {
        name: text
        for source in sources
        if source is not object
        for name, text in _argument_help(inspect.getdoc(source) or "").items()
    }


def _argument_help(docstring: str) -> dict[str, str]:
    """Parse the "Args:" section of a Google-style docstring into name -> one line."""
    section = re.search(r"^Args:\n((?:[ \t]+.*\n?|\n)+)", docstring, re.MULTILINE)
    if not section:
        return {}
    entries = re.findall(r"^ {4}(\w+): (.*(?:\n {8,}.*)*)", section.group(1), re.MULTILINE)
    return {name: " ".join(text.split()).rstrip(".") for name, text in entries}


def _bounds_text(bounds: Range) -> str:
    if math.isinf(bounds.low) and math.isinf(bounds.high):
        return "a finite number"
    if math.isinf(bounds.high):
        return f"at least {bounds.low:g}"
    if math.isinf(bounds.low):
        return f"at most {bounds.high:g}"
    return f"{bounds.low:g} to {bounds.high:g}"
