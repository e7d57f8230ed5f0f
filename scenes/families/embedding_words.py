"""What titles, subtitles and foot lines say of embedded layers: all of it derived from the embeddings that are drawn."""

from collections.abc import Sequence

import numpy as np

from animviz import Recording
from animviz.arrays import Array
from animviz.embed import Embedding
from animviz.parts import of_recording

from .blocks import layer_words
from .embedding_way import Way
from .endings import count_in_words

__all__ = [
    "NAMES",
    "described",
    "directions",
    "headline",
    "layer_name",
    "layer_titles",
    "present",
    "shared",
    "short_name",
    "subtitle",
    "worded",
]

NAMES = {"umap": "UMAP", "tsne": "t-SNE", "pca": "PCA"}
APART, MIXED, GAIN = 0.7, 0.5, 0.05  # shares of samples that neighbours name rightly
START = "the start"
MOST_NAMES, MOST_LETTERS = 4, 26  # of classes in a title


def headline(
    names: Sequence[str], before: float, after: float, way: Way | None = None, *, images: bool = False,
    mixed: Sequence[str] = (), first: str = START, between: str = "",
) -> str:  # fmt: skip
    """Say what the classes do, from the shares of samples whose neighbours in a layer itself name their class.

    Args:
        names: of the classes; empty where labels are none.
        before: share at the beginning.
        after: share at the end.
        way: shares from layer to layer at the end, where the title may speak of layers.
        images: whether the samples are images, which may be of digits.
        mixed: names of the classes of which most samples are named wrongly at the end.
        first: where the first share was measured: by default in the last layer before training.
        between: both ends of what is shown, such as "from input to output"; said where the title names no place else.
    """
    who = count_in_words(len(names), "class", _kind(names, images))
    if len(names) < 2 or not np.isfinite([before, after]).all():
        return f"How the layers arrange {who if names else 'the samples'}"
    said, names_place = _done(who, before, after, way, mixed, first)
    said = said if names_place or not between else f"{between}, {said}"
    return f"{said[0].upper()}{said[1:]}"


def _done(
    who: str, before: float, after: float, way: Way | None, mixed: Sequence[str], first: str
) -> tuple[str, bool]:  # fmt: skip
    """Say what several classes do, and whether that names where."""
    if after < before - GAIN:
        return f"{who} mix{' a little' if after >= APART else ''}", False
    if after < MIXED:
        return f"{who} stay mixed", False
    few = " and ".join(mixed) if len(mixed) <= 2 else f"{count_in_words(len(mixed))} of them"
    but = f", but for {few}" if mixed else ""
    if after < before + GAIN:
        return _stay(who, before, after, way, but, first)
    if after < APART:
        return f"{who} part, though not all", False
    if way is not None and way.rises and not but:
        return f"{who} part, layer by layer", True
    if way is not None and first == START:
        further = " further" if before >= APART else ""
        less = f", less than in the {way.layers[0]}" if way.loses else ""
        return f"{who} part{further} in the {way.layers[-1]}{less or but}", True
    if way is not None and way.best:
        return f"the {way.best} parts {who}{but}", True
    return f"{who} part{but}", False


def _stay(who: str, before: float, after: float, way: Way | None, but: str, first: str) -> tuple[str, bool]:
    """Say how classes stand that neither part nor mix much: apart, half mixed, or a little less apart than before."""
    if way is not None and way.loses and way.before[0] >= APART:
        little = " a little" if way.before[-1] > way.before[0] - GAIN else ""
        return f"{who}, apart in the {way.layers[0]}, mix{little}", True
    if after < APART:
        return f"{who} stay half mixed", False
    if way is not None and way.differs(after, before):
        return f"{who}, apart at the start, mix a little", True
    if way is not None and first != START and way.best:
        return f"the {way.best} parts {who} further{but}", True
    return f"neighbours tell {who} apart from {first}{but}", True


def _kind(names: Sequence[str], images: bool) -> str:
    """Return what classes are called."""
    return "digits" if images and all(len(name) == 1 and name.isdigit() for name in names) else "classes"


