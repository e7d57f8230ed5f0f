"""The whole network as nodes and links, reading one sample while it learns: what flows, and where it leads."""

from collections.abc import Sequence
from typing import Annotated, TypeAlias

import numpy as np

from animviz import Box, Draw, Moment, Range, Recording, Stage, scene
from animviz.analysis.tasks import CLASSES
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import LABEL, Sheet, cut, first_fitting, images_of, of_recording, still
from animviz.recording.answers import answered_classes, answered_labels, has_probabilities
from animviz.recording.replay.layers import is_dense_chain

from .families.chain import Chain, Flow, final_states
from .families.chain_links import ChainLinks
from .families.chain_places import ChainPlaces, most_links, most_units
from .families.endings import DIVERGED, in_title
from .families.layers import taken_for
from .families.one_sample import require_sample, true_class, wanted_of
from .families.output_bars import OutputBars
from .families.output_columns import OutputColumns
from .families.turned_names import names_height, write_names

Layer: TypeAlias = tuple[Array, Array, int]  # the middles of its nodes, the units shown, and how many there are
NEAR = 60.0  # units between two rows, below which one line is said of each


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
    sheet = Sheet(stage, recording, _title(recording, sample), subtitle=f"Sample {sample} of {of_recording(recording)}")
    dense = sum(layer.kernel is not None for layer in recording.layers)
    units = most_units(stage, sheet.room, probabilities=has_probabilities(recording.output))
    chain = Chain(recording, sample, units, most_links(stage, 1 + dense))
    sheet.write_foot(*_foot(chain))
    places = ChainPlaces.of(stage, sheet.room, chain)
    links = ChainLinks(stage, chain, places)
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
        is_point = recording.single_input(recording.inputs).shape[1:] == (2,)
        return _taken_for(names[true], first, last, "point" if is_point else "")
    if output.task == "multilabel":
        told = [name for name, yes in zip(output.class_names, answered_labels(output, given[1])[0], strict=True) if yes]
        return f"Sample {sample} is in the end {', '.join(told) or 'none of all labels'}"
    values = [float(each.reshape(-1)[0]) for each in given]
    wanted = f", {_number(float(np.reshape(recording.targets[sample], -1)[0]))} is wanted" if output.target else ""
    first, last = map(_number, values)
    return (
        f"The answer stays at {last}{wanted}" if first == last else f"The answer moves from {first} to {last}{wanted}"
    )


def _taken_for(true: str, first: str, last: str, thing: str) -> str:
    """Say what a sample truly is and for what it is taken, in fewer words where the names are long."""
    said = taken_for(true, first, last)
    if said.startswith("A true "):
        return said
    true, first, last = (in_title(name, 12) for name in (true, first, last))
    return f"A true {true}{thing and ' '}{thing}: first {first}, in the end {last}"


def _foot(chain: Chain) -> list[str]:
    classes = [known for known in chain.classes if (known >= 0).any()]
    units = "rim: the class that raises a unit most in the end" if classes else "the brighter, the farther from 0"
    names = chain.recording.output.class_names
    if classes and len(names) == 2:
        first, second = (in_title(name, 12) for name in names)
        units = f"rim: raised most by {first} (blue) or {second} (orange)"
    return ["fill: activation, link: weight times it, dashed below 0", units]


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


class _Nodes:
    """The units: filled by their activation, with a rim in the colour of the class that they answer to."""

    def __init__(self, stage: Stage, chain: Chain, places: ChainPlaces) -> None:
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
        x, y = places.rest
        stage.moves(axes.scatter([x], [y], 0.16 * size, linewidths=stage.points(2), color=stage.theme.quiet))
        _captions(stage, chain, places)

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


def _captions(stage: Stage, chain: Chain, places: ChainPlaces) -> None:
    """Write which input is read, how many units of each layer are shown, and which of the last links."""
    quiet, picture = stage.theme.quiet, places.picture
    if picture is not None:
        forms = [f"input: sample no. {chain.sample}", f"sample no. {chain.sample}"]
        stage.text(picture.left, picture.top - 12, first_fitting(stage, forms, picture.width + 12), color=quiet)
        _caption_of_truth(stage, chain, places, picture)
    first = 1 if picture is not None else 0
    layers = list(zip(places.nodes, chain.shown, chain.widths, strict=True))[first:]
    rest = ["bias"] if chain.is_whole else ["all others and bias", "rest"]
    room = 2 * (stage.width - 30 - places.rest[0]) if places.tall else 240.0
    said = first_fitting(stage, rest, room)
    away = -0.2 * places.size - 8 if places.tall else 0.5 * places.size + 22
    stage.text(places.rest[0], places.rest[1] + away, said, color=quiet, align="center")
    (_captions_of_rows if places.tall else _captions_of_columns)(stage, chain, places, layers)


