"""What WCAG 2.2 asks of moving pictures, summed up over gallery, pages and docs.

1.1.1 words for those who cannot see; 1.4.3 contrast; 2.2.2 motion can be stopped; 2.3.1 nothing flashes.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from animviz.stage.contrast import luminance
from animviz.stage.theme import THEMES
from animviz.video.encoder import Encoder
from animviz.video.reading import Film
from animviz.video.shown import Shown
from animviz.video.snippets import PLACES, snippet
from helpers.blocks import PAGES, ROOT
from helpers.flashing import flashes_of
from helpers.pages import CHROMIUM, IN_BROWSER, Elements

GALLERY = sorted(path for path in (ROOT / "renders" / "gallery").iterdir() if path.suffix in (".gif", ".webp"))
TEMPLATES = sorted((ROOT / "animviz" / "pages").glob("*/assets/page.html"))
ENOUGH = 4.5  # contrast of letters of any size
LONGEST = 5.0  # seconds of motion without a way to stop it
FLASHES = 3  # a second


def test_there_is_something_to_look_at() -> None:
    assert len(GALLERY) >= 30
    assert len(TEMPLATES) >= 3
    assert len(PAGES) >= 20


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_1_1_1_every_picture_of_the_docs_has_words(page: Path) -> None:
    for words, place in re.findall(r"!\[(.*?)\]\((.*?)\)", page.read_text(encoding="utf-8")):
        assert len(words.split()) >= 3, place


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.parts[-3])
def test_1_1_1_every_picture_of_a_page_has_words(template: Path) -> None:
    named = {"aria-label", "aria-labelledby", "aria-describedby", "aria-hidden"}
    text = template.read_text(encoding="utf-8")
    inside = re.sub(r'<(\w+)[^>]*role="img"[^>]*aria-label=[^>]*>.*?</\1>', "", text, flags=re.DOTALL)
    for tag, attributes in Elements(inside.encode()).tags:
        assert tag not in ("canvas", "svg", "img", "video") or named & attributes.keys(), (tag, attributes)


@pytest.mark.parametrize("place", list(PLACES))
def test_1_1_1_what_is_embedded_has_words(place: str) -> None:
    kind = PLACES[place][0][0]
    film = Shown(Path(f"x{kind}"), (64, 36), "Two rings are parted", Path("000009.png"), 10)
    assert "Two rings are parted" in snippet(film, place)


@pytest.mark.parametrize("name", list(THEMES))
def test_1_4_3_letters_of_films_and_pages_can_be_read(name: str) -> None:
    theme = THEMES[name]
    for color in (theme.ink, theme.quiet):
        dark, light = sorted(float(luminance(np.array(to_rgb(shade)))) for shade in (color, theme.background))
        assert (light + 0.05) / (dark + 0.05) >= ENOUGH, color


@pytest.mark.parametrize("kind", [".mp4", ".webm"])
@pytest.mark.parametrize("place", ["html", "reveal", "quarto", "mkdocs", "myst", "sphinx"])
def test_2_2_2_embedded_videos_have_controls(place: str, kind: str) -> None:
    text = snippet(Shown(Path(f"x{kind}"), (64, 36), "Rings", Path("x.png"), 10), place)
    (video,) = (attributes for tag, attributes in Elements(text.encode()).tags if tag == "video")
    assert "controls" in video


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.parts[-3])
def test_2_2_2_pages_begin_standing_still_or_can_be_stopped(template: Path) -> None:
    shared = ROOT / "animviz" / "pages" / "assets"
    frame, clock = ((shared / f"{name}.html").read_text(encoding="utf-8") for name in ("frame", "clock"))
    text = template.read_text(encoding="utf-8").replace("$clock", clock)
    assert "autoplay" not in text
    assert 'id="play"' in text + frame or "controls" in text


def test_2_2_2_the_docs_give_a_button_to_what_moves_for_long() -> None:
    long = [path for path in GALLERY if (Film(path).times or [0.0])[-1] > LONGEST]
    if long:
        conf = (ROOT / "docs" / "conf.py").read_text(encoding="utf-8")
        assert "pause.js" in conf
        script = (ROOT / "docs" / "_static" / "pause.js").read_text(encoding="utf-8")
        assert all(f'img[src$="{suffix}"]' in script for suffix in {path.suffix for path in long})


@pytest.mark.slow
@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.name)
def test_2_3_1_no_film_of_the_gallery_flashes(path: Path) -> None:
    assert flashes_of(path) <= FLASHES


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@IN_BROWSER[0]
@IN_BROWSER[1]
@pytest.mark.parametrize(("motion", "first"), [("no-preference", "Pause"), ("reduce", "Play")])
def test_2_2_2_button_of_the_docs_stops_and_starts(browser: Any, motion: str, first: str, tmp_path: Path) -> None:
    with Encoder(tmp_path / "x.gif", (64, 36), 20) as encoder:
        for number in range(6):
            encoder.write(np.full((36, 64, 4), 40 * number, np.uint8))
    script = (ROOT / "docs" / "_static" / "pause.js").as_uri()
    page = tmp_path / "page.html"
    page.write_text(f'<main><img src="x.gif" alt="Two rings"></main><script src="{script}"></script>')
    opened = browser.new_context(reduced_motion=motion).new_page()
    opened.goto(page.as_uri())
    button, picture = opened.locator("button"), opened.locator("img")
    button.filter(has_text=first).wait_for()
    assert picture.is_visible() == (first == "Pause")
    button.click()
    assert picture.is_visible() == (first != "Pause")
    assert opened.locator("canvas").get_attribute("aria-label") == "Two rings"
    button.click()
    assert button.text_content() == first
