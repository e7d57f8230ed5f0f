"""Tasks: the kinds of output that a scene can draw."""

from collections.abc import Sequence

__all__ = ["CLASSES", "LABELLED", "in_words"]

CLASSES = ("binary", "multiclass")
"""Kinds of output that answer with one class for each sample."""

LABELLED = "labels of classes"
"""Recordings whose samples have a class each, whatever the output answers."""


def in_words(tasks: Sequence[str]) -> str:
    """Return what a scene draws, as messages call it.

    Args:
        tasks: kinds of output, such as "multilabel" or "sequence of multiclass".
    """
    whole = set(CLASSES) <= set(tasks)
    rest = [task for task in tasks if not (whole and task in CLASSES)]
    return ", ".join([*(["classifiers"] if whole else []), *rest])
