"""How weights, activations, gradients, losses and margins are distributed, epoch below epoch.

After deepreplay (Godoy, 2018), whose quantities they are, and the ridgeline plots of Wilke (2017).
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.states import sampled_states
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import LABEL, Sheet
from animviz.recording.state import State
from animviz.sampling import strided

from .families.amounts import rounded
from .families.blocks import layer_words
from .families.distributions import Glide
from .families.quantities import OF_LAYER, Quantity, Values, activation_samples, known_quantities, weighted_layers
from .families.ridges import Ridges
from .families.value_axis import FEW, Axis, axis_of, margin_axis

MOST = 16  # ridges
RIDGE = 18.0  # units of height for one
GAP = 36.0  # units between panels
LARGE = 0.58  # of the room, for the large panel
ORDINALS = ("", "", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


@scene(experiment="digits_mlp", group="inside")
def ridgelines(
    stage: Stage, recording: Recording, *, layer: str | None = None, large: Literal["auto", Quantity] = "auto"
) -> Draw:  # fmt: skip
    """Weights, activations, gradients, losses and margins as ridges, epoch below epoch.

    A ridge is the outline of a histogram. Values that are exactly zero have a bar of their own. Weights are without
    biases. Gradients are those of the mean loss on the recorded samples, where they were recorded (--gradients, or
    Recorder(gradients=True)); losses and margins are those of the samples. Of a layer with very many units the
    activations are those of an even choice of samples, which the foot counts. Of few values the path of each is drawn.

    Args:
        stage: where to draw.
        recording: of any model that has weight matrices.
        layer: whose values; by default the first one that has weights.
        large: what the large panel shows; by default the losses of the samples, where they are known, else the weights.

    Raises:
        SceneError: there is no such layer, none that has weights, or what is asked for was not recorded.
    """
    name = _layer(recording, layer)
    known = known_quantities(recording, name)
    first: Quantity = ("losses" if "losses" in known else "weights") if large == "auto" else large
    if first not in known:
        way = "; record with --gradients" if first == "gradients" else ""
        raise SceneError(f"ridgelines: {recording.path} tells of no {first}{way}; it has {', '.join(known)}")
    order = [first, *(quantity for quantity in known if quantity != first)]
    states = sampled_states(recording, MOST, strided)
    values = {quantity: [known[quantity](state) for state in states] for quantity in order}
    words = "the " + layer_words(recording).get(name, (f"layer {name}", ""))[0]
    sheet = Sheet(stage, recording, _title(first, words, values[first]))
    axes = {quantity: _axis(quantity, moments) for quantity, moments in values.items()}
    marked = first not in OF_LAYER and len(values[first][0]) > FEW
    some = activation_samples(recording, name) if "activations" in known else None
    # In a low box many ridges would hide each other; all panels show the same moments.
    lowest = min(box.height for box in _boxes(stage, sheet.room, len(order)))
    rows = strided(len(states), max(4, int(lowest // RIDGE)))
    often = _how_often(recording.epochs, np.array([states[place].epoch for place in rows]))
    ridges, *rest = _foot(words, values, axes, len(some or ()), often)
    joined = "; ".join(filter(None, rest))
    sheet.write_foot(ridges, *([joined] if stage.measure(joined, LABEL) <= sheet.room.width else rest))
    panels = {
        quantity: _panel(
            stage,
            box,
            recording,
            quantity,
            known[quantity],
            axes[quantity],
            [states[place] for place in rows],
            [values[quantity][place] for place in rows],
            marked and quantity == first,
        )
        for quantity, box in zip(order, _boxes(stage, sheet.room, len(order)), strict=True)
    }

    def measured(state: State) -> dict[str, Array]:
        found = {q: panel.measure(known[q](state)) for q, panel in panels.items()}
        return {f"{q} {part}": values for q, parts in found.items() for part, values in parts.items()}

    glide = Glide(recording, measured)

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        between = glide.between(state)
        for quantity, panel in panels.items():
            own = {part.removeprefix(f"{quantity} "): v for part, v in between.items() if part.startswith(quantity)}
            panel.show(moment.epoch, own)
        sheet.show(state)

    return draw


def _layer(recording: Recording, asked: str | None) -> str:
    layers = weighted_layers(recording)
    if not layers:
        raise SceneError(f"ridgelines draws layers with weight matrices; {recording.path} has none")
    if asked is not None and asked not in layers:
        raise SceneError(f"ridgelines: no layer {asked!r} with weights; {recording.path} has {', '.join(layers)}")
    return layers[0] if asked is None else asked


def _axis(quantity: Quantity, moments: list[Array]) -> Axis:
    return margin_axis(len(moments[0])) if quantity == "margins" else axis_of(moments, log=quantity == "losses")


def _panel(
    stage: Stage, box: Box, recording: Recording, quantity: Quantity, measure: Values, axis: Axis, states: Sequence[State],
    values: list[Array], marked: bool,
) -> Ridges:  # fmt: skip
    if len(values[0]) <= FEW:  # a path bends at every snapshot
        states = sampled_states(recording, len(recording))
        values = [measure(state) for state in states]
        axis = _axis(quantity, values)
    return Ridges(stage, box, recording, quantity, axis, np.array([state.epoch for state in states]), values, marked)


def _title(large: Quantity, layer: str, moments: list[Array]) -> str:
    """Return what becomes of the large panel's values: of those of samples the median, else their standard deviation."""
    first, last = (values[np.isfinite(values)] for values in (moments[0], moments[-1]))
    if not first.size or not last.size:
        return f"{large} of {layer}".capitalize()
    if large not in OF_LAYER:
        before, after = float(np.median(first)), float(np.median(last))
        what = f"The samples' median {large.removesuffix('s').replace('losse', 'loss')}"
        texts = [rounded(value) for value in (before, after)]
        if texts[0] == texts[1]:
            return f"{what} {'stays at' if len(moments) > 1 else 'is'} {texts[0]}"
        return f"{what} {'rises' if after > before else 'falls'} from {texts[0]} to {texts[1]}"
    before, after = float(first.std()), float(last.std())
    if not before:
        return f"{large} of {layer}".capitalize()
    return f"{large.capitalize()} of {layer}: {after / before:.2g} times as wide"


