"""Weights as text: float32 with as few digits as change no activation by more than a thousandth of its range."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from animviz.analysis.states import sampled_states
from animviz.arrays import Array
from animviz.pages.packing import packed
from animviz.recording.recording import Recording
from animviz.recording.replay.forward import forward

__all__ = ["EXACT", "bits_for", "packed_rows", "rounded"]

EXACT = 23  # binary digits behind the leading one of a float32
TRIED = (10, 12, 14, 16, 18, 20)
TOLERANCE = 5e-4  # of the range of a layer; half of what is promised, since not every place is tried
STATES = 40


def rounded(values: Array, bits: int) -> NDArray[np.float32]:
    """Return float32 values with so many binary digits behind the leading one, rounded to nearest."""
    return (_steps(values, bits) << np.uint32(EXACT - bits)).view(np.float32)


def bits_for(recording: Recording, inputs: Array) -> int:
    """Return the fewest digits of the weights by which all activations stay the same to `TOLERANCE`.

    Args:
        recording: of a chain of dense layers.
        inputs: at which activations are compared, shape (places, features).
    """
    states = [state.weights for state in sampled_states(recording, STATES)]
    true = [[*_activations(recording, weights, inputs)] for weights in states]
    ranges = [float(np.median([np.ptp(a) for a in layer])) or 1.0 for layer in zip(*true, strict=True)]
    return next((bits for bits in TRIED if _is_enough(recording, states, inputs, true, ranges, bits)), EXACT)


def packed_rows(rows: Array, bits: int) -> str:
    """Return rows of weights as text: differences between epochs, zigzag-coded; all first bytes, then all second ones ...

    Args:
        rows: float32 (epochs, weights).
        bits: digits that are kept, see `rounded`.
    """
    steps = _steps(rows, bits).view(np.int32)
    moves = np.diff(steps, axis=0, prepend=np.int32(0)).T  # wraps where a sign changes, and unwraps in the browser
    folded = ((moves << 1) ^ (moves >> 31)).view(np.uint32)
    return packed(np.stack([(folded >> np.uint32(8 * byte)) & np.uint32(255) for byte in range(4)]).astype(np.uint8))


def _steps(values: Array, bits: int) -> NDArray[np.uint32]:
    shift = EXACT - bits
    half = np.uint32((1 << shift) >> 1)
    return (np.ascontiguousarray(values, np.float32).view(np.uint32) + half) >> np.uint32(shift)


def _is_enough(
    recording: Recording, states: list[dict[str, Array]], inputs: Array, true: list[list[Array]], ranges: list[float],
    bits: int,
) -> bool:  # fmt: skip
    for weights, expected in zip(states, true, strict=True):
        found = _activations(recording, {name: rounded(array, bits) for name, array in weights.items()}, inputs)
        for one, other, span in zip(found, expected, ranges, strict=True):
            with np.errstate(invalid="ignore"):  # what has overflowed needs all digits
                if not np.abs(one - other).max() <= TOLERANCE * span:
                    return False
    return True


def _activations(recording: Recording, weights: Mapping[str, Array], values: Array) -> Iterator[Array]:
    """Give what each layer puts out."""
    for before, place in pairwise(range(-1, len(recording.layers))):
        values = forward(recording.layers, weights, values, after=before, until=place)
        yield values
