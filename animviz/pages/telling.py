"""What every kind of page tells of a recording: its title, the names of its classes, and its learning curves."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from animviz.arrays import Array
from animviz.pages.shell import json_numbers
from animviz.recording.recording import Recording

__all__ = ["Series", "class_names_of", "curves_json", "curves_of", "title_of"]


@dataclass(frozen=True)
class Series:
    """One quantity over the epochs.

    Attributes:
        name: of the quantity, such as "loss".
        kind: "training", "validation" or "recorded samples".
        epochs: moments, float64 (points,).
        values: float64 (points,); NaN where the training had diverged.
    """

    name: str
    kind: str
    epochs: Array
    values: Array


def title_of(recording: Recording) -> str:
    """Return the title of a page of a recording where nobody gives one."""
    manifest = recording.manifest
    return f"{manifest.title}, {manifest.arch}" if manifest.arch else manifest.title


def class_names_of(recording: Recording, least: int) -> tuple[str, ...]:
    """Return the names of the classes; a class without a name is called by its number.

    Args:
        recording: of a classifier.
        least: how many names there must be.
    """
    known = recording.output.class_names
    return (*known, *map(str, range(len(known), least)))


def curves_of(recording: Recording) -> Iterator[Series]:
    """Give the logged loss and first metric, of training and validation; without a log, those of the recorded samples."""
    logged = [name for name in recording.noted() if not name.startswith("val_")]
    for name in (*(["loss"] if "loss" in logged else []), *[name for name in logged if name != "loss"][:1]):
        for kind, key in (("training", name), ("validation", f"val_{name}")):
            if key in recording.noted():
                yield Series(name, kind, *recording.history(key))
    for name in [] if logged else recording.noted(source="scores"):
        yield Series(name, "recorded samples", *recording.history(name, source="scores"))


def curves_json(curves: tuple[Series, ...]) -> list[dict[str, Any]]:
    """Return curves as the page's curves.js reads them."""
    return [vars(c) | {"epochs": json_numbers(c.epochs), "values": json_numbers(c.values)} for c in curves]
