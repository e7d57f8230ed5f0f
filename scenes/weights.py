"""The weights of the first layer as images: what each unit looks for in the input.

After the weight pictures in the teaching notebooks on MNIST, and LeCun et al., "Gradient-Based Learning Applied to
Document Recognition" (1998), for filters.
"""

from collections.abc import Callable
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from animviz import Box, Draw, Moment, Range, Recording, Stage, scene
from animviz.analysis.states import sampled_states
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import ColorScale, Sheet, heatmap
from animviz.recording.state import State

from .families.inputs import InputPlaces, ground, tiles

MOST_SHARE = 99.8  # percentile of the sizes at which the scale ends: single weights would leave all others pale
LABEL_ROOM = 30.0
SCALE_ROOM = 62.0


@scene(experiment="digits_mlp")
def weights(stage: Stage, recording: Recording, *, units: Annotated[int, Range(1, 400)] = 24) -> Draw:
    """Weights of the first layer as images, one for each unit.

    Args:
        stage: where to draw.
        recording: of a network whose first layer is dense or a two-dimensional convolution.
        units: how many to show at most, those with the largest weights in the end.
    """
    layer, images = _first_layer(recording)
    states = sampled_states(recording)
    final = images(states[-1])
    chosen = _largest(final, units)
    reach = _reach([images(state)[chosen] for state in states])
    sheet = Sheet(
        stage,
        recording,
        f"weights of {layer} as images",
        numbers=["epoch", "loss", "accuracy"],
        foot=_explanation(recording, len(chosen), len(final)),
        air=20 + SCALE_ROOM,
    )
    room = sheet.room
    maps = []
    for unit, box in zip(chosen, tiles(room, len(chosen), final.shape[1:], gap=12, label=LABEL_ROOM), strict=True):
        artist, place = heatmap(stage, box, final.shape[1:], kind="signed", low=-reach, high=reach)
        if "pixels" in recording.extras:
            ground(stage, place)
        if stage.measure(str(unit), 22) < place.width:
            stage.text(place.left, place.top - 7, str(unit), color=stage.theme.quiet)
        maps.append(artist)
    width = min(560.0, room.width)
    scale = Box((stage.width - width) / 2, room.bottom + 24, width, SCALE_ROOM)
    ColorScale(stage, scale, "signed", (f"−{reach:.2g} or less", f"{reach:.2g} or more"), "weight 0")

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        for artist, values in zip(maps, images(state)[chosen], strict=True):
            artist.set_values(values)
        sheet.show(state)

    return draw


def _first_layer(recording: Recording) -> tuple[str, Callable[[State], Array]]:
    """Return the name of the first layer with weights, and a function from a state to one image per unit.

    Raises:
        SceneError: it is neither dense nor a two-dimensional convolution.
    """
    first = next((layer for layer in recording.layers if layer.kernel or layer.variables), None)
    if first is not None and first.kind == "Conv2D":
        return first.name, lambda state: np.moveaxis(first.kernel_of(state.weights).mean(axis=2), -1, 0)
    if first is None or first.kernel is None:
        found = f"starts with {first.kind}" if first else "has no layer with weights"
        if first is not None and first.kind == "Layer":  # of which no more than the names of its weights are known
            found = "does not say what its layers are; import-checkpoints --model does"
        raise SceneError(f"weights draws a first layer that is Dense or Conv2D; {recording.path} {found}")
    places = InputPlaces(recording, "weights")
    read, given = first.widths_of(recording.manifest.weights)[0], places.count
    if read != given:
        raise SceneError(
            f"weights lays out {first.name} of {recording.path} over its inputs; it reads {read} values, not the {given}"
        )
    return first.name, lambda state: places.laid_out(first.kernel_of(state.weights).T, mean=True)


def _largest(images: Array, most: int) -> NDArray[np.intp]:
    """Return the numbers of the units with the largest norm, in rising order."""
    norms = np.sqrt(np.nansum(images**2, axis=(1, 2)))
    return np.sort(np.argsort(-norms, kind="stable")[:most])


def _reach(images: list[Array]) -> float:
    """Return the size of weight at which the colour scale ends on both sides."""
    sizes = np.abs(np.concatenate([values[np.isfinite(values)] for values in images]))
    return float(np.percentile(sizes, MOST_SHARE)) or 1.0


def _explanation(recording: Recording, shown: int, all_units: int) -> list[str]:
    parts = ["each picture: how strongly one unit is driven up (orange) or down (blue) by every pixel"]
    if shown < all_units:
        parts.append(f"the {shown} of {all_units} units with the largest weights in the end")
    if recording.extras.get("pixels") is not None:
        parts.append("empty: pixels that the network does not read")
    inputs = recording.single_input(recording.inputs)
    if recording.extras.get("images", inputs).shape[-1] == 3 and recording.extras.get("images", inputs).ndim == 4:
        parts.append("mean over red, green and blue")
    return parts
