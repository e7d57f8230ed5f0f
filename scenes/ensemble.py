"""The pattern that many images of one class leave in each layer: their activations summed, until it stands still.

After the sums of activations over 1, 5, 10 ... 100 images of one digit in the teaching notebooks on MNIST; the curves
say in numbers what they let one guess by eye.
"""

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from animviz import Box, Draw, Moment, Range, Recording, Stage, scene
from animviz.analysis.classifier import labels_of
from animviz.analysis.states import sampled_states
from animviz.analysis.tasks import CLASSES
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import Bars, Number, Plot, Sheet, cut, images_of
from animviz.recording.replay.layers import is_chain

from .families.layer_places import OVER, UNDER, Places, most_maps
from .families.layers import PIXELS, LayerMap, Probe, Scale, class_of, extent_of, hidden_layers

STORY = 230.0  # least height of the curves
STILL = 0.99  # correlation with the final pattern from which on it stands still


@scene(experiment="digits_mlp", tasks=CLASSES)
def ensemble(
    stage: Stage,
    recording: Recording,
    *,
    digit: str | None = None,
    samples: Annotated[int, Range(1, 5000)] = 100,
    step: Annotated[int, Range(1, 1000)] = 5,
    epoch: float | None = None,
    layers: str = "",
) -> Draw:
    """Sums of each layer's activations over more and more images of one class, and when their pattern stands still.

    Args:
        stage: where to draw.
        recording: of a classifier of images.
        digit: class of the images; by default 5 where there is one, else the first.
        samples: how many images are summed in the end.
        step: images added at a time, after the first.
        epoch: of the net; by default the last with finite weights.
        layers: names with commas between them; by default all that change something, as many as fit.

    Raises:
        SceneError: the recording is not of a classifier of images, or has no such class, epoch or layer.
    """
    labels = labels_of(recording, "ensemble")
    if epoch is not None and not recording.epochs[0] <= epoch <= recording.epochs[-1]:
        first, last = recording.epochs[[0, -1]]
        raise SceneError(f"ensemble: --epoch is {epoch:g}; {recording.path} spans {first:g} to {last:g}")
    true = class_of(recording, digit, "ensemble")
    name = recording.output.class_names[true]
    probe, images, source = _images(recording, labels, true, samples)
    counts = counts_of(len(images), step)
    number = Number("images summed", ".0f", str(len(images)))
    sheet = Sheet(stage, recording, f"summed inside {recording.manifest.arch or 'the net'}", numbers=["epoch", number])
    top = sheet.room.top + 8
    hidden, left_out = hidden_layers(recording, layers, most_maps(stage, top, STORY) - 1, "ensemble")

    # A sum belongs to a true state, never to a blended one.
    snapshot = (sampled_states(recording)[-1] if epoch is None else recording.at(epoch)).snapshot
    state = recording.at(snapshot.epoch)
    sums = [sums_of(images, counts)]
    sums += [sums_of(probe.activations(state, layer.name), counts) for layer in hidden]
    sums.append(sums_of(probe.probabilities(state), counts))
    curves = [likeness(sum_) for sum_ in sums]
    low = _lowest(curves)
    signed = [bool(values.min() < 0) for values in sums[1:-1]]
    scale = "map: the sum so far, 0 to its largest" + (", blue under 0" if any(signed) else "")
    parts = [f"{source} of {name}", scale, f"still: never under {STILL:g} again"]
    sheet.write_foot(*parts, f"axis from {low:g}" if low > -1 else "", left_out)
    places = Places.of(stage, top, sheet.room.bottom, 1 + len(hidden), STORY)
    colors = [tuple(color) for color in stage.theme.palette(len(sums))]

    maps = [_Sum(stage, places.maps[0], "input", sums[0], PIXELS)]
    for layer, box, values, below in zip(hidden, places.maps[1:], sums[1:-1], signed, strict=True):
        shades = Scale("signed" if below else "heat", -1.0 if below else 0.0, 1.0, ("", ""))
        maps.append(_Sum(stage, box, layer.name, values, shades, extent_of(values[0])))
    answer = _MeanAnswer(stage, places.answer, recording.output.class_names, true, sums[-1] / counts[:, None])
    boxes = [*places.maps, places.answer]
    verdicts = [
        _Still(stage, box, color, counts, curve) for box, color, curve in zip(boxes, colors, curves, strict=True)
    ]
    plot = _Curves(stage, places.story, counts, curves, low, colors)
    shows = [part.show for part in maps] + [part.show for part in verdicts] + [answer.show, plot.show]

    def draw(moment: Moment) -> None:
        place = min(int(moment.progress * len(counts)), len(counts) - 1)
        for show in shows:
            show(place)
        sheet.show(state, **{number.label: counts[place]})

    return draw


class _Sum:
    """A layer's sum as a heat map, from zero to its largest cell: it grows with every image, its shape is what counts."""

    def __init__(self, stage: Stage, box: Box, title: str, sums: Array, scale: Scale, detail: str = "") -> None:
        self._sums = sums
        self._map = LayerMap(stage, box, title, sums[0], scale, detail, note="")

    def show(self, place: int) -> None:
        """Show the sum over the first so many images."""
        values = self._sums[place]
        self._map.show(values / (np.abs(values).max() or 1))


