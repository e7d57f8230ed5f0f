"""The page on own scenes builds a scene in steps: each step draws, and the last one says what it shows."""

import re
from pathlib import Path

import numpy as np
import pytest

import animviz
from animviz import Moment, Recording, Stage
from animviz.pictures.discovery import GROUP, find_scene
from helpers.recordings import made

PAGE = Path(__file__).parents[2] / "docs" / "own-scene.md"
STEPS = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
SIZES = [(640, 360), (360, 360), (360, 640)]


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return made("two_rings", tmp_path_factory.mktemp("own") / "rings.rec", arch="2-3-2-1", samples=200)


@pytest.fixture(params=range(len(STEPS)), ids=lambda step: f"step {step + 1}")
def norms(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "norms.py"
    path.write_text(STEPS[request.param], encoding="utf-8")
    return path


def test_the_page_has_its_steps() -> None:
    lengths = [len(step.strip().splitlines()) for step in STEPS]
    assert len(STEPS) == 3
    assert lengths == sorted(lengths)
    assert lengths[0] <= 25
    assert 35 <= lengths[-1] <= 45


def test_steps_need_animviz_and_its_parts_only() -> None:
    imported = {name for step in STEPS for name in re.findall(r"^(?:import|from) ([\w.]+)", step, re.MULTILINE)}
    assert imported == {"numpy", "animviz", "animviz.parts"}


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_step_draws_and_moves(norms: Path, size: tuple[int, int], recording: Recording) -> None:
    first, last = recording.epochs[[0, -1]]
    frames = [animviz.frame_at(norms, recording, epoch, size=size) for epoch in (first, (first + last) / 2, last)]
    assert all(frame.shape == (*size[::-1], 3) for frame in frames)
    assert (frames[0] != frames[1]).any()
    assert (frames[1] != frames[2]).any()


def test_no_bar_is_cut_and_each_is_as_high_as_its_weights(norms: Path, recording: Recording) -> None:
    stage = Stage()
    draw = find_scene(str(norms)).set_up(stage, recording)
    (axes,) = [axes for axes in stage.figure.axes if axes.patches]
    kernels = [layer.kernel for layer in recording.layers if layer.kernel]
    for snapshot in recording:
        draw(Moment(0.0, snapshot.epoch))
        heights = [bar.get_height() for bar in axes.patches]
        np.testing.assert_allclose(heights, [np.linalg.norm(snapshot.weights[kernel]) for kernel in kernels])
        assert max(heights) < axes.get_ylim()[1]


def test_the_last_step_has_title_epoch_names_and_foot(recording: Recording, tmp_path: Path) -> None:
    path = tmp_path / "norms.py"
    path.write_text(STEPS[-1], encoding="utf-8")
    stage = Stage()
    find_scene(str(path)).set_up(stage, recording)(Moment(0.0, recording.epochs[-1]))
    texts = [text.get_text() for text in stage.figure.texts]
    names = [layer.name for layer in recording.layers if layer.kernel]
    assert [texts.count(name) for name in names] == [1] * len(names)
    assert {"epoch", f"{recording.epochs[-1]:.0f}", "size of the weights"} <= set(texts)
    assert any(text.startswith("size:") for text in texts)


def test_options_are_those_of_the_commands(tmp_path: Path) -> None:
    path = tmp_path / "norms.py"
    path.write_text(STEPS[1], encoding="utf-8")
    option = find_scene(str(path)).options[0]
    assert f"--{option.name} " in PAGE.read_text(encoding="utf-8")


def test_the_entry_point_group_is_the_one_that_is_read() -> None:
    assert f'[project.entry-points."{GROUP}"]' in PAGE.read_text(encoding="utf-8")
