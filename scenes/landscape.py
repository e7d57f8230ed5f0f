"""The way of a training over the landscape of its loss, in a plane through the space of all weights.

After Li et al., "Visualizing the Loss Landscape of Neural Nets" (2018, arXiv 1712.09913). That the principal directions of a
random walk bend its way too is from Antognini and Sohl-Dickstein, "PCA of high dimensional random walks" (2018, 1806.08805).
"""

from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from matplotlib.text import Text

from animviz import Box, Draw, Moment, Range, Recording, Stage, scene
from animviz.analysis.landscape import LossOf, plane_of, require_landscape, weights_of
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import MARGIN, Legend, Plot, Sheet, Trace, epoch_limits, first_fitting, pair

from .families.amounts import amounts, counted
from .families.loss_map import LossMap, Run, map_of
from .families.loss_surface import LossSurface

PLANES = {
    "path": "along the path's two main directions",
    "normalised": "along the path's two main directions, normalised by filters",
    "ends": "from the start to the end",
    "random": "along two random directions",
}
MOST = 4  # recordings
SMALL = 0.01  # of a loss
ROW = 40.0  # units of height of the names of several trainings
LOW, HIGH = 0.62, 0.55  # of the height, for a map over plots: in squares and in tall rooms
WIDE = 1.35  # width over height of a room in which plots stand beside the map


@scene(
    experiment="digits_mlp", group="learning", tasks=("binary", "multiclass", "multilabel", "regression", "reconstruction"),
    suits=lambda recording, **_: require_landscape(recording),
)  # fmt: skip
def landscape(
    stage: Stage, recording: Recording, *, plane: Literal["path", "normalised", "ends", "random"] = "path",
    resolution: Annotated[int, Range(9, 301)] = 51, samples: Annotated[int, Range(2, 100_000)] = 1000,
    with_: Path | None = None, surface: bool = False,
) -> Draw:  # fmt: skip
    """The way of a training over a map of its loss, in a plane through the space of all weights.

    Args:
        stage: where to draw.
        recording: of a chain of layers without batch normalisation, whose loss has a name in Keras.
        plane: in which directions the map lies; of Li et al. are the normalised and the random one.
        resolution: points of the map along its longer side.
        samples: on which the loss is measured.
        with_: further recordings of the same network on the same map, with commas between them.
        surface: draw the loss as height, and turn around it.
    """
    require_landscape(recording)
    others = _others(recording, with_)
    loss = LossOf(recording, samples)
    states = [_finite_states(one) for one in (recording, *others)]
    if not states[0]:
        raise SceneError(f"{recording.path}: no snapshot has finite weights; train again with a smaller step")
    found = plane_of(plane, [weights for one in states for weights in one], len(states[0]))
    runs = [Run.on(found, one, loss) for one in (recording, *others)]
    moved = np.ptp([place for run in runs for place in run.places], axis=0).any()
    spread = f"{100 * found.kept:.0f} % of the spread" if moved else ""
    plane_words = ": ".join(filter(None, [f"a plane {PLANES[found.kind]}", spread]))
    subtitles = [
        f"{recording.manifest.title}, {plane_words}",
        plane_words,
        plane_words.removeprefix("a plane "),
        f"a plane with {spread}" if spread else "a plane",
    ]
    sheet = Sheet(
        stage, recording, _title(runs), subtitle=first_fitting(stage, subtitles, stage.width - 2 * MARGIN),
        numbers=["epoch"],
        foot=[
            f"loss of {counted(loss.count, 'sample')}; the dot has the {'height' if surface else 'colour'} of its own loss",
            "" if any(_leaves(run) for run in runs) else "every state lies on the plane",
        ],
    )  # fmt: skip
    upper, lower, names = _layout(sheet.room, several=bool(others))
    shape = _points(resolution, upper)
    xs, ys, losses = map_of(recording, found, loss, runs, shape, upper.width / (upper.height - 62))
    others_colors = stage.theme.classes[1 : len(runs)]
    kind = LossSurface if surface else LossMap
    picture = kind(stage, upper, xs, ys, losses, runs, ["#ffffff", *others_colors])
    if others:
        stems = [run.recording.path.stem for run in runs]
        Legend(stage, stems, [stage.theme.ink, *others_colors], names.width, most=1).put(names.left, names.top)
    curves = _Curves(stage, lower, runs, [stage.theme.ink, *others_colors])

    def draw(moment: Moment) -> None:
        if isinstance(picture, LossSurface):
            picture.turn(moment.seconds)
        for number, run in enumerate(runs):
            epoch = min(moment.epoch, float(run.recording.epochs[-1]))
            state = run.recording.at(epoch)
            place, _ = found.coordinates(state.weights)
            picture.show(number, epoch, place, loss.at(state.weights))
            curves.show(number, epoch)
        sheet.show(recording.at(moment.epoch))

    return draw


def _leaves(run: Run) -> bool:
    """Say whether a training leaves the plane."""
    return bool((run.off > 0).any())