class _MeanAnswer:
    """The mean probability of each class as bars."""

    def __init__(self, stage: Stage, box: Box, names: tuple[str, ...], true: int, means: Array) -> None:
        self._means = means
        room = Box(box.left, box.top + OVER, box.width, box.height - OVER - UNDER)
        self._bars = Bars(stage, room, names, true, means.max(axis=0), (stage.theme.ink, stage.theme.quiet))
        title = f"output, mean of {self._bars.note}" if self._bars.note else "output: mean probability"
        stage.text(box.left, box.top + 18, cut(stage, title, box.width), color=stage.theme.quiet)

    def show(self, place: int) -> None:
        """Show the means over the first so many images."""
        self._bars.show(self._means[place])


class _Still:
    """Below a layer: how like its final pattern the sum is, and from which number of images on it stands still."""

    def __init__(self, stage: Stage, box: Box, color: Any, counts: Array, curve: Array) -> None:
        self._counts, self._curve, self._from = counts, curve, still_from(counts, curve)
        stage.dot(box.left + 8, box.bottom - 12, 16, color)
        self._text = stage.text(box.left + 28, box.bottom - 4, "", moves=True)

    def show(self, place: int) -> None:
        """Show what holds for the first so many images."""
        value = self._curve[place]
        if self._from is not None and self._counts[place] >= self._from:
            self._text.set_text(f"still from {self._from}")
        else:
            self._text.set_text(f"{value:.3f}" if np.isfinite(value) else "no pattern")


class _Curves:
    """The correlation of every layer's sum with its final shape, up to the moment, with a ring where it stands still."""

    def __init__(
        self, stage: Stage, box: Box, counts: Array, curves: list[Array], low: float, colors: list[Any]
    ) -> None:  # fmt: skip
        self._counts, self._curves = counts, curves
        limits = (0.0, float(counts[-1]))
        plot = Plot(stage, box, limits, (low, 1), title="correlation with final sum", right=8)
        marker = {"marker": "o", "markersize": stage.points(13), "markeredgewidth": 0, "clip_on": False}
        hollow = {**marker, "markeredgewidth": stage.points(2.5), "markerfacecolor": stage.theme.background}
        self._lines = [stage.line(plot.axes, color, 3, clip_on=False) for color in colors]
        self._rings = [stage.line(plot.axes, color, 0, **hollow) for color in colors]
        self._heads = [stage.line(plot.axes, color, 0, **marker) for color in colors]
        self._from = [still_from(counts, curve) for curve in curves]

    def show(self, place: int) -> None:
        """Draw up to a number of images."""
        counts = self._counts[: place + 1]
        for line, ring, head, curve, still in zip(
            self._lines, self._rings, self._heads, self._curves, self._from, strict=True
        ):
            line.set_data(counts, curve[: place + 1])
            head.set_data(counts[-1:], curve[place : place + 1])
            reached = counts == still
            ring.set_data(counts[reached], curve[: place + 1][reached])


def _images(recording: Recording, labels: Array, true: int, samples: int) -> tuple[Probe, Array, str]:
    """Return a probe for images of a class, the images, and what they are: training samples where there are any."""
    inputs, shown, kind = None, None, ""
    if is_chain(recording.layers) and {"train_inputs", "train_labels"} <= recording.extras.keys():
        extras = recording.extras
        inputs, labels, kind = extras["train_inputs"], extras["train_labels"].reshape(-1), "training "
        shown = extras.get("train_images", inputs)
    chosen = np.flatnonzero(labels == true)[:samples]
    if not len(chosen):
        raise SceneError(f"ensemble: {recording.path} has no sample of {recording.output.class_names[true]!r}")
    count = f"all {len(chosen)}" if len(chosen) < samples else str(len(chosen))
    return Probe(recording, chosen, inputs), images_of(recording, "ensemble", shown)[chosen], f"{count} {kind}images"


def sums_of(values: Array, counts: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the sums over the first so many of some values, float64 of shape (counts, ...).

    Args:
        values: shape (samples, ...).
        counts: over how many of them, rising, shape (counts,).
    """
    starts = np.append(0, counts[:-1])
    return np.cumsum(np.add.reduceat(values, starts, axis=0, dtype=np.float64), axis=0)


def _lowest(curves: list[Array]) -> float:
    """Return where the axis of correlations begins: a tenth that is under all of them."""
    values = np.concatenate(curves)
    return max(-1.0, float(np.floor(10 * values[np.isfinite(values)].min(initial=0.9)) / 10))


def counts_of(samples: int, step: int) -> NDArray[np.intp]:
    """Return the numbers of images at which sums are shown: 1, 5, 10 ... and the last.

    Args:
        samples: how many images there are.
        step: images added at a time, after the first.
    """
    return np.unique([1, *range(step, samples, step), samples]).astype(np.intp)


def likeness(sums: Array) -> NDArray[np.float64]:
    """Return the Pearson correlation of each sum with the last one, over all cells: 1 where the shape is the same.

    Args:
        sums: shape (counts, ...).

    Returns:
        One number per count; NaN where a sum is the same in every cell and so has no shape.
    """
    flat = sums.reshape(len(sums), -1).astype(np.float64)
    flat = flat - flat.mean(axis=1, keepdims=True)
    size = np.linalg.norm(flat, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(flat @ flat[-1] / (size * size[-1]))


def still_from(counts: Array, correlation: Array) -> int | None:
    """Return the first number of images from which on the correlation is never below STILL, or None.

    Args:
        counts: numbers of images, rising, shape (counts,).
        correlation: of the sum over each of them with the last, shape (counts,).
    """
    moving = np.flatnonzero(~(correlation >= STILL))
    if not len(moving):
        return int(counts[0])
    return int(counts[moving[-1] + 1]) if moving[-1] + 1 < len(counts) else None
