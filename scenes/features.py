"""What a convolution looks for: its filters, where each of them answers in an image, and what excites it most.

After Zeiler and Fergus, "Visualizing and understanding convolutional networks" (2013), and Olah et al., "The building blocks
of interpretability" (2018).
"""

from collections.abc import Sequence
from typing import Annotated

import numpy as np

from animviz import Box, Draw, Moment, Range, Recording, Stage, scene
from animviz.analysis.states import sampled_states
from animviz.analysis.tasks import CLASSES
from animviz.errors import SceneError
from animviz.parts import LABEL, Colors, Sheet, color_map, cut, first_fitting, heatmap, pair
from animviz.recording.replay.backward import can_go_back
from animviz.recording.replay.layers import hindrance
from animviz.recording.state import State

from .families.blocks import Block, hidden_blocks
from .families.endings import in_title
from .families.layers import taken_for
from .families.map_cells import cells_in, most_cells
from .families.maps_seen import MapsSeen
from .families.one_sample import require_sample, true_class

MOST = 6  # filters
GAP, HEAD, UNDER = 40.0, 34.0, 74.0  # units between panels, over them, and under the image
HEAT = 0.75  # strength of the colour where evidence is strongest


@scene(
    experiment="lenet", group="inside", tasks=CLASSES,
    suits=lambda recording, **options: require_maps(recording, str(options.get("layer", ""))),
)  # fmt: skip
def features(
    stage: Stage, recording: Recording, *, sample: Annotated[int, Range(0, 1_000_000)] = 0, layer: str = "",
    filters: Annotated[int, Range(1, MOST)] = MOST,
) -> Draw:  # fmt: skip
    """What the filters of a convolution look for, where they answer in an image, and what in it speaks for the answer.

    Args:
        stage: where to draw.
        recording: of a classifier of images that is a chain of layers, with convolutions among them.
        sample: number of the recorded image.
        layer: name of a convolution; by default the last.
        filters: how many are shown at most: those that answer most to the image in the end.
    """
    block = _block(recording, layer)
    require_sample(recording, sample, "features")
    states = sampled_states(recording, 12)
    seen = MapsSeen(recording, block, sample, states)
    sheet = Sheet(
        stage, recording, _title(recording, seen, states), numbers=["epoch", "accuracy"],
        foot=[
            "green, coarse: what speaks for the answer",
            f"{'filter, ' if seen.plain else ''}map: where it answers most now, patches: what excites it",
        ],
    )  # fmt: skip
    left, right = _layout(stage, sheet.room)
    shown = seen.chosen(states[-1], most_cells(_Rows.inner(right), filters, seen.plain))
    whole = _Evidence(stage, left, seen)
    rows = _Rows(stage, right, seen, shown, states, block)

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        whole.show(state)
        rows.show(state)
        sheet.show(state)

    return draw


def require_maps(recording: Recording, named: str) -> None:
    """Refuse a recording that has no convolution to show; see `_block`."""
    _block(recording, named)


def _block(recording: Recording, named: str) -> Block:
    """Return the convolution that is shown, with the activation behind it.

    Raises:
        SceneError: there is none, or none of that name, or the layers cannot be replayed.
    """
    layers = recording.layers
    if not layers or not all(map(can_go_back, layers)):
        strange = hindrance(layers, can_go_back)
        raise SceneError(
            f"features follows images through convolutions, pooling and dense layers; {recording.path} has {strange}"
        )
    blocks, _ = hidden_blocks(recording)
    found = [block for block in blocks if block.layer.kind == "Conv2D"]
    if not found:
        raise SceneError(f"features draws convolutions of images; {recording.path} has none: see unit and digits")
    chosen = [block for block in found if named in ("", block.layer.name, block.shown.name)]
    if not chosen:
        names = ", ".join(block.layer.name for block in found)
        raise SceneError(f"features: no convolution {named!r}; {recording.path} has {names}")
    return chosen[-1]


def _title(recording: Recording, seen: MapsSeen, states: Sequence[State]) -> str:
    output = recording.output
    first, last = (output.class_names[seen.answer(states[place])[0]] for place in (0, -1))
    true = true_class(recording, seen.sample, "features")
    if true < 0:
        return f"Image {seen.sample}, first taken for {in_title(first)}, in the end for {in_title(last)}"
    return taken_for(output.class_names[true], first, last)


def _layout(stage: Stage, room: Box) -> tuple[Box, Box]:
    """Return the boxes of the image and of the filters."""
    if stage.width >= stage.height:
        side = min(room.height - HEAD - UNDER, (0.34 if stage.width > stage.height else 0.5) * room.width)
        left = Box(room.left, room.top + HEAD, side, side)
        return left, Box(left.right + GAP, room.top, room.right - left.right - GAP, room.height)
    side = min(room.width, 0.54 * room.height - HEAD - UNDER)
    left = Box(room.left + (room.width - side) / 2, room.top + HEAD, side, side)
    below = left.bottom + UNDER
    return left, Box(room.left, below, room.width, room.bottom - below)


