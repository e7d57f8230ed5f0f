"""The whole network as nodes and links, reading one sample while it learns."""

from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
from matplotlib.collections import LineCollection

from animviz import Box, Draw, Moment, Range, Recording, Stage, scene
from animviz.analysis.classifier import class_probabilities, labels_of
from animviz.analysis.plane import input_limits
from animviz.analysis.states import sampled_states
from animviz.analysis.tasks import CLASSES
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import (
    LABEL,
    MARGIN,
    PointCloud,
    Sheet,
    color_map,
    cut,
    heatmap,
    images_of,
)
from animviz.recording.replay.layers import is_dense_chain
from animviz.recording.state import State

from .families.inputs import mark_pixels, places_of

MOST_UNITS = 16
MOST_LINKS = 64  # between two layers
THICKEST = 6.0  # units
SPACING = 190.0  # units at most between two nodes of a layer


@scene(experiment="digits_mlp", tasks=CLASSES)
def network(stage: Stage, recording: Recording, *, sample: Annotated[int, Range(0, 1_000_000)] = 0) -> Draw:
    """Diagram of the whole network: weights as links, the activations of one sample as nodes.

    Args:
        stage: where to draw.
        recording: of a classifier that is a chain of dense layers.
        sample: number of the recorded sample that the network reads.
    """
    chain = _Chain(recording, sample)
    sheet = Sheet(
        stage,
        recording,
        f"network {recording.manifest.arch or ''} reading sample {sample}",
        numbers=["epoch", "loss", "accuracy"],
        foot=_explanation(chain),
        air=20,
    )
    picture, diagram, answers = _layout(stage, sheet.room, chain.answers)
    _Sample(stage, picture, chain)
    nodes = _Diagram(stage, diagram, chain)
    labels = _Answers(stage, answers, chain, nodes.places[-1][:, 1])

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        nodes.show(state)
        labels.show(state)
        sheet.show(state)

    return draw


class _Chain:
    """The dense layers of a recording, and the units and links of each that are shown.

    Attributes:
        widths: units of each layer, the inputs first.
        shown: numbers of the units shown, by layer.
        answers: names of the classes whose output units are shown; of class 1 where there is one output.
        links: between every two layers, which of the shown units they join; those that grow strongest, strongest last.
    """

    def __init__(self, recording: Recording, sample: int) -> None:
        label = labels_of(recording, "network")
        if not is_dense_chain(recording.layers):
            strange = next((layer.kind for layer in recording.layers if not is_dense_chain([layer])), "no")
            how = " that branch, or with an activation of their own" if strange == "Dense" else ""
            raise SceneError(
                f"network draws chains of dense layers; {recording.path} has {strange} layers{how}: "
                "see digits and weights for those"
            )
        if sample >= len(label):
            raise SceneError(f"network: --sample is {sample}; {recording.path} has samples 0 to {len(label) - 1}")
        self.recording, self.sample, self.label = recording, sample, int(label[sample])
        self.input = recording.single_input(recording.inputs)[sample : sample + 1]
        self.dense = [layer for layer in recording.layers if layer.kernel is not None]
        self._names = ["input", *self._hidden_names()]
        self.states = sampled_states(recording)
        final = [layer.kernel_of(self.states[-1].weights) for layer in self.dense]
        self.widths = [final[0].shape[0], *(kernel.shape[1] for kernel in final)]
        passed_on = [np.linalg.norm(kernel, axis=1) for kernel in final]
        values = self._values(self.states[-1])
        sizes = [np.abs(layer) * norm for layer, norm in zip(values, [*passed_on, 1.0], strict=True)]
        self.shown = [np.sort(np.argsort(-size, kind="stable")[:MOST_UNITS]) for size in sizes]
        names = recording.output.class_names[-self.widths[-1] :]
        self.answers = [names[unit] for unit in self.shown[-1]]
        self.links = [self._strongest(place) for place in range(len(self.dense))]

    def visible(self, state: State, place: int) -> Array:
        """Return the weights between the shown units of a layer and the next."""
        kernel = self.dense[place].kernel_of(state.weights)
        return np.asarray(kernel[np.ix_(self.shown[place], self.shown[place + 1])])

    def weights(self, state: State) -> Array:
        """Return the weights of all links."""
        return np.concatenate([self.visible(state, place)[links] for place, links in enumerate(self.links)])

    def activations(self, state: State) -> list[Array]:
        """Return what the shown units put out for the sample, by layer."""
        return [layer[units] for layer, units in zip(self._values(state), self.shown, strict=True)]

    def _values(self, state: State) -> list[Array]:
        """Return what all units put out for the sample, by layer: in the last one, probabilities."""
        values = [state.activations(name, self.input).reshape(-1) for name in self._names]
        return [*values, class_probabilities(state, self.input)[0][-self.widths[-1] :]]

    def _hidden_names(self) -> list[str]:
        """Return where each hidden activation is found: in the last layer before the next dense one."""
        layers = self.recording.layers
        dense = [index for index, layer in enumerate(layers) if layer.kernel is not None]
        return [layers[index - 1].name for index in dense[1:]]

    def _strongest(self, place: int) -> tuple[Array, ...]:
        sizes = np.max([np.abs(self.visible(state, place)) for state in self.states], axis=0)
        order = np.argsort(sizes, axis=None, kind="stable")[-MOST_LINKS:]
        return np.unravel_index(order, sizes.shape)


