"""The words around every picture as options of its scene: --title, --subtitle and --caption."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from animviz.options import Option
from animviz.stage.wording import Wording

__all__ = ["parted", "with_wording"]

WORDS = (
    Option("title", str, None, "what stands above the picture, instead of the scene's own; '' for nothing", optional=True),
    Option("subtitle", str, None, "what stands below the title; '' for nothing", optional=True),
    Option("caption", str, None, "the line at the foot; '' for nothing", optional=True),
)  # fmt: skip


def with_wording(own: tuple[Option, ...]) -> tuple[Option, ...]:
    """Return a scene's own options, and those of the words around it as far as it has none of that name."""
    names = {option.name for option in own}
    return (*own, *(option for option in WORDS if option.name not in names))


def parted(values: Mapping[str, Any], function: Callable[..., Any]) -> tuple[Wording, dict[str, Any]]:
    """Part the options of a scene into the words around it and those that its function takes.

    Args:
        values: of all options, by name.
        function: the scene's.
    """
    own = {name for name in inspect.signature(function).parameters if name in values}
    words = {field.name: values[field.name] for field in fields(Wording) if field.name in values.keys() - own}
    return Wording(**words), {name: value for name, value in values.items() if name in own}
