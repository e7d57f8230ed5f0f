"""Recordings of what several models answer all over the plane, each on its own clock."""

from dataclasses import dataclass

import numpy as np

from animviz.arrays import Array
from animviz.recording.recording import Recording

__all__ = ["Course", "axes_of", "courses_of", "is_models", "unseen_of"]

MEASURED = ("training", "test")


@dataclass(frozen=True)
class Course:
    """One model over its clock.

    Attributes:
        name: of the model.
        unit: what its clock counts.
        readings: of the clock at each snapshot, (snapshots,).
        training: share of right answers among the points that it learns, (snapshots,).
        test: among others, (snapshots,).
    """

    name: str
    unit: str
    readings: Array
    training: Array
    test: Array


def is_models(recording: Recording) -> bool:
    """Say whether a recording is of models that answer on a grid over the plane."""
    if not {"points", "point_labels"} <= recording.extras.keys() or not recording.basis.has_one_input:
        return False
    inputs = recording.single_input(recording.inputs)
    if inputs.ndim != 2 or inputs.shape[1] != 2 or not recording.manifest.outputs:
        return False
    xs, ys = axes_of(recording)
    names = {name.partition(": ")[0] for name in recording.entries[0].logs}
    return len(xs) * len(ys) == len(inputs) and names >= {output.name for output in recording.manifest.outputs}


def axes_of(recording: Recording) -> tuple[Array, Array]:
    """Return the coordinates of columns and rows of the grid, rising."""
    inputs = recording.single_input(recording.inputs)
    return np.unique(inputs[:, 0]), np.unique(inputs[:, 1])


def courses_of(recording: Recording) -> list[Course]:
    """Return the models of a recording in their order.

    Args:
        recording: see `is_models`.
    """
    courses = []
    for output in recording.manifest.outputs:
        noted = [name.partition(": ")[2] for name in recording.entries[0].logs if name.startswith(f"{output.name}: ")]
        unit = next((name for name in noted if name not in MEASURED), "")
        values = [
            np.array([entry.logs.get(f"{output.name}: {kind}", np.nan) for entry in recording.entries])
            for kind in (unit, *MEASURED)
        ]
        courses.append(Course(output.name, unit, *values))
    return courses


def unseen_of(recording: Recording) -> int:
    """Return on how many unseen points the models are measured; 0 where the recording does not know.

    Args:
        recording: see `is_models`.
    """
    if "unseen" in recording.extras:
        return len(recording.extras["unseen"])
    data = (recording.manifest.settings or {}).get("data")
    return int(data.get("asked") or 0) if isinstance(data, dict) else 0
