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
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import LABEL, Colors, Sheet, color_map, cut, first_fitting, heatmap, pair
from animviz.recording.replay.backward import can_go_back
from animviz.recording.replay.layers import hindrance
from animviz.recording.state import State

from .families.blocks import Block, hidden_blocks
from .families.endings import count_in_words
from .families.map_cells import cells_in, most_cells
from .families.maps_seen import MapsSeen
from .families.one_sample import require_sample, true_class

MOST = 6  # filters
GAP, HEAD, UNDER = 40.0, 34.0, 74.0  # units between panels, over them, and under the image
HEAT = 0.75  # strength of the colour where evidence is strongest in the film
ALIKE = 0.8  # share of one strength that is about as much as the other


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
        stage, recording, None, numbers=["epoch", "accuracy"],
        foot=[
            "green, coarse: what speaks for the answer",
            ("filter, map: root of its" if seen.plain else "map: root of a filter's")
            + " activation, beside it: what excites it most",
        ],
    )  # fmt: skip
    left, right = _layout(stage, sheet.room)
    shown = seen.chosen(states[-1], most_cells(_Rows.inner(right), filters, seen.plain))
    peaks = np.array([np.abs(seen.maps(state)[..., shown]).max() for state in states], float)
    sheet.write_title(_title(peaks, len(shown)))
    whole = _Evidence(stage, left, seen, states)
    rows = _Rows(stage, right, seen, shown, states, block, float(peaks.max()) or 1.0)

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


def _title(peaks: Array, filters: int) -> str:
    """Say how much more strongly the filters that are drawn answer to the image in the end than at first.

    Args:
        peaks: what is largest in their maps, at some moments from the first to the last.
        filters: how many they are.
    """
    count = count_in_words(filters, "filter")
    some = f"{count[0].upper()}{count[1:]}"
    come, first, last = "comes" if filters == 1 else "come", peaks[0], peaks[-1]
    if len(peaks) == 1 or max(first, last) == 0:
        return f"{some}, and what excites {'it' if filters == 1 else 'them'} most"
    if first == 0:
        return f"{some}, silent at first, {come} to answer"
    if last >= 1.95 * first:
        return f"{some} {come} to answer {last / first:,.0f} times as strongly"
    if ALIKE * first < last < first / ALIKE:
        return f"{some} {'answers' if filters == 1 else 'answer'} about as strongly as at first"
    return f"{some} {come} to answer more {'strongly' if last > first else 'weakly'}"


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
    """The image, in colour where it speaks for the answer, on one scale over the film, and the answer."""

    def __init__(self, stage: Stage, box: Box, seen: MapsSeen, states: Sequence[State]) -> None:
        self._seen, self._names = seen, seen.recording.output.class_names
        image = seen.image if seen.image.ndim == 3 else np.repeat(seen.image[..., None], 3, axis=2)
        self._image, self._color = image, color_map(stage.theme, "evidence")[-1] / 255
        found = (float(seen.evidence(state, seen.answer(state)[0]).max()) for state in states)
        self._most = max(found) or 1.0
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
        level = HEAT * np.minimum(self._seen.evidence(state, label) / self._most, 1)[..., None]
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

    Maps are bright by the square root of an activation, on one scale over the film: untrained filters answer too, softly.
    """

    def __init__(
        self,
        stage: Stage,
        box: Box,
        seen: MapsSeen,
        shown: list[int],
        states: Sequence[State],
        block: Block,
        peak: float,
    ) -> None:
        self._seen, self._shown, self._peak = seen, shown, peak
        ends = [seen.maps(state)[..., shown] for state in states]
        kind: Colors = "signed" if min(float(np.nanmin(values)) for values in ends) < 0 else "heat"
        low = -1.0 if kind == "signed" else 0.0
        reach = max(float(np.abs(seen.kernel(state)).max()) for state in states) or 1.0
        total = seen.maps(states[-1]).shape[2]
        some = f"{len(shown)} of {total} filters" if total > len(shown) else f"{total} filters"
        forms = [f"{words}: {some}" for words in (block.words or block.layer.name, block.short) if words]
        brightest = [f"{forms[0]}, brightest: {'±' if kind == 'signed' else ''}{peak:.2g}"] if forms else []
        said = first_fitting(stage, [*brightest, *forms, some], box.width)
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
        maps = np.sign(maps) * np.sqrt(np.abs(maps) / self._peak)
        for place, number in enumerate(self._shown):
            if self._kernels:
                self._kernels[place].set_values(kernel[..., number])
            self._maps[place].set_values(maps[..., place])
            for cells, patch in zip(self._patches[place], patches[number], strict=True):
                cells.set_values(patch)
