"""Files with a limit never exceed it, lose as little as is needed, and say what they lost."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import animviz
from animviz import Recording
from animviz.errors import EncodeError, InputError
from animviz.video.budget import TRIALS, Budget, Setting, best_setting, limit_of, settings_for
from helpers.results import Result

WHOLE = Budget(1, (1280, 720), 25, 300)


@settings(deadline=None)
@given(
    limit=st.integers(1_000, 50_000_000), factor=st.floats(0.01, 10), area=st.floats(0.5, 1.2),
    rate=st.floats(0.4, 1.1), suffix=st.sampled_from([".gif", ".webp"]),
)  # fmt: skip
def test_limit_is_never_exceeded_and_trials_are_few(
    limit: int, factor: float, area: float, rate: float, suffix: str
) -> None:
    def size_of(setting: Setting) -> int:
        width, height = setting.size
        return int(factor * (width * height) ** area * setting.fps**rate * setting.tones**0.3) + 1

    tried: list[Setting] = []

    def encode(setting: Setting) -> int:
        tried.append(setting)
        return size_of(setting)

    budget = Budget(limit, (1280, 720), 25, 300)
    choice = settings_for(budget, suffix)
    try:
        found = best_setting(budget, choice, encode, Path(f"x{suffix}"))
    except EncodeError:
        assert min(map(size_of, choice)) > limit
    else:
        assert size_of(found) <= limit
        assert found in tried
    assert len(tried) <= TRIALS + 1
    assert len(set(tried)) == len(tried)


def test_what_fits_as_it_is_stays_as_it_is() -> None:
    for suffix in (".gif", ".webp"):
        budget = Budget(100_000_000, (640, 360), 20, 50)
        found = best_setting(budget, settings_for(budget, suffix), lambda setting: 1_000, Path(f"x{suffix}"))
        assert budget.given_up(found, suffix) == ""


def test_settings_are_those_that_the_format_can_hold() -> None:
    for fps in (50.0, 25.0, 20.0, 10.0):
        for setting in settings_for(Budget(1, (1280, 720), fps, 300), ".gif"):
            assert (100 / setting.fps).is_integer()
            assert not setting.size[0] % 2
            assert not setting.size[1] % 2


@pytest.mark.parametrize(
    ("text", "limit"),
    [("2MB", 2_000_000), ("500kB", 500_000), ("1.5 m", 1_500_000), ("800", 800), ("none", None), (800_000, 800_000)],
)
def test_sizes_are_understood(text: int | str, limit: int | None) -> None:
    assert limit_of(text, Path("x.gif")) == limit


def test_pictures_have_a_limit_unless_told_otherwise() -> None:
    assert limit_of("auto", Path("x.gif")) == limit_of("5MB", Path("x.webp")) == 5_000_000
    assert limit_of("auto", Path("x.mp4")) is limit_of(None, Path("x.gif")) is None
    for text, path in (("2MB", "x.mov"), ("2MB", "x"), ("lots", "x.gif"), ("0", "x.gif"), ("-1MB", "x.gif")):
        with pytest.raises(InputError, match="--max-size"):
            limit_of(text, Path(path))


@pytest.mark.integration
@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_file_fits_and_is_what_is_said_of_it(suffix: str, rings_recording: Recording, tmp_path: Path) -> None:
    path = tmp_path / f"x{suffix}"
    options = {"size": (320, 180), "seconds": 2.0, "hold_start": 0.2, "hold_end": 0.4}
    whole = animviz.render("rings", rings_recording, path, **options)
    size = path.stat().st_size
    movie = animviz.render("rings", rings_recording, path, max_size=size // 3, **options)
    assert path.stat().st_size <= size // 3
    assert movie.given_up
    assert movie.seconds == pytest.approx(whole.seconds, abs=0.2)
    with Image.open(path) as picture:
        # WebP keeps a picture that stands still once.
        assert movie.frames // 2 < picture.n_frames <= movie.frames + 1
        assert picture.size == movie.size


@pytest.mark.integration
def test_command_says_what_was_given_up_and_refuses_what_cannot_be(
    rings_recording: Recording, tmp_path: Path, cli: Callable[..., Result]
) -> None:
    command = ("render", "rings", "--from", rings_recording.path, "--size", "320x180", "--seconds", "3")
    done = cli(*command, "-o", "x.gif", "--max-size", "25kB")
    assert done.code == 0
    assert "(to fit: " in done.out
    assert (tmp_path / "x.gif").stat().st_size <= 25_000
    done = cli(*command, "-o", "y.gif", "--max-size", "1kB")
    assert done.code == 2
    assert "too small" in done.err
    assert not (tmp_path / "y.gif").exists()
