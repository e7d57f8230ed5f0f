"""Files without a background: laid over any page they look as if they had been drawn on it, without a fringe."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import animviz
from animviz import Recording
from animviz.errors import EncodeError, InputError
from animviz.stage.alpha import alpha_of, spread
from animviz.video.formats import CLEAR
from helpers.results import Result
from helpers.videos import decoded_alpha, stream_line

SIZE = (640, 360)
LOOK = {"size": SIZE, "theme": "light"}
SHORT = {"seconds": 0.4, "fps": 10.0, "hold_start": 0.1, "hold_end": 0.1}
EXACT = (".apng", "")
# Mean and 99.9th percentile of the difference over a page, of 255, after a lossy codec: most of it is colour of thin lines.
LOSSY = {".mov": (0.5, 6), ".webm": (1.5, 50), ".webp": (1.5, 70), ".avif": (1.5, 55)}


def chequered(dark: int = 60, light: int = 200, side: int = 16) -> np.ndarray:
    y, x = np.mgrid[: SIZE[1], : SIZE[0]] // side
    return np.where((x + y) % 2, light, dark)[..., None].repeat(3, axis=2).astype(float)


PAGES = {
    "white": np.full((SIZE[1], SIZE[0], 3), 255.0),
    "black": np.zeros((SIZE[1], SIZE[0], 3)),
    "chequered": chequered(),
}


def laid(frame: np.ndarray, page: np.ndarray) -> np.ndarray:
    """Lay a frame with straight alpha over a page, as everything does that shows it."""
    alpha = frame[..., 3:] / 255
    return np.asarray(frame[..., :3] * alpha + page * (1 - alpha))


def drawn_on_white(recording: Recording, scene: str = "rings") -> np.ndarray:
    """Draw the last frame of the same film on white."""
    *_, frame = animviz.frames(scene, recording, background="white", **LOOK, **SHORT)
    return frame.astype(float)


def cutout(recording: Recording, folder: Path, suffix: str, scene: str = "rings") -> np.ndarray:
    path = folder / f"cutout{suffix}"
    animviz.render(scene, recording, path, background="transparent", quiet=True, **LOOK, **SHORT)
    return decoded_alpha(path)[-1]


def test_alpha_is_that_with_which_anything_was_laid() -> None:
    rng = np.random.default_rng(0)
    color, alpha = rng.integers(0, 256, (40, 40, 3)), rng.integers(0, 256, (40, 40, 1)) / 255
    grounds = [
        np.rint(np.dstack([color * alpha + ground * (1 - alpha), 255 * np.ones(alpha.shape)])) for ground in (0, 255)
    ]
    frame = alpha_of(*(ground.astype(np.uint8) for ground in grounds))
    assert np.abs(frame[..., 3:] / 255 - alpha).max() <= 1.01 / 255
    for page in (0.0, 255.0, 90.0):
        assert np.abs(laid(frame, np.full(color.shape, page)) - (color * alpha + page * (1 - alpha))).max() <= 1.6


def test_clear_pixels_are_coloured_as_what_is_near() -> None:
    frame = np.zeros((64, 64, 4), np.uint8)
    frame[20:30, 20:30] = (250, 120, 10, 255)
    filled = spread(frame)
    assert np.abs(filled[16:34, 16:34, :3].astype(int) - (250, 120, 10)).max() <= 1
    assert np.array_equal(filled[..., 3], frame[..., 3])
    assert np.array_equal(spread(np.zeros((3, 5, 4), np.uint8)), np.zeros((3, 5, 4), np.uint8))


@pytest.mark.integration
@pytest.mark.parametrize(
    "suffix", [suffix for suffix in CLEAR if suffix != ".png"]
)  # which is .apng under another name
def test_over_any_page_it_looks_as_if_drawn_there(suffix: str, rings_recording: Recording, tmp_path: Path) -> None:
    frame = cutout(rings_recording, tmp_path, suffix)
    assert frame[..., 3].min() == 0
    assert frame[..., 3].max() == 255
    assert np.isin(frame[..., 3], range(20, 235)).mean() > 0.02, "tints and edges let the page through"
    drawn = drawn_on_white(rings_recording)
    away = np.abs(laid(frame, PAGES["white"]) - drawn)
    exact = cutout(rings_recording, tmp_path, ".apng")
    for name, page in PAGES.items():
        between = np.abs(laid(frame, page) - laid(exact, page)).max(axis=2)
        print(f"{suffix} {name} {between.mean():.3f} {np.percentile(between, 99.9):.1f}")
        mean, most = (0.0, 0.0) if suffix in EXACT else LOSSY[suffix]
        assert between.mean() <= mean, name
        assert np.percentile(between, 99.9) <= most, name
    if suffix in EXACT:
        assert away.max() <= 3


@pytest.mark.integration
def test_no_dark_fringe_around_letters(rings_recording: Recording, tmp_path: Path) -> None:
    """Light letters of the dark theme, laid over white, nowhere become darker than the page."""
    for suffix in (".apng", ".mov", ".webm"):
        path = tmp_path / f"x{suffix}"
        animviz.render("rings", rings_recording, path, size=SIZE, background="transparent", quiet=True, **SHORT)
        frame, exact = decoded_alpha(path)[-1], decoded_alpha(tmp_path / "x.apng")[-1]
        darker = laid(exact, PAGES["white"]).mean(axis=2) - laid(frame, PAGES["white"]).mean(axis=2)
        print(suffix, darker.max())
        assert darker.max() < 25, suffix


@pytest.mark.integration
@pytest.mark.parametrize("scene", ["boundary", "confusion", "network", "history", "hidden"])
def test_scenes_let_the_page_through(scene: str, rings_recording: Recording, tmp_path: Path) -> None:
    frame = cutout(rings_recording, tmp_path, ".apng", scene)
    drawn = drawn_on_white(rings_recording, scene)
    away = np.abs(laid(frame, PAGES["white"]) - drawn)
    assert np.percentile(away, 99.9) <= 3
    assert (frame[..., 3] == 0).mean() > 0.2


@pytest.mark.integration
def test_files_say_that_they_have_alpha_and_workers_change_nothing(rings_recording: Recording, tmp_path: Path) -> None:
    cutout(rings_recording, tmp_path, ".mov")
    assert "yuva444p" in stream_line(tmp_path / "cutout.mov")
    paths = [tmp_path / "one.webm", tmp_path / "two.webm"]
    for workers, path in enumerate(paths, start=1):
        animviz.render(
            "rings", rings_recording, path, size=(160, 90), seconds=9.0, fps=2.0, background="transparent",
            workers=workers, quiet=True,
        )  # fmt: skip
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert decoded_alpha(paths[0])[..., 3].min() == 0


@pytest.mark.integration
def test_poster_of_a_cutout_has_alpha(rings_recording: Recording, tmp_path: Path) -> None:
    poster = tmp_path / "poster.png"
    animviz.render(
        "rings",
        rings_recording,
        tmp_path / "x.webm",
        background="transparent",
        poster=poster,
        quiet=True,
        **LOOK,
        **SHORT,
    )
    assert decoded_alpha(poster)[..., 3].min() == 0
    with pytest.raises(EncodeError, match="cannot be transparent"):
        animviz.render(
            "rings", rings_recording, tmp_path / "y.webm", background="transparent", poster=tmp_path / "p.jpg"
        )


@pytest.mark.parametrize("suffix", [".mp4", ".m4v", ".gif"])
def test_file_without_alpha_is_refused(suffix: str, rings_recording: Recording, tmp_path: Path) -> None:
    with pytest.raises(EncodeError, match=r"needs a file with alpha; choose \.mov, \.webm"):
        animviz.render("rings", rings_recording, tmp_path / f"x{suffix}", background="transparent")
    assert not list(tmp_path.iterdir())


def test_background_is_the_colour_that_was_asked_for(rings_recording: Recording, tmp_path: Path) -> None:
    frame = animviz.frame_at("rings", rings_recording, 4.0, background="#203040", size=(320, 180))
    assert tuple(frame[0, 0]) == (0x20, 0x30, 0x40)
    for background, words in (
        ("white", "take --theme print"),
        ("chartreux", "expected transparent or a colour"),
        ("#12345678", "expected transparent or a colour"),
        ("transparent", "expected a colour"),
    ):
        with pytest.raises(InputError, match=words):
            animviz.frame_at("rings", rings_recording, 4.0, background=background, size=(320, 180))


@pytest.mark.integration
def test_commands_answer_in_one_line(rings_recording: Recording, tmp_path: Path, cli: Callable[..., Result]) -> None:
    command = ("render", "rings", "--from", rings_recording.path, "--size", "320x180", "--seconds", "1")
    for arguments, words in (
        (("-o", "x.mp4", "--background", "transparent"), "choose .mov, .webm"),
        (("-o", "x.mp4", "--background", "nocolour"), "--background is 'nocolour'"),
        (("-o", "x.mp4", "--codec", "vp9"), "expected h264, hevc, av1"),
        (("-o", "x.gif", "--codec", "av1"), "leave it out"),
        (("-o", "x.mp4", "--loop", "once"), "leave --loop out"),
        (("-o", "x.gif", "--loop", "0"), "expected once, forever, or a number"),
        (("-o", "x.webm", "--background", "transparent", "--codec", "av1"), "expected vp9"),
    ):
        done = cli(*command, *arguments)
        assert (done.code, done.err.count("\n")) == (2, 1), done.err
        assert words in done.err
    assert not [path for path in tmp_path.iterdir() if path.suffix != ".rec"]
    done = cli(*command, "-o", "x.mov", "--background", "transparent")
    assert done.code == 0, done.err
