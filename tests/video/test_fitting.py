"""Videos with a limit never exceed it, are as large as they can be, and keep their colours, length and alpha."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import animviz
from animviz import Recording
from animviz.errors import EncodeError
from animviz.rendering.movie import Movie
from animviz.video.budget import Budget, Setting
from animviz.video.fitting import TRIALS, best_rate
from animviz.video.reading import Film
from helpers.results import Result
from helpers.videos import decoded_alpha

KINDS = [
    ("x.mp4", None),
    *(pytest.param(*kind, marks=pytest.mark.slow) for kind in (("x.m4v", "hevc"), ("x.mp4", "av1"), ("x.webm", None))),
]
SHORT = {"size": (640, 360), "seconds": 2.0, "quiet": True}


@settings(deadline=None)
@given(limit=st.integers(2_000, 5_000_000), overshoot=st.floats(0.7, 1.3), floor=st.floats(0.0005, 0.05))
def test_limit_is_never_exceeded_and_trials_are_few(limit: int, overshoot: float, floor: float) -> None:
    budget, tried = Budget(limit, (1280, 720), 30, 240), []

    def encode(setting: Setting) -> int:
        tried.append(setting)
        least = floor * setting.size[0] * setting.size[1] * 8
        return round(max(least, overshoot * setting.tones))  # in 8 seconds: as many bytes as bits in one

    try:
        found = best_rate(budget, 6_000_000, encode, Path("x.mp4"))
    except EncodeError:
        assert min(map(encode, [tried[-1]])) > limit
    else:
        assert encode(found) <= limit
        assert found.tones * overshoot >= 0.4 * limit or found.size == (160, 90)
    assert len(tried) <= TRIALS * 12 + 1


@pytest.mark.integration
@pytest.mark.parametrize(("name", "codec"), KINDS)
def test_video_fits_and_looks_as_it_was_drawn(
    name: str, codec: str | None, rings_recording: Recording, tmp_path: Path
) -> None:
    path = tmp_path / name

    def drawn(limit: int | None) -> Movie:
        return animviz.render("rings", rings_recording, path, codec=codec, max_size=limit, **SHORT)

    whole = drawn(None)
    size, film = path.stat().st_size, Film(path)
    (before,) = film.frames([30])
    movie = drawn(size // 2)
    assert size // 4 < path.stat().st_size <= size // 2
    assert "kbit/s" in movie.given_up
    film = Film(path)
    assert (film.count, movie.seconds) == (whole.frames, whole.seconds)
    (after,) = film.frames([30])
    assert after.shape == before.shape
    assert np.abs(after.astype(int) - before).mean() < 4
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.integration
def test_what_fits_is_not_encoded_again(rings_recording: Recording, tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    animviz.render("rings", rings_recording, path, **SHORT)
    before = path.read_bytes()
    movie = animviz.render("rings", rings_recording, path, max_size=len(before), **SHORT)
    assert (path.read_bytes(), movie.given_up) == (before, "")


@pytest.mark.slow
def test_alpha_is_kept(rings_recording: Recording, tmp_path: Path) -> None:
    path = tmp_path / "x.webm"
    options = {**SHORT, "background": "transparent", "size": (320, 180)}
    animviz.render("rings", rings_recording, path, **options)
    limit = path.stat().st_size // 2
    animviz.render("rings", rings_recording, path, max_size=limit, **options)
    assert path.stat().st_size <= limit
    frame = decoded_alpha(path)[30]
    assert np.quantile(frame[..., 3], (0.02, 0.999)).tolist() == pytest.approx([0, 255], abs=3)


@pytest.mark.integration
def test_command_says_the_rate_and_refuses_what_cannot_be(
    rings_recording: Recording, tmp_path: Path, cli: Callable[..., Result]
) -> None:
    command = ("render", "rings", "--from", rings_recording.path, "--size", "640x360", "--seconds", "2")
    done = cli(*command, "-o", "x.mp4", "--max-size", "40kB")
    assert done.code == 0
    assert "kbit/s)" in done.out
    assert (tmp_path / "x.mp4").stat().st_size <= 40_000
    done = cli(*command, "-o", "y.mp4", "--max-size", "1kB")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "too small; the smallest that was tried takes" in done.err
    assert not (tmp_path / "y.mp4").exists()


@pytest.mark.integration
@pytest.mark.parametrize("name", ["x.mp4", "x.gif", pytest.param("x.m4v", marks=pytest.mark.slow)])
@pytest.mark.parametrize("limit", [1_000, 2_500])
def test_limit_that_no_encoder_keeps_to_is_named(
    name: str, limit: int, rings_recording: Recording, tmp_path: Path
) -> None:
    target, options = tmp_path / name, {"size": (320, 180), "seconds": 0.5, "fps": 10, "quiet": True}
    with pytest.raises(
        EncodeError, match=f"--max-size of {limit} bytes is too small; the smallest that was tried takes"
    ):
        animviz.render("rings", rings_recording, target, max_size=limit, **options)
    assert not target.exists()
