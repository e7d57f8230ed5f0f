"""The page of a network runs it as the recording does: in a real browser, at every epoch, with units off, point by point."""

import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from zlib import decompress

import numpy as np
import pytest

import animviz
from animviz import Recording
from animviz.pages.plane.contents import Contents, contents_of
from animviz.pages.plane.page import page_of
from animviz.pages.plane.rounding import EXACT, bits_for, packed_rows, rounded
from animviz.recorders.layers import dense
from animviz.recording.replay.activations import ACTIVATIONS
from animviz.recording.replay.forward import forward
from helpers.pages import HOSTILE, IN_BROWSER, Elements, Window, diverged

PROMISED = 1e-3


@pytest.fixture(scope="module")
def rings(rings_recording: Recording) -> Contents:
    return contents_of(rings_recording)


def made(
    path: Path, widths: tuple[int, ...], activations: tuple[str, ...], inputs: Any, epochs: int = 3, **options: Any
):
    """Return a recording of random weights: enough to be shown."""
    random = np.random.default_rng(0)
    names = [f"layer_{n}" for n in range(1, len(widths))]
    layers = [dense(name, activation) for name, activation in zip(names, activations, strict=True)]
    with animviz.ArrayRecorder(path, inputs=inputs, layers=layers, **options) as session:
        for _ in range(epochs):
            weights = {}
            for name, (before, after) in zip(names, pairwise(widths), strict=True):
                weights[f"{name}/kernel"] = random.normal(size=(before, after)).astype(np.float32)
                weights[f"{name}/bias"] = random.normal(size=after).astype(np.float32)
            session.capture(weights=weights)
    return Recording(path)


def plane_points(count: int = 200) -> np.ndarray:
    return np.random.default_rng(1).uniform(-1, 1, (count, 2)).astype(np.float32)


def error_of(recording: Recording, weights: dict[str, np.ndarray], other: dict[str, np.ndarray], inputs: Any) -> float:
    """Return by how much any layer differs, as a share of its range."""
    worst = 0.0
    for place in range(len(recording.layers)):
        one, two = (forward(recording.layers, w, inputs, until=place) for w in (weights, other))
        worst = max(worst, float(np.abs(one - two).max() / np.ptp(one)))
    return worst


@pytest.mark.parametrize("bits", [10, 16, EXACT])
def test_rounded_weights_come_back_as_packed(bits: int) -> None:
    random = np.random.default_rng(0)
    rows = (random.normal(size=(7, 50)) * 10.0 ** random.integers(-8, 8, (7, 50))).astype(np.float32)
    rows[3] = -rows[2]
    planes = np.frombuffer(decompress(b64decode(packed_rows(rows, bits))), np.uint8).reshape(4, 50, 7).astype(np.uint32)
    folded = sum(plane << np.uint32(8 * byte) for byte, plane in enumerate(planes))
    moves = (folded >> np.uint32(1)) ^ (np.uint32(0) - (folded & np.uint32(1)))
    found = (np.cumsum(moves, axis=1, dtype=np.uint32) << np.uint32(EXACT - bits)).view(np.float32).T
    assert np.array_equal(found, rounded(rows, bits))
    assert np.abs(found / rows - 1).max() <= 2.0 ** -(bits + 1)
    assert np.array_equal(rounded(rows, EXACT), rows)


def test_as_many_digits_as_the_promise_needs(rings_recording: Recording, tmp_path: Path) -> None:
    steep = made(tmp_path / "steep.rec", (2, 8, 8, 1), ("tanh", "square", "linear"), 300 * plane_points())
    for recording in (rings_recording, steep):
        inputs = recording.single_input(recording.inputs)
        bits = bits_for(recording, inputs[::2])
        for snapshot in recording:
            less = {name: rounded(array, bits) for name, array in snapshot.weights.items()}
            assert error_of(recording, snapshot.weights, less, inputs) <= PROMISED
    weights = recording[0].weights
    few = {name: rounded(array, 4) for name, array in weights.items()}
    assert error_of(recording, weights, few, inputs) > PROMISED, "the promise is not empty"


def test_default_rings_fit_into_a_megabyte_and_a_half(trained: Callable[..., Recording]) -> None:
    recording = trained("two_rings", arch="2-3-2-1", samples=2000, epochs=100)
    contents = contents_of(recording)
    assert contents.weights.rows.shape == (101, 20)
    assert len(contents.points) == 4000
    assert len(page_of(contents, "auto")) < 1.5e6


