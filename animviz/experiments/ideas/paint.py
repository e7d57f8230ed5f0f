"""A picture as a function from places to colours, which networks learn that see places in different ways.

After Rahaman et al., "On the Spectral Bias of Neural Networks" (2018), Tancik et al., "Fourier Features Let Networks Learn High
Frequency Functions" (2020), and Sitzmann et al., "Implicit Neural Representations with Periodic Activation Functions" (2020).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from warnings import catch_warnings

import numpy as np

from animviz.errors import InputError
from animviz.experiments.data.dataset import Dataset
from animviz.experiments.experiment import Experiment, Training
from animviz.options import Range
from animviz.safety.limits import beyond

__all__ = ["NETWORKS", "PAINT", "PaintTraining", "paint"]

NETWORKS = ("ReLU", "Fourier", "sine")
SHIPPED = {
    "temple": ("china.jpg", 0.0, "danielbuechele"),
    "flower": ("flower.jpg", 0.5, "vultilion"),
}  # with scikit-learn: the file, where the square is cut out, and the photographer


def paint(
    rng: np.random.Generator, *, image: str = "temple", side: Annotated[int, Range(8, 512)] = 64
) -> Dataset:  # fmt: skip
    """The pixels of a picture: from where they are to which colour they have.

    Args:
        rng: source of randomness, of which none is needed.
        image: temple or flower, which come with scikit-learn, or the path of a picture.
        side: pixels along the longer side, to which the picture is reduced.
    """
    pixels = _pixels(image, side)
    rows, columns = pixels.shape[:2]
    xs, ys = ((np.arange(count) + 0.5 - count / 2) * 2 / max(rows, columns) for count in (columns, rows))
    places = np.stack(np.meshgrid(xs, ys), axis=2).reshape(-1, 2).astype(np.float32)
    # Their licence asks for the names of the photographers wherever the pictures are shown.
    title = f"{image.capitalize()} by {SHIPPED[image][2]} (CC BY 2.0)" if image in SHIPPED else Path(image).stem
    return Dataset(places, pixels.reshape(-1, 3), title=f"{title}, {columns} x {rows} pixels")


def _pixels(image: str, side: int) -> "np.ndarray[tuple[int, int, int], np.dtype[np.float32]]":
    """Return a picture as float32 in [0, 1], (rows, columns, 3)."""
    from PIL import Image, ImageOps  # here, since help on experiments shall not wait for it

    if image in SHIPPED:
        from sklearn.datasets import load_sample_image

        name, left, _ = SHIPPED[image]
        whole = Image.fromarray(load_sample_image(name))
        found = ImageOps.fit(whole, (min(whole.size), min(whole.size)), centering=(left, 0.5))
    elif not Path(image).is_file():
        raise InputError(
            f"--image is {image!r}, which is no file; expected {', '.join(SHIPPED)}, or the path of a picture"
        )
    else:
        try:
            with catch_warnings(action="ignore", category=Image.DecompressionBombWarning), Image.open(image) as file:
                if said := beyond("picture", file.width * file.height):
                    raise InputError(f"--image {image} has {said}")
                ImageOps.exif_transpose(file, in_place=True)
                found = file.convert("RGB")
        except InputError:
            raise
        except (OSError, ValueError, Image.DecompressionBombError) as error:
            raise InputError(
                f"--image {image} cannot be read as a picture ({str(error).partition(chr(10))[0]})"
            ) from None
    scale = side / max(found.size)
    small = found.resize(
        (max(3, round(scale * found.width)), max(3, round(scale * found.height))), Image.Resampling.BOX
    )
    return np.asarray(small, np.float32) / np.float32(255)


@dataclass(frozen=True, kw_only=True)
class PaintTraining(Training):
    """Settings of networks that paint.

    Args:
        epochs: passes over the pixels.
        batch_size: pixels per gradient step, drawn at random.
        learning_rate: step size of Adam at first; it falls to nothing along a cosine.
        networks: which ones paint: relu, fourier and sine, with commas between them.
        fourier_scale: how fine the waves are that the network with Fourier features is given.
        sine_scale: how fine the waves are with which the network of sines begins.
    """

    arch: str = "2-128-128-128-*"
    epochs: Annotated[int, Range(1, 1_000_000)] = 200
    batch_size: Annotated[int, Range(1, 1_000_000)] = 1024
    learning_rate: Annotated[float, Range(1e-12, 1e6)] = 0.002
    every: str = "log"
    networks: str = ",".join(NETWORKS).lower()
    fourier_scale: Annotated[float, Range(0.01, 1000)] = 3.0
    sine_scale: Annotated[float, Range(0.01, 1000)] = 20.0

    @property
    def painting(self) -> tuple[str, ...]:
        """Names of the networks that paint.

        Raises:
            InputError: one is not known, or named twice.
        """
        known = {name.lower(): name for name in NETWORKS}
        asked = [part.strip().lower() for part in self.networks.split(",")]
        if not set(asked) <= set(known) or len(set(asked)) < len(asked):
            raise InputError(f"--networks is {self.networks!r}; expected some of {','.join(known)}")
        return tuple(known[name] for name in asked)


PAINT = Experiment(
    "paint", "Paint", paint, PaintTraining(),
    maker="animviz.experiments.keras.paint:record",
    without=("activation", "optimizer", "loss", "dropout", "l2", "early_stopping", "restore_best", "gradients", "model"),
    advice="Try --image with a picture of your own, or --fourier-scale 1 and --fourier-scale 10: too coarse, and too fine.",
)  # fmt: skip