class _Diagram:
    """Nodes and links.

    Args:
        stage: where.
        box: room for nodes and the labels above and below.
        chain: what to draw.

    Attributes:
        places: of the nodes in units of the stage, by layer.
    """

    def __init__(self, stage: Stage, box: Box, chain: _Chain) -> None:
        self._stage, self._chain = stage, chain
        room = Box(box.left + 34, box.top + 60, box.width - 68, box.height - 96)
        count = max(map(len, chain.shown))
        xs = np.linspace(room.left, room.right, len(chain.widths))
        step = min(SPACING, room.height / max(1, count - 1))
        middle = room.top + room.height / 2
        self.places = []
        for x, units in zip(xs, chain.shown, strict=True):
            apart = min(SPACING, 2.2 * step, room.height / max(1, len(units) - 1))
            tops = middle + apart * (np.arange(len(units)) - (len(units) - 1) / 2)
            self.places.append(np.stack([np.full(len(units), x), tops], axis=1))
        self._captions(xs, room)
        self._link_scale = max(float(np.abs(chain.weights(state)).max(initial=0)) for state in chain.states) or 1.0
        values = [chain.activations(state) for state in chain.states]
        self._scales = [float(np.max(np.abs(layer))) or 1.0 for layer in zip(*values, strict=True)]
        self._scales[-1] = 1.0  # probabilities
        axes = stage.overlay()
        self._links = LineCollection(self._segments(), capstyle="round")
        axes.add_collection(self._links, autolim=False)
        size = min(76.0, 0.66 * step, 0.4 * (xs[1] - xs[0]))
        x, y = np.concatenate(self.places).T
        style: dict[str, Any] = {"linewidths": stage.points(2), "edgecolors": stage.theme.ink}
        self._nodes = axes.scatter(x, y, stage.points(size) ** 2, **style)
        stage.moves(self._links, self._nodes)

    def show(self, state: State) -> None:
        """Show the weights and activations of a state."""
        theme = self._stage.theme
        weights = self._chain.weights(state)
        share = np.clip(np.abs(weights) / self._link_scale, 0, 1)
        self._links.set_linewidth(list(self._stage.points(1) * (0.3 + THICKEST * share)))
        colors = np.array([theme.mix(theme.negative, 0.75), theme.mix(theme.positive, 0.75)])
        self._links.set_color(colors[(weights > 0).astype(int)])
        layers = zip(self._chain.activations(state), self._scales, strict=True)
        values = np.concatenate([layer / scale for layer, scale in layers])
        shades = color_map(theme, "signed")
        self._nodes.set_facecolor(shades[np.round(127.5 + 127.5 * np.clip(values, -1, 1)).astype(int)] / 255)

    def _captions(self, xs: Array, room: Box) -> None:
        """Write how many units each layer has, and how many of them are shown."""
        stage, chain = self._stage, self._chain
        pairs = [(len(shown), width) for shown, width in zip(chain.shown, chain.widths, strict=True)]
        for form in ("{} of {}", "{}/{}"):
            texts = [form.format(*pair) if pair[0] < pair[1] else str(pair[1]) for pair in pairs]
            if max(stage.measure(text, LABEL) for text in texts) + 12 < xs[1] - xs[0]:
                break
        else:
            return
        for x, text in zip(xs, texts, strict=True):
            stage.text(x, room.top - 36, text, color=stage.theme.quiet, align="center")

    def _segments(self) -> list[Array]:
        segments = []
        for (start, end), before, after in zip(self._chain.links, self.places[:-1], self.places[1:], strict=True):
            segments += list(np.stack([before[start], after[end]], axis=1))
        return segments