def _caption_of_truth(stage: Stage, chain: Chain, places: ChainPlaces, picture: Box) -> None:
    """Write the true class of the image, if there is one: below it, in tall frames beside it."""
    true = true_class(chain.recording, chain.sample, "network")
    if true < 0:
        return
    place, room = (picture.left, picture.bottom + 30), picture.width
    if places.tall:
        place, room = (picture.left - 14, picture.top + LABEL), picture.left - places.answers.left - 14
    name = chain.recording.output.class_names[true]
    stage.text(*place, cut(stage, f"true: {name}", room), align="right" if places.tall else "left")


def _captions_of_columns(stage: Stage, chain: Chain, places: ChainPlaces, layers: Sequence[Layer]) -> None:
    """Write what is said of each layer over it, and beside each input its number."""
    quiet, answers = stage.theme.quiet, places.answers
    top = min(float(nodes[:, 1].min()) for nodes in places.nodes) - 0.5 * places.size - 18
    if places.picture is None:
        for text, (x, y) in zip(chain.inputs, places.nodes[0], strict=True):
            stage.text(x - 0.5 * places.size - 12, y + 8, text, color=quiet, align="right")
    gap = places.nodes[-1][0, 0] - places.nodes[-2][0, 0]
    end = 0.0
    for place, (nodes, units, width) in enumerate(layers):
        thing = "input" if place == 0 and places.picture is None else "unit"
        whole = " ".join(_shown(len(units), width, thing))
        texts = [whole, whole.removeprefix("top "), _shown(len(units), width, short=True)[0]]
        fitting = [text for text in texts if stage.measure(text, LABEL) < gap - 16]
        if fitting:
            stage.text(nodes[0, 0], top, fitting[0], color=quiet, align="center")
            end = nodes[0, 0] + stage.measure(fitting[0], LABEL) / 2 + 16
    if chain.told:
        room = answers.right - max(end, answers.left)
        stage.text(answers.right, top, first_fitting(stage, _told(chain), room), color=quiet, align="right")


def _captions_of_rows(stage: Stage, chain: Chain, places: ChainPlaces, layers: Sequence[Layer]) -> None:
    """Write what is said of each layer at the left of its row, and over each input its number."""
    quiet, nodes = stage.theme.quiet, places.nodes
    left = places.answers.left
    if places.picture is None:
        xs, step = nodes[0][:, 0], nodes[0][1, 0] - nodes[0][0, 0] if len(nodes[0]) > 1 else places.answers.width
        top = nodes[0][0, 1] - 0.5 * places.size - 8 - names_height(stage, chain.inputs, step)
        write_names(stage, chain.inputs, xs, top, step, over=True, color=quiet)
    near = nodes[1][0, 1] - nodes[0][0, 1] < NEAR
    for place, (row, units, width) in enumerate(layers):
        thing = "input" if place == 0 and places.picture is None else "unit"
        for line, text in enumerate(_shown(len(units), width, thing, short=near)):
            stage.text(left, row[0, 1] + (8 if near else 30 * line - 7), text, color=quiet)
    if chain.told:
        stage.text(
            left, places.answers.bottom - 4, first_fitting(stage, _told(chain), places.answers.width), color=quiet
        )


def _shown(count: int, width: int, thing: str = "unit", *, short: bool = False) -> list[str]:
    """Say in one or two lines how many units of a layer are shown, or how many inputs."""
    if count < width:
        return [f"{count}/{width}"] if short else [f"top {count}", f"of {width}"]
    return [f"{width}"] if short else [f"{width}", thing if width == 1 else f"{thing}s"]


def _told(chain: Chain) -> list[str]:
    """Say to which outputs links are shown."""
    names = " and ".join(in_title(chain.answers[place]) for place in chain.told)
    return [f"links to {names} only", f"links to {len(chain.told)} of {chain.widths[-1]}"]


def _answers(stage: Stage, chain: Chain, places: ChainPlaces) -> OutputBars | OutputColumns:
    values = np.array([chain.flow(state).values[-1] for state in chain.states])
    box, nodes, names, percent = places.answers, places.nodes[-1], chain.answers, chain.is_probability
    wanted = None
    if not chain.recording.output.classifies and chain.recording.output.target:
        wanted = wanted_of(chain.recording, chain.sample, chain.widths[-1], "network")
    wanted = None if wanted is None else wanted[chain.shown[-1]]
    if places.tall:
        return OutputColumns(stage, box, nodes[:, 0], places.step, names, values, percent=percent, wanted=wanted)
    return OutputBars(
        stage, box, places.step, nodes[:, 1], names, values, percent=percent, wanted=wanted, mark=stage.theme.ink
    )
