"""A picture as samples of a recording, and the networks that paint it."""

from dataclasses import dataclass

import numpy as np

from animviz import Recording
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.recording.state import State

__all__ = ["Canvas", "require_canvas"]

MOST = 4  # networks


@dataclass(frozen=True)
class Canvas:
    """A picture, and the networks that paint it.

    Attributes:
        shape: rows and columns.
        target: the picture, (rows, columns, channels).
        order: where on the canvas each sample lies.
        networks: by name, the recording seen from each output; from the one that ends farthest off to the nearest.
    """

    shape: tuple[int, int]
    target: Array
    order: Array
    networks: tuple[tuple[str, Recording], ...]

    @classmethod
    def painted_by(cls, recording: Recording) -> "Canvas":
        """Return the picture and who paints it.

        Raises:
            SceneError: it is no picture that is painted; says what is needed.
        """
        require_canvas(recording)
        xs, ys = recording.single_input(recording.inputs).T
        (columns, across), (rows, down) = (np.unique(one, return_inverse=True) for one in (xs, ys))
        shape, order = (len(rows), len(columns)), down * len(columns) + across
        found = tuple((name, recording.of_output(name)) for name in _painting(recording))
        canvas = cls(shape, _laid_out(recording.targets, order, shape), order, found)
        ends = {name: canvas.off(canvas.of(one.at(one.epochs[-1]))) for name, one in found}
        return cls(shape, canvas.target, order, tuple(sorted(found, key=lambda one: -ends[one[0]])))

    def of(self, state: State) -> Array:
        """Return what a network paints in a state, (rows, columns, channels)."""
        return _laid_out(state.outputs(), self.order, self.shape)

    def off(self, answer: Array) -> float:
        """Return how far off a picture is, as a root mean square."""
        return float(np.sqrt(((answer - self.target) ** 2).mean()))


def require_canvas(recording: Recording) -> None:
    """Refuse a recording of anything else than a picture that is painted.

    Raises:
        SceneError: says what is needed.
    """
    places = recording.single_input(recording.inputs) if recording.basis.has_one_input else np.zeros(0)
    steps = [np.unique(column) for column in places.T] if places.ndim == 2 and places.shape[1] == 2 else []
    fits = len(steps) == 2 and all(len(one) > 2 and np.allclose(np.diff(one), np.diff(one).mean()) for one in steps)
    if not fits or len(steps[0]) * len(steps[1]) != len(places):
        raise SceneError(
            f"paint draws a picture: places of two numbers on an even lattice, and a colour for each; {recording.path} has "
            "others: `animviz record paint` makes such a recording"
        )
    names, target = _painting(recording), recording.targets
    channels = target[0].size
    if channels not in (1, 3) or len(names) > MOST:
        raise SceneError(
            f"paint draws a picture that up to {MOST} networks paint with one or three numbers a pixel; {recording.path} has "
            f"{len(names)}, with {channels}"
        )
    for name in names:
        if not np.array_equal(recording.of_output(name).targets, target):
            raise SceneError(f"paint draws a picture; output {name!r} of {recording.path} is to paint another one")


def _painting(recording: Recording) -> list[str]:
    """Return the names of the outputs that paint."""
    outputs = recording.manifest.outputs
    return [output.name for output in outputs if output.task == "regression" and output.target is not None]


def _laid_out(values: Array, order: Array, shape: tuple[int, int]) -> Array:
    """Return a value or more for each sample as a picture, (rows, columns, channels)."""
    rows = np.reshape(values, (len(values), -1))
    found = np.empty(rows.shape)
    found[order] = rows
    return found.reshape(*shape, -1)
