"""The page of a film plays it in a real browser, with chapters at the landmarks and the numbers that were recorded."""

import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from animviz import Pacing, Recording, Timeline
from animviz.analysis.landmarks import landmarks
from animviz.pages import write_page
from animviz.pages.film.numbers import numbers_at
from animviz.rendering.chapters import chapters_of
from helpers.pages import HOSTILE, IN_BROWSER, Elements, Window

SMALL = {"kind": "film", "scene": "boundary", "size": "320x180", "seconds": 2, "pace": 4.0, "fps": 10.0, "workers": 1}


@pytest.fixture(scope="module")
def learned(trained: Callable[..., Recording]) -> Recording:
    """Rings that are learned, so that there are landmarks."""
    return trained("two_rings", arch="2-3-2-1", samples=1000, epochs=30, optimizer="adam")


@pytest.fixture(scope="module")
def page(learned: Recording, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("film") / "film.html"
    said = write_page(learned.path, target, **SMALL, title=HOSTILE)
    assert "a film of 2.0 s of scene boundary" in said
    return target


def test_chapters_begin_where_the_film_shows_their_landmarks(learned: Recording) -> None:
    timeline = Timeline(learned.epochs, Pacing(seconds=5, pace=6.0))
    chapters = chapters_of(learned, timeline)
    found = landmarks(learned)
    assert len(found) >= 3
    assert (chapters[0].name, chapters[0].seconds, chapters[0].epoch) == ("start", 0, 0)
    assert {mark.epoch for mark in found} <= {chapter.epoch for chapter in chapters}
    assert chapters[-1].epoch == learned.epochs[-1]
    for mark in found:
        (chapter,) = [one for one in chapters[1:] if one.epoch == mark.epoch]
        assert mark.name in chapter.name
        assert mark.text in chapter.text
        frame = round(chapter.seconds * timeline.pacing.rate)
        assert timeline[frame].epoch >= mark.epoch - 1e-9
        assert timeline[frame - 1].epoch < mark.epoch


def test_numbers_are_those_of_the_recording(learned: Recording) -> None:
    found = numbers_at(learned, [0, 7, 30])
    for name, values in found.items():
        recorded = [learned.entries[index].scores[name] for index in (0, 7, 30)]
        assert values == pytest.approx(recorded, rel=1e-6)
    assert set(found) == {"loss", "accuracy"}


def test_page_is_locked_and_holds_the_film(page: Path, learned: Recording, tmp_path: Path) -> None:
    found = Elements(page.read_bytes())
    tags = [tag for tag, _ in found.tags]
    assert tags.count("script") == 4
    assert "img" not in tags
    assert found.texts["title"].strip() == HOSTILE
    (policy,) = [a["content"] for tag, a in found.tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "media-src blob:;" in policy
    film = b64decode(found.texts["data-film"])
    assert film[4:8] == b"ftyp"
    assert b64decode(found.texts["data-poster"])[:3] == b"\xff\xd8\xff"
    told = json.loads(found.texts["data-about"])["told"]
    assert re.search(r"2 seconds, epochs 0 to 30\. loss from [\d.]+ to [\d.]+, accuracy from 0\.\d+ to [\d.]+\.$", told)
    write_page(learned.path, tmp_path / "again.html", **SMALL, title=HOSTILE)
    assert (tmp_path / "again.html").read_bytes() == page.read_bytes()


def test_command_takes_a_scene_with_its_options_or_says_why_not(
    cli: Callable[..., Any], rings_recording: Recording, tmp_path: Path
) -> None:
    film = ("page", rings_recording.path, "--kind", "film", "-o")
    scene = "boundary --size 160x90 --seconds 1 --fps 5 --workers 1 --no-points"
    done = cli(*film, "film.html", "--scene", scene, "--theme", "light")
    assert (done.code, done.err) == (0, "")
    assert re.search(r"^film.html: a film of 1.0 s of scene boundary, \d chapters, 0.\d MB$", done.out.strip())
    assert b'data-theme="light"' in (tmp_path / "film.html").read_bytes()
    before = sorted(tmp_path.iterdir())
    for arguments, message in (
        ((), "--kind film needs --scene NAME"),
        (("--scene", ""), "--scene is ''; expected a scene with its options"),
        (("--scene", "rings 'x"), "expected a scene with its options"),
        (("--scene", "nosuch"), "no scene 'nosuch'"),
        (("--scene", "rings --epochs 3"), "--epochs is not one of a scene's film on a page"),
        (("--scene", "rings --theme light"), "--theme is not one of a scene's film on a page"),
        (("--scene", "polyfit"), "polyfit"),
        (("--scene", "rings", "--method", "pca"), "scene 'rings' has no option 'method'"),
    ):
        failed = cli(*film, "new/film.html", *arguments)
        assert failed.code == 2
        assert message in failed.err
        assert failed.err.count("\n") == 1
    failed = cli("page", rings_recording.path, "--kind", "plane", "--scene", "rings", "-o", "p.html")
    assert "--scene is no option of --kind plane; leave it out, or take --kind film" in failed.err
    assert sorted(tmp_path.iterdir()) == before


class TestInTheBrowser:
    pytestmark = IN_BROWSER

    @pytest.fixture
    def window(self, browser: Any, page: Path) -> Iterator[Window]:
        found = Window(browser, page)
        self.wait(found, "animviz.film.readyState >= 2 || animviz.film.error !== null")
        if found.page.evaluate("animviz.film.error !== null"):
            pytest.skip("this Chromium has no H.264")
        yield found
        found.context.close()
        assert [trouble for trouble in found.troubles if not trouble.startswith(("blob:", "data:"))] == []

    def wait(self, window: Window, true: str) -> None:
        """Wait until something is true; Playwright's own way needs eval, which the page forbids."""
        for _ in range(80):
            if window.page.evaluate(true):
                return
            window.page.wait_for_timeout(50)
        raise AssertionError(true)

    def at(self, window: Window) -> float:
        self.wait(window, "!animviz.film.seeking")
        return float(window.page.evaluate("animviz.film.currentTime"))

    def test_chapters_captions_and_numbers_go_with_the_film(self, window: Window, learned: Recording) -> None:
        page = window.page
        chapters = page.evaluate("animviz.about.chapters")
        assert page.title() == HOSTILE
        assert page.evaluate("animviz.film.duration") == pytest.approx(2, abs=0.06)
        assert window.text("caption") == chapters[-1]["text"], "its poster shows the end"
        buttons = page.locator("#chapters button")
        assert buttons.count() == len(chapters)
        for number in (len(chapters) - 1, 1, 0):
            buttons.nth(number).click()
            assert self.at(window) == pytest.approx(chapters[number]["seconds"], abs=0.03)
            page.wait_for_timeout(300)
            shown = max(n for n, one in enumerate(chapters) if one["seconds"] <= chapters[number]["seconds"])
            assert window.text("caption") == chapters[shown]["text"]
            assert buttons.nth(shown).get_attribute("aria-current") == "true"
            assert page.locator("tbody tr[aria-current]").count() == 1
        headings = page.locator("thead th").all_inner_texts()
        assert headings == ["chapter", "epoch", "loss", "accuracy"]
        for number, chapter in enumerate(chapters):
            cells = page.locator("tbody tr").nth(number).locator("td").all_inner_texts()
            scores = learned.entries[round(chapter["epoch"])].scores
            assert np.allclose([float(cell) for cell in cells], [chapter["epoch"], *scores.values()], rtol=1e-3)

    def test_keys(self, window: Window) -> None:
        page = window.page
        chapters = page.evaluate("animviz.about.chapters")
        page.keyboard.press("n")
        assert self.at(window) == pytest.approx(chapters[1]["seconds"], abs=0.03)
        page.keyboard.press("Home")
        assert self.at(window) == 0
        page.keyboard.press("ArrowRight")
        assert self.at(window) == pytest.approx(1, abs=0.01)
        page.keyboard.press("End")
        assert self.at(window) > 1.9
        assert page.evaluate("animviz.chapters.track.mode") == "hidden"
        page.keyboard.press("c")
        assert page.evaluate("animviz.chapters.track.mode") == "showing"
        page.keyboard.press("Home")
        assert page.evaluate("animviz.film.paused"), "nothing moves before it is asked to"
        page.keyboard.press(" ")
        self.wait(window, "animviz.film.currentTime > 0.3")

    def test_phones_have_room(self, browser: Any, page: Path) -> None:
        window = Window(browser, page, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
        assert window.page.evaluate("document.documentElement.scrollWidth") == 390
        window.context.close()