def test_page_is_locked_and_names_stay_names(rings: Contents) -> None:
    steps = tuple(replace(step, name=f"{step.name}{HOSTILE}") for step in rings.steps)
    hostile = replace(rings, class_names=(HOSTILE, "b"), title=HOSTILE, steps=steps, notes=(HOSTILE,))
    page = page_of(hostile, "auto")
    assert page == page_of(hostile, "auto")
    found = Elements(page)
    assert [tag for tag, _ in found.tags].count("script") == 1 + len(re.findall(rb'id="data-', page))
    assert "img" not in [tag for tag, _ in found.tags]
    (policy,) = [a["content"] for tag, a in found.tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert set(re.findall(rb"https?://[^\"'\s]+", page)) == {b"http://www.w3.org/2000/svg"}


def test_every_activation_of_the_recordings_is_known_to_the_page(rings: Contents) -> None:
    program = Elements(page_of(rings, "auto")).texts["script"]
    table = program.split("const ACTIVATIONS = {")[1].split("\n};")[0]
    known = set(re.findall(r"(\w+)[:,]", table)) | {"", "linear", "softmax", "log_softmax"}
    assert set(ACTIVATIONS) - known == set()


def test_networks_that_cannot_run_are_refused(
    cli: Callable[..., Any], trained: Callable[..., Recording], tmp_path: Path
) -> None:
    small = made(tmp_path / "small.rec", (2, 3, 1), ("tanh", "sigmoid"), plane_points())
    large = made(tmp_path / "large.rec", (2, 5100, 1), ("tanh", "sigmoid"), plane_points(20))
    before = sorted(tmp_path.iterdir())
    for arguments, message in (
        ((small.path, "--kind", "cube"), "--kind is 'cube'; expected one of embedding, plane"),
        ((small.path, "--kind", "plane", "--method", "pca"), "--method is no option of --kind plane"),
        ((small.path, "--grid", 5), "--grid is no option of --kind embedding; leave it out, or take --kind plane"),
        ((large.path, "--kind", "plane"), "up to 20,000 weights; "),
        ((trained("digits_mlp").path, "--kind", "plane"), "over one or two inputs"),
        ((trained("lenet").path, "--kind", "plane"), "runs chains of dense layers"),
    ):
        failed = cli("page", *arguments, "-o", "new/page.html")
        assert failed.code == 2
        assert message in failed.err
        assert failed.err.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before
    done = cli("page", small.path, "--kind", "plane", "--samples", 50, "-o", "small.html")
    assert (done.code, done.err) == (0, "")
    assert "small.html: 50 of 200 samples, 3 of 3 snapshots of 13 weights" in done.out


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Window]]:
    """Return a function that opens contents as a page from disk; at the end none may have had any trouble."""
    windows: list[Window] = []

    def show(contents: Contents, theme: str = "auto", **options: Any) -> Window:
        path = tmp_path / f"page-{len(windows)}.html"
        path.write_bytes(page_of(contents, theme))
        windows.append(Window(browser, path, **options))
        windows[-1].settle()
        return windows[-1]

    yield show
    for window in windows:
        window.context.close()
        assert window.troubles == []


def outputs(window: Window, inputs: np.ndarray, step: int) -> np.ndarray:
    """Return what the network in the page puts out."""
    code = "([v, n, to]) => Array.from(animviz.state.net.run(Float32Array.from(v), n, -1, to))"
    found = window.page.evaluate(code, [inputs.ravel().tolist(), len(inputs), step])
    return np.array([np.nan if v is None else v for v in found]).reshape(len(inputs), -1)


def probe(window: Window) -> np.ndarray:
    return np.array(window.page.evaluate("Array.from(animviz.state.probe)"))


def middle_of(window: Window, pane: str) -> tuple[float, float, dict[str, float]]:
    box = window.page.locator(f"#{pane}-pane").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, box


