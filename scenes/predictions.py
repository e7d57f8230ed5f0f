"""Samples with what a classifier takes them for while it learns.

After the grids of predicted digits in the teaching notebooks on MNIST, which show the end of the training only.
"""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from animviz import Box, Draw, Moment, Range, Recording, Stage, scene
from animviz.analysis.tasks import CLASSES
from animviz.analysis.verdicts import Verdicts
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import (
    LABEL,
    MARGIN,
    Sheet,
    Signs,
    Words,
    cut,
    images_of,
    joined,
    of_network,
    still,
)

Only = Literal["all", "wrong", "right"]
CAPTION = 38.0  # units of height below an image
SIGN = 30.0  # units of width of a check or cross with its gap
LEAST = 60.0  # units of height of an image at least
MOST_NAME = 74.0  # units of width of a name at most
FRAME = 4.0  # units of width of the frame of a wrong answer


@scene(experiment="digits_mlp", tasks=CLASSES)
def predictions(
    stage: Stage, recording: Recording, *, only: Only = "all", count: Annotated[int, Range(1, 200)] = 40
) -> Draw:
    """Samples with predicted and true class, right or wrong, over the epochs.

    Args:
        stage: where to draw.
        recording: of any classifier of images with labels.
        only: samples that are right or wrong at the last epoch; they stay the same over the whole video.
        count: samples to show, as far as there is room.
    """
    verdicts = Verdicts(recording, "predictions")
    images = images_of(recording, "predictions")
    candidates = _candidates(recording, verdicts, only)
    name = max(min(MOST_NAME, stage.measure(name, LABEL)) for name in verdicts.names)
    kind = "samples" if only == "all" else f"samples {only} at the end"
    sheet = Sheet(
        stage,
        recording,
        of_network(recording, "predictions"),
        numbers=["epoch", "accuracy"],
        foot=["below each: predicted = true, or predicted ≠ true", f"evenly spread over {len(candidates)} {kind}"],
    )
    box = Box(MARGIN, sheet.room.top + 6, sheet.room.width, sheet.room.height - 6)
    least = SIGN + 2 * name + stage.measure(" ≠ ", LABEL) + 14
    count = min(count, len(candidates))
    rows, columns = _grid(box, count, least, images.shape[2] / images.shape[1])
    chosen = candidates[np.linspace(0, len(candidates) - 1, min(count, rows * columns)).astype(int)]
    grid = _Grid(stage, box, (rows, columns), verdicts, chosen, images[chosen], name)

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        grid.show(state.snapshot.index)
        sheet.show(state, accuracy=verdicts.accuracy(state.snapshot.index))

    return draw


class _Grid:
    """The images with their captions; a wrong one has a frame and a cross, a right one a check."""

    def __init__(
        self, stage: Stage, box: Box, grid: tuple[int, int], verdicts: Verdicts, chosen: Array, images: Array,
        name: float,
    ) -> None:  # fmt: skip
        self._verdicts, self._chosen = verdicts, chosen
        self._names = [cut(stage, text, name + 1) for text in verdicts.names]
        rows, columns = grid
        width, height = box.width / columns, box.height / rows
        caption = SIGN + 2 * name + stage.measure(" ≠ ", LABEL)
        self._frames, signs, words = [], [], []
        for place, image in enumerate(images):
            left, top = box.left + place % columns * width, box.top + place // columns * height
            taken = still(stage, Box(left + 7, top + 7, width - 14, height - CAPTION - 14), image)
            self._frames.append(_outline(taken))
            begin, baseline = left + (width - caption) / 2, taken.bottom + 31
            signs.append((begin + 9, baseline - 8))
            words.append((begin + SIGN + (caption - SIGN) / 2, baseline))
        axes = stage.overlay()
        self._wrong = stage.line(axes, stage.theme.positive, FRAME, solid_joinstyle="miter")
        self._signs = Signs(stage, signs)
        self._words = Words(stage, words, align="center")

    def show(self, index: int) -> None:
        """Show the answers of a snapshot."""
        answers, labels = self._verdicts.answers(index)[self._chosen], self._verdicts.labels[self._chosen]
        right = answers == labels
        pairs = zip(answers, labels, strict=True)
        names = self._names
        self._words.set_words([f"{names[said]} {'=' if said == true else '≠'} {names[true]}" for said, true in pairs])
        self._signs.show(right)
        self._wrong.set_data(*joined(frame for frame, fine in zip(self._frames, right, strict=True) if not fine).T)


def _outline(box: Box) -> Array:
    """Return the corners of a frame around a box."""
    away = FRAME / 2 + 1
    left, top, right, bottom = box.left - away, box.top - away, box.right + away, box.bottom + away
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom), (left, top), (right, top)])


def _candidates(recording: Recording, verdicts: Verdicts, only: Only) -> NDArray[np.intp]:
    """Return the samples that may be shown: all, or those right or wrong at the last finite snapshot.

    Raises:
        SceneError: there are none.
    """
    last = verdicts.last()
    if only == "all" or last is None:
        return np.flatnonzero(verdicts.known)
    right = verdicts.answers(last) == verdicts.labels
    found = np.flatnonzero(right if only == "right" else ~right & verdicts.known)
    if not len(found):
        raise SceneError(f"predictions: no sample of {recording.path} is {only} at the end; draw --only all")
    return found


def _grid(box: Box, count: int, least: float, shape: float) -> tuple[int, int]:
    """Return the rows and columns in which that many images are largest; fewer cells where they would be too small.

    Args:
        box: room for all.
        count: images.
        least: units of width of a cell at least, for its caption.
        shape: width of an image by its height.
    """
    most_rows = max(1, int(box.height // (LEAST + CAPTION + 14)))
    most_columns = max(1, int(box.width // least))
    options = [(-(-count // columns), columns) for columns in range(1, most_columns + 1)]
    fitting = [option for option in options if option[0] <= most_rows]
    if not fitting:
        return most_rows, most_columns

    def size(option: tuple[int, int]) -> float:
        rows, columns = option
        return min((box.width / columns - 14) / shape, box.height / rows - CAPTION - 14)

    return max(fitting, key=size)
