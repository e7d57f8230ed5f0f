"""Layers laid out in the plane over the epochs; shared by `umap`, `tsne` and `pca`.

After the interactive page of the teaching notebooks that shows LeNet's layers by UMAP, and the Embedding Projector
(Smilkov et al. 2016).
"""

from collections.abc import Callable
from typing import Annotated, Any

import numpy as np

from animviz import Draw, Moment, Range, Recording, Stage
from animviz.analysis.verdicts import Verdicts
from animviz.embed.recorded import chosen_snapshots
from animviz.embed.sets import Sets, embedded, layers_of, sets_of
from animviz.errors import DivergedError
from animviz.parts import MARGIN, Sheet, name_tags, of_network, share_limits
from animviz.sampling import last_at

from .embedding_facts import fact_lines
from .embedding_layout import Layout
from .embedding_panel import Panel, Pictures

__all__ = ["Samples", "Thumbnails", "Trails", "embeddable", "embedding_scene", "finite_somewhere"]

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
    verdicts = finite_somewhere(recording, method)
    names, note = layers_of(recording, layers, MOST_LAYERS, method)
    sets = sets_of(recording, verdicts.labels, samples)
    found = [embedded(recording, name, sets, method, method, threads=threads, **settings) for name in names]
    numbers = chosen_snapshots(len(recording), MOST_EPOCHS)
    few = f"{len(numbers)} of {len(recording)} snapshots" if len(numbers) < len(recording) else ""
    area = (stage.width - 2 * MARGIN) * (stage.height - 300) / len(names)
    classes, tags = name_tags(stage, verdicts.names, area)
    some = f"names: {len(classes)} of {len(verdicts.names)} classes" if len(classes) < len(verdicts.names) else ""
    sheet = Sheet(
        stage,
        recording,
        of_network(recording, f"{NAMES[method]} of the layers"),
        numbers=["epoch", "accuracy"],
        foot=[*_words(stage, sets, method), note, some, few],
        air=12,
    )
    layout = Layout.of(sheet.room, len(names), fact_lines(stage, method))
    votes = share_limits(np.concatenate([np.asarray(e.scores.shown_accuracy) for e in found]))
    pictures = Pictures(recording, thumbnails, sets, method)
    panels = [
        Panel(stage, layout, cell, name, embedding, sets, verdicts, (classes, tags), pictures, votes, trails)
        for cell, name, embedding in zip(layout.cells, names, found, strict=True)
    ]

    def draw(moment: Moment) -> None:
        index = last_at(found[0].epochs, moment.epoch)
        number = numbers[index]
        wrong = verdicts.answers(number)[sets.shown] != verdicts.labels[sets.shown]
        for panel in panels:
            panel.show(moment, index, wrong)
        sheet.show(recording.at(recording.epochs[number]), accuracy=verdicts.accuracy(number))

    return draw


def embeddable(purpose: str, most: int = MOST_LAYERS) -> Callable[..., None]:
    """Return the check that a recording suits a scene of embedded layers, which take long to set up."""

    def suits(recording: Recording, *, layers: str = "", **options: Any) -> None:
        finite_somewhere(recording, purpose)
        layers_of(recording, layers, most, purpose)

    return suits


def finite_somewhere(recording: Recording, scene: str) -> Verdicts:
    """Return the verdicts of a classifier that has a state to draw.

    Args:
        recording: of a classifier.
        scene: who asks, for the message.

    Raises:
        DivergedError: no snapshot has finite weights.
    """
    verdicts = Verdicts(recording, scene)
    if verdicts.last() is None:
        raise DivergedError(f"{recording.path}: no snapshot has finite weights; train again with a smaller step")
    return verdicts


def _words(stage: Stage, sets: Sets, method: str) -> list[str]:
    rim = f"{stage.theme.ink_name} rim: wrong answer"
    vote = "5-NN: named by 5 neighbours"
    last = "kept: share of the variance" if method == "pca" else BEFORE[method]
    who = [f"small: training, {sets.fitted}", f"large: test, {sets.placed} placed"]
    if not sets.placed:
        who = [f"points: {sets.fitted} samples"]
    return [*who, rim, vote, "trust: near here is near in the layer", last]
