"""The page holds what the recording holds, shows it in a real browser, and lets nothing out or in."""

import json
import re
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zlib import decompress

import numpy as np
import pytest
from PIL import Image

from animviz import Recording
from animviz.analysis.classifier import class_probabilities
from animviz.analysis.labels import SampleLabels
from animviz.embed import embedding_of
from animviz.embed.sets import sets_of
from animviz.pages import Contents, contents_of, page_of, write_page
from animviz.pages.atlas import atlas_of
from animviz.pages.packing import STEPS, packed_positions, quantised_positions
from animviz.parts.tiles import images_of
from helpers.pages import HOSTILE, IN_BROWSER, Elements, Window, copied, diverged

LAYERS = ["input", "hidden_1", "hidden_2"]


@pytest.fixture(scope="module")
def recording(trained: Callable[..., Recording], tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """Digits of 8x8 pixels with a recording folder of its own, since embeddings are written into it."""
    return copied(trained("digits_mlp"), tmp_path_factory.mktemp("page") / "digits.rec")


@pytest.fixture(scope="module")
def contents(recording: Recording) -> Contents:
    return contents_of(recording, method="pca", samples=200)


def test_positions_are_those_of_the_embedding_to_half_a_step() -> None:
    positions = np.random.default_rng(0).normal(size=(4, 30, 2)).astype(np.float32)
    positions[2] = np.nan
    grid = quantised_positions(positions)
    assert grid.finite.tolist() == [True, True, False, True]
    data = np.frombuffer(decompress(b64decode(packed_positions(grid.steps))), np.uint8).reshape(2, 2, 4, 30)
    folded = data[0].astype(int) + 256 * data[1].astype(int)
    steps = np.moveaxis(((folded >> 1) ^ -(folded & 1)).cumsum(axis=1), 0, 2)
    assert np.array_equal(steps, grid.steps)
    assert steps.max() == STEPS
    assert np.nanmax(np.abs(grid.low + grid.step * steps - positions)) <= 0.51 * grid.step


def test_every_image_has_its_place_in_the_atlas(odd_images: Path) -> None:
    images = np.load(odd_images)["x"][:50] / 255
    atlas = atlas_of(images)
    pixels = np.asarray(Image.open(BytesIO(atlas.png)))
    for number, image in enumerate(images):
        top, left = number // atlas.columns * 20, number % atlas.columns * 14
        assert np.array_equal(pixels[top : top + 20, left : left + 14], np.round(255 * image))
    assert atlas_of(np.zeros((3, 200, 100)))[1:] == (64, 32, 2)


def test_contents_are_those_of_the_recording(recording: Recording, contents: Contents) -> None:
    sets = sets_of(recording, SampleLabels.of(recording), 200)
    assert list(contents.layers) == LAYERS
    done = embedding_of(
        recording, "hidden_1", method="pca", fit_inputs=sets.fit, fit_labels=sets.fit_labels, place_inputs=sets.place,
        place_labels=sets.place_labels,
    )  # fmt: skip
    assert np.array_equal(contents.layers["hidden_1"], done.placed)
    probabilities = class_probabilities(recording.at(3.0))[contents.numbers]
    assert np.array_equal(contents.answers[3], probabilities.argmax(axis=1))
    assert np.abs(contents.probabilities[3] / 255 - probabilities).max() <= 0.51 / 255
    assert f"200 of {len(recording.labels)} test samples" in contents.notes[0]
    assert [(curve.name, curve.kind) for curve in contents.curves] == [
        (name, kind) for name in ("loss", "accuracy") for kind in ("training", "validation")
    ]


def test_page_is_locked_and_names_stay_names(contents: Contents) -> None:
    names = (HOSTILE, *contents.class_names[1:])
    page = page_of(replace(contents, class_names=names, title=HOSTILE))
    assert page == page_of(replace(contents, class_names=names, title=HOSTILE))
    found = Elements(page)
    tags = [tag for tag, _ in found.tags]
    assert tags.count("script") == 1 + len(re.findall(rb'id="data-', page))
    assert "img" not in tags
    assert found.texts["title"].strip() == HOSTILE
    assert json.loads(found.texts["data-about"])["classes"][0] == HOSTILE
    (policy,) = [a["content"] for tag, a in found.tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none';")
    program = page[page.index(b'<script type="module">') + 22 :].split(b"</script>")[0]
    style = page.split(b"<style>")[1].split(b"</style>")[0]
    for name, part in (("script-src", program), ("style-src", style)):
        assert f"{name} 'sha256-{b64encode(sha256(part).digest()).decode()}'" in policy
    addresses = set(re.findall(rb"https?://[^\"'\s]+", page))
    assert addresses == {b"http://www.w3.org/2000/svg"}, "the name of a format, never fetched"


def test_diverged_epochs_have_no_answers(recording: Recording, tmp_path: Path) -> None:
    found = contents_of(diverged(recording, tmp_path / "diverged.rec", 2), method="pca", samples=60)
    assert (found.answers[2] == -1).all()
    assert (found.answers[[0, 1, 3, 4]] >= 0).all()
    assert np.isnan(found.layers["hidden_1"][2]).all()


def test_command_says_what_it_wrote_or_why_not(
    cli: Callable[..., Any], rings_recording: Recording, trained: Callable[..., Recording], tmp_path: Path
) -> None:
    rings = copied(rings_recording, tmp_path / "rings.rec").path
    done = cli("page", rings, "-o", "rings.html", "--method", "pca", "--samples", 50, "--layers", "hidden_1")
    assert (done.code, done.err) == (0, "")
    assert f"rings.html: 50 of {len(rings_recording.labels)} samples, 5 of 5 snapshots, layers hidden_1" in done.out
    first = (tmp_path / "rings.html").read_bytes()
    cli("page", rings, "-o", "rings.html", "--method", "pca", "--samples", 50, "--layers", "hidden_1")
    assert (tmp_path / "rings.html").read_bytes() == first
    before = sorted(tmp_path.iterdir())
    curve = trained("polynomial", arch="1-3-1").path
    for arguments, message in (
        ((rings, "-o", "page.pdf"), "ends in .html or .htm"),
        ((rings, "-o", tmp_path), "expected a name"),
        ((rings, "-o", "page.html", "--method", "mds"), "--method is 'mds'"),
        ((rings, "-o", "page.html", "--theme", "pink"), "--theme is 'pink'"),
        ((rings, "-o", "new/page.html", "--layers", "hidden_9"), "no layer 'hidden_9'"),
        ((rings, "-o", "page.html", "--samples", 12), "12 samples are too few for n_neighbors 15"),
        ((curve, "-o", "page.html"), "page draws classifiers"),
    ):
        failed = cli("page", *arguments)
        assert failed.code == 2
        assert message in failed.err
        assert failed.err.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.slow
def test_another_process_writes_the_same_bytes_without_tensorflow_and_scenes(
    rings_recording: Recording, tmp_path: Path
) -> None:
    path, pages = copied(rings_recording, tmp_path / "rings.rec").path, [tmp_path / "a.html", tmp_path / "b.html"]
    code = (
        "import sys; from pathlib import Path; from animviz.pages import write_page;"
        f"write_page(Path({str(path)!r}), Path({str(pages[0])!r}), method='pca', samples=40);"
        "assert not {'tensorflow', 'keras', 'animviz.scenes', 'umap'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=100)
    write_page(path, pages[1], method="pca", samples=40)
    assert pages[0].read_bytes() == pages[1].read_bytes()


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Window]]:
    """Return a function that opens contents as a page from disk; at the end none may have had any trouble."""
    windows = []

    def show(contents: Contents, theme: str = "auto", **options: Any) -> Window:
        path = tmp_path / f"page-{len(windows)}.html"
        path.write_bytes(page_of(contents, theme))
        windows.append(Window(browser, path, **options))
        return windows[-1]

    yield show
    for window in windows:
        window.context.close()
        assert window.troubles == []


def mapped(places: np.ndarray, positions: np.ndarray) -> tuple[np.ndarray, float]:
    """Return (scale, x, y) of the map from positions to places whose second axis points up, and its largest error."""
    ones, zeros = np.ones(len(positions)), np.zeros(len(positions))
    rows = np.concatenate([np.c_[positions[:, 0], ones, zeros], np.c_[-positions[:, 1], zeros, ones]])
    found = np.linalg.lstsq(rows, places.T.ravel(), rcond=None)[0]
    return found, float(np.abs(rows @ found - places.T.ravel()).max())


@pytest.mark.usefixtures("recording")
class TestInTheBrowser:
    pytestmark = IN_BROWSER

    def test_slider_moves_the_points_to_the_recorded_positions(
        self, opened: Callable[..., Window], contents: Contents
    ) -> None:
        window = opened(contents, "dark")
        window.page.keyboard.press("2")
        maps = []
        for index, epoch in enumerate(contents.epochs):
            window.slide(float(epoch) + 0.3)  # snaps to the snapshot
            places = window.places(len(contents.numbers))
            found, error = mapped(places, contents.layers["hidden_1"][index])
            assert error < 0.1
            maps.append(found)
            assert window.text("epoch") == str(index)
            right = (contents.answers[index] == contents.labels).mean()
            assert window.text("accuracy") == f"{100 * right:.1f} %"
        assert np.ptp(maps, axis=0).max() < 0.5, "one map for all epochs"
        alone = max(range(len(places)), key=lambda k: np.sort(np.hypot(*(places - places[k]).T))[1])
        box = window.page.locator("#points").bounding_box()
        shot = np.asarray(Image.open(BytesIO(window.page.screenshot())).convert("RGB"))
        seen = shot[round(box["y"] + places[alone, 1]), round(box["x"] + places[alone, 0])]
        palette = json.loads(Elements(page_of(contents)).texts["data-about"])["palettes"]["dark"]
        color = palette[contents.labels[alone]]
        assert np.abs(seen - [int(color[k : k + 2], 16) for k in (1, 3, 5)]).max() <= 3

    def test_colours_say_the_class_or_the_answer(self, opened: Callable[..., Window], contents: Contents) -> None:
        window = opened(contents, "dark")
        classes = "() => Array.from({ length: animviz.state.data.samples }, (_, i) => animviz.state.classOf(i))"
        for press, shown in (("", contents.labels), ("c", contents.answers[0]), ("c", contents.labels)):
            before = window.page.locator("#points").screenshot()
            if press:
                window.page.keyboard.press(press)
                window.settle()
                assert window.page.locator("#points").screenshot() != before
            assert window.page.evaluate(classes) == shown.tolist()

    def test_hover_shows_the_sample(
        self, opened: Callable[..., Window], recording: Recording, contents: Contents
    ) -> None:
        window = opened(contents, device_scale_factor=2)
        window.page.keyboard.press("End")
        window.settle()
        places = window.places(len(contents.numbers))
        box = window.page.locator("#points").bounding_box()
        images = images_of(recording, "test")
        for sample in (0, 57, 199):
            at = places[sample]
            sample = int(np.hypot(*(places - at).T).argmin())  # where several lie in one place, the first
            window.page.mouse.move(box["x"] + at[0], box["y"] + at[1])
            window.settle()
            number = contents.numbers[sample]
            names, answer = contents.class_names, contents.answers[-1, sample]
            assert window.text("sample") == f"sample {number}"
            assert f"true class {names[contents.labels[sample]]}" in window.text("verdict")
            assert f"answer {names[answer]}" in window.text("verdict")
            assert ("wrong" in window.text("verdict")) == (answer != contents.labels[sample])
            shares = window.page.locator("#probabilities li span:last-child").all_inner_texts()
            assert shares == [f"{np.floor(p / 2.55 + 0.5):.0f} %" for p in contents.probabilities[-1, sample]]
            pixels = window.page.evaluate(
                "() => { const c = document.createElement('canvas'), shown = document.getElementById('image');"
                "[c.width, c.height] = [shown.width, shown.height];"
                "const context = c.getContext('2d'); context.drawImage(shown, 0, 0);"
                "return Array.from(context.getImageData(0, 0, c.width, c.height).data); }"
            )
            assert np.array_equal(np.reshape(pixels, (8, 8, 4))[:, :, 0], np.round(255 * images[number]))

    def test_filters_search_and_keys(self, opened: Callable[..., Window], contents: Contents) -> None:
        window = opened(replace(contents, class_names=(HOSTILE, *contents.class_names[1:]), title=HOSTILE))
        page, wrong = window.page, contents.answers != contents.labels
        assert page.title() == HOSTILE
        assert window.text("classes").startswith(HOSTILE)
        page.locator("#classes button").first.click()
        some = int((contents.labels == 0).sum())
        assert window.text("count").startswith(f"{some} of {len(contents.labels)} samples")
        page.locator("#wrong").click()
        both = int((wrong[0] & (contents.labels == 0)).sum())
        assert window.text("count").startswith(f"{both} of ")
        page.keyboard.press("Escape")
        assert window.text("count") == f"{len(contents.labels)} samples, {wrong[0].sum()} misclassified"
        page.keyboard.press("/")
        page.keyboard.type(str(contents.numbers[33]))
        page.keyboard.press("Enter")
        assert window.text("sample") == f"sample {contents.numbers[33]}"
        page.locator("#number").fill("99999")
        page.keyboard.press("Enter")
        assert window.text("count") == "no sample 99999 on this page"
        page.keyboard.press("Escape")
        for key, epoch in (("End", "4"), ("ArrowLeft", "3"), ("ArrowRight", "4"), ("Home", "0")):
            page.keyboard.press(key)
            assert window.text("epoch") == epoch
        curve = page.locator(".curve").first.bounding_box()
        page.mouse.click(curve["x"] + 0.52 * curve["width"], curve["y"] + 20)
        assert window.text("epoch") == "2"
        window.check_themes()

    def test_it_plays_from_the_first_to_the_last_epoch(self, opened: Callable[..., Window], contents: Contents) -> None:
        window = opened(contents)
        window.page.keyboard.press("3")
        window.settle()
        start = window.places(200)
        window.page.keyboard.press(" ")
        window.page.wait_for_timeout(1500)
        between = window.places(200)
        window.page.wait_for_selector("#play:not(.playing)")
        window.settle()
        end, error = window.places(200), mapped(window.places(200), contents.layers["hidden_2"][-1])[1]
        assert error < 0.1
        assert window.text("epoch") == "4"
        assert min(np.abs(between - start).max(), np.abs(end - between).max()) > 3

    def test_odd_contents_and_old_browsers(self, opened: Callable[..., Window], contents: Contents) -> None:
        answers, layers = contents.answers.copy(), {k: v.copy() for k, v in contents.layers.items()}
        answers[2], layers["hidden_1"][2] = -1, np.nan
        window = opened(replace(contents, answers=answers, layers={"hidden_1": layers["hidden_1"]}))
        window.slide(2)
        assert "diverged" in window.text("missing")
        assert window.text("accuracy") == "–"
        window.page.keyboard.press("n")
        assert "no answer" in window.text("verdict")
        one = replace(
            contents, epochs=contents.epochs[:1], answers=contents.answers[:1], curves=(), images=None,
            probabilities=contents.probabilities[:1], values=np.full((200, 2), 0.25, np.float32),
            layers={name: positions[:1] for name, positions in contents.layers.items()},
        )  # fmt: skip
        window = opened(one, viewport={"width": 390, "height": 844})
        window.page.keyboard.press("n")
        assert window.text("values") == "inputs 0.250, 0.250"
        assert window.page.evaluate("document.documentElement.scrollWidth") == 390
        old = opened(contents, script="delete globalThis.DecompressionStream")
        assert "cannot unpack" in old.text("message")
