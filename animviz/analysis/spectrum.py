"""How much of a picture is coarse and how much is fine: its amplitude by the number of waves across it."""

import numpy as np

from animviz.arrays import Array

__all__ = ["amplitudes"]


def amplitudes(image: Array) -> Array:
    """Return how strong waves are, by how many of them go across the longer side: 1, 2, and so on, float64 (waves,).

    A window lets the picture fade at its edges, since a jump from one edge to the other would look like fine waves.

    Args:
        image: shape (rows, columns, channels).
    """
    rows, columns = image.shape[:2]
    side = max(rows, columns)
    window = np.outer(np.hanning(rows + 2)[1:-1], np.hanning(columns + 2)[1:-1])[..., None]
    mean = (window * image).sum(axis=(0, 1)) / window.sum()
    power = (np.abs(np.fft.fft2(window * (image - mean), axes=(0, 1))) ** 2).sum(axis=2)
    waves = side * np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.fftfreq(columns))
    band = np.rint(waves).astype(int)
    total, count = (np.bincount(band.ravel(), weights)[1 : side // 2 + 1] for weights in (power.ravel(), None))
    return np.asarray(np.sqrt(total / count) / window.sum())
