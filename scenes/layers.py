"""One sample set on its way through the net: from the input through every layer to the answer, at one epoch.

The layers are laid out together as `umap` lays out epochs, each sample held to itself in the layers around (see
docs/embeddings.md), so that what is seen to move is what a layer does.
"""

from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np

from animviz import Box, Draw, Moment, Range, Recording, Stage, scene
from animviz.arrays import Array
from animviz.embed import Embedding, flow_of
from animviz.embed.sets import Sets, layers_of, sets_of
from animviz.errors import InputError, SceneError
from animviz.parts import PointCloud, Points, Sheet, Tags, centred, chips, cut, plane_axes
from animviz.recording.obtaining import obtainable
from animviz.recording.replay.layers import SILENT
from animviz.sampling import evenly

from .families.camera import eased
from .families.embedding import LETTERS, By, Samples, embeddable, snapshot_at
from .families.embedding_coloring import Coloring, check_coloring
from .families.embedding_layout import GAP, KEY, TITLE
from .families.embedding_panel import Key
from .families.embedding_seen import Seen
from .families.embedding_training import Training, kinds_of
from .families.embedding_way import Way
from .families.embedding_words import headline, layer_name, present, short_name, subtitle, worded
from .families.endings import in_title
from .families.few_units import as_they_are, few_in_words, is_few, parted
from .families.layer_planes import LayerPlanes, cells_in, have_ticks
from .families.neighbour_votes import MIDDLE, in_layer, in_layout, mixed_classes
from .families.unit_source import has_images

__all__ = ["layers", "place_at"]

REST = 0.4  # share of the way from layer to layer in which the samples stand still
AHEAD = 0.9  # of the quiet colour: samples in layers that are still to come
POINT, SMALL = 3.4, 1.3  # units of a point's radius, in the large plane and in small ones
BESIDE, BELOW = 0.44, 0.42  # share of the room for the small planes: of its width, or in tall frames of its height
LEAST, MOST = 34.0, 8  # units of height for a layer at least, and layers at most in a frame that is not wide


@scene(experiment="digits_mlp", group="way", suits=embeddable("layers", 64), through="layers")
def layers(
    stage: Stage, recording: Recording, *, layers: str = "", samples: Samples = 1500, epoch: float | None = None,
    by: By = "true", n_neighbors: Annotated[int, Range(2, 1000)] = 15, min_dist: Annotated[float, Range(0.0, 1.0)] = 0.1,
    weight: Annotated[float, Range(0.0, 1e6)] = 0.3, embed_threads: Annotated[int, Range(1, 256)] | None = None,
) -> Draw:  # fmt: skip
    """One sample set flowing from the input through every layer, by UMAP, at one epoch.

    Args:
        stage: where to draw.
        recording: of any model; labels are seen as colours.
        layers: names with commas between them, "input" among them; by default all that change something, as many as
            fit.
        samples: samples to draw at most, and training samples to lay out with them at most.
        epoch: of the net; by default the last with finite weights.
        by: what colours say: the true class or value, the predicted class, or the value.
        n_neighbors: neighbours per sample, itself included; more shows the whole, fewer the detail.
        min_dist: how near points may come to each other.
        weight: how strongly each sample is held to itself from layer to layer; more is calmer and less faithful.
        embed_threads: threads that compute the layout the first time, by default one for each core; the result is the
            same.
    """
    seen = Seen.of(recording, "layers")
    check_coloring(recording, seen, by, "layers")
    coloring = Coloring(stage, seen.labels)
    number = snapshot_at(seen, epoch, "layers")
    sets = sets_of(recording, seen.labels, samples)
    names, note = _chosen(recording, layers, stage)
    found = _flow(
        recording, names, number, sets, embed_threads, n_neighbors=n_neighbors, min_dist=min_dist, weight=weight
    )
    votes = [in_layout(found, place, sets) for place in range(len(names))] if sets.classes else []
    before = [in_layer(recording, name, number, sets) for name in names] if sets.classes else []
    together = "all layers laid out together" if weight else "each layer laid out alone"
    sheet = Sheet(
        stage,
        recording,
        _title(seen, sets, names, number, votes, before),
        subtitle=subtitle(recording, "" if all(is_few(recording, name) for name in names) else "umap", note),
        numbers=seen.numbers,
    )
    ticked = have_ticks(stage, cells_in(_places(sheet.room, len(names))[1], len(names)).planes)
    trust = "trust: near here is near in the layer"
    bars = "bar: the layer itself" + (", tick: its plane" if ticked else "")
    sheet.write_foot(bars if sets.classes else trust, few_in_words(recording, names) or together)
    room = coloring.scaled(stage, sheet.room)
    plane, beside = _places(room, len(names))
    cells = cells_in(beside, len(names)).planes
    count = len(seen.labels.names)
    named = chips(stage, seen.labels.names, plane.width * plane.height, LETTERS)
    called, short = ([layer_name(recording, name, short=short) for name in names] for short in (False, True))
    title = stage.text(plane.left, plane.top - 10, "", weight="medium", moves=True)
    colors = coloring.numbers(sets.shown_labels, len(sets.shown))
    found = centred(found)
    axes = plane_axes(stage, plane, found)
    training = Training(stage, axes, sets, coloring, POINT, by)
    points = Points(stage, axes, colors, len(coloring.palette), POINT, coloring.palette)
    tags = Tags(stage, axes, colors, named)
    color = [(0.0, "colour: predicted class")] if by == "predicted" else []
    key = Key(
        stage,
        plane,
        [*color, *kinds_of(sets, told=seen.verdicts is not None)],
        lambda: points.rings,
        len(sets.shown),
        (len(named[0]), count),
        seen,
    )
    table = LayerPlanes(stage, beside, cells, recording, names, found, votes, before)
    small = [_Small(stage, part, found, at, colors, coloring) for at, part in enumerate(cells)]
    state = recording.at(recording.epochs[number])
    wrong = seen.wrong(number, sets.shown)
    answers = seen.answers(number, sets.shown) if by == "predicted" else None

    def draw(moment: Moment) -> None:
        place = place_at(moment.progress, len(names))
        known, placed = found.at(place)
        training.show(known)
        shown = known if placed is None else placed
        points.show(shown, wrong, answers)
        tags.show(tags.places(shown, answers, thin=True))
        for part in small:
            part.show(place, wrong, answers)
        key.show()
        table.show(place)
        ends = [short[int(np.floor(place))], short[int(np.ceil(place))]]
        text = called[int(place)] if ends[0] == ends[1] else " → ".join(ends)
        title.set_text(cut(stage, text, plane.width, weight="medium"))
        sheet.show(state, **seen.stated(number))

    return draw


