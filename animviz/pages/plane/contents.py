"""What the page of a network over one or two inputs shows, as arrays."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from animviz.analysis.plane import input_limits, plane_grid
from animviz.analysis.states import sampled_states
from animviz.arrays import Array
from animviz.pages.plane.chain import Step, Weights, recorded_weights, steps_of
from animviz.pages.plane.rounding import bits_for
from animviz.pages.plane.spaces import Space, spaces_of
from animviz.pages.telling import Series, class_names_of, curves_of, title_of
from animviz.recording.meaning import Output
from animviz.recording.recording import Recording
from animviz.sampling import evenly

__all__ = ["GRID", "SAMPLES", "Contents", "Meaning", "contents_of"]

SAMPLES, GRID = 4000, 21
FEW = 500  # samples from which limits are taken
SIDE = 12  # places of a grid in each direction at which activations are compared
AIR, FAR = 1.08, 0.5  # room along an axis; how many ranges of the target an answer may run away


@dataclass(frozen=True)
class Meaning:
    """What the answers of the network say.

    Attributes:
        classifies: whether each sample has one class.
        ending: "sigmoid" or "softmax" where the network ends in it and decides before it, else "".
        logits: whether answers are logits.
        threshold: above which a single unit means the second class.
        span: answers that are drawn as the two ends of a scale: of a single unit those of its classes, else low and high.
        axis: limits of the answers over a single input.
    """

    classifies: bool
    ending: str
    logits: bool
    threshold: float
    span: tuple[float, float]
    axis: tuple[float, float]


@dataclass(frozen=True)
class Contents:
    """Everything that the page shows.

    Attributes:
        title: of the page.
        steps: the layers that it computes.
        weights: of all snapshots.
        bits: digits of the weights that are kept.
        spaces: of each step.
        meaning: of the answers.
        limits: of each input, ((low, high), ...).
        points: samples, float32 (samples, inputs).
        labels: classes, int64 (samples,), -1 where one counts for nothing; None without classes.
        targets: float32 (samples, outputs), or None.
        class_names: of all classes.
        grid: lines in each direction.
        curves: of the loss.
        notes: remarks for the reader.
    """

    title: str
    steps: tuple[Step, ...]
    weights: Weights
    bits: int
    spaces: tuple[Space, ...]
    meaning: Meaning
    limits: tuple[tuple[float, float], ...]
    points: NDArray[np.float32]
    labels: NDArray[np.int64] | None
    targets: NDArray[np.float32] | None
    class_names: tuple[str, ...]
    grid: int
    curves: tuple[Series, ...]
    notes: tuple[str, ...]


def contents_of(recording: Recording, *, samples: int = SAMPLES, grid: int = GRID, title: str = "") -> Contents:
    """Gather what the page shows.

    Args:
        recording: of a chain of dense layers over one or two inputs.
        samples: how many are shown at most.
        grid: lines of the input plane in each direction.
        title: of the page; by default the recording's.

    Raises:
        SceneError: the network is of another kind, or too large.
        DivergedError: no snapshot has finite weights.
    """
    steps = steps_of(recording)
    inputs = recording.single_input(recording.inputs).astype(np.float32)
    shown = np.array(evenly(len(inputs), samples))
    limits = _limits(inputs)
    places = np.concatenate([inputs[shown][evenly(len(shown), FEW)], _places(limits)])
    output = recording.output if recording.manifest.outputs else None
    labels, targets = _truth(recording, output, steps[-1].units, shown)
    weights = recorded_weights(recording, steps)
    curves = tuple(curves_of(recording))
    return Contents(
        title=title or title_of(recording),
        steps=steps,
        weights=weights,
        bits=bits_for(recording, places),
        spaces=spaces_of(recording, steps, weights.epochs, places),
        meaning=_meaning(recording, output, steps[-1], places, targets),
        limits=limits,
        points=inputs[shown],
        labels=labels,
        targets=targets,
        class_names=_names(recording, output, steps[-1].units, labels),
        grid=grid,
        curves=tuple(curve for curve in curves if curve.name == curves[0].name),
        notes=tuple(_notes(len(shown), len(inputs), len(weights.epochs), len(recording))),
    )


def _limits(inputs: Array) -> tuple[tuple[float, float], ...]:
    if inputs.shape[1] == 2:
        return input_limits(inputs)
    low, high = float(inputs.min()), float(inputs.max())
    middle, half = (low + high) / 2, (high - low) / 2 * AIR or 1.0
    return ((middle - half, middle + half),)


def _places(limits: tuple[tuple[float, float], ...]) -> NDArray[np.float32]:
    """Return places all over the inputs."""
    if len(limits) == 1:
        return np.linspace(*limits[0], SIDE * SIDE, dtype=np.float32)[:, None]
    return np.asarray(plane_grid(limits[0], limits[1], SIDE, SIDE)[2], np.float32)


def _truth(
    recording: Recording, output: Output | None, width: int, shown: Array
) -> tuple[NDArray[np.int64] | None, NDArray[np.float32] | None]:
    """Return labels and targets of the shown samples, as far as there are any that fit the answers."""
    if output is None or output.target is None or output.sequence:
        return None, None
    if output.classifies:
        return output.without_ignored(np.asarray(recording.targets, np.int64))[shown], None
    targets = np.asarray(recording.targets, np.float32).reshape(len(recording.targets), -1)[shown]
    return None, targets if targets.shape[1] == width else None


def _names(recording: Recording, output: Output | None, width: int, labels: Array | None) -> tuple[str, ...]:
    if output is None or not output.classifies:
        return ()
    return class_names_of(recording, max(2, width, 0 if labels is None else int(labels.max()) + 1))


def _meaning(recording: Recording, output: Output | None, last: Step, places: Array, targets: Array | None) -> Meaning:
    classifies = output is not None and output.classifies
    ending = last.activation if last.activation in ("sigmoid", "softmax") else ""
    if output is not None and classifies:
        low, high = output.label_values or (0.0, 1.0)
        threshold = 0.0 if ending else output.threshold
        return Meaning(True, ending, output.form == "logits", threshold, (low, high), (-0.05, 1.05))
    every = [state.outputs(places) for state in sampled_states(recording)]
    answers = [answer for answer in every if np.isfinite(answer).all()] or [np.zeros((1, 1), np.float32)]
    truth = answers[-1] if targets is None else targets[np.isfinite(targets).all(axis=1)]
    low, high = (float(truth.min()), float(truth.max())) if truth.size else (0.0, 1.0)
    span = high - low or 1.0
    least = max(min(low, *(float(a.min()) for a in answers)), low - FAR * span)
    most = min(max(high, *(float(a.max()) for a in answers)), high + FAR * span)
    air = (AIR - 1) * (most - least)
    return Meaning(False, "", False, low + span / 2, (low, low + span), (least - air, most + air))


def _notes(shown: int, samples: int, epochs: int, snapshots: int) -> Iterator[str]:
    if shown < samples:
        yield f"{shown:,} of {samples:,} samples"
    if epochs < snapshots:
        yield f"{epochs:,} of {snapshots:,} snapshots"
