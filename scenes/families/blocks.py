"""Blocks: a layer with what only bends its values, such as a linear layer and the activation behind it, is one to viewers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from animviz import Recording
from animviz.recording.obtaining import obtainable
from animviz.recording.replay.layers import SILENT, Layer, is_chain

__all__ = ["Block", "blocks_of", "hidden_blocks", "layer_words"]

BENDING = {"Activation", "ReLU", "LeakyReLU", "ELU", "PReLU"}  # layers that are activations, as PyTorch has them
WORDS = {"Dense": "hidden layer", "Conv1D": "convolution", "Conv2D": "convolution"}
SHORT = {"hidden layer": "hidden", "convolution": "conv", "pooling": "pool"}
FIRST = ("first", "second", "third", "fourth", "fifth")


@dataclass(frozen=True)
class Block:
    """A layer and the one whose output is seen.

    Attributes:
        layer: what has the weights.
        shown: what puts out the values: the layer itself, or the activation behind it.
        words: what a viewer calls it, such as "first hidden layer".
        short: the same where there is little room, such as "hidden 1".
    """

    layer: Layer
    shown: Layer
    words: str = ""
    short: str = ""

    @property
    def activation(self) -> str:
        """Name of the activation function."""
        return self.shown.activation or self.layer.activation


def blocks_of(layers: Sequence[Layer]) -> list[Block]:
    """Return the layers that change something, each together with the activation behind it.

    Args:
        layers: of a model, in order; where they are no chain, each stands for itself.
    """
    found: list[Block] = []
    chain = is_chain(layers)
    for layer in layers:
        if chain and found and layer.kind in BENDING and found[-1].activation in ("", "linear"):
            found[-1] = Block(found[-1].layer, layer)
        elif layer.kind not in SILENT:
            found.append(Block(layer, layer))
    return found


def hidden_blocks(recording: Recording) -> tuple[list[Block], str]:
    """Return the blocks before the output whose values can be had, and a note that names the others.

    Args:
        recording: of any model.
    """
    hidden = _worded(blocks_of(recording.layers)[:-1])
    there, missing = obtainable(recording, [block.shown for block in hidden])
    return [block for block in hidden if block.shown in there], missing


def layer_words(recording: Recording) -> dict[str, tuple[str, str]]:
    """Return what viewers call each layer of a chain, and the same where there is little room, by the layer's name.

    Args:
        recording: of any model; layers that are no chain are called by their own names.
    """
    if not is_chain(recording.layers):
        return {}
    blocks = blocks_of(recording.layers)
    worded = [*_worded(blocks[:-1]), *(replace(last, words="output layer", short="output") for last in blocks[-1:])]
    return {layer.name: (block.words, block.short) for block in worded for layer in (block.layer, block.shown)}


def _worded(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks with what viewers call them: by their place among those of their kind, else by name."""
    of_kind = [_kind_in_words(block.layer.kind) for block in blocks]
    found: list[Block] = []
    for place, (block, word) in enumerate(zip(blocks, of_kind, strict=True)):
        words = short = word or block.layer.name
        if word and of_kind.count(word) > 1:
            number = of_kind[: place + 1].count(word)
            words = f"{FIRST[number - 1] if number <= len(FIRST) else f'{number}th'} {word}"
            short = f"{SHORT[word]} {number}"
        found.append(Block(block.layer, block.shown, words, short))
    return found


def _kind_in_words(kind: str) -> str:
    return "pooling" if "Pooling" in kind else WORDS.get(kind, "")
