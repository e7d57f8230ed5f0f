"""The dense layers of a network as it reads one sample: the units and links that matter, in an order that means something."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from animviz import Recording
from animviz.analysis.states import sampled_states
from animviz.arrays import Array
from animviz.recording.answers import has_probabilities, probabilities
from animviz.recording.state import State

from .distributions import activations_of
from .output_bars import names_of
from .unit_source import has_images
from .unit_values import by_class, unit_values

__all__ = ["Chain", "Flow", "final_states"]

MOST_LINKS = 16  # between two layers, where there is room
STATES = 24  # that limits and choices are taken from


def final_states(recording: Recording) -> Sequence[State]:
    """Return the states from which limits and choices are taken, the last one last."""
    return sampled_states(recording, STATES)


@dataclass(frozen=True)
class Flow:
    """What flows through a network at a moment.

    Attributes:
        values: what the shown units of each layer put out, the input first; of the last layer, what is answered.
        pushes: weight times activation of each shown link, by gap between two layers.
        rest: what else makes the score of each explained output: all links that are not shown, and the bias.
    """

    values: list[Array]
    pushes: list[Array]
    rest: Array


class Chain:
    """The dense layers of a recording, reading one sample.

    Args:
        recording: a chain of dense layers.
        sample: number of the recorded sample.
        most: units of a layer that there is room for.
        links: between two layers that there is room for.

    Attributes:
        widths: units of each layer, the input first.
        shown: numbers of the units shown, by layer, in the order of the classes that they answer to, or from those that
            rise with the answer to those that fall; the input of an image is one unit that stands for all pixels.
        classes: that the shown units of each hidden layer answer to, -1 for those that answer to none.
        links: the shown units that each link joins, (links, 2), by gap.
        image: whether the input is an image.
        answers: names of the shown outputs.
        told: places among the shown outputs of the first and the last answer, where more than two classes are answered;
            only links to these are shown.
        is_probability: whether the answers are probabilities, and not values.
    """

    def __init__(self, recording: Recording, sample: int, most: int, links: int = MOST_LINKS) -> None:
        self._most_links = links
        self.recording, self.sample, output = recording, sample, recording.output
        self._input = recording.single_input(recording.inputs)[sample : sample + 1]
        layers = recording.layers
        places = [place for place, layer in enumerate(layers) if layer.kernel is not None]
        self.dense = [layers[place] for place in places]
        # What a dense layer puts out is seen behind its activation: in the last layer before the next dense one.
        self._names = [layers[place - 1].name for place in places[1:]]
        shapes = [layer.widths_of(recording.manifest.weights) for layer in self.dense]
        self.widths = [shapes[0][0], *(shape[1] for shape in shapes)]
        self.image = has_images(recording)
        self.states = final_states(recording)
        self.is_probability = has_probabilities(output)
        self._choose(most)
        names = names_of(output, self.widths[-1])
        self.answers = [names[unit] for unit in self.shown[-1]]
        known = [(state, self._values(state)) for state in self.states]
        self.told = self._told([values[-1] for _, values in known])
        self.links = [self._strongest(gap, known) for gap in range(len(self.dense))]

    @property
    def explained(self) -> list[int]:
        """Places among the shown outputs to which the last links lead."""
        return self.told or list(range(len(self.shown[-1])))

    @property
    def is_whole(self) -> bool:
        """Whether all links to the explained outputs are shown, so that the rest of their scores is the bias alone."""
        return len(self.links[-1]) == self.widths[-2] * len(self.explained) and not (
            self.image and len(self.dense) == 1
        )

    @property
    def inputs(self) -> list[str]:
        """The names and numbers of the inputs that are nodes."""
        values = self._input.reshape(-1)
        return [f"input {k}: {values[k]:.3g}".replace("-", "−") for k in self.shown[0]]

    def flow(self, state: State) -> Flow:
        """Return what flows at a moment."""
        values = self._values(state)
        pushes = [self._pushes(state, values, gap)[tuple(links.T)] for gap, links in enumerate(self.links)]
        return Flow(
            [layer[units] for layer, units in zip(values, self.shown, strict=True)],
            pushes,
            self._rest(state, values, pushes[-1]),
        )

    def _rest(self, state: State, values: list[Array], pushes: Array) -> Array:
        """Return what is left of the scores of the explained outputs without the links that are shown."""
        last, before = self.dense[-1], self._input.reshape(-1) if len(self.dense) == 1 else values[-2]
        scores = before @ last.kernel_of(state.weights)
        if last.bias is not None:
            scores = scores + state.weights[last.bias]
        shown = np.bincount(self.links[-1][:, 1], pushes, minlength=len(self.shown[-1]))
        return np.asarray((scores[self.shown[-1]] - shown)[self.explained])

    def _values(self, state: State) -> list[Array]:
        """Return what all units put out, by layer; of an image, all pixels as one unit of 1."""
        inputs = np.ones(1, np.float32) if self.image else self._input.reshape(-1)
        hidden = [values.reshape(-1) for values in activations_of(state, self._names, self._input).values()]
        given, output = state.outputs(self._input), self.recording.output
        if self.is_probability:
            given = probabilities(output, given)
        return [inputs, *hidden, np.asarray(given).reshape(-1)[-self.widths[-1] :]]

    def _pushes(self, state: State, values: list[Array], gap: int) -> Array:
        """Return weight times activation between the shown units of a layer and the next."""
        kernel = self.dense[gap].kernel_of(state.weights)
        if gap == 0 and self.image:
            kernel = self._input.reshape(1, -1) @ kernel
        before, after = self.shown[gap], self.shown[gap + 1]
        return np.asarray(values[gap][before][:, None] * kernel[np.ix_(before, after)])

    def _choose(self, most: int) -> None:
        """Choose the units of each layer that pass on most of the sample in the end, and put them in order."""
        last = self.states[-1]
        values = self._values(last)
        read = np.abs(values[0]) * (1 if self.image else np.linalg.norm(self.dense[0].kernel_of(last.weights), axis=1))
        self.shown: list[NDArray[np.intp]] = [np.sort(np.argsort(-read, kind="stable")[:most])]
        self.classes: list[NDArray[np.intp]] = []
        for place, name in enumerate(self._names, start=1):
            passed = np.abs(values[place]) * np.linalg.norm(self.dense[place].kernel_of(last.weights), axis=1)
            kept = np.argsort(-passed, kind="stable")[:most]
            order, classes = self._order(last, name)
            inside = np.isin(order, kept)
            self.shown.append(order[inside])
            self.classes.append(classes[inside])
        outputs = np.argsort(-np.abs(values[-1]), kind="stable")[:most]
        self.shown.append(np.sort(outputs))

    def _order(self, last: State, name: str) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        ordered = by_class(last, name)
        if ordered is not None:
            return ordered
        values = unit_values(last, name)
        answer = last.outputs().reshape(len(values), -1)[:, 0]
        about = values - values.mean(axis=0)
        slope = about.T @ (answer - answer.mean()) / np.maximum(about.std(axis=0), 1e-12)
        order = np.argsort(-slope, kind="stable")
        return order, np.full(len(order), -1)

    def _told(self, answers: Sequence[Array]) -> list[int]:
        """Return the places of the first and the last answer among the shown outputs, if one of many classes is answered."""
        if not self.recording.output.classifies or self.widths[-1] < 3:
            return []
        ends = dict.fromkeys(int(answers[end].argmax()) for end in (0, -1))
        shown = self.shown[-1].tolist()
        return [shown.index(unit) for unit in ends if unit in shown]

    def _strongest(self, gap: int, known: Sequence[tuple[State, list[Array]]]) -> NDArray[np.intp]:
        """Return the links of a gap that push most in the video, whose states come with what all units put out."""
        sizes = np.max([np.abs(self._pushes(state, values, gap)) for state, values in known], axis=0)
        if self.told and gap == len(self.dense) - 1:
            sizes[:, [place for place in range(sizes.shape[1]) if place not in self.told]] = -1
        order = np.argsort(sizes, axis=None, kind="stable")[-self._most_links :]
        order = order[sizes.ravel()[order] >= 0]
        return np.stack(np.unravel_index(order, sizes.shape), axis=1)
