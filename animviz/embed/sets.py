"""Which samples and which layers of a recording are embedded.

Training samples are fitted, and the recorded ones are placed among them; without training samples the recorded ones
are fitted.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from animviz.analysis.labels import SampleLabels
from animviz.arrays import Array
from animviz.embed.embedding import Embedding
from animviz.embed.recorded import embedding_of
from animviz.errors import InputError, SceneError
from animviz.recording.obtaining import obtainable
from animviz.recording.recording import Recording
from animviz.recording.replay.layers import SILENT
from animviz.recording.state import Inputs
from animviz.sampling import evenly

__all__ = ["Sets", "embedded", "layers_of", "own_set", "sets_of"]


@dataclass(frozen=True)
class Sets:
    """Samples to fit, and samples to place among them.

    Attributes:
        fit: inputs to fit; None means all of the recording's own.
        fit_labels: their labels, (samples,), or None.
        place: inputs to place, or None where the recording's own samples are fitted.
        place_labels: their labels, or None.
        shown: indices of the recorded samples among those, (samples,).
        fitted: how many samples are fitted, of how many, as text.
        placed: the same for the placed samples, or "".
        classes: whether the labels are classes.
    """

    fit: Inputs | None
    fit_labels: Array | None
    place: Inputs | None
    place_labels: Array | None
    shown: Array
    fitted: str
    placed: str
    classes: bool

    @property
    def shown_labels(self) -> Array | None:
        """Labels of the recorded samples among those."""
        return self.fit_labels if self.place is None else self.place_labels


def sets_of(recording: Recording, labels: SampleLabels, at_most: int) -> Sets:
    """Choose samples: training samples to fit and the recorded ones to place, or the recorded ones to fit.

    Args:
        recording: of any model.
        labels: of its own samples.
        at_most: of either set; an even choice.
    """
    own = own_set(recording, labels, at_most)
    extras = recording.extras
    if "train_inputs" not in extras or "train_labels" not in extras or labels.values is None or labels.beside:
        return own
    known = np.asarray(extras["train_labels"], labels.values.dtype)
    train = np.array(evenly(len(known), at_most))
    shown = _taken(recording.inputs, own.shown)
    count = _of(len(train), len(known))
    return Sets(
        extras["train_inputs"][train], known[train], shown, own.fit_labels, own.shown, count, own.fitted, own.classes
    )


def own_set(recording: Recording, labels: SampleLabels, at_most: int) -> Sets:
    """Choose recorded samples to fit, evenly, and none to place; those whose class is ignored are left out.

    Args:
        recording: of any model.
        labels: of its own samples.
        at_most: how many are chosen at most.
    """
    values = labels.values
    count = recording.basis.sample_count if values is None else len(values)
    known = np.arange(count) if labels.classes is None else np.flatnonzero(labels.classes >= 0)
    own = known[evenly(len(known), at_most)]
    fit = None if len(own) == count else _taken(recording.inputs, own)
    chosen = None if values is None else values[own]
    return Sets(fit, chosen, None, None, own, _of(len(own), count), "", labels.classes is not None)


def layers_of(recording: Recording, named: str, most: int, purpose: str) -> tuple[list[str], str]:
    """Return the layers to embed: those named, or the input and the last hidden layers that change their inputs.

    Args:
        recording: of any model.
        named: names with commas between them, "input" among them; or "".
        most: how many at most.
        purpose: for errors.

    Returns:
        Their names, and a note where some are left out.

    Raises:
        SceneError: no layer of that name, or too many.
    """
    known = ["input", *(layer.name for layer in recording.layers)]
    if named:
        names = list(dict.fromkeys(name.strip() for name in named.split(",")))
        for name in names:
            if name not in known:
                raise SceneError(f"{purpose}: no layer {name!r}; {recording.path} has {', '.join(known)}")
        if len(names) > most:
            raise SceneError(f"{purpose}: --layers names {len(names)} layers; expected at most {most}")
        return names, ""
    hidden = [layer for layer in recording.layers[:-1] if layer.kind not in SILENT]
    there, missing = obtainable(recording, hidden)
    first = ["input"] if recording.basis.has_one_input else []
    last = [layer.name for layer in there[max(0, len(there) - most + len(first)) :]]
    if not first and not last:
        raise SceneError(
            f"{purpose}: {recording.path} has no layer to embed; record its inputs, or Recorder(layers=[...])"
        )
    some = f"{len(last)} of {len(hidden)} hidden layers" if len(last) < len(hidden) else ""
    return [*first, *last], "; ".join(filter(None, [some, missing]))


def embedded(
    recording: Recording,
    layer: str,
    sets: Sets,
    method: str,
    purpose: str,
    *,
    threads: int | None = None,
    **settings: Any,
) -> Embedding:
    """Return the embedding of a layer, stored or computed.

    Args:
        recording: of any model.
        layer: name of a layer, or "input".
        sets: the samples.
        method: of embedding.
        purpose: for errors.
        threads: for embedding.
        **settings: of the method.

    Raises:
        SceneError: the layer cannot be embedded; says why.
    """
    fit_labels, place_labels = (sets.fit_labels, sets.place_labels) if sets.classes else (None, None)
    try:
        return embedding_of(
            recording, layer, method=method, fit_inputs=sets.fit, fit_labels=fit_labels, place_inputs=sets.place,
            place_labels=place_labels, own=sets.shown, threads=threads, **settings,
        )  # fmt: skip
    except InputError as error:
        raise SceneError(f"{purpose}: layer {layer!r}: {error}") from error


def _taken(inputs: Inputs, chosen: Array) -> Inputs:
    return {name: array[chosen] for name, array in inputs.items()} if isinstance(inputs, dict) else inputs[chosen]


def _of(some: int, every: int) -> str:
    return f"{some:,} of {every:,}" if some < every else f"{every:,}"
