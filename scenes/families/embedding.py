"""Layers laid out in the plane over the epochs; shared by `umap`, `tsne` and `pca`.

After the interactive page of the teaching notebooks that shows LeNet's layers by UMAP, and the Embedding Projector
(Smilkov et al. 2016).
"""

from collections.abc import Callable
from functools import cache
from typing import Annotated, Any

import numpy as np

from animviz import Box, Draw, Moment, Range, Recording, Stage
from animviz.embed.recorded import chosen_snapshots
from animviz.embed.sets import Sets, layers_of, sets_of
from animviz.errors import SceneError
from animviz.parts import LABEL, Number, Ruler, Sheet, chips
from animviz.sampling import last_at

from .embedding_coloring import By, Coloring, check_coloring
from .embedding_facts import TRUST, VOTE, Course, Story, quality
from .embedding_layout import Layout
from .embedding_panel import Key, Panel
from .embedding_pictures import Pictures
from .embedding_seen import Seen
from .embedding_spread import filling
from .embedding_training import kinds_of
from .embedding_way import Way
from .embedding_words import (
    described,
    directions,
    headline,
    layer_titles,
    present,
    shared,
    subtitle,
    worded,
)
from .endings import in_title
from .few_units import drawn_as_it_is, laid_out, units_of
from .neighbour_votes import classes_apart, in_layer, in_layers, in_layout, mixed_classes
from .unit_source import has_images

__all__ = [
    "LETTERS",
    "MOST_EPOCHS",
    "By",
    "Samples",
    "Thumbnails",
    "Trails",
    "embeddable",
    "embedding_scene",
    "snapshot_at",
]

Samples = Annotated[int, Range(10, 20_000)]
Trails = Annotated[int, Range(0, 100)]
Thumbnails = Annotated[int, Range(0, 100)] | None
DEFAULT_LAYERS, MOST_LAYERS = 3, 6
MOST_EPOCHS = 60
AMPLE = 20_000.0  # square units of the large plane for each name, below which names are small
ENLARGED = 1.05  # times from which on it is said
KEPT = Number("kept", ".0f", "100", " %", scale=100)
LETTERS, POINT, SMALL_POINT = (
    26.0,
    3.0,
    1.7,
)  # units: names in the large plane, radius of points in large and small ones


