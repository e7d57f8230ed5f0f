"""Layers laid out in the plane over the epochs; shared by `umap`, `tsne` and `pca`.

After the interactive page of the teaching notebooks that shows LeNet's layers by UMAP, and the Embedding Projector
(Smilkov et al. 2016).
"""

from collections.abc import Callable
from typing import Annotated, Any

import numpy as np

from animviz import Draw, Moment, Range, Recording, Stage
from animviz.embed.recorded import chosen_snapshots
from animviz.embed.sets import Sets, embedded, layers_of, sets_of
from animviz.parts import MARGIN, Sheet, name_tags, of_network, share_limits
from animviz.sampling import last_at

from .embedding_coloring import Coloring
from .embedding_facts import fact_lines, quality
from .embedding_layout import Layout
from .embedding_panel import Panel, Pictures
from .embedding_seen import Seen, sets_in_words

__all__ = ["Samples", "Thumbnails", "Trails", "embeddable", "embedding_scene"]

Samples = Annotated[int, Range(10, 20_000)]
Trails = Annotated[int, Range(0, 100)]
Thumbnails = Annotated[int, Range(0, 100)] | None
MOST_LAYERS = 3
MOST_EPOCHS = 60
NAMES = {"umap": "UMAP", "tsne": "t-SNE", "pca": "principal components"}
BEFORE = {
    "umap": "epochs are laid out together",
    "tsne": "each epoch starts from the next one",
    "pca": "one basis for all epochs",
}


def embedding_scene(
    stage: Stage, recording: Recording, method: str, *, layers: str, samples: int, trails: int, thumbnails: int | None,
    threads: int = 1, **settings: Any,
) -> Draw:  # fmt: skip
    """Set up layers side by side; see the scenes for the options."""
    seen = Seen.of(recording, method)
    coloring = Coloring(stage, seen.labels)
    names, note = layers_of(recording, layers, MOST_LAYERS, method)
    sets = sets_of(recording, seen.labels, samples)
    found = [embedded(recording, name, sets, method, method, threads=threads, **settings) for name in names]
    numbers = chosen_snapshots(len(recording), MOST_EPOCHS)
    few = f"{len(numbers)} of {len(recording)} snapshots" if len(numbers) < len(recording) else ""
    area = (stage.width - 2 * MARGIN) * (stage.height - 300) / len(names)
    classes, tags = name_tags(stage, seen.labels.names, area)
    count = len(seen.labels.names)
    some = f"names: {len(classes)} of {count} classes" if len(classes) < count else ""
    sheet = Sheet(
        stage,
        recording,
        of_network(recording, f"{NAMES[method]} of the layers"),
        numbers=seen.numbers,
        foot=[*_words(stage, seen, sets, method), note, some, few],
        air=12,
    )
    room = coloring.scaled(stage, sheet.room)
    layout = Layout.of(room, len(names), fact_lines(stage, method, votes=sets.classes))
    limits = share_limits(np.concatenate([quality(embedding, sets)[0] for embedding in found]))
    pictures = Pictures(recording, thumbnails, sets, method)
    panels = [
        Panel(stage, layout, cell, name, embedding, sets, coloring, (classes, tags), pictures, limits, trails)
        for cell, name, embedding in zip(layout.cells, names, found, strict=True)
    ]

    def draw(moment: Moment) -> None:
        index = last_at(found[0].epochs, moment.epoch)
        number = numbers[index]
        wrong = seen.wrong(number, sets.shown)
        for panel in panels:
            panel.show(moment, index, wrong)
        sheet.show(recording.at(recording.epochs[number]), **seen.stated(number))

    return draw


def embeddable(purpose: str, most: int = MOST_LAYERS) -> Callable[..., None]:
    """Return the check that a recording suits a scene of embedded layers, which take long to set up."""

    def suits(recording: Recording, *, layers: str = "", **options: Any) -> None:
        Seen.of(recording, purpose)
        layers_of(recording, layers, most, purpose)

    return suits


def _words(stage: Stage, seen: Seen, sets: Sets, method: str) -> list[str]:
    last = "kept: share of the variance" if method == "pca" else BEFORE[method]
    return [*sets_in_words(sets), *seen.words(stage), "trust: near here is near in the layer", last]
