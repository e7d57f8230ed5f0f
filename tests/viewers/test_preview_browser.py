"""The page of a preview in a real browser: its first picture comes at once, it plays, and it follows the scene's file."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from animviz import Recording
from animviz.viewers.server import PreviewServer
from helpers.pages import IN_BROWSER
from helpers.previews import edit, serving, written

pytestmark = IN_BROWSER
PIXELS = """() => {
    const canvas = document.getElementById("picture");
    return [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data].filter((_, i) => i % 37 === 0);
}"""


def until(page: Any, condition: str) -> None:
    """Wait for a condition; the policy of the page forbids what playwright has for it."""
    begun = time.monotonic()
    while not page.evaluate(condition):
        assert time.monotonic() - begun < 20, condition
        time.sleep(0.02)


@contextmanager
def opened(server: PreviewServer, browser: Any, **options: Any) -> Iterator[Any]:
    """Open the page, and wait for its first picture."""
    page = browser.new_context(viewport={"width": 1280, "height": 800}, **options).new_page()
    page.troubles, page.asked = [], []
    page.on("console", lambda message: "Canvas2D" in message.text or page.troubles.append(message.text))  # of PIXELS
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(server.address)
    until(page, "globalThis.animviz?.asking.drawn")
    yield page
    page.context.close()


def after(page: Any, act: Callable[[], object]) -> list[int]:
    """Do something, and return the picture that is drawn then."""
    before = page.evaluate("animviz.asking.drawn")
    act()
    until(page, f"animviz.asking.drawn > {before} && animviz.asking.idle")
    return page.evaluate(PIXELS)


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_first_picture_comes_within_a_second_and_a_half(scheme: str, rings_recording: Recording, browser: Any) -> None:
    with serving("rings", rings_recording, size=(1280, 720)) as server:
        server.previewed.png(0, "dark")  # as the command does
        with opened(server, browser, color_scheme=scheme) as page:
            assert page.evaluate("animviz.first") < 1500
            assert page.evaluate(PIXELS)[0] == (14 if scheme == "dark" else 255)
            assert page.troubles == []
            assert all(address.startswith((server.address, "data:")) for address in page.asked)


def test_it_slides_plays_and_is_steered_by_keys(rings_recording: Recording, browser: Any) -> None:
    with serving("boundary", rings_recording) as server, opened(server, browser) as page:
        start = page.evaluate(PIXELS)
        end = after(page, lambda: page.keyboard.press("End"))
        assert (page.inner_text("#epoch"), end != start) == ("4", True)
        assert after(page, lambda: page.keyboard.press("Home")) == start
        assert after(page, lambda: page.keyboard.press("ArrowRight")) not in (start, end)
        assert page.get_attribute("#picture", "aria-label") == "mine at epoch 1.00"
        drawn = page.evaluate("animviz.asking.drawn")
        page.keyboard.press(" ")
        assert page.get_attribute("#play", "aria-label") == "Pause"
        page.wait_for_selector("#play[aria-label=Play]")
        until(page, "animviz.asking.idle")
        assert page.evaluate(PIXELS) == end
        assert page.evaluate("animviz.asking.drawn") - drawn >= 10
        assert after(page, lambda: page.keyboard.press("t")) != end
        between = "const s = document.getElementById('slider'); s.value = 2.5; s.dispatchEvent(new Event('input'))"
        after(page, lambda: page.evaluate(between))
        assert page.get_attribute("#picture", "aria-label") == "mine at epoch 2.50"
        assert page.evaluate("[...document.querySelectorAll('button, input, canvas')].every((node) => node.ariaLabel)")
        assert page.troubles == []


def test_it_follows_the_file_and_says_what_is_wrong(tmp_path: Path, rings_recording: Recording, browser: Any) -> None:
    scene = written(tmp_path)
    with serving(scene, rings_recording) as server, opened(server, browser) as page:
        first = page.evaluate(PIXELS)
        assert after(page, lambda: edit(scene, "40, 60", "41, 90")) != first
        edit(scene, "square.set_text", "square.nosuch")
        page.wait_for_selector("#trouble")
        line = page.inner_text("#trouble")
        assert "has no attribute 'nosuch' (mine.py, line " in line
        assert "<" not in page.inner_html("#trouble")
        edit(scene, "square.nosuch", "square.set_text")
        page.wait_for_selector("#trouble", state="hidden")
        assert after(page, lambda: edit(scene, "41, 90", "40, 60")) == first


def test_it_says_when_the_command_has_ended(rings_recording: Recording, browser: Any) -> None:
    with serving("boundary", rings_recording) as server:
        opening = opened(server, browser)
        page = opening.__enter__()
    page.wait_for_selector("text=The preview has ended")
    opening.__exit__(None, None, None)
