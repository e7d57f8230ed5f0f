"""Golden images: every scene as it was last looked at, and a proof that the comparison can fail.

`pytest tests/scenes/test_golden.py --store-golden` draws them anew.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest

import animviz
from animviz import Recording
from animviz.experiments.catalogue import experiment_named
from animviz.experiments.ideas import least_squares
from animviz.experiments.keras.descent import record as race
from animviz.experiments.telling import UNSAID
from animviz.pictures.discovery import find_scene, scene_names
from helpers.recordings import attending, made

pytestmark = pytest.mark.contract

GOLDEN = Path(__file__).parent / "golden"
SIZE = (320, 180)
TOLERANCE = 2.0  # mean difference of 255: other versions draw letters and curves a little differently
DIGITS = {"data": "digits-8x8"}
FIXED: dict[str, dict[str, object]] = {
    "two_rings": {"arch": "2-3-2-1", "samples": 400},
    "polynomial": {"arch": "1-3-1", "samples": 400},
    "digits_mlp": {"arch": "64-12-8-10", **DIGITS},
    "digits_plane": {"arch": "64-12-2-10", **DIGITS},
    "lenet": {"arch": "4-6-12-8-10", **DIGITS},
    "autoencoder": {"data": "digits-8x8", "arch": "64-12-2-12-64"},
    "collapse": {"samples": 30, "arch": "2-12-2-3"},
    "flow": {"arch": "3-16-2", "ways": 512},
    "addition": {"modulus": 11, "arch": "22-16-11"},
    "paint": {"side": 24, "arch": "2-12-12-3"},
}
RACE = {"epochs": 20, "resolution": 61}
LIGHT = ("rings", "boundary", "polyfit", "history", "digits", "confusion", "unit")
# Coordinates of these differ between machines, so that no picture of them is right everywhere.
STOCHASTIC = ("umap", "tsne", "layers")


def difference(frame: np.ndarray, golden: np.ndarray) -> float:
    return float(np.abs(frame.astype(float) - golden.astype(float)).mean())


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory, trained: Callable[..., Recording]) -> Callable[[str], Recording]:
    """Return a function that gives what a scene is drawn from: its golden image must not depend on training."""
    folder = tmp_path_factory.mktemp("golden")

    @cache
    def of(experiment: str) -> Recording:
        if experiment == "overfit":  # it has no weights that could be drawn at random, and nothing is trained
            return least_squares.record(experiment_named(experiment).run({}), folder / "overfit.rec", UNSAID, ())
        if experiment == "descent":  # a race is short, and has no chance in it
            return race(experiment_named("descent").run(RACE), folder / "descent.rec", UNSAID, ())
        if experiment == "models":  # which have no weights either
            return trained("models")
        if experiment == "induction":
            return attending(folder / "induction.rec")
        return made(experiment, folder / f"{experiment}.rec", **FIXED[experiment])

    return lambda scene: of(find_scene(scene).experiment or "two_rings")


@pytest.mark.parametrize(
    ("name", "theme"),
    [*((name, "dark") for name in scene_names() if name not in STOCHASTIC), *((name, "light") for name in LIGHT)],
)
def test_scene_looks_as_it_did(
    name: str, theme: str, recorded: Callable[[str], Recording], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    frame = animviz.frame_at(name, recorded(name), 2.5, size=SIZE, theme=theme)
    path = GOLDEN / f"{name}-{theme}.png"
    if request.config.getoption("--store-golden"):
        iio.imwrite(path, frame)
    golden = iio.imread(path)
    if difference(frame, golden) > TOLERANCE:
        iio.imwrite(tmp_path / path.name, np.concatenate([frame, golden], axis=1))
        pytest.fail(f"{path.name} differs by {difference(frame, golden):.1f}; new and old: {tmp_path / path.name}")


@pytest.mark.parametrize("name", ["rings", "boundary", "polyfit", "network", "confusion", "unit"])
def test_comparison_sees_another_epoch(name: str, recorded: Callable[[str], Recording]) -> None:
    other = animviz.frame_at(name, recorded(name), 0.0, size=SIZE)
    assert difference(other, iio.imread(GOLDEN / f"{name}-dark.png")) > TOLERANCE


def pixel(stage: animviz.Stage, frame: np.ndarray, axes: object, x: float, y: float) -> np.ndarray:
    column, up = axes.transData.transform((x, y))
    return frame[round(stage.size[1] - up), round(column)].astype(int)


def test_the_outer_ring_is_orange_and_the_inner_one_blue(rings_recording: Recording) -> None:
    stage = animviz.Stage((1280, 720))
    draw = find_scene("boundary").set_up(stage, rings_recording)
    draw(animviz.Moment(seconds=0.0, epoch=4.0))
    frame = stage.frame()
    inputs, labels = rings_recording.inputs, rings_recording.labels
    for label, name in ((1, "orange"), (0, "blue")):
        point = inputs[labels == label][0]
        red, _, blue = pixel(stage, frame, stage.figure.axes[0], *point)
        assert (red > blue) == (name == "orange")


def test_the_boundary_lies_where_the_output_is_one_half(trained: Callable[..., Recording]) -> None:
    recording = trained("two_rings", arch="2-1")
    stage = animviz.Stage((1280, 720))
    draw = find_scene("boundary").set_up(stage, recording)
    draw(animviz.Moment(seconds=0.0, epoch=4.0))
    axes = stage.figure.axes[0]
    (line,) = [line for line in axes.lines if len(line.get_xdata()) > 1]
    places = np.column_stack(line.get_data()).astype(np.float32)
    assert recording.at(4.0).outputs(places)[:, 0] == pytest.approx(0.5, abs=1e-3)
