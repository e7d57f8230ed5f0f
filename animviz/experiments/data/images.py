"""Images as data to train on: split into parts, and reduced to a few numbers each where that is asked for."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from animviz.arrays import Array
from animviz.errors import InputError
from animviz.experiments.data.dataset import Dataset
from animviz.experiments.data.image_files import ImageSet, load_images
from animviz.experiments.data.reduction import Reduction
from animviz.sampling import evenly

__all__ = ["digits", "padded_digits"]

Pair = tuple[NDArray[np.float32], NDArray[Any]]
TEST, VALIDATION = 0.2, 0.1
MOST_TEST, MOST_TRAIN = 10_000, 5_000  # samples kept in a recording, to be drawn from
LENET_SIDE = 32


def digits(rng: np.random.Generator, *, data: str = "mnist-5k", reduce: str = "none") -> Dataset:
    """Images of digits, or any others with 2 to 100 classes.

    A fifth is set aside for testing and a tenth of the rest for validation, with equal shares of every class, unless
    the data come with a test set of their own. The test images are what pictures are drawn from.

    Args:
        rng: source of randomness for the split.
        data: mnist-5k, mnist, digits-8x8, or an .npz file with x and y, or x_train, y_train, x_test and y_test.
        reduce: keep only pca:154 components, forest:70 most important pixels, or pixels:350,406 themselves.

    Raises:
        InputError: the data or the reduction cannot be used; says why.
    """
    seed = int(rng.integers(2**31))
    reduction = Reduction.parse(reduce)
    images = load_images(data)
    train, validation, test = _parts(images, seed)
    kept = _some(train, MOST_TRAIN)
    extras: dict[str, Array] = {"train_inputs": kept[0], "train_labels": kept[1]}
    if reduction.kind != "none":
        transform, pixels = reduction.fit(*train, seed)
        extras |= {"images": test[0], "train_images": kept[0], "train_inputs": transform(kept[0])}
        extras |= {} if pixels is None else {"pixels": pixels}
        train, validation, test = ((transform(x), y) for x, y in (train, validation, test))
    return Dataset(*train, images.class_names, validation=validation, shown=test, extras=extras, title=images.title)


def padded_digits(rng: np.random.Generator, *, data: str = "mnist-5k") -> Dataset:
    """Images with a black margin, for convolutional networks.

    Images of up to 32x32 are padded to 32x32, as LeCun et al., "Gradient-Based Learning Applied to Document
    Recognition" (1998), did; larger ones stay as they are.

    Args:
        rng: source of randomness for the split.
        data: mnist-5k, mnist, digits-8x8, or an .npz file with x and y, or x_train, y_train, x_test and y_test.

    Raises:
        InputError: the data cannot be used; says why.
    """
    images = load_images(data)
    train, validation, test = ((_padded(x), y) for x, y in _parts(images, int(rng.integers(2**31))))
    kept = _some(train, MOST_TRAIN)
    extras = {"train_inputs": kept[0], "train_labels": kept[1]}
    return Dataset(*train, images.class_names, validation=validation, shown=test, extras=extras, title=images.title)


def _parts(images: ImageSet, seed: int) -> tuple[Pair, Pair, Pair]:
    """Return training, validation and test pairs."""
    train: Pair = (images.images, images.labels)
    if images.test is None:
        train, test = _split(*train, TEST, seed)
    else:
        test = images.test
    train, validation = _split(*train, VALIDATION, seed)
    return train, validation, _some(test, MOST_TEST)


def _split(x: Array, y: Array, share: float, seed: int) -> tuple[Pair, Pair]:
    """Return the rest and the share that is set aside, stratified by class."""
    from sklearn.model_selection import train_test_split

    count = max(round(share * len(y)), int(y.max()) + 1)  # at least one of each class
    try:
        rest, aside = train_test_split(np.arange(len(y)), test_size=count, stratify=y, random_state=seed)
    except ValueError as error:
        raise InputError(f"--data: {len(y)} images cannot be split by class ({error}); give more of each") from None
    rest, aside = np.sort(rest), np.sort(aside)
    return (x[rest], y[rest]), (x[aside], y[aside])


def _some(pair: Pair, most: int) -> Pair:
    """Return at most so many samples, evenly spread over the set."""
    x, y = pair
    chosen = evenly(len(y), most)
    return x[chosen], y[chosen]


def _padded(x: Array) -> Array:
    high, wide = (max(0, LENET_SIDE - side) for side in x.shape[1:3])
    margins = [(0, 0), (high // 2, high - high // 2), (wide // 2, wide - wide // 2), (0, 0)]
    channels = x if x.ndim == 4 else x[..., None]
    return np.pad(channels, margins)