class _Sample:
    """The sample that the network reads: an image with the shown pixels framed, or a point among the others."""

    def __init__(self, stage: Stage, box: Box, chain: _Chain) -> None:
        recording = chain.recording
        name = recording.output.class_names[chain.label] if chain.label >= 0 else "ignored"
        stage.text(box.left, box.top + 24, cut(stage, f"sample {chain.sample}", box.width), color=stage.theme.quiet)
        stage.text(box.left, box.bottom - 8, cut(stage, f"truly: {name}", box.width, weight="medium"), weight="medium")
        room = Box(box.left, box.top + 40, box.width, box.height - 80)
        inputs = recording.single_input(recording.inputs)
        if inputs.shape[1:] == (2,):
            self._point(stage, room, chain, inputs)
            return
        image = images_of(recording, "network")[chain.sample]
        artist, place = heatmap(stage, room, image.shape[:2], kind="gray")
        artist.set_values(image)
        if "images" not in recording.extras or "pixels" in recording.extras:
            channels = 3 if image.ndim == 3 else 1
            pixels = places_of(recording, (*image.shape[:2], channels))[chain.shown[0]]
            mark_pixels(stage, place, image.shape[:2], pixels // channels, 1.8)

    @staticmethod
    def _point(stage: Stage, room: Box, chain: _Chain, inputs: Array) -> None:
        labels = labels_of(chain.recording, "network")
        side = min(room.width, room.height)
        axes = stage.axes(Box(room.left, room.top + (room.height - side) / 2, side, side), *input_limits(inputs))
        palette = stage.theme.palette(len(chain.recording.output.class_names))
        cloud = PointCloud(axes, labels, palette, max(0.8, 1.2 * stage.pixel))
        cloud.set_positions(inputs)
        ring: dict[str, Any] = {"marker": "o", "markerfacecolor": "none", "markeredgewidth": stage.points(3)}
        axes.plot(*inputs[chain.sample], color=stage.theme.ink, markersize=stage.points(18), **ring)


class _Answers:
    """The output nodes' names, and the probabilities that the last true state gives the sample."""

    def __init__(self, stage: Stage, box: Box, chain: _Chain, tops: Array) -> None:
        self._stage, self._chain = stage, chain
        room = box.width - stage.measure("100.0 %", LABEL, "medium") - 14
        self._texts = []
        for name, top in zip(chain.answers, tops, strict=True):
            true = chain.label >= 0 and name == chain.recording.output.class_names[chain.label]
            color = stage.theme.ink if true else stage.theme.quiet
            stage.text(box.left, top + 8, cut(stage, name, room, weight="medium"), weight="medium", color=color)
            self._texts.append(stage.text(box.right, top + 8, "", weight="medium", align="right", moves=True))

    def show(self, state: State) -> None:
        """Show the probabilities of a state's last true snapshot."""
        true = self._chain.recording.at(state.snapshot.epoch)
        for text, value in zip(self._texts, self._chain.activations(true)[-1], strict=True):
            text.set_text(f"{100 * value:.1f} %")


def _explanation(chain: _Chain) -> list[str]:
    parts = ["links: weights, wider is larger", "nodes: activation, scaled by layer", "orange: above 0, blue: below 0"]
    if any(len(shown) < width for shown, width in zip(chain.shown, chain.widths, strict=True)):
        parts.append("shown: the units that pass on most of the sample in the end")
    if any(
        len(a) * len(b) > len(links[0]) for a, b, links in zip(chain.shown, chain.shown[1:], chain.links, strict=False)
    ):
        parts.append("only the links that grow strongest")
    return parts


def _layout(stage: Stage, room: Box, names: Sequence[str]) -> tuple[Box, Box, Box]:
    """Return the boxes of sample, diagram and answers: the sample to the left, in tall frames above."""
    top, bottom, right = room.top, room.bottom, room.right
    longest = max(stage.measure(name, LABEL, "medium") for name in names)
    answers = min(longest, 0.12 * stage.width) + stage.measure("100.0 %", LABEL, "medium") + 32
    if stage.height > 1.2 * stage.width:
        picture = Box((stage.width - 340) / 2, top + 12, 340, 420)
        diagram = Box(MARGIN, picture.bottom + 20, right - answers - MARGIN, bottom - picture.bottom - 20)
    else:
        side = 240.0 if stage.width >= 1150 else 150.0
        picture = Box(MARGIN, top + (bottom - top - side - 80) / 2, side, side + 80)
        diagram = Box(picture.right + 24, top, right - answers - picture.right - 24, bottom - top)
    return picture, diagram, Box(diagram.right + 16, diagram.top, answers - 16, diagram.height)
