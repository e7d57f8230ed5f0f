"""Small forms of `umap`, `tsne` and `pca`: two layers of one network in a cell of a split frame.

After the page of the teaching notebooks that shows LeNet beside a dense net, the last but one layer and the softmax. The
first line of each docstring is what the frame's foot line says, in parts between semicolons.
"""

from typing import Annotated, Any

from animviz import Box, Draw, Moment, Package, Range, Recording, scene
from animviz.arrays import Array
from animviz.embed import Embedding
from animviz.embed.recorded import chosen_snapshots
from animviz.embed.sets import Sets, layers_of, sets_of
from animviz.errors import SceneError
from animviz.parts import LABEL, Swarm, chips, cut
from animviz.pictures.split import CellStage
from animviz.recording.replay.layers import SILENT
from animviz.sampling import last_at

from ..families.embedding import MOST_EPOCHS, By, Samples, embeddable
from ..families.embedding_coloring import Coloring, check_coloring
from ..families.embedding_facts import quality
from ..families.embedding_layout import GAP, TITLE
from ..families.embedding_seen import Seen
from ..families.few_units import laid_out

__all__ = ["pca", "tsne", "umap"]

MOST = 2  # layers
BELOW = 30.0  # units of the line below a layer that is drawn as it is


@scene(aspect=2, suits=embeddable("umap"))
def umap(
    stage: CellStage, recording: Recording, *, layers: str = "", samples: Samples = 1500, by: By = "true",
    n_neighbors: Annotated[int, Range(2, 1000)] = 15, min_dist: Annotated[float, Range(0.0, 1.0)] = 0.1,
    weight: Annotated[float, Range(0.0, 1e6)] = 3.0, span: Annotated[int, Range(1, 1000)] = 5,
    embed_threads: Annotated[int, Range(1, 256)] | None = None,
) -> Draw:  # fmt: skip
    """Layers by UMAP, all epochs together; ring: wrong answer; 5-NN: named by 5 neighbours.

    Args:
        stage: where to draw.
        recording: of any model; labels are seen as colours.
        layers: up to two names with commas between them; by default the last but one layer and the output.
        samples: training samples to fit at most, and test samples to place and draw at most.
        by: what colours say: the true class or value, the predicted class, or the value.
        n_neighbors: neighbours per sample, itself included; more shows the whole, fewer the detail.
        min_dist: how near points may come to each other.
        weight: how strongly each sample is held to itself from epoch to epoch; 0 lets epochs go their own way.
        span: epochs over which it is held.
        embed_threads: threads that compute the layout the first time, by default one for each core; the result is the
            same.
    """
    return _pair(
        stage, recording, "umap", layers, samples, by, embed_threads, n_neighbors=n_neighbors, min_dist=min_dist,
        weight=weight, span=span,
    )  # fmt: skip


@scene(aspect=2, packages=(Package("openTSNE", "animviz[tsne]"),), suits=embeddable("tsne"))
def tsne(
    stage: CellStage, recording: Recording, *, layers: str = "", samples: Samples = 1500, by: By = "true",
    perplexity: Annotated[float, Range(1, 1000)] = 30.0, embed_threads: Annotated[int, Range(1, 256)] | None = None,
) -> Draw:  # fmt: skip
    """Layers by t-SNE, each epoch from the next one; ring: wrong answer; 5-NN: named by 5 neighbours.

    Args:
        stage: where to draw.
        recording: of any model; labels are seen as colours.
        layers: up to two names with commas between them; by default the last but one layer and the output.
        samples: training samples to fit at most, and test samples to place and draw at most.
        by: what colours say: the true class or value, the predicted class, or the value.
        perplexity: neighbours that count, softly.
        embed_threads: threads that compute the layout the first time, by default one for each core; the result is the
            same.
    """
    return _pair(stage, recording, "tsne", layers, samples, by, embed_threads, perplexity=perplexity)


