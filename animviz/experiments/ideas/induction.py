"""Sequences that repeat themselves, and the heads that find out: induction.

After Olsson et al., "In-context Learning and Induction Heads" (2022).
"""

from dataclasses import dataclass
from string import ascii_uppercase
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from animviz.errors import InputError
from animviz.experiments.data.dataset import Dataset
from animviz.experiments.experiment import Experiment, Training
from animviz.options import Range

__all__ = ["INDUCTION", "HeadsTraining", "repeated"]

TOKENS = ascii_uppercase + "&#@$+=%?"  # no digits: numbers in a picture say something else
SHOWN = 16  # sequences that are recorded


def repeated(
    rng: np.random.Generator, *, vocabulary: Annotated[int, Range(8, len(TOKENS))] = 28,
    block: Annotated[int, Range(4, 24)] = 12, sequences: Annotated[int, Range(64, 1_000_000)] = 6400,
    jumps: Annotated[float, Range(0, 1)] = 0.1,
) -> Dataset:  # fmt: skip
    """Random tokens, and then the same tokens once more: what follows can be known from the second time on.

    Args:
        rng: source of randomness.
        vocabulary: how many tokens there are.
        block: tokens after which the drawn sequences begin anew; those that are learned do so after half to one and a half
            times as many.
        sequences: that are learned.
        jumps: how often a sequence that is learned goes on at another place of its block; without that, the token that was
            longest unseen comes next, and nothing need be looked up.
    """
    longest = min(vocabulary, block + block // 2)
    if block > vocabulary:
        raise InputError(f"--block is {block}; expected at most as many as --vocabulary, {vocabulary}")
    learned = _walks(rng, sequences, vocabulary, rng.integers(max(2, block // 2), longest + 1, sequences), jumps, block)
    shown = _walks(rng, SHOWN, vocabulary, np.full(SHOWN, block), 0.0, block)
    return Dataset(
        learned[:, :-1], learned[:, 1:], tuple(TOKENS[:vocabulary]), shown=(shown[:, :-1], shown[:, 1:]),
        title="Repeated random sequences",
    )  # fmt: skip


def _walks(
    rng: np.random.Generator, count: int, vocabulary: int, blocks: NDArray[np.int64], jumps: float, block: int
) -> NDArray[Any]:
    """Return sequences of two blocks and a token that walk through tokens of their own, round and round."""
    length = 2 * block + 1
    own = rng.permuted(np.tile(np.arange(vocabulary), (count, 1)), axis=1)
    jump, anywhere = rng.random((count, length)) < jumps, rng.random((count, length))
    places = np.zeros((count, length), np.int64)
    for step in range(1, length):
        on = (places[:, step - 1] + 1) % blocks
        places[:, step] = np.where(jump[:, step], (anywhere[:, step] * blocks).astype(int), on)
    return np.take_along_axis(own, places, axis=1).astype(np.int32)


@dataclass(frozen=True, kw_only=True)
class HeadsTraining(Training):
    """Settings of a small transformer without dense layers between its attention.

    Args:
        epochs: passes over the sequences.
        layers: layers of attention, one after the other.
        heads: in each layer.
        width: numbers that stand for a token.
    """

    epochs: Annotated[int, Range(1, 1_000_000)] = 10
    batch_size: Annotated[int, Range(1, 1_000_000)] = 64
    learning_rate: Annotated[float, Range(1e-12, 1e6)] = 0.003
    every: str = "1/10"
    layers: Annotated[int, Range(1, 8)] = 2
    heads: Annotated[int, Range(1, 8)] = 2
    width: Annotated[int, Range(4, 512)] = 32


INDUCTION = Experiment(
    "induction", "Induction heads", repeated, HeadsTraining(),
    maker="animviz.experiments.keras.induction:record",
    without=(
        "arch", "activation", "optimizer", "loss", "dropout", "l2", "early_stopping", "restore_best", "gradients", "model",
    ),
    advice="Try a single layer, --layers 1, which has no head to tell it what stood before a token and never finds the repeats; "
    "or no jumps, --jumps 0 --seed 1, and another trick is found.",
)  # fmt: skip
