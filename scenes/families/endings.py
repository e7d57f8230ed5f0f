"""How a training ends, in words for titles: how many samples are answered rightly, and by how many units."""

import numpy as np

from animviz import Recording
from animviz.analysis.verdicts import Verdicts
from animviz.errors import DivergedError

__all__ = ["DIVERGED", "classes_in_words", "count_in_words", "hidden_widths", "in_title", "share_right", "told_apart"]

WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
DIVERGED = "The training diverges"


def count_in_words(count: int, thing: str = "", several: str = "") -> str:
    """Return a number with what is counted, such as "three units"; words up to twelve.

    Args:
        count: how many there are.
        thing: name of one.
        several: name of more; by default with an s.
    """
    number = WORDS[count] if count < len(WORDS) else f"{count:,}"
    return f"{number} {thing if count == 1 else several or thing + 's'}" if thing else number


def classes_in_words(recording: Recording) -> str:
    """Return what is told apart: the recording's title where it counts the classes, such as "two rings"; else their number."""
    classes = count_in_words(len(recording.output.class_names), "class", "classes")
    title = recording.manifest.title.lower()
    return title if title.split()[:1] == classes.split()[:1] else classes


def in_title(name: str, most: int = 18) -> str:
    """Return the name of a class as a title has room for it.

    Args:
        name: of which a long one is cut.
        most: letters.
    """
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"


def hidden_widths(recording: Recording) -> list[int]:
    """Return how many units each hidden layer of a chain of dense layers has."""
    kernels = [layer for layer in recording.layers if layer.kernel is not None]
    return [layer.widths_of(recording.manifest.weights)[1] for layer in kernels[:-1]]


def share_right(recording: Recording) -> float | None:
    """Return the share of the recorded samples that the last state answers rightly; None where it has diverged."""
    verdicts = Verdicts(recording, "this scene")
    try:
        return verdicts.accuracy(len(recording) - 1) if verdicts.known.any() else None
    except DivergedError:
        return None


def told_apart(recording: Recording) -> bool:
    """Say whether the last state, which has not diverged, tells the classes apart.

    Each class is recognised more often than by chance, and on average at least half of the way from chance to always.
    """
    verdicts = Verdicts(recording, "this scene")
    there = verdicts.totals > 0
    recalls = np.diag(verdicts.matrix(len(recording) - 1))[there] / verdicts.totals[there]
    chance = 1 / len(there)
    return bool(recalls.min() > chance and recalls.mean() >= (1 + chance) / 2)
