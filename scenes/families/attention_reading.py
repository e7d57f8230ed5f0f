"""What is read by heads of attention, and what is answered at each place, as far as both were recorded."""

from dataclasses import dataclass

import numpy as np

from animviz import Recording
from animviz.analysis.heads import Heads, stripe
from animviz.arrays import Array
from animviz.recording.answers import answered_classes
from animviz.recording.state import State

__all__ = ["Reading"]


@dataclass(frozen=True)
class Reading:
    """The tokens that are read, as far as they were recorded.

    Attributes:
        words: what is written at each place, (samples, places): tokens, or else numbers of places.
        read: whether they are tokens.
        stripe: where an induction head looks, (samples, queries, keys); all false where no token comes twice.
        names: of the answers; empty where the network does not give one at each place.
        targets: what is to be answered at each place, or None likewise.
        follows: whether that is the token that comes next.
    """

    words: list[list[str]]
    read: bool
    stripe: Array
    names: tuple[str, ...]
    targets: Array | None
    follows: bool

    @classmethod
    def of(cls, recording: Recording, heads: Heads) -> "Reading":
        """Find out what was recorded beside the heads."""
        queries, keys = heads.shape
        count = recording.basis.sample_count
        tokens = _tokens(recording, keys) if queries == keys else None
        if tokens is None:
            places = [str(place + 1) for place in range(keys)]
            return cls([places] * count, False, np.zeros((count, queries, keys), bool), (), None, False)
        names = _answers(recording, queries)
        targets = recording.targets if names else None
        follows = targets is not None and np.array_equal(targets[:, :-1], tokens[:, 1:])
        named = follows and tokens.min() >= 0 and tokens.max() < len(names)
        words = [[names[token] if named else str(token) for token in row] for row in tokens.astype(int)]
        return cls(words, True, stripe(tokens), names, targets, follows)

    @property
    def again(self) -> Array:
        """Which places hold a token that came before, (samples, queries)."""
        return np.asarray(self.stripe.any(axis=2))

    def guesses(self, state: State) -> tuple[Array, Array] | None:
        """Return what is guessed to come next at each place, and whether that is right, (samples, places) each."""
        if self.targets is None:
            return None
        answers = answered_classes(state.basis.output, state.outputs())
        return answers, answers == self.targets


def _tokens(recording: Recording, places: int) -> Array | None:
    """Return the inputs where they are a whole number for each place, else None."""
    if not recording.basis.has_one_input:
        return None
    inputs = recording.single_input(recording.inputs)
    whole = inputs.ndim == 2 and inputs.shape[1] == places and np.array_equal(inputs, np.round(inputs))
    return inputs if whole else None


def _answers(recording: Recording, places: int) -> tuple[str, ...]:
    """Return the names of what the network answers at each place; empty where it answers otherwise."""
    if recording.output_name is None or recording.output_name not in recording[0].outputs:
        return ()
    output = recording.output
    whole = output.sequence and output.task == "multiclass" and output.target is not None
    return output.class_names if whole and recording.targets.shape[1:] == (places,) else ()