class TestInTheBrowser:
    pytestmark = IN_BROWSER

    def test_every_layer_answers_as_the_recording_at_every_epoch(
        self, opened: Callable[..., Window], rings_recording: Recording, rings: Contents
    ) -> None:
        window = opened(rings)
        inputs = rings.points[:50]
        for epoch in rings_recording.epochs:
            window.slide(float(epoch) + 0.2)  # snaps to the snapshot
            assert window.text("epoch") == f"{epoch:g}"
            for place, step in enumerate(rings.steps):
                expected = rings_recording.at(float(epoch)).activations(step.name, inputs)
                assert np.abs(outputs(window, inputs, place) - expected).max() <= PROMISED
            right = (rings_recording.at(float(epoch)).outputs(rings.points)[:, 0] > 0.5) == rings.labels
            assert abs(float(window.text("quality").rstrip(" %")) - 100 * right.mean()) < 0.51

    def test_every_activation_is_that_of_the_recordings(self, opened: Callable[..., Window], rings: Contents) -> None:
        window = opened(rings)
        values = np.linspace(-6, 6, 60).reshape(20, 3)
        code = """([v, name]) => { const a = Float32Array.from(v);
            animviz.state.net.activate({ activation: name, slope: 0.2, units: 3 }, a); return Array.from(a); }"""
        for name, act in {**ACTIVATIONS, "leaky_relu": lambda z: np.where(z > 0, z, 0.2 * z)}.items():
            found = window.page.evaluate(code, [values.ravel().tolist(), name])
            assert np.allclose(np.reshape(found, (20, 3)), act(values), rtol=1e-5, atol=1e-5), name

    def test_the_point_is_dragged_through_both_spaces(
        self, opened: Callable[..., Window], rings_recording: Recording, rings: Contents
    ) -> None:
        window = opened(rings)
        window.page.keyboard.press("End")
        window.settle()
        x, y, box = middle_of(window, "input")
        window.page.mouse.move(x, y)
        window.page.mouse.down()
        window.page.mouse.move(x + 60, y - 40, steps=4)
        window.page.mouse.up()
        window.settle()
        (left, right), (low, high) = rings.limits
        unit = max((right - left) / box["width"], (high - low) / box["height"])
        expected = np.array([(left + right) / 2 + 60 * unit, (low + high) / 2 + 40 * unit])
        assert np.abs(probe(window) - expected).max() < 2 * unit
        assert window.text("place") == "point at " + ", ".join(f"{v:.2f}".replace("-", "−") for v in probe(window))
        answer = rings_recording.at(4.0).outputs(probe(window)[None].astype(np.float32))[0, 0]
        shares = window.page.locator("#verdict em").all_inner_texts()
        assert shares == [f"{np.floor(100 * p + 0.5):.0f} %" for p in (1 - answer, answer)]
        # In the hidden space the point goes where an input comes nearest to the pointer.
        goal = rings_recording.at(4.0).activations("hidden_2", np.array([[0.2, -0.3]], np.float32))[0]
        place = window.page.evaluate("([u, v]) => [animviz.hidden.toX(u), animviz.hidden.toY(v)]", goal.tolist())
        box = window.page.locator("#hidden-pane").bounding_box()
        window.page.mouse.move(box["x"] + place[0] + 30, box["y"] + place[1])
        window.page.mouse.down()
        window.page.mouse.move(box["x"] + place[0], box["y"] + place[1])
        window.page.mouse.up()
        window.settle()
        reached = rings_recording.at(4.0).activations("hidden_2", probe(window)[None].astype(np.float32))[0]
        assert np.abs(reached - goal).max() < 0.01

    def test_hover_shows_the_line_of_a_unit(
        self, opened: Callable[..., Window], rings_recording: Recording, rings: Contents
    ) -> None:
        window = opened(rings)
        window.page.keyboard.press("End")
        window.settle()
        before = window.page.locator("#input-pane").screenshot()
        window.page.evaluate("() => { animviz.input.chains = new Proxy(animviz.input.chains, { apply: (f, self, all) => "
                             "(globalThis.drawn = all.slice(0, 3), f.apply(self, all)) }) }")  # fmt: skip
        window.page.locator(".step").nth(1).locator(".unit").first.hover()
        window.settle()
        assert window.text("unit").startswith("unit 1 of hidden_2; dashed: where it is 0")
        assert window.page.locator("#input-pane").screenshot() != before
        chains, columns, rows = window.page.evaluate("drawn")
        lattice = window.page.evaluate("([c, r]) => Array.from(animviz.input.lattice(c, r))", [columns, rows])
        corners = np.reshape(lattice, (rows, columns, 2))
        places = np.concatenate([np.reshape(chain, (-1, 2)) for chain in chains])
        low, high = corners[0, 0], corners[-1, -1]
        line = low + places / (columns - 1, rows - 1) * (high - low)
        bare = [*rings_recording.layers[:1], rings_recording.layers[1].model_copy(update={"activation": ""})]
        values = forward(bare, rings_recording[-1].weights, line.astype(np.float32))[:, 0]
        every = forward(bare, rings_recording[-1].weights, corners.reshape(-1, 2).astype(np.float32))[:, 0]
        assert len(line) > 10
        assert np.abs(values).max() < 0.02 * np.ptp(every)
        window.page.mouse.move(2, 2)
        window.settle()
        assert window.text("unit") == ""

    def test_a_click_switches_a_unit_off_and_the_answer_changes(
        self, opened: Callable[..., Window], rings_recording: Recording, rings: Contents
    ) -> None:
        window = opened(rings)
        window.page.keyboard.press("End")
        window.settle()
        quality = window.text("quality")
        unit = window.page.locator(".step").nth(1).locator(".unit").nth(1)
        unit.click()
        window.settle()
        hidden = forward(rings_recording.layers, rings_recording[-1].weights, rings.points, until=1)
        hidden[:, 1] = 0
        expected = forward(rings_recording.layers, rings_recording[-1].weights, hidden, after=1)
        assert np.abs(outputs(window, rings.points, 2) - expected).max() <= PROMISED
        right = 100 * ((expected[:, 0] > 0.5) == rings.labels).mean()
        assert abs(float(window.text("quality").rstrip(" %")) - right) < 0.51
        assert unit.get_attribute("aria-pressed") == "true"
        assert window.text("count") == "1 unit off (Esc: all on)"
        unit.click()
        window.settle()
        assert (window.text("quality"), window.text("count")) == (quality, "")
        unit.focus()
        window.page.keyboard.press("Enter")
        assert window.text("count").startswith("1 unit off")
        window.page.keyboard.press("Escape")
        window.settle()
        assert (window.text("quality"), window.text("count")) == (quality, "")

    def test_keys_curve_and_themes(self, opened: Callable[..., Window], rings: Contents) -> None:
        window = opened(replace(rings, class_names=(HOSTILE, "b"), title=HOSTILE))
        page = window.page
        assert page.title() == HOSTILE
        assert page.locator("#verdict b").first.inner_text() == HOSTILE
        for key, epoch in (("End", "4"), ("ArrowLeft", "3"), ("ArrowRight", "4"), ("Home", "0")):
            page.keyboard.press(key)
            assert window.text("epoch") == epoch
        curve = page.locator(".curve").first.bounding_box()
        page.mouse.click(curve["x"] + 0.52 * curve["width"], curve["y"] + 20)
        assert window.text("epoch") == "2"
        page.keyboard.press("1")
        assert window.text("hidden-name") == "hidden_1: its two main axes"
        for key in "gp":
            before = page.locator("#hidden-pane").screenshot()
            page.keyboard.press(key)
            window.settle()
            assert page.locator("#hidden-pane").screenshot() != before
        page.locator("#input-pane").focus()
        before = probe(window)
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Shift+ArrowDown")
        (left, right), (low, high) = rings.limits
        assert np.allclose(probe(window) - before, [(right - left) / 40, (low - high) / 400], atol=1e-6)
        assert window.text("epoch") == "2"
        window.check_themes()

    def test_it_plays_smoothly_and_stands_still_for_those_who_ask(
        self, opened: Callable[..., Window], rings: Contents
    ) -> None:
        weights = "Array.from(animviz.state.net.weights)"
        for motion in ("no-preference", "reduce"):
            window = opened(rings, reduced_motion=motion)
            window.page.keyboard.press(" ")
            window.page.wait_for_timeout(700)
            seen = np.array([window.page.evaluate(weights) for _ in range(4)], np.float32)
            known = rounded(rings.weights.rows, rings.bits)
            at_snapshots = all(any(np.array_equal(row, one) for one in known) for row in seen)
            assert at_snapshots == (motion == "reduce")
            window.page.wait_for_selector("#play:not(.playing)")
            assert window.text("epoch") == "4"

    def test_a_picture_of_40_lines_and_4000_points_takes_less_than_a_sixtieth(
        self, opened: Callable[..., Window], trained: Callable[..., Recording]
    ) -> None:
        recording = trained("two_rings", arch="2-3-2-1", samples=2000, epochs=100)
        window = opened(contents_of(recording, grid=40))
        times = window.page.evaluate("""() => { animviz.state.playing = true;
            return Array.from({ length: 60 }, (_, k) => { animviz.state.epoch = k + 0.5;
                const began = performance.now(); animviz.draw(began); return performance.now() - began; }); }""")
        assert window.page.evaluate("animviz.stride") == 1, "all points"
        assert np.quantile(times, 0.2) < 1000 / 60, "the machine may be busy with something else"

    def test_large_networks_stay_at_hand(self, opened: Callable[..., Window], tmp_path: Path) -> None:
        points = plane_points(1000)
        recording = made(
            tmp_path / "deep.rec", (2, 96, 96, 96, 3), ("relu",) * 3 + ("softmax",), points,
            labels=(points[:, 0] > 0) + (points[:, 1] > 0), loss="sparse_categorical_crossentropy",
        )  # fmt: skip
        window = opened(contents_of(recording))
        times = window.page.evaluate("""() => Array.from({ length: 20 }, () => { animviz.ask();
            const began = performance.now(); animviz.draw(began); return performance.now() - began; })""")
        assert np.quantile(times, 0.2) < 50
        assert window.page.locator(".unit").count() == 3 * 96 + 3
        for _ in range(40):  # in full where nothing moves
            window.page.wait_for_timeout(100)
            if window.page.evaluate("animviz.stride === 1"):
                break
        assert window.page.evaluate("animviz.stride === 1")

    def test_a_curve_over_one_input(
        self, opened: Callable[..., Window], trained: Callable[..., Recording], tmp_path: Path
    ) -> None:
        recording = trained("polynomial", arch="1-3-1")
        contents = contents_of(recording)
        window = opened(contents)
        window.page.keyboard.press("End")
        window.settle()
        answers = recording[-1].scores["loss"]
        assert float(window.text("quality")) == pytest.approx(answers, rel=0.02)
        x, y, _ = middle_of(window, "input")
        window.page.mouse.click(x + 50, y)
        window.settle()
        expected = recording.at(float(recording.epochs[-1])).outputs(probe(window)[None].astype(np.float32))[0, 0]
        assert window.page.locator("#verdict em").inner_text().replace("−", "-") == f"{expected:.2f}"
        window.page.locator(".unit").first.hover()
        window.settle()
        assert "on a scale of its own" in window.text("unit")
        line = np.linspace(-2, 2, 60, dtype=np.float32)[:, None]
        labels = (np.abs(line[:, 0]) > 1).astype(int)
        two = made(tmp_path / "c.rec", (1, 3, 1), ("tanh", "sigmoid"), line, labels=labels, loss="binary_crossentropy")
        assert opened(contents_of(two)).text("input-name").startswith("probability over the input")

    def test_several_outputs_and_nothing_to_compare_with(self, opened: Callable[..., Window], tmp_path: Path) -> None:
        window = opened(contents_of(made(tmp_path / "n.rec", (2, 4, 3), ("relu", "linear"), plane_points())))
        assert window.page.locator("#score").is_hidden()
        before = window.page.locator("#input-pane").screenshot()
        window.page.locator(".step").nth(1).locator(".unit").nth(2).click()
        window.page.mouse.move(2, 2)
        window.settle()
        assert window.text("input-name").endswith("in colour answer 3")
        assert window.page.locator("#input-pane").screenshot() != before

    def test_diverged_epochs_say_so(
        self, opened: Callable[..., Window], rings_recording: Recording, tmp_path: Path
    ) -> None:
        contents = contents_of(diverged(rings_recording, tmp_path / "diverged.rec", 2))
        assert contents.weights.finite.tolist() == [True, True, False, True, True]
        window = opened(contents)
        window.slide(2)
        assert "diverged" in window.text("missing")
        assert window.text("quality") == "–"
        window.slide(3)
        assert window.page.locator("#missing").is_hidden()

    def test_phones_drag_tap_and_hold(self, opened: Callable[..., Window], rings: Contents) -> None:
        window = opened(rings, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
        page = window.page
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        x, y, box = middle_of(window, "input")
        page.touchscreen.tap(x + 40, y)
        window.settle()
        (left, right), _ = rings.limits
        assert abs(probe(window)[0] - ((left + right) / 2 + 40 * (right - left) / box["width"])) < 0.02
        unit = page.locator(".unit").first
        unit.tap()
        assert window.text("count").startswith("1 unit off")
        unit.tap()
        assert window.text("count") == ""
        unit.scroll_into_view_if_needed()
        spot = unit.bounding_box()
        client = window.context.new_cdp_session(page)
        touch = [{"x": spot["x"] + 20, "y": spot["y"] + 20}]
        client.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": touch})
        page.wait_for_timeout(500)
        assert window.text("unit").startswith("unit 1 of hidden_1")
        client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        window.settle()
        assert window.text("count") == "", "held, not tapped"


def test_too_many_snapshots_for_a_browser_are_thinned(
    monkeypatch: pytest.MonkeyPatch, rings_recording: Recording
) -> None:
    monkeypatch.setattr("animviz.pages.plane.chain.MOST_NUMBERS", 60)
    found = contents_of(rings_recording)
    assert found.weights.epochs.tolist() == [0, 2, 4]
    assert "3 of 5 snapshots" in found.notes