class _Small:
    """The samples in the small plane of one layer: in their colours once it is reached, quiet before."""

    def __init__(
        self, stage: Stage, plane: Box, found: Embedding, number: int, labels: Array, coloring: Coloring
    ) -> None:  # fmt: skip
        axes, self._number = plane_axes(stage, plane, found), number
        self._places = found.shown_at(number)
        self._nowhere = np.full_like(self._places, np.nan)
        quiet = np.asarray([stage.theme.mix(stage.theme.quiet, AHEAD)], np.float32)
        self._ahead = PointCloud(axes, np.zeros(len(labels), np.intp), quiet, max(0.8, SMALL * stage.pixel))
        stage.moves(self._ahead)
        self._reached = Points(stage, axes, labels, len(coloring.palette), SMALL, coloring.palette)

    def show(self, place: float, wrong: Array, answers: Array | None) -> None:
        """Show the samples while others are at a place on the way."""
        there = self._number <= place
        self._ahead.set_positions(self._nowhere if there else self._places)
        self._reached.show(self._places if there else self._nowhere, wrong, answers)


def place_at(progress: float, count: int) -> float:
    """Return the place among so many layers, 0 the first: at each the motion rests, between them it eases in and out.

    Args:
        progress: share of the motion that lies behind, 0 to 1.
        count: how many layers there are.
    """
    way = progress * (count - 1)
    before = min(int(way), count - 2)
    share = min(max((way - before - REST / 2) / (1 - REST), 0.0), 1.0)
    return before + eased(share)


def _chosen(recording: Recording, named: str, stage: Stage) -> tuple[list[str], str]:
    """Return the layers to show and a note where some are left out.

    They are those named, or an even choice of the input and all layers that change something, as many as fit.
    """
    most = max(2, int((stage.height - 300) / LEAST))
    most = most if stage.width > 1.2 * stage.height else min(MOST, most)
    first = ["input"] if recording.basis.has_one_input else []
    there, missing = obtainable(recording, [layer for layer in recording.layers if layer.kind not in SILENT])
    working = [*first, *(layer.name for layer in there)]
    names, some = [working[k] for k in evenly(len(working), most)], f"{most} of {len(working)} layers"
    if named:
        names, _ = layers_of(recording, named, most, "layers")
    if len(names) < 2:
        raise SceneError(
            f"layers: only {', '.join(names) or 'nothing'} to show; samples flow between two layers or more"
        )
    return names, "" if named else "; ".join(filter(None, [some if most < len(working) else "", missing]))


def _flow(
    recording: Recording, names: Sequence[str], number: int, sets: Sets, threads: int | None, **settings: Any
) -> Embedding:
    """Return the common layout of layers: of all samples at once, since none can be placed from layer to layer."""
    inputs = sets.fit
    if sets.place is not None:
        inputs = np.concatenate([recording.single_input(part) for part in (sets.fit, sets.place) if part is not None])
    try:
        found = flow_of(recording, names, number, inputs=inputs, threads=threads, **settings)
    except InputError as error:
        raise SceneError(f"layers: {error}") from error
    return parted(as_they_are(found, recording, names, number, sets), sets)


def _title(
    seen: Seen, sets: Sets, names: Sequence[str], number: int, votes: Sequence[Sequence[float]],
    before: Sequence[Sequence[float]],
) -> str:  # fmt: skip
    """Say what happens from the first layer to the last, which no single frame shows."""
    if not sets.classes:
        return headline((), 0, 0)
    recording = seen.recording
    shares, others = ([told[MIDDLE] for told in part] for part in (votes, before))
    way = Way([worded(recording, name) for name in names], shares, others, len(sets.shown))
    mixed = [in_title(seen.labels.names[label]) for label in mixed_classes(recording, names[-1], number, sets)]
    first, last = (short_name(recording, name) for name in (names[0], names[-1]))
    return headline(
        present(sets.shown_labels, seen.labels.names), others[0], others[-1], way, images=has_images(recording),
        mixed=mixed, first=f"the {first} on", between=f"from {first} to {last}",
    )  # fmt: skip


def _places(room: Box, count: int) -> tuple[Box, Box]:
    """Return the boxes of the large plane and of the small ones: to its right, in tall frames below it."""
    if room.height <= 1.2 * room.width:
        width = BESIDE * room.width
        left = Box(room.left, room.top + TITLE, room.width - width - GAP, room.height - TITLE - KEY)
        return left, Box(room.right - width, room.top, width, room.height)
    height = cells_in(Box(0, 0, room.width, BELOW * room.height), count).height
    upper = Box(room.left, room.top + TITLE, room.width, room.height - height - TITLE - KEY - 8)
    return upper, Box(room.left, upper.bottom + KEY + 8, room.width, height)
