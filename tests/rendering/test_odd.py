"""Frames with odd sides: where the format allows them they come back as asked, elsewhere one line says why not."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import animviz
from animviz import Recording
from animviz.errors import EncodeError
from animviz.video.reading import Film
from helpers.recordings import copied
from helpers.results import Result

SIZE = (321, 181)
ODD = [".gif", ".webp", ".apng", ".png", ""]


@pytest.mark.integration
@pytest.mark.parametrize("suffix", [*ODD, *(pytest.param(kind, marks=pytest.mark.slow) for kind in (".avif", ".mov"))])
def test_odd_sides_come_back(suffix: str, rings_recording: Recording, tmp_path: Path) -> None:
    path = tmp_path / f"x{suffix}"
    movie = animviz.render("rings", rings_recording, path, size=SIZE, seconds=0.4, theme="light", quiet=True)
    assert movie.size == SIZE
    (frame,) = Film(path).frames([3])
    assert frame.shape == (181, 321, 3)
    for edge in (frame[-1], frame[:, -1]):  # the page and no black line
        assert edge.min() > 240


@pytest.mark.integration
def test_odd_frame_is_the_even_one_without_its_last_lines(rings_recording: Recording, tmp_path: Path) -> None:
    for name, size in (("odd", SIZE), ("even", (322, 182))):
        animviz.still("rings", rings_recording, 2, tmp_path / f"{name}.png", size=size)
    odd, even = (Film(tmp_path / f"{name}.png").frames([0])[0] for name in ("odd", "even"))
    assert np.array_equal(odd, even[:-1, :-1])
    animviz.still("rings", rings_recording, 2, tmp_path / "clear.png", size=SIZE, background="transparent")
    assert Film(tmp_path / "clear.png").frames([0])[0].shape == (181, 321, 4)


def test_vectors_of_odd_sides_are_the_even_ones_without_their_last_lines(
    rings_recording: Recording, tmp_path: Path
) -> None:
    odd, even = (
        animviz.still("rings", rings_recording, 2, tmp_path / f"{size[0]}.svg", size=size).read_text()
        for size in (SIZE, (322, 182))
    )
    box = 'width="231.12pt" height="130.32pt" viewBox="0 0 231.12 130.32"'
    assert odd == even.replace('width="231.84pt" height="131.04pt" viewBox="0 0 231.84 131.04"', box)
    assert box in odd
    contents = animviz.still("rings", rings_recording, 2, tmp_path / "x.pdf", size=SIZE).read_bytes()
    assert b"/MediaBox [ 0 0.72 231.12 131.04 ]" in contents
    whole = animviz.still("rings", rings_recording, 2, tmp_path / "y.pdf", size=(322, 182)).read_bytes()
    assert b"/MediaBox [ 0 0 231.84 131.04 ]" in whole


@pytest.mark.parametrize("suffix", [".mp4", ".m4v", ".webm"])
def test_video_says_why_it_takes_none(suffix: str, rings_recording: Recording, tmp_path: Path) -> None:
    with pytest.raises(EncodeError, match=r"yuv420.* needs even sides, such as 322x182; \.mov, .*\.gif.* take any"):
        animviz.render("rings", rings_recording, tmp_path / f"x{suffix}", size=SIZE)
    assert not list(tmp_path.iterdir())


@pytest.mark.integration
def test_comparison_and_limit_take_them_too(
    rings_recording: Recording, tmp_path: Path, cli: Callable[..., Result]
) -> None:
    source = ["--from", rings_recording.path]
    copied(rings_recording, tmp_path / "other.rec")
    done = cli("compare", *source, "--from", "other.rec", "--size", "641x361", "--seconds", "0.4", "-o", "x.gif")
    assert "641x361" in done.out, done.err
    done = cli("render", "rings", *source, "--size", "641x361", "--seconds", "1", "--max-size", "60kB", "-o", "y.gif")
    assert (done.code, (tmp_path / "y.gif").stat().st_size <= 60_000) == (0, True)
