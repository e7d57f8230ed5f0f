"""The style guide's rules (docs/style.md) held to numbers: colours, contrast, sizes of letters, flashes."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text

import animviz
from animviz import Recording, Stage
from animviz.cli.flags import PRESETS
from animviz.parts.heat import color_map
from animviz.pictures.discovery import find_scene
from animviz.stage.theme import THEMES, Theme
from animviz.storyboard.film.overlays import mark_color
from helpers.flashing import flashes_of
from helpers.layout import check_layout
from helpers.results import Result
from helpers.scenes import SCENES, SETTINGS, set_up

Array = np.ndarray
ROOT = Path(__file__).parents[2]
SMALL = (640, 360)

# Machado, Oliveira & Fernandes (2009), severity 1.0, on linear RGB.
VISIONS = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900],
    ],
}  # fmt: skip
OKLAB = (
    [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
     [0.0883024619, 0.2817188376, 0.6299787005]],
    [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
     [0.0259040371, 0.7827717662, -0.8086757660]],
)  # fmt: skip
GLARE = 0.015  # of white: what a screen or paper throws back of the room, so that two near-blacks are not far apart
LEAST = {"dark": 9.0, "light": 10.5, "print": 8.0}  # OKLab distance times 100; about 2 is just noticed
LEAST_FOR_TWO = 17.5


def linear(colors: Iterable[object]) -> Array:
    """Linear RGB of colours, shape (colors, 3)."""
    rgb = np.array([to_rgb(color) for color in colors])
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def luminance(color: object) -> float:
    return float(linear([color])[0] @ [0.2126, 0.7152, 0.0722])


def contrast(one: object, other: object) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def seen(colors: Iterable[object], vision: str) -> Array:
    """Places of colours in OKLab, times 100."""
    light = np.clip(linear(colors) @ np.transpose(VISIONS[vision]), 0, 1) + GLARE
    return 100 * np.cbrt(light @ np.transpose(OKLAB[0])) @ np.transpose(OKLAB[1])


def least_distance(colors: Iterable[object], vision: str) -> float:
    places = seen(colors, vision)
    apart = np.linalg.norm(places[:, None] - places, axis=2)
    return float(apart[~np.eye(len(places), dtype=bool)].min())


each_theme = pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)


@each_theme
@pytest.mark.parametrize("vision", VISIONS)
def test_classes_are_told_apart(theme: Theme, vision: str) -> None:
    for count in range(2, 11):
        colors = theme.palette(count)
        assert least_distance(colors, vision) >= (LEAST_FOR_TWO if count == 2 else LEAST[theme.name]), count
    assert least_distance((theme.negative, theme.positive), vision) >= LEAST_FOR_TWO


def test_distance_sees_what_colour_blind_viewers_do_not() -> None:
    red_and_green = ("#c05a3c", "#7a8a2a")
    assert least_distance(red_and_green, "normal") > 15
    assert least_distance(red_and_green, "deuteranopia") < 6


def test_print_survives_without_colour() -> None:
    theme = THEMES["print"]
    for count, least in ((2, 18), (6, 6.9)):
        grey = np.sort(100 * np.cbrt([luminance(color) + GLARE for color in theme.classes[:count]]))
        assert np.diff(grey).min() >= least
    assert (theme.background, theme.ink) == ("#ffffff", "#000000")


@each_theme
def test_marks_stand_out_from_the_ground(theme: Theme) -> None:
    assert min(contrast(color, theme.background) for color in (theme.positive, theme.negative)) >= 3
    assert min(contrast(color, theme.background) for color in theme.classes) >= 2
    assert contrast(mark_color(Stage(SMALL, theme.name)), theme.background) >= 4.5  # letters are written in it


@each_theme
def test_heat_is_lighter_where_it_is_more(theme: Theme) -> None:
    heat = [luminance(color) for color in color_map(theme, "heat") / 255]
    assert np.all(np.diff(heat) >= -1e-3)
    assert heat[-1] - heat[0] > 0.5
    low, middle, high = color_map(theme, "signed")[[0, 128, 255]] / 255
    assert all(least_distance((low, middle, high), vision) >= LEAST_FOR_TWO for vision in VISIONS)


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.parametrize("name", SCENES)
def test_letters_are_large_and_stand_out_in_every_theme(
    name: str, trained: Callable[..., Recording], monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = find_scene(name).experiment
    recording = trained(experiment, **SETTINGS[experiment])
    asked: list[float] = []
    font = Stage.font
    monkeypatch.setattr(Stage, "font", lambda stage, size, *rest: asked.append(size) or font(stage, size, *rest))
    for theme in THEMES:
        stage = Stage(SMALL, theme)
        draw = set_up(name, stage, recording)
        draw(animviz.Moment(seconds=0.0, epoch=float(recording.epochs[-1]), progress=1.0))
        texts = [text for text in stage.figure.findobj(Text) if text.get_text()]
        check_layout(stage, texts)
        sizes = [text.get_fontsize() * stage.figure.dpi / 72 for text in texts]
        assert min([*sizes, min(asked) * stage.pixel]) >= 11 - 1e-6
        check_contrast(texts, stage)


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENES)
def test_nothing_overlaps_in_an_upright_frame(name: str, trained: Callable[..., Recording]) -> None:
    experiment = find_scene(name).experiment
    recording = trained(experiment, **SETTINGS[experiment])
    stage = Stage(PRESETS["4:5"])
    draw = set_up(name, stage, recording)
    draw(animviz.Moment(seconds=0.0, epoch=float(recording.epochs[-1]), progress=1.0))
    check_layout(stage, [text for text in stage.figure.findobj(Text) if text.get_text()])


def check_contrast(texts: list[Text], stage: Stage) -> None:
    """Compare each text with the middle colour of what is painted where it stands."""
    for text in texts:
        text.set_visible(False)
        text.stale = True
    frame = stage.frame() / 255
    for text in texts:
        left, low, right, high = np.round(text.get_window_extent().extents).astype(int)
        ground = frame[stage.size[1] - high : stage.size[1] - low, left:right].reshape(-1, 3)
        assert contrast(text.get_color(), np.median(ground, axis=0)) >= 4.5, text.get_text()


def test_contrast_of_letters_can_fail() -> None:
    stage = Stage(SMALL)
    with pytest.raises(AssertionError, match="faint"):
        check_contrast([stage.text(40, 100, "faint", color=stage.theme.grid)], stage)


@pytest.mark.integration
@pytest.mark.parametrize("aspect", PRESETS)
def test_size_takes_an_aspect(aspect: str, rings_recording: Recording, cli: Callable[..., Result]) -> None:
    wide, high = map(int, aspect.split(":"))
    width, height = PRESETS[aspect]
    assert width * high == height * wide
    assert min(width, height) == 720
    source = ["--from", str(rings_recording.path)]
    done = cli("render", "history", *source, "--size", aspect, "--theme", "print", "--fps", 1, "-o", "a.png")
    assert done.code == 0, done.err
    assert f"{width}x{height}" in done.out


@pytest.mark.parametrize(("per_second", "share", "expected"), [(5, 1.0, 5), (3, 1.0, 3), (5, 0.2, 0), (0, 1.0, 0)])
def test_flashes_are_counted(per_second: int, share: float, expected: int, tmp_path: Path) -> None:
    frames = np.full((60, 96, 128, 3), 40, np.uint8)
    half = np.arange(60) * per_second * 2 // 25  # half periods, at 25 frames per second
    frames[half % 2 == 1, : round(96 * share)] = 200
    iio.imwrite(tmp_path / "a.gif", frames, duration=40, loop=0)
    assert flashes_of(tmp_path / "a.gif") == expected


def test_the_guide_states_what_is_tested() -> None:
    text = (ROOT / "docs" / "style.md").read_text(encoding="utf-8")
    for name, least in LEAST.items():
        assert re.search(rf"\| `{name}` .*\| {least:g} \|", text)
    for aspect, (width, height) in PRESETS.items():
        assert f"| `{aspect}` | {width}x{height} |" in text
