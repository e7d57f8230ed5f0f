"""Tasks: the kinds of output that a scene can draw."""

from collections.abc import Sequence

__all__ = ["CLASSES", "CURVE", "FLOW", "LABELLED", "MODELS", "in_words"]

CLASSES = ("binary", "multiclass")
"""Kinds of output that answer with one class for each sample."""

CURVE = "curves"
"""Recordings of a number that is answered to a number."""

FLOW = "flows"
"""Recordings of a velocity that is answered to a place in the plane and a time."""

LABELLED = "labels of classes"
"""Recordings whose samples have a class each, whatever the output answers."""

MODELS = "models of the plane"
"""Recordings of what several models answer all over the plane."""

SEQUENCE = "sequence of "
EXPLAINED = {
    CURVE: f"{CURVE} (one number in, one out)",
    FLOW: f"{FLOW} (place in the plane and time in, velocity out)",
    "none": "recordings without a task",
}


def in_words(tasks: Sequence[str]) -> str:
    """Return what a scene draws, as messages call it.

    Args:
        tasks: kinds of output, such as "multilabel" or "sequence of multiclass".
    """
    single = [task for task in tasks if not task.startswith(SEQUENCE)]
    both = len(single) < len(tasks) and {*tasks} == {*single, *(SEQUENCE + task for task in single)}
    named = single if both else tasks
    whole = set(CLASSES) <= set(named)
    rest = [task for task in named if not (whole and task in CLASSES)]
    rest = [EXPLAINED.get(task, task) for task in rest]
    words = ", ".join([*(["classifiers"] if whole else []), *rest])
    return f"{words} and sequences of these" if both else words
