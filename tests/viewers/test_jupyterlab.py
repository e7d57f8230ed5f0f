"""The scrubber in a real JupyterLab: it plays, slides, is steered by keys, and a film of it stays in the saved notebook."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from base64 import b64decode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbconvert import HTMLExporter

from animviz import Recording
from helpers.pages import IN_BROWSER
from helpers.videos import decoded

pytestmark = [*IN_BROWSER, pytest.mark.xdist_group("jupyterlab")]
CELLS = (
    "import animviz\nscrubber = animviz.scrubber('rings', 'rings.rec')\nscrubber",
    "animviz.scrubber('rings', 'rings.rec', grid='x')",
)
NAME = "moving.ipynb"
ROOT, SLIDER, OUTPUT = ".animviz-scrubber", ".animviz-scrubber .clock input", ".animviz-scrubber output"
THEMES = "@jupyterlab/apputils-extension:themes"


@dataclass
class Lab:
    """A server of JupyterLab, and the folder that it serves."""

    url: str
    folder: Path

    def ask(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}{path}?token=abc", data, method=method)
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def open(self, browser: Any, *words: str) -> Any:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{self.url}lab/tree/{NAME}?{'&'.join(['reset', *words, 'token=abc'])}")
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        return page


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, rings_recording: Recording) -> Iterator[Lab]:
    home = tmp_path_factory.mktemp("lab")
    served = home / "served"
    served.mkdir()
    (served / "rings.rec").symlink_to(rings_recording.path, target_is_directory=True)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, served / NAME)
    places = {
        name: str(home / name)
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.port=0", "--ServerApp.ip=127.0.0.1",
        "--IdentityProvider.token=abc", f"--ServerApp.root_dir={served}",
    ]  # fmt: skip
    with (home / "log").open("w") as log:
        process = subprocess.Popen(command, env={**os.environ, "HOME": str(home), **places}, stdout=log, stderr=log)
    try:
        begun, found = time.monotonic(), []
        while not found:
            assert process.poll() is None, (home / "log").read_text()
            assert time.monotonic() - begun < 60, (home / "log").read_text()
            time.sleep(0.2)
            found = list((home / "JUPYTER_RUNTIME_DIR").glob("jpserver-*.json"))
        time.sleep(0.2)
        yield Lab(json.loads(found[0].read_text())["url"], served)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def page(lab: Lab, browser: Any) -> Any:
    """The notebook after both cells have run."""
    page = lab.open(browser)
    page.troubles = []
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    page.wait_for_selector("text=Python 3 (ipykernel) | Idle", timeout=60_000)
    page.click(".jp-Notebook .jp-Cell >> nth=0")
    for _ in CELLS:
        page.keyboard.press("Shift+Enter")
    page.wait_for_selector(f"{ROOT}[data-drawn]", timeout=90_000)
    page.wait_for_selector("text=expected int")
    return page


def settled(page: Any) -> int:
    """Wait until nothing is drawn any more; return how many pictures were."""
    return int(
        page.evaluate("""async () => {
            const root = document.querySelector(".animviz-scrubber");
            let before;
            do {
                before = root.dataset.drawn;
                await new Promise((done) => setTimeout(done, 400));
            } while (root.dataset.drawn !== before);
            return before;
        }""")
    )


def pixels(page: Any) -> list[int]:
    """Return the picture, as a few of its pixels."""
    return page.evaluate("""() => {
        const canvas = document.querySelector(".animviz-scrubber canvas");
        return [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data].filter((_, i) => i % 997 === 0);
    }""")


def test_it_slides_and_is_steered_by_keys(page: Any) -> None:
    assert page.evaluate("document.querySelector('.animviz-scrubber canvas').width") == 640
    settled(page)
    seen = [pixels(page)]
    page.focus(SLIDER)
    for key, said in (("ArrowRight", "epoch 1.0"), ("End", "epoch 4.0"), ("ArrowLeft", "epoch 3.0"), ("ArrowUp", "epoch 4.0"),
                      ("Home", "epoch 0.0")):  # fmt: skip
        page.keyboard.press(key)
        assert page.inner_text(OUTPUT) == said
        settled(page)
        seen.append(pixels(page))
    assert seen[0] == seen[-1]
    assert seen[2] == seen[4]
    assert len({tuple(picture) for picture in seen}) == 4
    box = page.locator(SLIDER).bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert page.inner_text(OUTPUT) in ("epoch 2.0", "epoch 1.9", "epoch 2.1")


def test_it_plays_and_stops(page: Any) -> None:
    page.focus(SLIDER)
    page.keyboard.press("Home")
    before = settled(page)
    page.keyboard.press(" ")
    assert page.get_attribute(f"{ROOT} .play", "aria-label") == "Pause"
    page.wait_for_selector(f"{ROOT} .play[aria-label=Play]", timeout=20_000)
    assert page.inner_text(OUTPUT) == "epoch 4.0"
    assert settled(page) - before >= 30  # in 6.5 seconds, on a machine that is shared


def test_a_picture_comes_at_once(page: Any) -> None:
    """From the key to the picture, through the server and back; the median, as machines are shared."""
    settled(page)
    took = page.evaluate("""async () => {
        const root = document.querySelector(".animviz-scrubber"), slider = root.querySelector(".clock input"), took = [];
        for (let turn = 0; turn < 15; turn++) {
            const before = root.dataset.drawn, begun = performance.now();
            slider.value = (turn * 1.7) % 4;
            slider.dispatchEvent(new Event("input"));
            while (root.dataset.drawn === before) await new Promise((done) => setTimeout(done));
            took.push(performance.now() - begun);
        }
        return took.sort((a, b) => a - b);
    }""")
    assert took[len(took) // 2] < 120


def test_scene_and_options_are_chosen_and_bad_values_are_one_line(page: Any) -> None:
    settled(page)
    before = pixels(page)
    page.click(f"{ROOT} summary")
    field = page.get_by_label("grid", exact=True)
    field.fill("100000")
    field.press("Enter")
    page.wait_for_selector(f"{ROOT} [role=alert]:visible")
    assert re.fullmatch(r"--grid is 100000; expected .*", page.inner_text(f"{ROOT} [role=alert]"))
    assert field.input_value() == "21"
    field.fill("5")
    field.press("Enter")
    page.wait_for_selector(f"{ROOT} [role=alert]", state="hidden")
    settled(page)
    grid = pixels(page)
    assert grid != before
    page.get_by_label("Scene", exact=True).select_option("history")
    page.wait_for_selector(f"{ROOT} canvas[aria-label^='history at']")
    settled(page)
    assert pixels(page) != grid
    assert page.locator(f"{ROOT} [role=alert]").is_hidden()
    page.get_by_label("Scene", exact=True).select_option("rings")


def test_every_control_has_a_name(page: Any) -> None:
    names = page.evaluate("""() => {
        const controls = document.querySelectorAll(".animviz-scrubber :is(button, input, select, canvas), .animviz-scrubber");
        return [...controls].map((node) => node.getAttribute("aria-label"));
    }""")
    assert len(names) >= 5
    assert all(names)


def test_a_bad_value_in_the_cell_is_one_line(page: Any) -> None:
    (said,) = page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']").all_inner_texts()
    assert said.strip() == "InputError: --grid is 'x'; expected int"


def test_the_film_stays_in_the_saved_notebook(page: Any, lab: Lab, browser: Any, tmp_path: Path) -> None:
    assert page.locator(".animviz-film").is_hidden()  # while the scrubber lives
    page.focus(SLIDER)
    page.keyboard.press("Control+s")
    page.wait_for_selector("text=Saving completed")
    saved = nbformat.read(lab.folder / NAME, 4)
    film = saved.cells[0].outputs[0].data["text/html"]
    found = re.search(r'src="data:video/mp4;base64,([^"]+)"', film)
    assert found is not None
    (tmp_path / "film.mp4").write_bytes(b64decode(found[1]))
    assert decoded(tmp_path / "film.mp4").shape[1:] == (360, 640, 3)
    assert (lab.folder / NAME).stat().st_size < 1_500_000
    assert page.troubles == []
    html, _ = HTMLExporter().from_filename(str(lab.folder / NAME))
    assert found[0] in html

    lab.ask("PUT", f"lab/api/settings/{THEMES}", {"raw": '{"theme": "JupyterLab Dark"}'})
    living = lab.open(browser)  # the page is opened anew, and Python still runs
    living.wait_for_selector(f"{ROOT}[data-drawn]", timeout=60_000)
    settled(living)
    assert living.evaluate("document.querySelector('.animviz-scrubber').style.colorScheme") == "dark"
    assert pixels(living)[0] < 40
    living.close()
    for session in lab.ask("GET", "api/sessions"):
        lab.ask("DELETE", f"api/sessions/{session['id']}")
    ended = lab.open(browser, "kernel=no")
    video = ended.locator(".animviz-film video")
    video.wait_for(timeout=20_000)
    ended.wait_for_selector("text=Error displaying widget", state="hidden", timeout=20_000)
    assert ended.evaluate("document.querySelector('.animviz-film video').play().then(() => true)")
    ended.wait_for_function("document.querySelector('.animviz-film video').currentTime > 0")
    ended.close()
