"""Options of a directive: texts by name, read by the tables that the command line reads too."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from animviz.errors import InputError
from animviz.options import Option
from animviz.pictures.scene import Scene

__all__ = ["read", "refuse"]

REFUSED = ("cluster", "max-size", "output", "retrain", "segment", "share", "still", "workers")


def refuse(scene: Scene, options: Mapping[str, str], training: Sequence[Option], drawing: Sequence[Option]) -> None:
    """Refuse options that there are not, that have no place here, or that would be ignored.

    Args:
        scene: what is drawn.
        options: as they are given, by name.
        training: those that a recording which is given leaves without a purpose.
        drawing: the others.

    Raises:
        InputError: names the option, and the way out.
    """
    trained = ["experiment", *_names(training)]
    known = [*_names(drawing), "size", "theme", "background", "output-name", "from", *trained]
    for name in options:
        if name in REFUSED:
            raise InputError(f"{name} cannot be given here; leave it out")
        if name not in known:
            raise InputError(f"--{name} is no option of scene {scene.name!r}; it has {', '.join(known)}")
        if name in trained and "from" in options:
            raise InputError(f"--{name} cannot go with --from, which draws a recording as it is; leave one of them out")


def read(options: Mapping[str, str], known: Iterable[Option], beside: Path) -> dict[str, Any]:
    """Return the values of the options that are given.

    Args:
        options: as they are given, by name; a switch has no text.
        known: the tables by which they are read.
        beside: absolute folder from which their paths are seen.

    Raises:
        InputError: a text names no value, or one that does not fit.
    """
    values: dict[str, Any] = {}
    for option in known:
        on, *off = _names([option])
        if on in options:
            values[option.name] = _absolute(option, option.read(options[on]), beside)
        for name in options.keys() & off:
            values[option.name] = not option.read(options[name])
    return values


def _names(options: Iterable[Option]) -> list[str]:
    """Return the names by which options are given, two for a switch."""
    names = [(option.flag.removeprefix("--"), option.kind) for option in options]
    return [word for name, kind in names for word in ([name, f"no-{name}"] if kind is bool else [name])]


def _absolute(option: Option, value: Any, beside: Path) -> Any:
    if isinstance(value, Path):
        return beside / value
    # Data are a file, or the name of a set that comes along.
    return str(beside / value) if option.name == "data" and value and Path(value).suffix else value