def embedding_scene(
    stage: Stage, recording: Recording, method: str, *, layers: str, samples: int, trails: int, thumbnails: int | None,
    by: By = "true", epoch: float | None = None, threads: int | None = None, **settings: Any,
) -> Draw:  # fmt: skip
    """Set up the last layer large and the others small beside it; see the scenes for the options."""
    seen = Seen.of(recording, method)
    check_coloring(recording, seen, by, method)
    coloring = Coloring(stage, seen.labels)
    names, note = layers_of(recording, layers, MOST_LAYERS if layers else DEFAULT_LAYERS, method)
    sets = sets_of(recording, seen.labels, samples)
    numbers = chosen_snapshots(len(recording), MOST_EPOCHS)
    if epoch is not None:
        numbers = [snapshot_at(seen, epoch, method)]
        settings["snapshots"] = numbers
    plain = [units_of(recording, name) if drawn_as_it_is(recording, name, method) else 0 for name in names]
    found = [laid_out(recording, name, numbers, sets, method, threads=threads, **settings) for name in names]
    few = f"{len(numbers)} of {len(recording)} snapshots" if epoch is None and len(numbers) < len(recording) else ""
    titles = [layer_titles(recording, name, units) for name, units in zip(names, plain, strict=True)]
    last = len(numbers) - 1

    @cache
    def table(place: int) -> tuple[list[float], list[float]]:
        return (
            in_layout(found[place], last, sets), in_layer(recording, names[place], numbers[last], sets)
        )  # fmt: skip

    course = _course(recording, names, found, numbers, sets, plain)
    measure = KEPT if method == "pca" else TRUST
    last_words = worded(recording, names[-1])
    sheet = Sheet(
        stage,
        recording,
        _title(seen, found, sets, names, course, numbers),
        subtitle=subtitle(recording, "" if all(plain) else method, note, few),
        numbers=seen.numbers if plain[-1] else [*seen.numbers, measure],
        foot=[
            f"the {last_words} as it is" if plain[-1] else described(method, last_words),
            shared(found[-1], alone=epoch is not None),
        ],
        air=12,
    )
    layout = Layout.of(coloring.scaled(stage, sheet.room), len(names))
    pairs = [
        filling(embedding, box) if method == "pca" or units else (embedding, np.ones(len(embedding.epochs)))
        for embedding, box, units in zip(found, [*layout.small, layout.main], plain, strict=True)
    ]
    drawn, scales = [embedding for embedding, _ in pairs], pairs[-1][1]
    area = layout.main.width * layout.main.height
    letters = LETTERS if area >= AMPLE * len(seen.labels.names) else LABEL
    classes, tags = chips(stage, seen.labels.names, area, letters)
    pictures = Pictures(stage, recording, thumbnails, sets, method, seen)
    panels = [
        Panel(stage, box, title, embedding, sets, coloring, trails=trails, radius=SMALL_POINT, by=by)
        for box, title, embedding in zip(layout.small, titles, drawn, strict=False)
    ]  # fmt: skip
    large = Panel(
        stage, layout.main, titles[-1], drawn[-1], sets, coloring, trails=trails, radius=POINT,
        by=by, named=(classes, tags), pictures=pictures,
        beside=stage.measure(_times(scales.max()), LABEL) + 16,
    )  # fmt: skip
    panels.append(large)
    color = [(0.0, "colour: predicted class")] if by == "predicted" else []
    kinds = [*color, *kinds_of(sets, told=seen.verdicts is not None), (-18.0, pictures.words)]
    key = Key(
        stage, layout.main, kinds, lambda: large.rings, len(sets.shown), (len(classes), len(seen.labels.names)), seen
    )
    shares = found[-1].shares
    good = found[-1].scores.trustworthiness if shares is None else shares.sum(axis=1)

    called = [title[-1] for title in titles]
    story = Story(stage, layout.story, called, course, table)
    clock = _clock(stage, recording, layout.story, story.bottom)
    enlarged = stage.text(
        layout.main.right, layout.main.top - 10, "", color=stage.theme.quiet, align="right", moves=True
    )

    def draw(moment: Moment) -> None:
        at = moment.epoch if epoch is None else float(found[0].epochs[0])
        index = last_at(found[0].epochs, at)
        number = numbers[index]
        wrong = seen.wrong(number, sets.shown)
        colors = seen.answers(number, sets.shown) if by == "predicted" else None
        for panel in panels:
            panel.show(at, moment.seconds, index, wrong, colors)
        enlarged.set_text(_times(scales[index]))
        key.show()
        story.show(at)
        if clock is not None:
            clock.show(float(recording.epochs[number]))  # the header's epoch
        sheet.show(recording.at(recording.epochs[number]), **seen.stated(number), **{measure.label: float(good[index])})

    return draw


def _times(factor: float) -> str:
    """Return how many times an epoch is enlarged; nothing where it is drawn as the last one is."""
    digits = f"{factor:.2g}" if factor < 99.5 else f"{float(f'{factor:.2g}'):,.0f}"
    return f"enlarged {digits} times" if factor >= ENLARGED else ""


def embeddable(purpose: str, most: int = MOST_LAYERS) -> Callable[..., None]:
    """Return the check that a recording suits a scene of embedded layers, which take long to set up."""

    def suits(recording: Recording, *, layers: str = "", by: By = "true", **options: Any) -> None:
        seen = Seen.of(recording, purpose)
        check_coloring(recording, seen, by, purpose)
        layers_of(recording, layers, most, purpose)

    return suits


