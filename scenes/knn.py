"""How well neighbours in the embedded plane tell the classes apart, layer by layer.

After the table with which the teaching notebook on UMAP of MNIST ends, brought to life over the epochs.
"""

from typing import Annotated, Literal

import numpy as np

from animviz import Box, Draw, Moment, Package, Range, Recording, Stage, scene
from animviz.analysis.tasks import LABELLED
from animviz.embed.votes import MOST_LAYERS, NEIGHBOURS, Neighbourhoods, neighbourhoods
from animviz.parts import (
    ACCURACY,
    LABEL,
    MARGIN,
    Plot,
    Sheet,
    Trace,
    cut,
    epoch_limits,
    of_network,
    share_limits,
)
from animviz.sampling import last_at

from .families.embedding import BEFORE, NAMES, Samples, embeddable
from .families.embedding_seen import Seen

SHOWN = 1  # place in NEIGHBOURS of the number that is drawn as curves
VALUE = 32.0  # units
HEAD = 76.0  # units above the rows
ROW, LEAST = 140.0, 40.0  # units of a row at most and at least
WIDE = 1100.0  # units of width from which the curves stand beside the table


@scene(
    experiment="digits_mlp",
    packages=(Package("openTSNE", "animviz[tsne]", option="method", value="tsne"),),
    tasks=(LABELLED,),
    suits=embeddable("knn", MOST_LAYERS),
)
def knn(
    stage: Stage, recording: Recording, *, layers: str = "", samples: Samples = 1500,
    method: Literal["umap", "pca", "tsne"] = "umap", embed_threads: Annotated[int, Range(1, 256)] = 1,
) -> Draw:  # fmt: skip
    """k-NN accuracy in the embedded plane for raw data and each hidden layer, over the epochs.

    Args:
        stage: where to draw.
        recording: of any model; its samples have a class each.
        layers: up to eight names with commas between them, "input" among them; by default the input and the hidden
            layers.
        samples: training samples to fit at most, and test samples to place at most.
        method: how the layers are laid out in the plane.
        embed_threads: threads that compute the layout the first time.
    """
    seen = Seen.of(recording, "knn")
    found = neighbourhoods(recording, layers=layers, samples=samples, method=method, threads=embed_threads)
    title = of_network(recording, f"neighbours in the {NAMES[method]} plane")
    sheet = Sheet(stage, recording, title, numbers=seen.numbers, foot=_words(found, method), air=20)
    room = Box(MARGIN, sheet.room.top + 12, sheet.room.width, sheet.room.height)
    table, chart = _places(room, len(found.layers), stage.width >= WIDE)
    rows = _Rows(stage, table, found)
    curves = _Curves(stage, chart, found)

    def draw(moment: Moment) -> None:
        index = last_at(found.epochs, moment.epoch)
        number = int(np.searchsorted(recording.epochs, found.epochs[index]))
        rows.show(index)
        curves.show(moment.epoch)
        sheet.show(recording.at(recording.epochs[number]), **seen.stated(number))

    return draw


def _words(found: Neighbourhoods, method: str) -> list[str]:
    sets, vote = found.sets, f"named by {', '.join(map(str, NEIGHBOURS[:-1]))} or {NEIGHBOURS[-1]} neighbours"
    among = [f"test samples: {sets.placed}", f"placed among {sets.fitted} training samples"]
    who = [*among, vote] if sets.placed else [f"{sets.fitted} samples", f"each {vote}"]
    before = BEFORE[method] if method == "pca" else f"early epochs lean on later ones: {BEFORE[method]}"
    return [*who, before, *filter(None, [found.note])]


def _places(room: Box, rows: int, wide: bool) -> tuple[Box, Box]:
    """Return the boxes of the table and of the curves: side by side in wide frames, else one below the other."""
    if wide:
        width = 0.47 * room.width
        return Box(room.left, room.top, width, room.height), Box(
            room.left + width + 60, room.top, room.width - width - 60, room.height
        )
    height = min(HEAD + ROW * rows, max(HEAD + LEAST * rows, room.height - 250))
    return Box(room.left, room.top, room.width, height), Box(
        room.left, room.top + height + 24, room.width, room.height - height - 24
    )


class _Rows:
    """A row per layer: a dot in its colour, its name, and a number per count of neighbours."""

    def __init__(self, stage: Stage, box: Box, found: Neighbourhoods) -> None:
        self._values = found.values
        theme, count = stage.theme, len(found.layers)
        row = min(ROW, (box.height - HEAD) / count)
        column = max(stage.measure("100.0 %", VALUE, "medium") + 22, stage.measure("neighbours", LABEL) + 12)
        column = min(column, 0.24 * box.width)
        rights = box.right - column * np.arange(len(NEIGHBOURS))[::-1]
        stage.text(box.left, box.top + 54, "layer", color=theme.quiet)
        stage.text(box.right, box.top + 22, "neighbours that vote", color=theme.quiet, align="right")
        for right, neighbours in zip(rights, NEIGHBOURS, strict=True):
            stage.text(right, box.top + 54, str(neighbours), color=theme.quiet, align="right")
        room = box.width - 3 * column - 34
        self._texts = []
        for place, name in enumerate(found.layers):
            top = box.top + HEAD + (place + 0.5) * row + 10
            stage.dot(box.left + 9, top - 9, 18, theme.classes[place])
            stage.text(box.left + 34, top, cut(stage, _called(name), room, weight="medium"), weight="medium")
            self._texts.append(
                [stage.text(r, top, "", size=VALUE, weight="medium", align="right", moves=True) for r in rights]
            )

    def show(self, index: int) -> None:
        """Show the numbers of an epoch."""
        for texts, row in zip(self._texts, self._values[:, index], strict=True):
            for text, value in zip(texts, row, strict=True):
                text.set_text(ACCURACY.text(value))


class _Curves:
    """The accuracy of one number of neighbours over the epochs, a curve per layer in its colour."""

    def __init__(self, stage: Stage, box: Box, found: Neighbourhoods) -> None:
        values = found.values[:, :, SHOWN]
        title = f"named rightly by {NEIGHBOURS[SHOWN]} neighbours, over epochs"
        plot = Plot(stage, box, epoch_limits(found.epochs), share_limits(values), title=title, percent=True, right=10)
        colors = stage.theme.classes[: len(found.layers)]
        self._traces = [
            Trace(stage, plot.axes, found.epochs, curve, color, 3.5, 13)
            for color, curve in zip(colors, values, strict=True)
        ]

    def show(self, epoch: float) -> None:
        """Show the past up to a moment."""
        for trace in self._traces:
            trace.show(epoch)


def _called(layer: str) -> str:
    return "raw data" if layer == "input" else layer
