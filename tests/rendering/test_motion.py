"""Time is spent where the picture moves."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import PchipInterpolator

import animviz
from animviz import Recording
from animviz.options import options_of
from animviz.pictures.discovery import small_scene
from animviz.pictures.picture import Picture
from animviz.pictures.split import CellPicture, SplitPicture
from animviz.rendering.motion import _rising, distances, knots_of
from animviz.rendering.pacing import paced
from animviz.rendering.timeline import Pacing, Timeline


def sudden(share: float) -> np.ndarray:
    """A bar that is at nine tenths of its way after a tenth of the time."""
    frame = np.zeros((4, 1000, 3), np.uint8)
    frame[:, : int(1000 * np.interp(share, [0, 0.1, 1], [0, 0.9, 1]))] = 200
    return frame


def test_a_sudden_change_is_given_the_time_that_it_fills() -> None:
    times, way = knots_of(*distances(sudden))
    behind = np.interp(way, [0, 0.1, 1], [0, 0.9, 1])  # share of the change
    half, most = (float(np.interp(share, behind, times)) for share in (0.5, 0.8))
    assert half > 1 / 3
    assert most > 0.55


def test_a_picture_that_stands_still_passes_evenly() -> None:
    times, way = knots_of(*distances(lambda share: np.zeros((2, 2, 3), np.uint8)))
    np.testing.assert_allclose(times, way, atol=1e-6)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(1e-3, 1), st.floats(0, 100)), min_size=1, max_size=40))
def test_the_way_rises_from_begin_to_end(pieces: list[tuple[float, float]]) -> None:
    steps = np.array([step for step, _ in pieces])
    _, way = knots_of([0.0, *np.cumsum(steps) / steps.sum()], [far for _, far in pieces])
    assert way[0] == 0
    assert way[-1] == 1
    assert (np.diff(way) >= 0).all()


def test_a_film_of_rings_spends_its_time_where_it_moves(rings_recording: Recording) -> None:
    frames = [
        frame[::4, ::4].astype(np.int16) for frame in animviz.frames("rings", rings_recording, size=(320, 180), fps=10)
    ]
    moved = np.cumsum([np.abs(after - before).mean() for before, after in pairwise(frames)])
    share = moved / moved[-1]
    assert np.searchsorted(share, 0.5) / len(share) > 1 / 3
    assert np.searchsorted(share, 0.8) / len(share) > 0.55


def test_by_change_and_by_epochs_end_with_the_last_snapshot(rings_recording: Recording) -> None:
    picture = Picture.of("rings", rings_recording)
    by_change = paced(picture, Pacing(), (320, 180), "dark")
    by_epochs = paced(picture, Pacing(pace=1.0), (320, 180), "dark")
    assert by_change[-1].epoch == by_epochs[-1].epoch == rings_recording.epochs[-1]
    assert by_epochs.knots is None
    assert by_epochs.whole_seconds is None
    assert len(by_change.whole_seconds) <= by_change.seconds
    assert by_change.whole_seconds[0] == rings_recording.epochs[0]
    assert len(by_change) == len(Timeline(rings_recording.epochs))


def test_the_pace_of_many_cells_is_measured_in_small(rings_recording: Recording) -> None:
    small = small_scene("rings")
    cells = tuple(CellPicture(Picture(small, rings_recording), str(place)) for place in range(12))
    timeline = paced(SplitPicture("Twelve", cells, ()), Pacing(), (1280, 720), "dark")
    assert timeline.knots is not None


@pytest.mark.parametrize(("text", "value"), [("change", "change"), ("3", 3.0)])
def test_a_pace_is_a_number_or_the_word(text: str, value: object) -> None:
    pace = next(option for option in options_of(Pacing) if option.name == "pace")
    assert pace.read(text) == value


@pytest.mark.parametrize("text", ["fast", "", "0"])
def test_no_other_word_is_a_pace(text: str) -> None:
    pace = next(option for option in options_of(Pacing) if option.name == "pace")
    with pytest.raises(animviz.errors.InputError, match=r"--pace is .*; expected"):
        pace.read(text)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(1e-4, 10), st.floats(1e-4, 10)), min_size=1, max_size=30))
def test_the_smooth_way_is_that_of_scipy(steps: list[tuple[float, float]]) -> None:
    x, y = np.cumsum([(0.0, 0.0), *steps], axis=0).T
    at = np.linspace(0, x[-1], 50)
    assert np.allclose(_rising(x, y, at), PchipInterpolator(x, y)(at), rtol=1e-12, atol=1e-12)
