"""The options of a scene as fields of a form: what a scrubber offers to change."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

from animviz.errors import InputError
from animviz.options import Option

__all__ = ["fields_of", "read"]


def fields_of(options: tuple[Option, ...], given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the options as JSON types, each with the value that holds.

    Args:
        options: of a scene.
        given: values by name; the others have their defaults.
    """
    return [_field(option, given.get(option.name, option.default)) for option in options]


def read(options: tuple[Option, ...], written: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a form says: values by name, without those that are left as they are by default.

    Args:
        options: of the scene.
        written: what stands in the fields, by name: a truth value, or a text.

    Raises:
        InputError: a name is no option, or a value does not fit.
    """
    known = {option.name: option for option in options}
    if unknown := written.keys() - known.keys():
        raise InputError(f"there is no option {min(unknown)!r}; there are {', '.join(known) or 'none'}")
    values = {name: _value(known[name], value) for name, value in written.items()}
    return {name: value for name, value in values.items() if value != known[name].default}


def _value(option: Option, written: Any) -> Any:
    if isinstance(written, str) and option.kind is not bool:
        return option.default if not written.strip() else option.read(written)
    return option.check(written)


def _field(option: Option, value: Any) -> dict[str, Any]:
    is_number = option.kind in (int, float)
    bounds = {"low": option.bounds.low, "high": option.bounds.high} if is_number else {}
    return {
        "name": option.flag[2:].replace("-", " "),
        "key": option.name,
        "kind": "bool" if option.kind is bool else "number" if is_number else "text",
        "help": option.help,
        "choices": list(option.choices) or None,
        "words": list(option.words) or None,
        "step": 1 if option.kind is int else "any",
        "value": value if value is None or isinstance(value, bool | int | float) else str(value),
        **{name: bound if isfinite(bound) else None for name, bound in bounds.items()},
    }
