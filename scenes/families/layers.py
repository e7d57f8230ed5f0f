"""The layers of a net as heat maps with their scales, and what they put out for chosen samples."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from animviz import Box, Recording, Stage
from animviz.analysis.classifier import class_number, class_probabilities, labels_of
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import LABEL, Colors, color_map, cut, first_fitting, heatmap, tiled
from animviz.recording.obtaining import obtainable
from animviz.recording.replay.activations import BOUNDED
from animviz.recording.replay.layers import Layer, is_chain
from animviz.recording.state import State
from animviz.sampling import evenly, evenly_with

from .bands import Bands
from .blocks import blocks_of
from .endings import in_title
from .layer_places import OVER, UNDER

MOST_MAPS = 64  # channels of a layer that are shown
ENOUGH = 2  # samples of a class that is chosen: one to show, one to compare with
SHORTEST = 24.0  # units of the bar of a scale
LONGEST = 54  # letters of a title that has room beside numbers


class Probe:
    """What a net makes of some samples.

    Args:
        recording: of the net.
        chosen: numbers of the samples.
        inputs: where they are taken from; by default the recording's own.
    """

    def __init__(self, recording: Recording, chosen: NDArray[np.intp], inputs: Array | None = None) -> None:
        self._chosen, self._own = chosen, inputs is None
        self._inputs = recording.single_input(recording.inputs if inputs is None else inputs)[chosen]
        self._chain = is_chain(recording.layers)

    def activations(self, state: State, layer: str) -> Array:
        """Return what a layer puts out, shape (samples, ...), channels last.

        Args:
            state: the network at a moment.
            layer: its name.
        """
        if self._own and layer in state.snapshot.stored:
            values = np.asarray(state.activations(layer)[self._chosen])
        else:
            values = state.activations(layer, self._inputs)
        return state.basis.layers[state.basis.layer_index(layer)].channels_last(values)

    def probabilities(self, state: State) -> Array:
        """Return the probability of each class, shape (samples, classes)."""
        if self._chain or not self._own:
            return class_probabilities(state, self._inputs)
        return np.asarray(class_probabilities(state)[self._chosen])


def hidden_layers(recording: Recording, named: str, most: int, scene: str, kept: str = "") -> tuple[list[Layer], str]:
    """Return the layers between input and output that change something, and a note if some are left out.

    Args:
        recording: of the net.
        named: names with commas between them, or "" for as many as fit, spread evenly from first to last.
        most: how many fit.
        scene: name, for the error.
        kept: name of a layer that is among as many as fit, or "" for none.

    Raises:
        SceneError: no layer of that name, or too many.
    """
    known = {layer.name: layer for layer in recording.layers}
    working = [block.shown for block in blocks_of(recording.layers)[:-1]]
    if named:
        names = [name.strip() for name in named.split(",")]
        for name in names:
            if name not in known:
                raise SceneError(f"{scene}: no layer {name!r}; {recording.path} has {', '.join(known)}")
        if len(names) > most:
            raise SceneError(f"{scene}: --layers names {len(names)} layers; in this frame there is room for {most}")
        return [known[name] for name in names], ""
    there, missing = obtainable(recording, working)
    at = {layer.name: place for place, layer in enumerate(there)}
    places = evenly_with(len(there), most, at[kept]) if kept in at else evenly(len(there), most)
    some = f"{len(places)} of {len(working)} hidden layers" if len(places) < len(working) else ""
    return [there[place] for place in places], "; ".join(filter(None, [some, missing]))


@dataclass(frozen=True)
class Scale:
    """Which colours stand for which values.

    Attributes:
        kind: of the colours.
        low: value of the first colour.
        high: value of the last colour.
        labels: how the ends are written.
    """

    kind: Colors
    low: float
    high: float
    labels: tuple[str, str]

    @classmethod
    def of(cls, layer: Layer, values: Array) -> "Scale":
        """Return the scale of a layer: its natural bounds, else from zero to nearly the largest of some values."""
        if layer.activation in BOUNDED:
            low, high = BOUNDED[layer.activation]
            return cls("signed" if low < 0 else "heat", low, high, (f"{low:g}".replace("-", "−"), f"{high:g}"))
        size = np.abs(values[np.isfinite(values)])
        # The few strongest units would leave all others in the dark.
        high = float(np.quantile(size, 0.995)) if size.size else 0.0
        high = float(f"{high or float(size.max(initial=0)) or 1:.2g}")
        if np.nanmin(values, initial=0) < 0:
            return cls("signed", -high, high, (f"≤ −{high:g}", f"≥ {high:g}"))
        return cls("heat", 0.0, high, ("0", f"≥ {high:g}"))


PIXELS = Scale("gray", 0.0, 1.0, ("", ""))


class LayerMap:
    """The activations of one layer as a heat map, with its name above and its scale or a note below.

    Args:
        stage: where.
        box: room for everything.
        title: written above.
        values: of one sample, for their shape: (units,), (height, width) or (height, width, channels).
        scale: of the colours.
        detail: written behind the title where there is room.
        note: written below in place of the scale, which None asks for.
        sort: the order of the units, the classes that they answer to, and the names of all classes; dense layers then
            stand in bands, see `Bands`.
        short: what is written above where there is no room for the title.
    """

    def __init__(
        self, stage: Stage, box: Box, title: str, values: Array, scale: Scale, detail: str, note: str | None = None,
        sort: tuple[Array, Array, Sequence[str]] | None = None, short: str = "",
    ) -> None:  # fmt: skip
        self._image = scale is PIXELS
        room = Box(box.left, box.top + OVER, box.width, box.height - OVER - UNDER)
        self._bands = Bands(stage, room, *sort) if sort is not None and values.ndim == 1 else None
        rows, columns = self._laid(values).shape[:2]
        side = box.width
        high = box.height - OVER - UNDER
        cell = min(side / columns, high / rows)
        width, height = cell * columns, cell * rows
        place = Box(box.left, box.top + OVER + (high - height) / 2, width, height)
        if self._bands is not None:
            place = self._bands.place
        self._map, _ = heatmap(
            stage, place, (rows, columns), kind=scale.kind, low=scale.low, high=scale.high, square=False
        )
        full = f"{title}: {detail}" if detail else title
        shown = first_fitting(stage, [text for text in (full, title, short) if text], side)
        stage.text(box.left, box.top + 18, shown, color=stage.theme.quiet)
        if note is not None:
            stage.text(box.left, box.bottom - 4, cut(stage, note, side))
        else:
            _legend(stage, Box(box.left, box.bottom - UNDER, max(width, min(side, 190.0)), UNDER), scale)

    def show(self, values: Array, true: int = -1) -> None:
        """Show the values of one sample.

        Args:
            values: of all units.
            true: number of its class, whose band is marked; -1 where there is none.
        """
        if self._bands is not None and true >= 0:
            self._bands.mark(true)
        self._map.set_values(self._laid(values))

    def _laid(self, values: Array) -> Array:
        if self._bands is not None:
            return self._bands.laid(values)
        return values if self._image else tiled(values[..., :MOST_MAPS] if values.ndim == 3 else values)


def extent_of(values: Array) -> str:
    """Return how many units or maps a layer has, for the values of one sample."""
    if values.ndim < 3:
        return f"{values.size} units"
    maps = values.shape[2]
    return f"{maps} maps" if maps <= MOST_MAPS else f"{MOST_MAPS} of {maps} maps"


def _legend(stage: Stage, box: Box, scale: Scale) -> None:
    """Draw a bar of the colours between the values of its ends, all on one line; its size alone where both do not fit."""
    first, last = scale.labels
    if stage.measure(first, LABEL) + stage.measure(last, LABEL) + 24 + SHORTEST > box.width:
        first, last = "", f"± {scale.high:g}" if scale.kind == "signed" else last
    before, after = (stage.measure(label, LABEL) + 12 if label else 0.0 for label in (first, last))
    last = cut(stage, last, box.width - before - 12 - SHORTEST)
    bar = Box(box.left + before, box.bottom - 18, max(SHORTEST, box.width - before - after), 12)
    colors = color_map(stage.theme, scale.kind)[None].repeat(2, axis=0)
    stage.axes(bar, (0, 1), (0, 1)).imshow(colors, extent=(0, 1, 0, 1), aspect="auto", interpolation="bilinear")
    stage.text(box.left, box.bottom - 4, first, color=stage.theme.quiet)
    stage.text(box.right, box.bottom - 4, last, color=stage.theme.quiet, align="right")


def seen_by_net(recording: Recording) -> str:
    """Say in plain words what of the images the net gets to see, or nothing if it is all of them."""
    if "images" not in recording.extras:
        return ""
    size = recording.single_input(recording.inputs).shape[1]
    return (
        f"the net sees {size} {'pixels of the image' if 'pixels' in recording.extras else 'numbers made of the image'}"
    )


def taken_for(true: str, first: str, last: str) -> str:
    """Say for which classes the net takes a sample first and last, and of which it is unless the names are long.

    Args:
        true: name of its class.
        first: name of the class that is answered at the first epoch.
        last: likewise at the last.
    """
    true, first, last = in_title(true, 12), in_title(first, 12), in_title(last, 12)
    if first == last:
        return f"A true {true}, taken for {last} first and last"
    whole = f"A true {true}, first taken for {first}, in the end for {last}"
    return whole if len(whole) <= LONGEST else f"First taken for {first}, in the end for {last}"


def class_of(recording: Recording, name: str | None, scene: str) -> int:
    """Return the number of a class by its name; unless given 5 where it has enough samples, else the first that has."""
    if name is not None:
        return class_number(recording, name, scene)
    names, labels = recording.output.class_names, labels_of(recording, scene)
    counts = np.bincount(labels[labels >= 0], minlength=len(names))
    enough = np.flatnonzero(counts >= min(ENOUGH, counts.max())).tolist()
    five = names.index("5") if "5" in names else -1
    return five if five in enough else int(enough[0])
