"""One sample set on its way through the net: from the input through every layer to the answer, at one epoch.

The layers are laid out together as `umap` lays out epochs, each sample held to itself in the layers around (see
docs/embeddings.md), so that what is seen to move is what a layer does.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
from matplotlib.text import Text

from animviz import Box, Draw, Moment, Range, Recording, Stage, scene
from animviz.embed import Embedding, flow_of
from animviz.embed.sets import Sets, layers_of, own_set
from animviz.errors import InputError, SceneError
from animviz.parts import LABEL, MARGIN, Sheet, Swarm, cut, name_tags, of_network
from animviz.recording.obtaining import obtainable
from animviz.recording.replay.layers import SILENT
from animviz.sampling import evenly

from .families.embedding import Samples, embeddable
from .families.embedding_coloring import Coloring
from .families.embedding_facts import TRUST, VOTE
from .families.embedding_layout import GAP, TITLE
from .families.embedding_seen import Seen

__all__ = ["layers", "place_at"]

REST = 0.4  # share of the way from layer to layer in which the samples stand still
HEAD, LEAST, MOST = 40.0, 34.0, 64.0  # units of the ruler's heading and of a row at least and at most
RAIL, NAME, BETWEEN = 34.0, 170.0, 18.0  # units of the rail, of a name at most, and between columns
POINT, PLANE = 3.4, 0.8  # units of a point's radius; share of the room that the plane takes, about


@scene(experiment="digits_mlp", suits=embeddable("layers", 64))
def layers(
    stage: Stage, recording: Recording, *, layers: str = "", samples: Samples = 1500, epoch: float | None = None,
    n_neighbors: Annotated[int, Range(2, 1000)] = 15, min_dist: Annotated[float, Range(0.0, 1.0)] = 0.1,
    weight: Annotated[float, Range(0.0, 1e6)] = 0.3, embed_threads: Annotated[int, Range(1, 256)] = 1,
) -> Draw:  # fmt: skip
    """One sample set flowing from the input through every layer, by UMAP, at one epoch.

    Args:
        stage: where to draw.
        recording: of any model; labels are seen as colours.
        layers: names with commas between them, "input" among them; by default all that change something, as many as
            fit.
        samples: samples to draw at most.
        epoch: of the net; by default the last with finite weights.
        n_neighbors: neighbours per sample, itself included; more shows the whole, fewer the detail.
        min_dist: how near points may come to each other.
        weight: how strongly each sample is held to itself from layer to layer; more is calmer and less faithful.
        embed_threads: threads that compute the layout the first time; the result is the same.
    """
    seen = Seen.of(recording, "layers")
    coloring = Coloring(stage, seen.labels)
    number = _snapshot(seen, epoch)
    sets = own_set(recording, seen.labels, samples)
    names, note = _chosen(recording, layers, stage)
    count = len(seen.labels.names)
    named = name_tags(stage, seen.labels.names, PLANE * (stage.width - 2 * MARGIN) * (stage.height - 300))
    some = f"names: {len(named[0])} of {count} classes" if len(named[0]) < count else ""
    sheet = Sheet(
        stage,
        recording,
        of_network(recording, "UMAP through the layers"),
        numbers=seen.numbers,
        foot=[*_words(stage, seen, sets), note, some],
    )
    found = _flow(
        recording, names, number, sets, embed_threads, n_neighbors=n_neighbors, min_dist=min_dist, weight=weight
    )
    columns = _columns(stage, recording, names, found, votes=sets.classes)
    room = coloring.scaled(stage, sheet.room)
    plane, table = _places(room, RAIL + sum(column.width + BETWEEN for column in columns) - BETWEEN, len(names))
    called = [f"{name}  {_shape(recording, name)}" for name in names] if _squarish(stage) else names
    title = stage.text(plane.left, plane.top - 10, "", weight="medium", moves=True)
    colors = coloring.numbers(sets.shown_labels, len(sets.shown))
    swarm = Swarm(stage, plane, found, colors, len(coloring.palette), named, POINT, coloring.palette)
    ruler = _Ruler(stage, table, columns)
    state = recording.at(recording.epochs[number])
    wrong = seen.wrong(number, sets.shown)

    def draw(moment: Moment) -> None:
        place = place_at(moment.progress, len(names))
        swarm.show(place, wrong)
        ruler.show(place)
        ends = dict.fromkeys([called[int(np.floor(place))], called[int(np.ceil(place))]])
        title.set_text(cut(stage, " → ".join(ends), plane.width, weight="medium"))
        sheet.show(state, **seen.stated(number))

    return draw


def place_at(progress: float, count: int) -> float:
    """Return the place among so many layers, 0 the first: at each the motion rests, between them it eases in and out.

    Args:
        progress: share of the motion that lies behind, 0 to 1.
        count: how many layers there are.
    """
    way = progress * (count - 1)
    before = min(int(way), count - 2)
    share = min(max((way - before - REST / 2) / (1 - REST), 0.0), 1.0)
    return before + share * share * (3 - 2 * share)


def _snapshot(seen: Seen, epoch: float | None) -> int:
    """Return the number of the snapshot at or before an epoch; by default of the last with finite weights."""
    recording, last = seen.recording, seen.last
    assert last is not None
    if epoch is None:
        return last
    if not recording.epochs[0] <= epoch <= recording.epochs[-1]:
        first, end = recording.epochs[[0, -1]]
        raise SceneError(f"layers: --epoch is {epoch:g}; {recording.path} spans {first:g} to {end:g}")
    number = recording.at(epoch).snapshot.index
    if not seen.is_finite(number):
        cause = f"layers: --epoch is {epoch:g}, where the weights are not finite"
        raise SceneError(f"{cause}; the last finite ones are of epoch {recording.epochs[last]:g}")
    return number


def _chosen(recording: Recording, named: str, stage: Stage) -> tuple[list[str], str]:
    """Return the layers to show and a note where some are left out.

    They are those named, or an even choice of the input and all layers that change something, as many as fit.
    """
    most = max(2, int((stage.height - 300) * (0.5 if stage.height > 1.2 * stage.width else 1.0) / LEAST))
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
    recording: Recording, names: Sequence[str], number: int, sets: Sets, threads: int, **settings: Any
) -> Embedding:
    try:
        return flow_of(
            recording, names, number, inputs=sets.fit, labels=sets.fit_labels if sets.classes else None, threads=threads,
            **settings,
        )  # fmt: skip
    except InputError as error:
        raise SceneError(f"layers: {error}") from error


def _squarish(stage: Stage) -> bool:
    """Say whether the frame has no room for more than one number beside the plane."""
    return stage.height / 1.2 <= stage.width <= 1.2 * stage.height


def _words(stage: Stage, seen: Seen, sets: Sets) -> list[str]:
    kind = "test samples" if "train_inputs" in seen.recording.extras else "samples"
    trust = [] if _squarish(stage) and sets.classes else ["trust: near here is near in the layer"]
    return [f"points: {sets.fitted} {kind}", *seen.words(stage, " in the end"), *trust, "all layers laid out together"]


def _shape(recording: Recording, name: str) -> str:
    if name == "input":
        return "×".join(map(str, recording.single_input(recording.inputs).shape[1:]))
    shape = recording.layers[recording.layer_index(name)].output_shape or ()
    return "×".join("?" if side is None else str(side) for side in shape)


class _Column(NamedTuple):
    """A column of the ruler: heading, a text per layer, width in units, and whether texts come when a layer is reached."""

    heading: str
    texts: list[str]
    width: float
    comes: bool


def _columns(
    stage: Stage, recording: Recording, names: Sequence[str], found: Embedding, *, votes: bool
) -> list[_Column]:
    def column(heading: str, texts: list[str], widest: str = "", most: float = np.inf) -> _Column:
        width = max(stage.measure(text, LABEL, "medium") for text in (heading, widest, *texts))
        return _Column(heading, texts, min(width, most), bool(widest))

    layer = column("layer", list(names), most=NAME)
    shape = column("shape", [_shape(recording, name) for name in names])
    trust = column(TRUST.label, [TRUST.text(value) for value in found.scores.trustworthiness], TRUST.widest)
    if not votes or found.scores.accuracy is None:
        return [layer, trust] if _squarish(stage) else [layer, shape, trust]
    vote = column(VOTE.label, [VOTE.text(value) for value in found.scores.accuracy], VOTE.widest + VOTE.unit)
    return [layer, vote] if _squarish(stage) else [layer, shape, vote, trust]


def _places(room: Box, width: float, rows: int) -> tuple[Box, Box]:
    """Return the boxes of plane and ruler, side by side or one below the other, whichever makes the plane larger."""
    height = HEAD + LEAST * rows
    beside = Box(room.left, room.top + TITLE, room.width - width - GAP, room.height - TITLE)
    below = Box(room.left, room.top + TITLE, room.width, room.height - TITLE - height - 8)
    if min(beside.width, beside.height) >= min(below.width, below.height):
        tall = min(room.height, HEAD + MOST * rows)
        return beside, Box(beside.right + GAP, room.top + (room.height - tall) / 2, width, tall)
    return below, Box(room.left, below.bottom + 8, room.width, height)


class _Ruler:
    """The layers from top to bottom with their shapes: the way so far bright, now a dot, and numbers once reached."""

    def __init__(self, stage: Stage, box: Box, columns: Sequence[_Column]) -> None:
        count = len(columns[0].texts)
        row = (box.height - HEAD) / count
        spare = (box.width - RAIL - sum(column.width for column in columns)) / (len(columns) - 1)
        self._numbers: list[tuple[int, str, Text]] = []
        left = box.left + RAIL
        for place, column in enumerate(columns):
            align: Literal["left", "right"] = "right" if place else "left"
            at = left + column.width if place else left
            stage.text(at, box.top + 24, column.heading, color=stage.theme.quiet, align=align)
            for layer, words in enumerate(column.texts):
                top = box.top + HEAD + (layer + 0.5) * row + 8
                if column.comes:
                    text = stage.text(at, top, "", weight="medium", align=align, moves=True)
                    self._numbers.append((layer, words, text))
                else:
                    color = stage.theme.quiet if place else stage.theme.ink
                    words = cut(stage, words, column.width, weight="medium")
                    stage.text(at, top, words, color=color, weight="regular" if place else "medium", align=align)
            left += column.width + spare
        self._set_up_rail(stage, Box(box.left, box.top + HEAD, 20, box.height - HEAD), count)

    def _set_up_rail(self, stage: Stage, box: Box, count: int) -> None:
        axes = stage.axes(box, (-1, 1), (count - 0.5, -0.5))
        marks: dict[str, Any] = {"marker": "o", "markersize": stage.points(8), "markeredgewidth": 0}
        axes.plot(np.zeros(count), range(count), color=stage.theme.grid, linewidth=stage.points(2.5), **marks)
        self._past = stage.line(axes, stage.theme.ink, 2.5, **marks)
        self._now = stage.line(axes, stage.theme.ink, 0, **{**marks, "markersize": stage.points(16)})

    def show(self, place: float) -> None:
        """Show the way up to a place."""
        passed = np.arange(int(place) + 1)
        self._past.set_data([*(0 * passed), 0], [*passed, place])
        self._now.set_data([0], [place])
        for layer, words, text in self._numbers:
            text.set_text(words if layer <= place else "")