class _Curves:
    """Loss and distance from the plane over the epochs; where no state is off it the loss has all the room."""

    def __init__(self, stage: Stage, boxes: list[Box], runs: list[Run], colors: list[str]) -> None:
        limits = epoch_limits(np.concatenate([run.recording.epochs[[0, -1]] for run in runs])[[0, -1]])
        limits = (limits[0], max(limits[1], *(float(run.recording.epochs[-1]) for run in runs), limits[0] + 1))
        losses = np.concatenate([run.losses for run in runs])
        losses = losses[np.isfinite(losses)]
        low, high = (float(losses.min()), float(losses.max())) if len(losses) else (0.1, 1.0)
        log, air = low > 0, 0.1 * (high - low) or 0.1
        ends = (low / 1.15, high * 1.15) if log else (low - air, high + air)
        self._stage, self._colors, self._runs = stage, colors, runs
        self._traces: list[Trace] = []
        self._texts: list[tuple[Plot, Trace, Text]] = []
        leaves = any(map(_leaves, runs))
        first, last = boxes
        above = first if leaves else Box(first.left, first.top, last.right - first.left, last.bottom - first.top)
        titles = ["loss of the states, log scale", "loss, log scale"] if log else ["loss of the states"]
        title = first_fitting(stage, titles, above.width, weight="medium")
        self._draw(
            Plot(stage, above, limits, ends, title=title, log=log, right=90, left=70),
            "loss",
            [run.losses for run in runs],
        )
        if leaves:
            off = [run.off for run in runs]
            most = float(np.nanmax(np.concatenate(off)))
            plot = Plot(stage, boxes[1], limits, (0, 1.1 * most), title="distance from the plane", right=90, left=70)
            self._draw(plot, "distance", off)

    def _draw(self, plot: Plot, name: str, values: list[Array]) -> None:
        """Draw a curve for each training, and of a single one its value."""
        for run, each, color in zip(self._runs, values, self._colors, strict=True):
            self._traces.append(Trace(self._stage, plot.axes, run.recording.epochs, each, color))
        if len(values) == 1:
            self._label(self._stage, plot, self._traces[-1], name)

    def _label(self, stage: Stage, plot: Plot, trace: Trace, name: str) -> None:
        """Write the value of a curve at its dot."""
        text = stage.text(plot.room.right + 16, 0, "", moves=True)
        self._texts.append((plot, trace, text))
        pair(stage, name, lambda: [text.get_text()], lambda: [trace.value])

    def show(self, number: int, epoch: float) -> None:
        for trace in self._traces[number :: len(self._runs)]:
            trace.show(epoch)
        for plot, trace, text in self._texts:
            digits = 3 if abs(trace.value) >= SMALL else 2  # as many as there is room for
            text.set_text(f"{trace.value:.{digits}g}" if np.isfinite(trace.value) else "")
            top = np.clip(plot.top_of(trace.value), plot.room.top, plot.room.bottom) if np.isfinite(trace.value) else 0
            text.set_y(1 - (top + 8) / self._stage.height)


def _others(recording: Recording, paths: Path | None) -> list[Recording]:
    """Open the further recordings.

    Raises:
        SceneError: there are too many, or one is of another network.
    """
    others = [Recording(part.strip()) for part in str(paths).split(",")] if paths is not None else []
    if len(others) >= MOST:
        raise SceneError(f"--with names {len(others)} recordings; expected at most {MOST - 1}")
    for other in others:
        require_landscape(other)
        if _shapes(other) != _shapes(recording):
            raise SceneError(
                f"--with {other.path} has other weights than {recording.path}; expected a training of the same network"
            )
    return others


def _shapes(recording: Recording) -> dict[str, tuple[int, ...]]:
    return {name: array.shape for name, array in weights_of(recording, recording[0].weights).items()}


def _finite_states(recording: Recording) -> list[dict[str, Array]]:
    """Return the weights of every snapshot that has not diverged."""
    states = (weights_of(recording, snapshot.weights) for snapshot in recording)
    return [weights for weights in states if all(np.isfinite(array).all() for array in weights.values())]


def _title(runs: list[Run]) -> str:
    """Say where the way leads."""
    first, last = float(runs[0].losses[0]), float(runs[0].losses[-1])
    if len(runs) > 1:
        return f"{('Two', 'Three', 'Four')[len(runs) - 2]} trainings on one map of the loss"
    if not np.isfinite(last):
        return "The training diverges"
    if len(runs[0].losses) == 1:
        return "The loss around one state"
    before, after = amounts(first, last)
    if before == after:
        way = "Training walks" if np.ptp(runs[0].places, axis=0).any() else "The weights stay"
        return f"{way}, and the loss stays at {after}"
    return f"Training walks {'down' if last < first else 'up'}: the loss goes from {before} to {after}"


def _points(resolution: int, box: Box) -> tuple[int, int]:
    """Return how many points the map has to the right and upwards."""
    longer = max(box.width, box.height - 62)
    return max(3, round(resolution * box.width / longer)), max(3, round(resolution * (box.height - 62) / longer))


def _layout(room: Box, *, several: bool) -> tuple[Box, list[Box], Box]:
    """Return the boxes of map, plots and names: plots beside the map in wide rooms, else below it."""
    row = ROW if several else 0.0
    if room.width > WIDE * room.height:
        side = 0.61 * room.width
        left = room.left + side + 44
        width, half = room.right - left, (room.height - row) / 2
        upper = Box(left, room.top + row, width, half - 8)
        return (
            Box(room.left, room.top, side, room.height), [upper, Box(left, upper.bottom + 16, width, half - 8)],
            Box(left, room.top - 8, width, row),
        )  # fmt: skip
    high = (LOW if room.height < room.width else HIGH) * (room.height - row)
    width, below = room.width / 2 - 16, room.top + high + row + 16
    boxes = [Box(room.left + k * (width + 32), below, width, room.bottom - below) for k in range(2)]
    return Box(room.left, room.top, room.width, high), boxes, Box(room.left, room.top + high + 8, room.width, row)
