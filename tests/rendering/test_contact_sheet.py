"""Contact sheets: frames of a film in their order, whatever kind of file it is."""

from collections.abc import Callable
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
from PIL import ImageColor

from animviz.errors import AnimvizError
from animviz.rendering.sheet import sheet
from animviz.stage.theme import THEMES
from animviz.video.encoder import Encoder
from animviz.video.formats import CLEAR, FORMATS, Coding
from animviz.video.reading import Film
from helpers.results import Result

FRAMES = 21


def film(path: Path) -> Path:
    """Write a film of a second that goes from black to white."""
    with Encoder(path, (64, 36), 20) as encoder:
        for number in range(FRAMES):
            encoder.write(np.full((36, 64, 4), 12 * number, np.uint8))
    return path


@pytest.mark.parametrize("suffix", list(FORMATS))
def test_sheet_shows_first_to_last(suffix: str, tmp_path: Path) -> None:
    source = Film(film(tmp_path / f"film{suffix}"))
    assert source.count == FRAMES
    if suffix:
        assert source.times is not None
        assert source.times[-1] - source.times[0] == pytest.approx(1.0, abs=0.01)
    size = sheet(source.path, tmp_path / "sheet.png", count=5, columns=5)
    picture = iio.imread(tmp_path / "sheet.png")
    assert picture.shape[:2] == size[::-1]
    middles = [picture[70, 20 + round((place + 0.5) * 1240 / 5), 1] for place in range(5)]
    assert np.abs(np.array(middles, int) - [0, 60, 120, 180, 240]).max() <= 6


@pytest.mark.parametrize("suffix", list(CLEAR))
def test_clear_films_lie_on_the_ground_of_their_theme(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"film{suffix}"
    with Encoder(path, (64, 36), 20, {"theme": "light", "made_by": "animviz"}, Coding(transparent=True)) as encoder:
        for shade in (200, 210):
            encoder.write(np.dstack([np.full((36, 64, 3), shade, np.uint8), np.zeros((36, 64), np.uint8)]))
    sheet(path, tmp_path / "sheet.png", count=1, columns=1)
    ground = THEMES["light"].background if suffix in (".mov", ".webm") else "#ffffff"
    assert np.abs(iio.imread(tmp_path / "sheet.png")[100, 100].astype(int) - ImageColor.getrgb(ground)).max() <= 1


def test_command_names_the_sheet_and_refuses_in_one_line(tmp_path: Path, cli: Callable[..., Result]) -> None:
    film(tmp_path / "film.mp4")
    done = cli("sheet", "film.mp4")
    assert (done.code, done.out.startswith("film-sheet.png: 1280x")) == (0, True)
    (tmp_path / "notes.txt").write_text("no film")
    (tmp_path / "empty").mkdir()
    before = sorted(tmp_path.iterdir())
    for arguments, words in (
        (("notes.txt",), "cannot be read as a film"),
        (("nothing.mp4",), "is not there"),
        (("empty",), "has no frames"),
        (("film.mp4", "--count", "0"), "expected 1 to 200"),
        (("film.mp4", "-o", "x.gif"), "-o x.gif: expected a name"),
        (("film.mp4", "--theme", "pink"), "--theme is 'pink'"),
    ):
        done = cli("sheet", *arguments)
        assert (done.code, done.err.count("\n")) == (2, 1), done.err
        assert words in done.err
    assert sorted(tmp_path.iterdir()) == before


def test_short_film_has_a_short_sheet(tmp_path: Path) -> None:
    path = tmp_path / "one.mp4"
    with Encoder(path, (64, 36), 20) as encoder:
        encoder.write(np.zeros((36, 64, 4), np.uint8))
    assert sheet(path, tmp_path / "sheet.png")[0] == 1280
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(AnimvizError, match=r"one\.mp4"):
        sheet(path, tmp_path / "sheet.png")
