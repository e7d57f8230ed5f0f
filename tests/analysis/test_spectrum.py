"""Waves of a picture: how strong each is, by how many go across it."""

import numpy as np
import pytest

from animviz.analysis.spectrum import amplitudes


def wave(count: int, rows: int = 64, columns: int = 64, angle: float = 0.0) -> np.ndarray:
    across, down = np.meshgrid(np.arange(columns), np.arange(rows))
    along = np.cos(angle) * across + np.sin(angle) * down
    return np.cos(2 * np.pi * count * along / max(rows, columns))[..., None]


@pytest.mark.parametrize("count", [3, 8, 20])
@pytest.mark.parametrize("angle", [0.0, 0.9, np.pi / 2])
def test_a_wave_is_found_where_it_is(count: int, angle: float) -> None:
    found = amplitudes(wave(count, angle=angle))
    assert found.shape == (32,)
    assert found.argmax() + 1 == count
    assert found[count + 3 :].max(initial=0) < 0.02 * found.max()


def test_pictures_of_other_shapes_and_colours() -> None:
    wide = amplitudes(wave(6, rows=40, columns=64))
    assert wide.argmax() + 1 == 6
    grey = wave(6) * np.ones(3)
    assert np.allclose(amplitudes(grey), np.sqrt(3) * amplitudes(wave(6)))
    assert np.allclose(amplitudes(2 * grey + 0.7), 2 * amplitudes(grey)), "brightness is no wave"
    assert amplitudes(np.ones((8, 8, 3))).max() < 1e-12


def test_a_slope_is_no_fine_wave() -> None:
    slope = np.linspace(0, 1, 64)[:, None, None] * np.ones((64, 64, 1))
    found = amplitudes(slope)
    assert found[10:].max() < 1e-3 * found[0]
