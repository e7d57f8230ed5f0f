"""What a page shows, as arrays: positions, answers, probabilities, images or numbers, and learning curves."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from animviz.analysis.classifier import class_probabilities, labels_of
from animviz.analysis.labels import SampleLabels
from animviz.arrays import Array
from animviz.embed.sets import Sets, embedded, layers_of, sets_of
from animviz.embed.votes import MOST_LAYERS
from animviz.errors import DivergedError, SceneError
from animviz.pages.telling import Series, class_names_of, curves_of, title_of
from animviz.parts.tiles import images_of
from animviz.recording.recording import Recording

__all__ = ["METHOD_NAMES", "SAMPLES", "Contents", "contents_of", "quantised"]

SAMPLES = 5000
METHOD_NAMES = {"umap": "UMAP", "pca": "principal components", "tsne": "t-SNE"}
VALUES = 6  # numbers that are shown of a sample without an image
LEAST_SQUARE = 64  # flat inputs of at least so many units are taken for a square image
NO_ANSWER = -1


@dataclass(frozen=True)
class Contents:
    """Everything that a page shows.

    Attributes:
        title: of the page.
        epochs: moments of the snapshots, float64 (epochs,).
        layers: positions by name of the layer, float32 (epochs, samples, 2); NaN at epochs without positions.
        labels: true classes, int64 (samples,).
        class_names: of all classes that labels and answers may name.
        answers: most probable classes, int64 (epochs, samples); -1 where the outputs are not finite.
        probabilities: of each class in 255 steps, uint8 (epochs, samples, classes).
        numbers: indices of the samples in the recording, int64 (samples,).
        images: float32 in [0, 1], (samples, height, width) or (..., 3), or None.
        values: the inputs where they are no images, float32 (samples, few), or None.
        curves: learning curves, loss and accuracy over all epochs.
        notes: remarks for the reader, such as how many samples of how many are shown.
    """

    title: str
    epochs: Array
    layers: Mapping[str, Array]
    labels: Array
    class_names: tuple[str, ...]
    answers: Array
    probabilities: Array
    numbers: Array
    images: Array | None
    values: Array | None
    curves: tuple[Series, ...]
    notes: tuple[str, ...]


def contents_of(
    recording: Recording, *, layers: str = "", method: str = "umap", samples: int = SAMPLES, embed_threads: int | None = None,
    title: str = "",
) -> Contents:  # fmt: skip
    """Gather what a page shows; embeddings are computed once and kept in the recording.

    Args:
        recording: of a classifier.
        layers: names with commas between them; by default the input and the hidden layers.
        method: umap, pca or tsne.
        samples: at most so many of the recording's own, and of the training samples among which they are placed.
        embed_threads: for speed; the result is the same.
        title: of the page; by default the recording's.

    Raises:
        SceneError: no classifier, no such layer, or a layer that cannot be embedded.
        DivergedError: no snapshot has finite outputs.
    """
    labels = labels_of(recording, "page")
    if labels.min() < 0 and recording.output.ignored is None:
        raise SceneError(f"page: {recording.path} has a class {labels.min()}; expected classes from 0 on")
    sets = sets_of(recording, SampleLabels(labels, recording.output.class_names), samples)
    names, note = layers_of(recording, layers, MOST_LAYERS, "page")
    if not names:
        raise SceneError(f"page: {recording.path} has several inputs and no hidden layer to show")
    done = {name: embedded(recording, name, sets, method, "page", threads=embed_threads) for name in names}
    epochs = done[names[0]].epochs
    answers, probabilities = quantised(_outputs(recording, epochs), sets.shown)
    images, values = _pictures(recording, sets.shown)
    return Contents(
        title=title or title_of(recording),
        epochs=epochs,
        layers={name: embedding.shown for name, embedding in done.items()},
        labels=labels[sets.shown],
        class_names=class_names_of(recording, max(probabilities.shape[2], int(labels.max()) + 1)),
        answers=answers,
        probabilities=probabilities,
        numbers=sets.shown,
        images=images,
        values=values,
        curves=tuple(curves_of(recording)),
        notes=tuple(filter(None, _notes(recording, sets, method, note, len(epochs)))),
    )


def quantised(outputs: Iterator[Array | None], shown: Array) -> tuple[Array, Array]:
    """Return answers and probabilities of the shown samples, as `Contents` has them.

    Args:
        outputs: for each epoch the probabilities of all samples, (samples, classes); None where they are not finite.
        shown: indices of the samples that are shown.

    Raises:
        DivergedError: no epoch has finite ones.
    """
    found = [None if p is None else (p[shown].argmax(axis=1), _in_steps(p[shown])) for p in outputs]
    some = next((pair for pair in found if pair is not None), None)
    if some is None:
        raise DivergedError("page: no snapshot has finite outputs; train again with a smaller step")
    missing = np.full_like(some[0], NO_ANSWER), np.zeros_like(some[1])
    answers, probabilities = zip(*(pair or missing for pair in found), strict=True)
    return np.stack(answers), np.stack(probabilities)


def _in_steps(probabilities: Array) -> NDArray[np.uint8]:
    return np.round(255 * probabilities).astype(np.uint8)


def _outputs(recording: Recording, epochs: Array) -> Iterator[Array | None]:
    for epoch in epochs:
        try:
            probabilities = class_probabilities(recording.at(float(epoch)))
        except DivergedError:
            yield None
            continue
        if probabilities.ndim != 2:
            raise SceneError(f"page needs outputs (samples, classes); {recording.path} has {probabilities.shape}")
        yield probabilities if np.isfinite(probabilities).all() else None


def _pictures(recording: Recording, shown: Array) -> tuple[Array | None, Array | None]:
    """Return images, or a few numbers per sample, or neither where the network has several inputs."""
    inputs = recording.extras.get("images", recording.inputs)
    if isinstance(inputs, dict):
        return None, None
    flat, units = inputs.ndim == 2, math.prod(inputs.shape[1:])
    square = units >= LEAST_SQUARE and math.isqrt(units) ** 2 == units
    if inputs.ndim == 3 or (inputs.ndim == 4 and inputs.shape[3] in (1, 3)) or (flat and square):
        return images_of(recording, "page", inputs[shown]), None
    return None, np.asarray(inputs.reshape(len(inputs), -1)[shown, :VALUES], np.float32)


def _notes(recording: Recording, sets: Sets, method: str, note: str, epochs: int) -> Iterator[str]:
    if sets.placed:
        yield f"{METHOD_NAMES[method]}: {sets.placed} test samples, placed among {sets.fitted} training samples (not drawn)"
    else:
        yield f"{METHOD_NAMES[method]} of {sets.fitted} samples"
    yield note
    if epochs < len(recording):
        yield f"{epochs} of {len(recording)} snapshots"
    if "images" in recording.extras:
        yield "images: before their reduction"
