"""What the pixels of samples say to a network: for the true class, or for its strongest rival, over the epochs."""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from animviz import Recording
from animviz.analysis.classifier import labels_of, predictions
from animviz.analysis.saliency import evidence, mean_evidence, require_dense
from animviz.analysis.states import sampled_states
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.recording.state import State
from animviz.sampling import evenly, numbers_in

from .inputs import InputPlaces

__all__ = ["Evidence"]

MOST_SAMPLES = 500  # over which the mean is taken


class Evidence:
    """Evidence of a few samples, and its mean size over many.

    Args:
        recording: of a classifier that is a chain of dense layers.
        places: of its inputs in images.
        asked: numbers of the few samples; empty for those that were hard and are told in the end.
        most: how many they may be.

    Attributes:
        chosen: numbers of the few samples.
        true: their classes.
        count: how many samples the mean is taken over.
    """

    def __init__(self, recording: Recording, places: InputPlaces, asked: str, most: int) -> None:
        labels = labels_of(recording, "importance")
        require_dense(recording.layers)
        known = np.flatnonzero(labels >= 0)
        many = known[evenly(len(known), MOST_SAMPLES)]
        wanted = numbers_in(asked, len(labels), name="--samples", most=most) if asked else []
        if any(labels[number] < 0 for number in wanted):
            raise SceneError(f"importance: --samples is {asked!r}; the targets of some of these are ignored")
        numbers = np.concatenate([many, np.array(wanted, np.intp)])
        self._recording, self._places = recording, places
        self._inputs, self._labels = recording.single_input(recording.inputs)[numbers], labels[numbers]
        self._states = sampled_states(recording)
        given = [_by_class(state.outputs(self._inputs)) for state in self._states]
        others = np.where(np.eye(given[0].shape[1], dtype=bool)[self._labels], -np.inf, np.mean(given, axis=0))
        self._rivals = others.argmax(axis=1)
        self.count = len(many)
        rows = np.arange(len(many), len(numbers)) if asked else self._told(given[-1][: len(many)], others, most)
        self._rows = rows
        self.chosen, self.true = numbers[rows], self._labels[rows]
        self._maps, self._mean = cache(self._maps_at), cache(self._mean_at)
        self._answers, self._rivals_now = cache(self._answers_at), cache(self._rivals_at)

    def maps(self, state: State) -> Array:
        """Return the evidence of the few samples at a moment, blended, shape (samples, rows, columns).

        It speaks for the true classes or for the rivals of the last true state; see `rivals`.
        """
        against = tuple(self.rivals(state).tolist())
        return self._blended(lambda index: self._maps(index, against), state)

    def mean(self, state: State) -> Array:
        """Return the mean size of the evidence at a moment, blended, shape (rows, columns)."""
        return self._blended(self._mean, state)

    def rivals(self, state: State) -> NDArray[np.int64]:
        """Return the likeliest other class of each of the few in the last true state: where they are told wrongly, the answer."""
        return self._rivals_now(state.snapshot.index)

    def answers(self, state: State) -> NDArray[np.int64]:
        """Return what is answered to the few samples in the last true state."""
        return self._answers(state.snapshot.index)

    def all_maps(self) -> Array:
        """Return the evidence at all sampled states, shape (states, samples, rows, columns)."""
        return np.stack([self.maps(self._recording.at(state.snapshot.epoch)) for state in self._states])

    def largest_mean(self) -> float:
        """Return the largest cell of the mean at any sampled state."""
        return max(float(np.nanmax(self._mean(state.snapshot.index))) for state in self._states)

    def _told(self, last: Array, others: Array, most: int) -> NDArray[np.intp]:
        """Return samples of different classes that are told surely in the end, and were taken for a rival before."""
        true = self._labels[: len(last)]
        order = np.argsort(-(last[np.arange(len(last)), true] + others[: len(last)].max(axis=1)), kind="stable")
        _, first = np.unique(true[order], return_index=True)
        return np.asarray(order[np.sort(first)[:most]])

    def _maps_at(self, index: int, rivals: tuple[int, ...]) -> Array:
        weights, rows = self._weights(index), self._rows
        found = evidence(self._recording.layers, weights, self._inputs[rows], self.true, np.array(rivals))
        return self._places.laid_out(found.reshape(len(rows), -1))

    def _mean_at(self, index: int) -> Array:
        part = slice(self.count)
        arguments = (self._weights(index), self._inputs[part], self._labels[part], self._rivals[part])
        return self._places.laid_out(mean_evidence(self._recording.layers, *arguments).reshape(-1))

    def _answers_at(self, index: int) -> NDArray[np.int64]:
        return predictions(self._recording.at(self._recording.epochs[index]), self._inputs[self._rows])

    def _rivals_at(self, index: int) -> NDArray[np.int64]:
        given = _by_class(self._recording.at(self._recording.epochs[index]).outputs(self._inputs[self._rows]))
        given = given.astype(np.float64)
        given[np.arange(len(given)), self.true] = -np.inf
        return np.asarray(given.argmax(axis=1))

    def _weights(self, index: int) -> dict[str, Array]:
        return self._recording.at(self._recording.epochs[index]).weights

    @staticmethod
    def _blended(at: Callable[[int], Array], state: State) -> Array:
        before = state.snapshot.index
        if state.share <= 0:
            return at(before)
        return np.asarray((1 - state.share) * at(before) + state.share * at(before + 1))


def _by_class(outputs: Array) -> Array:
    """Return a value for each class, from those of a single output too: greater where a class is the likelier answer."""
    return np.concatenate([-outputs, outputs], axis=1) if outputs.shape[1] == 1 else outputs