class _Evidence:
    """The image, in colour where it speaks for the answer, and the answer."""

    def __init__(self, stage: Stage, box: Box, seen: MapsSeen) -> None:
        self._seen, self._names = seen, seen.recording.output.class_names
        image = seen.image if seen.image.ndim == 3 else np.repeat(seen.image[..., None], 3, axis=2)
        self._image, self._color = image, color_map(stage.theme, "evidence")[-1] / 255
        self._cells, place = heatmap(stage, box, image.shape[:2])
        true = true_class(seen.recording, seen.sample, "features")
        numbered = f"image no. {seen.sample}"
        said = [f"{numbered}, true: {self._names[true]}"] if true >= 0 else []
        stage.text(
            box.left, place.top - 12, first_fitting(stage, [*said, numbered], box.width), color=stage.theme.quiet
        )
        self._answer = stage.text(place.left, place.bottom + 34, "", weight="medium", moves=True)
        self._room, self._stage, self._share = box.width, stage, 0.0
        track = Box(place.left, place.bottom + 46, place.width, 10)
        axes = stage.axes(track, (0, 1), (-1, 1), color=stage.theme.mix(stage.theme.grid, 0.5))
        self._bar = stage.line(axes, stage.theme.ink, 10, solid_capstyle="butt")
        pair(stage, "answer", lambda: [self._answer.get_text().rsplit(", ", 1)[-1]], lambda: [100 * self._share])

    def show(self, state: State) -> None:
        """Show a moment."""
        label, share = self._seen.answer(state)
        level = HEAT * self._seen.evidence(state, label)[..., None]
        self._cells.set_values(self._image + level * (self._color - self._image))
        number, name = f", {100 * share:.1f} %", self._names[label]
        room = self._room - self._stage.measure(number, LABEL, "medium")
        whole = f"answer: {name}"
        fits = self._stage.measure(whole, LABEL, "medium") <= room
        self._answer.set_text((whole if fits else cut(self._stage, name, room, weight="medium")) + number)
        self._bar.set_data([0, share], [0, 0])
        self._share = float(np.asarray(self._bar.get_xdata())[-1])


class _Rows:
    """The filters: each with its map of the image, and the patches that excite it most.

    Maps are bright by their share of what is largest in them at the moment: untrained filters answer too, however softly.
    """

    def __init__(
        self, stage: Stage, box: Box, seen: MapsSeen, shown: list[int], states: Sequence[State], block: Block
    ) -> None:
        self._seen, self._shown = seen, shown
        ends = [seen.maps(state)[..., shown] for state in states]
        kind: Colors = "signed" if min(float(np.nanmin(values)) for values in ends) < 0 else "heat"
        low = -1.0 if kind == "signed" else 0.0
        reach = max(float(np.abs(seen.kernel(state)).max()) for state in states) or 1.0
        total = seen.maps(states[-1]).shape[2]
        some = f"{len(shown)} of {total} filters" if total > len(shown) else f"{total} filters"
        forms = [f"{words}: {some}" for words in (block.words or block.layer.name, block.short) if words]
        said = first_fitting(stage, [*forms, some], box.width)
        stage.text(box.left, box.top + 22, said, color=stage.theme.quiet)
        cells = cells_in(self.inner(box), len(shown), seen.plain)
        kernel, patch = seen.kernel(states[-1]).shape[:2], seen.patches(states[-1])[0][0]
        self._kernels, self._maps, self._patches = [], [], []
        edge = stage.theme.mix(stage.theme.grid, 0.6)
        for cell in cells:
            if cell.kernel is not None:
                self._kernels.append(heatmap(stage, cell.kernel, kernel, kind="gray", low=-reach, high=reach)[0])
            self._maps.append(heatmap(stage, cell.map, ends[-1].shape[:2], kind=kind, low=low)[0])
            for place in cell.patches:  # so that white ones have an edge on white
                stage.axes(
                    Box(place.left - 1.5, place.top - 1.5, place.width + 3, place.height + 3),
                    (0, 1),
                    (0, 1),
                    color=edge,
                )
            self._patches.append([heatmap(stage, place, patch.shape[:2], kind="gray")[0] for place in cell.patches])

    @staticmethod
    def inner(box: Box) -> Box:
        """Return the room of the filters in the box of everything."""
        return Box(box.left, box.top + HEAD, box.width, box.height - HEAD)

    def show(self, state: State) -> None:
        """Show a moment."""
        kernel, patches = self._seen.kernel(state), self._seen.patches(state)
        maps = self._seen.maps(state)[..., self._shown]
        maps = maps / (np.abs(maps).max() or 1.0)
        for place, number in enumerate(self._shown):
            if self._kernels:
                self._kernels[place].set_values(kernel[..., number])
            self._maps[place].set_values(maps[..., place])
            for cells, patch in zip(self._patches[place], patches[number], strict=True):
                cells.set_values(patch)
