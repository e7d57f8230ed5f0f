"""Flashes of a film, as WCAG 2.3.1 counts them."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from animviz.stage.contrast import luminance
from helpers.videos import decoded, durations

Array = np.ndarray


def flashes(frames: Iterable[Array], times: Array) -> int:
    """Return the most flashes within a second over a quarter of the frame.

    After WCAG 2.3.1: a flash is a pair of opposing changes of relative luminance by 0.1 or more where the darker state
    is below 0.8.

    Args:
        frames: uint8, (height, width, 3).
        times: when they begin, in seconds.
    """
    table = luminance(np.repeat(np.arange(256)[:, None] / 255, 3, axis=1))
    changes = []
    low = high = direction = None
    for frame in frames:
        light = table[frame[::2, ::2]] @ [0.2126, 0.7152, 0.0722]
        rows, columns = (side // count * count for side, count in zip(light.shape, (12, 16), strict=True))
        blocks = light[:rows, :columns].reshape(12, rows // 12, 16, columns // 16).mean(axis=(1, 3))
        if low is None:
            low, high, direction = blocks.copy(), blocks.copy(), np.zeros(blocks.shape, int)
        low, high = np.minimum(low, blocks), np.maximum(high, blocks)
        falls = (direction >= 0) & (high - blocks >= 0.1) & (blocks < 0.8)
        rises = (direction <= 0) & (blocks - low >= 0.1) & (low < 0.8) & ~falls
        direction = np.where(falls, -1, np.where(rises, 1, direction))
        low, high = np.where(falls | rises, blocks, low), np.where(falls | rises, blocks, high)
        changes.append(falls | rises)
    total = np.cumsum([np.zeros((12, 16), int), *changes], axis=0)
    within = total[1:] - total[np.searchsorted(times, times - 1 + 1e-6)]
    return int(np.quantile(within // 2, 0.75, axis=(1, 2), method="lower").max())


def flashes_of(path: Path) -> int:
    """Return the most flashes within a second of a moving picture."""
    return flashes(decoded(path), np.cumsum([0, *durations(path)[:-1]]) / 1000)