def _foot(
    layer: str, values: dict[Quantity, list[Array]], axes: dict[Quantity, Axis], some: int, often: str
) -> list[str]:
    many = [quantity for quantity, moments in values.items() if len(moments[0]) > FEW]
    few = [quantity for quantity in values if quantity not in many]
    held = min(axis.held for axis in axes.values())
    lines = f", its {len(values[few[0]][0])} {few[0]} as lines" if few else ""
    cut = f"off the axes: at most {np.ceil(1000 * (1 - held)) / 10:g} %" if held < 1 else ""
    of = f", activations of {some} samples" if some else ""
    ridges = (
        f"ridges: now{often}, each on its own scale"
        if often
        else "a ridge: how many values lie where, on its own scale"
    )
    own = [quantity for quantity in values if quantity in OF_LAYER]
    whose = f"{', '.join(own)}: {layer}" if len(own) < len(values) else layer
    zeros = any(axes[one].zeros and any((moment == 0).any() for moment in values[one]) for one in many)
    return [ridges if many else "", f"{whose}{of}{lines}", "; ".join(filter(None, ["bar: share at 0" * zeros, cut]))]


def _how_often(recorded: Array, shown: Array) -> str:
    """Return which epochs have a ridge besides that of now, such as " and every second epoch"; nothing where all have one.

    Args:
        recorded: all epochs.
        shown: those of the ridges, at equal strides but for the last.
    """
    stride = int(np.searchsorted(recorded, shown[1])) if len(shown) > 1 else 1
    if stride <= 1:
        return ""
    gaps = np.diff(shown)
    even = np.allclose(gaps[:-1], gaps[0]) and gaps[0] == round(gaps[0])
    every, what = (round(gaps[0]), "epoch") if even else (stride, "state")
    which = f"{ORDINALS[every]} {what}" if every < len(ORDINALS) else f"{every} {what}s"
    return f" and every {which}" if np.isclose(gaps[-1], gaps[0]) else f", every {which} and the last"


def _boxes(stage: Stage, room: Box, count: int) -> list[Box]:
    """Return a large box and small ones: beside it in wide frames, else below."""
    if count == 1:
        return [room]
    wide = stage.width > 1.2 * stage.height
    high = room.height > 1.2 * room.width
    columns = (1 if count <= 4 else 2) if wide else 2 if high and count == 5 else min(4, count - 1)
    rows = -(-(count - 1) // columns)
    if wide:
        large = Box(room.left, room.top, LARGE * room.width - GAP, room.height)
        rest = Box(large.right + GAP, room.top, room.right - large.right - GAP, room.height)
    else:
        large = Box(room.left, room.top, room.width, LARGE * room.height - 12)
        rest = Box(room.left, large.bottom + 12, room.width, room.bottom - large.bottom - 12)
    width, height = (rest.width - GAP * (columns - 1)) / columns, (rest.height - 12 * (rows - 1)) / rows
    small = [
        Box(rest.left + place % columns * (width + GAP), rest.top + place // columns * (height + 12), width, height)
        for place in range(count - 1)
    ]
    return [large, *small]