def directions(names: Sequence[str], apart: Sequence[str], few: int, many: int, *, images: bool, alone: bool) -> str:
    """Say which classes stand apart in a few directions of a layer.

    Args:
        names: of all classes.
        apart: of those that stand apart in the end.
        few: directions that are drawn.
        many: directions that the layer has.
        images: whether the samples are images, which may be of digits.
        alone: whether one epoch is drawn, and nothing else than its end.
    """
    kind = _kind(names, images)
    which = " and ".join([", ".join(apart[:-1]), apart[-1]] if len(apart) > 1 else apart)
    if not apart:
        which = f"no {kind.removesuffix('es') if kind == 'classes' else 'digit'}"
    elif len(apart) == len(names):
        which = f"both {kind}" if len(names) == 2 else f"all {count_in_words(len(names))} {kind}"
    elif len(apart) > MOST_NAMES or len(which) > MOST_LETTERS:
        which = f"{count_in_words(len(apart))} of {count_in_words(len(names))} {kind}"
    said = f"{count_in_words(few)} of {many:,} directions tell {which} apart"
    return f"{said[0].upper()}{said[1:]}{'' if alone else ' in the end'}"


def present(labels: Array | None, names: Sequence[str]) -> list[str]:
    """Return the names of the classes that samples with these labels have."""
    there = set() if labels is None else set(np.unique(labels).tolist())
    return [name for label, name in enumerate(names) if label in there]


def subtitle(recording: Recording, method: str, *notes: str) -> str:
    """Return how layers were laid out, with what is left out, and of which recording.

    Args:
        recording: what is drawn.
        method: of the layout; empty where no layer is laid out.
        *notes: empty ones are left out.
    """
    what = filter(None, [NAMES.get(method, ""), *notes, of_recording(recording)])
    return ", ".join(what)


def layer_titles(recording: Recording, name: str, plain: int = 0) -> list[str]:
    """Return what may stand above a layer, from the longest to the shortest.

    Args:
        recording: what is drawn.
        name: of the layer.
        plain: how many units it has, where they are drawn as they are.
    """
    words, short = worded(recording, name), short_name(recording, name)
    if not plain:
        return [layer_name(recording, name), words, layer_name(recording, name, short=True), short]
    units = count_in_words(plain, "number" if name == "input" else "unit")
    return [f"{words}, its {units} as {'they are' if plain > 1 else 'it is'}", f"{short}, as it is", short]


def short_name(recording: Recording, name: str) -> str:
    """Return what viewers call a layer where there is little room, such as "hidden 1"."""
    return layer_words(recording).get(name, (name, name))[1]


def worded(recording: Recording, name: str) -> str:
    """Return what viewers call a layer within a sentence, such as "first hidden layer"."""
    return layer_words(recording).get(name, (name, name))[0]


def layer_name(recording: Recording, name: str, *, short: bool = False) -> str:
    """Return what viewers call a layer, in short where asked, with how many numbers it has: units, or maps of a size."""
    words = layer_words(recording).get(name, (name, name))[short]
    if name == "input":
        shape: Sequence[int | None] = recording.single_input(recording.inputs).shape[1:]
    else:
        shape = recording.layers[recording.layer_index(name)].output_shape or ()
    if not shape or None in shape:
        return words
    if len(shape) == 1:
        kind = "number" if name == "input" else "unit"
        return f"{words}, {shape[0]} {kind if shape[0] == 1 else kind + 's'}"
    return f"{words}, {'×'.join(map(str, shape))}"


def described(method: str, layer: str) -> str:
    """Say what the header's number of the layout is."""
    if method == "pca":
        return "kept: share of the variance"
    return f"trust: near here is near in the {layer}"


def shared(embedding: Embedding, *, alone: bool) -> str:
    """Say what the layouts of different epochs share.

    Args:
        embedding: how it was laid out, if it was.
        alone: whether it has one epoch only, chosen by the reader.
    """
    if not embedding.method:
        return "" if alone else "each epoch scaled to fill the plane"
    if alone:
        return "this epoch is laid out alone"
    if embedding.method == "pca":
        return "one basis for all epochs, each scaled to fill the plane"
    if not (embedding.held > 0).any():
        return "each epoch is laid out alone"
    return "epochs are held together as far as neighbours stay"
