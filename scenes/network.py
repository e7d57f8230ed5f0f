"""The whole network as nodes and links, reading one sample while it learns: what flows, and where it leads."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from animviz import Box, Draw, Moment, Range, Recording, Stage, scene
from animviz.analysis.tasks import CLASSES
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import LABEL, Sheet, images_of, still
from animviz.recording.answers import answered_classes, answered_labels
from animviz.recording.replay.layers import is_dense_chain

from .families.chain import Chain, Flow, final_states
from .families.chain_links import ChainLinks
from .families.endings import DIVERGED, in_title
from .families.layers import taken_for
from .families.one_sample import require_sample, true_class
from .families.output_bars import OutputBars, answer_width

NODE = 54.0  # units of diameter at most
APART, TALL = 150.0, 0.24  # units at most between two nodes, and share of the height that it may be in tall rooms
NEAREST = 26.0  # units at least between two layers
MOST_HIDDEN = 10  # units of a layer
BAR = 110.0  # units of the bars of the answer at most


@scene(experiment="digits_mlp", group="inside", tasks=(*CLASSES, "multilabel", "regression"))
def network(stage: Stage, recording: Recording, *, sample: Annotated[int, Range(0, 1_000_000)] = 0) -> Draw:
    """The whole network reading one sample: what flows through which links, and where it leads.

    Args:
        stage: where to draw.
        recording: of a chain of dense layers.
        sample: number of the recorded sample that the network reads.

    Raises:
        SceneError: it is no chain of dense layers, or has no such sample.
    """
    _check(recording, sample)
    sheet = Sheet(stage, recording, _title(recording, sample))
    most = max(2, int((sheet.room.height - 120) // (1.2 * LABEL)))
    chain = Chain(recording, sample, min(MOST_HIDDEN, most))
    sheet.write_foot(*_foot(chain))
    places = _Places.of(stage, sheet.room, chain)
    links = ChainLinks(stage, chain, places.nodes, places.size, places.picture)
    nodes, answers = _Nodes(stage, chain, places), _answers(stage, chain, places)

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        flow = chain.flow(state)
        links.show(flow)
        nodes.show(flow)
        answers.show(flow.values[-1])
        sheet.show(state)

    return draw


def _check(recording: Recording, sample: int) -> None:
    if not is_dense_chain(recording.layers):
        strange = next((layer.kind for layer in recording.layers if not is_dense_chain([layer])), "no")
        how = " that branch, or with an activation of their own" if strange == "Dense" else ""
        raise SceneError(
            f"network draws chains of dense layers; {recording.path} has {strange} layers{how}: see digits and unit for those"
        )
    require_sample(recording, sample, "network")


def _title(recording: Recording, sample: int) -> str:
    """Say what becomes of the sample: for what it is taken first and last, or which number is answered."""
    if recording[-1].scores and not all(np.isfinite(value) for value in recording[-1].scores.values()):
        return DIVERGED
    output, ends = recording.output, [final_states(recording)[place] for place in (0, -1)]
    given = [end.outputs(recording.single_input(recording.inputs)[sample : sample + 1]) for end in ends]
    if output.classifies:
        names = output.class_names
        first, last = (names[int(answered_classes(output, each)[0])] for each in given)
        true = true_class(recording, sample, "network")
        if true < 0:
            return f"Sample {sample}, first taken for {in_title(first)}, in the end for {in_title(last)}"
        return taken_for(names[true], first, last)
    if output.task == "multilabel":
        told = [name for name, yes in zip(output.class_names, answered_labels(output, given[1])[0], strict=True) if yes]
        return f"Sample {sample} is in the end {', '.join(told) or 'none of all labels'}"
    values = [float(each.reshape(-1)[0]) for each in given]
    wanted = f", {_number(float(np.reshape(recording.targets[sample], -1)[0]))} is wanted" if output.target else ""
    return f"The answer moves from {_number(values[0])} to {_number(values[1])}{wanted}"


def _foot(chain: Chain) -> list[str]:
    links = "link: weight times activation, dashed where it pushes down"
    classes = any((known >= 0).any() for known in chain.classes)
    fill = "rim: the class a unit answers to" if classes else "fill: activation, the stronger the farther from zero"
    if chain.told:
        told = " and ".join(in_title(chain.answers[place]) for place in chain.told)
        return [f"link: weight times activation, the last ones only to {told}", f"dashed: it pushes down, {fill}"]
    return [links, f"{fill}, fill: its activation" if classes else fill]


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


@dataclass(frozen=True)
class _Places:
    """Where everything stands.

    Attributes:
        picture: box of the image; None where the input is nodes.
        nodes: middles of the nodes in units, (nodes, 2), by layer; of an image, the middle of its right edge.
        size: diameter of a node.
        answers: left edge of what is said of the outputs, and its width.
        bar: length of a bar among it.
    """

    picture: Box | None
    nodes: list[Array]
    size: float
    answers: tuple[float, float]
    bar: float

    @classmethod
    def of(cls, stage: Stage, room: Box, chain: Chain) -> "_Places":
        """Arrange the layers from left to right, the answers at their right."""
        bar = min(BAR, 0.09 * stage.width)
        width = answer_width(stage, chain.answers, bar)
        side = min(0.24 * room.width, 0.6 * room.height) if chain.image else 0.0
        picture = Box(room.left, room.top + (room.height - side) / 2, side, side) if chain.image else None
        count = max(map(len, chain.shown))
        most = max(APART, TALL * room.height)
        step = min(most, (room.height - 84) / max(1, count - 1))
        size = min(NODE, 0.72 * step, 0.6 * room.width / len(chain.shown))
        before = 0.0 if chain.image else max(stage.measure(text, LABEL) for text in chain.inputs) + 12 + 0.5 * size
        left, right = room.left + side + before, room.right - width - 0.5 * size - 14
        inside = Box(left, room.top + 58, right - left, room.height - 84)
        _require_room(chain, inside.width)
        xs = np.linspace(inside.left, inside.right, len(chain.shown))
        middle = inside.top + inside.height / 2
        nodes = []
        for x, units in zip(xs, chain.shown, strict=True):
            apart = min(most, inside.height / max(1, len(units) - 1), max(2.2 * step, 46.0))
            nodes.append(
                np.stack([np.full(len(units), x), middle + apart * (np.arange(len(units)) - (len(units) - 1) / 2)], 1)
            )
        return cls(picture, nodes, size, (right + 0.5 * size + 14, width), bar)


def _require_room(chain: Chain, width: float) -> None:
    """Refuse more layers than can be told apart side by side."""
    most = int(width // NEAREST) + 1
    if len(chain.shown) > most:
        raise SceneError(
            f"network draws up to {most} layers in a frame of this shape; {chain.recording.path} has {len(chain.shown)}: "
            "see layers"
        )


class _Nodes:
    """The units: filled by their activation, with a rim in the colour of the class that they answer to."""

    def __init__(self, stage: Stage, chain: Chain, places: _Places) -> None:
        self._theme, first = stage.theme, 1 if places.picture is not None else 0
        self._first = first
        if places.picture is not None:
            still(stage, places.picture, images_of(chain.recording, "network")[chain.sample])
        flows = [chain.flow(state).values[first:] for state in chain.states]
        self._scales = [max(float(np.abs(f[k]).max()) for f in flows) or 1.0 for k in range(len(flows[0]))]
        if chain.is_probability:
            self._scales[-1] = 1.0
        axes = stage.overlay()
        x, y = np.concatenate(places.nodes[first:]).T
        rims = np.concatenate(self._rims(stage, chain)[first:])
        size = stage.points(places.size) ** 2
        self._nodes = axes.scatter(x, y, size, linewidths=stage.points(3), edgecolors=list(map(tuple, rims)))
        stage.moves(self._nodes)
        self._captions(stage, chain, places)

    def show(self, flow: Flow) -> None:
        """Show what the units put out."""
        layers = zip(flow.values[self._first :], self._scales, strict=True)
        share = np.clip(np.concatenate([np.abs(layer) / scale for layer, scale in layers]), 0, 1)[:, None]
        ground, ink = (np.array(self._theme.mix(color, 1)) for color in (self._theme.background, self._theme.ink))
        self._nodes.set_facecolor((1 - share) * ground + share * ink)

    @staticmethod
    def _rims(stage: Stage, chain: Chain) -> list[Array]:
        """Return the colours of the rims, RGB of shape (nodes, 3), by layer."""
        count = len(chain.recording.output.class_names)
        quiet = np.array(stage.theme.mix(stage.theme.quiet, 1))
        palette = np.concatenate([stage.theme.palette(max(2, count)), quiet[None]])
        hidden = [palette[known] for known in chain.classes]
        ends = np.arange(count)[-chain.widths[-1] :][chain.shown[-1]] if count else np.full(len(chain.shown[-1]), -1)
        return [np.tile(quiet, (len(chain.shown[0]), 1)), *hidden, palette[ends]]

    @staticmethod
    def _captions(stage: Stage, chain: Chain, places: _Places) -> None:
        """Write over each layer how many of its units are shown, and beside each input its number."""
        top = min(float(nodes[:, 1].min()) for nodes in places.nodes) - 0.5 * places.size - 18
        if places.picture is not None:
            place = places.picture
            stage.text(place.left, place.top - 12, f"sample {chain.sample}", color=stage.theme.quiet)
        else:
            for text, (x, y) in zip(chain.inputs, places.nodes[0], strict=True):
                stage.text(x - 0.5 * places.size - 12, y + 8, text, color=stage.theme.quiet, align="right")
        first = 1 if places.picture is not None else 0
        gap = places.nodes[-1][0, 0] - places.nodes[-2][0, 0]
        for nodes, units, width in zip(places.nodes[first:], chain.shown[first:], chain.widths[first:], strict=True):
            forms = ["{} of {}", "{}/{}"] if len(units) < width else ["{1} units" if width > 1 else "{1} unit", "{1}"]
            texts = [form.format(len(units), width) for form in forms]
            fitting = [text for text in texts if stage.measure(text, LABEL) < gap - 16]
            if fitting:
                stage.text(nodes[0, 0], top, fitting[0], color=stage.theme.quiet, align="center")


def _answers(stage: Stage, chain: Chain, places: _Places) -> OutputBars:
    (left, width), tops = places.answers, places.nodes[-1][:, 1]
    values = np.array([chain.flow(state).values[-1] for state in chain.states])
    return OutputBars(
        stage, Box(left, 0, width, 0), places.bar, tops, chain.answers, values, percent=chain.is_probability
    )