def snapshot_at(seen: Seen, epoch: float | None, purpose: str) -> int:
    """Return the number of the snapshot at or before an epoch; by default of the last with finite weights.

    Args:
        seen: the recording.
        epoch: in epochs.
        purpose: for errors.

    Raises:
        SceneError: the epoch was not recorded, or its weights are not finite.
    """
    recording, last = seen.recording, seen.last
    assert last is not None
    if epoch is None:
        return last
    if not recording.epochs[0] <= epoch <= recording.epochs[-1]:
        first, end = recording.epochs[[0, -1]]
        raise SceneError(f"{purpose}: --epoch is {epoch:g}; {recording.path} spans {first:g} to {end:g}")
    number = recording.at(epoch).snapshot.index
    if not seen.is_finite(number):
        cause = f"{purpose}: --epoch is {epoch:g}, where the weights are not finite"
        raise SceneError(f"{cause}; the last finite ones are of epoch {recording.epochs[last]:g}")
    return number


def _clock(stage: Stage, recording: Recording, story: Box, top: float) -> Ruler | None:
    """Add the loss on a ruler of time below the story's rows, where there is room."""
    room = Box(story.left, top + 40, story.width, story.bottom - top - 40)
    if room.height < 90 or "loss" not in recording.noted(source=recording.loss_source):
        return None
    ruler = Ruler(stage, room, recording)
    stage.text(story.left, top + 24, ruler.name, color=stage.theme.quiet)
    return ruler


def _course(
    recording: Recording, names: list[str], found: list[Any], numbers: list[int], sets: Sets, plain: list[int]
) -> Course:
    """Return how good the layers are over the epochs: by neighbours' votes, or where there are no classes by trust."""
    values, kinds = zip(*(quality(embedding, sets) for embedding in found), strict=True)
    plane, epochs = np.stack(values), found[0].epochs
    if kinds[0] is not VOTE:
        return Course(kinds[0], epochs, plane, np.full_like(plane, np.nan))
    own = [
        laid_out if units else in_layers(recording, name, numbers, sets)
        for name, laid_out, units in zip(names, values, plain, strict=True)
    ]
    return Course(VOTE, epochs, np.stack(own), np.where(np.array(plain)[:, None] > 0, np.nan, plane))


def _title(
    seen: Seen, found: list[Any], sets: Sets, names: list[str], course: Course, numbers: list[int]
) -> str:  # fmt: skip
    """Say what happens: over the epochs in the last layer, and where that is seen from layer to layer."""
    if course.number is not VOTE:
        return headline((), 0, 0)
    there, images = present(sets.shown_labels, seen.labels.names), has_images(seen.recording)
    alone, last = len(numbers) == 1, np.flatnonzero(np.isfinite(course.layer[-1]))
    units = units_of(seen.recording, names[-1])
    if found[-1].shares is not None and units > found[-1].dimensions and len(there) > 1 and len(last):
        apart = [in_title(seen.labels.names[label]) for label in classes_apart(found[-1], int(last[-1]), sets)]
        return directions(there, apart, found[-1].dimensions, units, images=images, alone=alone)
    if not len(last):
        return headline(there, np.nan, np.nan)
    mixed = [
        in_title(seen.labels.names[label])
        for label in mixed_classes(seen.recording, names[-1], numbers[last[-1]], sets)
    ]
    ends = [float(values[last[-1]]) for values in course.layer]
    planes = [own if np.isnan(laid_out[last[-1]]) else float(laid_out[last[-1]])
              for own, laid_out in zip(ends, course.plane, strict=True)]  # fmt: skip
    before = ends[0] if alone else float(course.layer[-1][last[0]])
    way = Way([worded(seen.recording, name) for name in names], planes, ends, len(sets.shown))
    return headline(
        there, before, ends[-1], way, images=images, mixed=mixed, first="the first layer on" if alone else "the start"
    )