@scene(aspect=2, suits=embeddable("pca"))
def pca(stage: CellStage, recording: Recording, *, layers: str = "", samples: Samples = 1500, by: By = "true") -> Draw:
    """Layers by principal components, one basis for all epochs; ring: wrong answer; 5-NN: named by 5 neighbours.

    Args:
        stage: where to draw.
        recording: of any model; labels are seen as colours.
        layers: up to two names with commas between them; by default the last but one layer and the output.
        samples: training samples to fit at most, and test samples to place and draw at most.
        by: what colours say: the true class or value, the predicted class, or the value.
    """
    return _pair(stage, recording, "pca", layers, samples, by, 1)


def _pair(
    stage: CellStage,
    recording: Recording,
    method: str,
    named: str,
    samples: int,
    by: By,
    threads: int | None,
    **settings: Any,
) -> Draw:
    """Set up the layers of a cell, each on fixed limits of its own."""
    seen = Seen.of(recording, method)
    check_coloring(recording, seen, by, method)
    coloring = Coloring(stage, seen.labels)
    sets = sets_of(recording, seen.labels, samples)
    names = _names(recording, named, method)
    numbers = chosen_snapshots(len(recording), MOST_EPOCHS)
    found = [laid_out(recording, name, numbers, sets, method, threads=threads, **settings) for name in names]
    boxes = _boxes(coloring.scaled(stage, Box(0, 0, stage.width, stage.height)), len(names))
    panels = [
        _Panel(stage, box, name, embedding, sets, seen, coloring)
        for box, name, embedding in zip(boxes, names, found, strict=True)
    ]

    def draw(moment: Moment) -> None:
        index = last_at(recording.epochs[numbers], moment.epoch)
        wrong = seen.wrong(numbers[index], sets.shown)
        colors = seen.answers(numbers[index], sets.shown) if by == "predicted" else None
        for panel in panels:
            panel.show(moment.epoch, index, wrong, colors)

    return draw


def _names(recording: Recording, named: str, method: str) -> list[str]:
    if named:
        return layers_of(recording, named, MOST, method)[0]
    working = [layer.name for layer in recording.layers if layer.kind not in SILENT]
    if not working:
        raise SceneError(f"{method}: {recording.path} has no layer that changes what it gets")
    return working[-MOST:]


def _boxes(room: Box, count: int) -> list[Box]:
    """Part the cell, side by side or one below the other, whichever makes the planes larger."""
    width, height = (room.width - (count - 1) * GAP) / count, (room.height - (count - 1) * 14) / count
    if min(width, room.height - TITLE) >= min(room.width, height - TITLE):
        return [Box(k * (width + GAP), 0, width, room.height) for k in range(count)]
    return [Box(0, k * (height + 14), room.width, height) for k in range(count)]


class _Panel:
    """One layer: its name, how good its picture is at the epoch, and the samples."""

    def __init__(
        self, stage: CellStage, box: Box, name: str, embedding: Embedding, sets: Sets, seen: Seen, coloring: Coloring
    ) -> None:
        self._values, self._number = quality(embedding, sets)
        room = stage.measure(f"{self._number.label} {self._number.widest}{self._number.unit}", LABEL) + 12
        stage.text(box.left, box.top + 24, cut(stage, name, box.width - room, weight="medium"), weight="medium")
        self._text = stage.text(box.right, box.top + 24, "", color=stage.theme.quiet, align="right", moves=True)
        below = 0.0 if embedding.method else BELOW
        plane = Box(box.left, box.top + TITLE, box.width, box.height - TITLE - below)
        if below:
            stage.text(plane.left, box.bottom - 6, "as it is", color=stage.theme.quiet)
        named = chips(stage, seen.labels.names, plane.width * plane.height)
        colors = coloring.numbers(sets.shown_labels, len(sets.shown))
        self._swarm = Swarm(stage, plane, embedding, colors, len(coloring.palette), named, palette=coloring.palette)

    def show(self, epoch: float, index: int, wrong: Array, colors: Array | None) -> None:
        """Show a moment, with the number of an epoch and its wrong answers, in colours unless they are the labels'."""
        self._swarm.show(epoch, wrong, colors)
        self._text.set_text(f"{self._number.label} {self._number.text(self._values[index])}")
