"""Flow matching: noise becomes data on real trainings, and what streams is what the recorded weights say."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import animviz
from animviz import Moment, Recording, Stage
from animviz.analysis.flow import nearest, streamed, velocities, way_ends
from animviz.errors import SceneError
from animviz.experiments.catalogue import experiment_named
from animviz.experiments.keras.flow import record
from animviz.experiments.telling import UNSAID
from animviz.pictures.discovery import find_scene
from animviz.recorders.layers import dense
from animviz.recording.replay.forward import forward
from animviz.scenes.flow import flow_time
from helpers.layout import texts

SMALL: dict[str, object] = {"arch": "3-16-2"}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_noise_streams_into_two_moons(seed: int, tmp_path: Path) -> None:
    recording = record(experiment_named("flow").run({"seed": seed}), tmp_path / "f.rec", UNSAID, ())
    begins, ends = way_ends(recording)
    goal, true, noise = ends[::2], nearest(ends[1::2], ends[::2]), begins[1::2]
    first, last = (streamed(recording.at(epoch), noise, 1.0)[-1] for epoch in recording.epochs[[0, -1]])
    assert nearest(first, goal) > 4 * true
    assert nearest(last, goal) < 2 * true
    assert nearest(goal, last) < 2 * true, "no part of the moons is left out"
    upper = last[:, 1] > 0
    assert 0.3 < upper.mean() < 0.7
    stage = Stage((1280, 720))
    find_scene("flow").set_up(stage, recording)(Moment(0.0, float(recording.epochs[-1]), 1.0))
    assert "Noise streams into two moons" in texts(stage)


@pytest.mark.slow
@pytest.mark.parametrize("shape", ["rings", "spirals", "blobs"])
def test_noise_streams_into_other_shapes(shape: str, tmp_path: Path) -> None:
    recording = record(experiment_named("flow").run({"shape": shape}), tmp_path / "f.rec", UNSAID, ())
    begins, ends = way_ends(recording)
    last = streamed(recording.at(float(recording.epochs[-1])), begins[1::2], 1.0)[-1]
    assert nearest(last, ends[::2]) < 2 * nearest(ends[1::2], ends[::2])


@pytest.mark.slow
def test_few_ways_are_known_by_heart_and_the_noise_goes_astray(tmp_path: Path) -> None:
    few = {"ways": 200, "epochs": 8000, "every": "200"}
    recording = record(experiment_named("flow").run(few), tmp_path / "f.rec", UNSAID, ())
    _, ends = way_ends(recording)
    other = np.random.default_rng(1).normal(size=(500, 2)).astype(np.float32)
    state = recording.at(8000.0)
    assert recording[-1].scores["loss"] < 1e-3
    asked = experiment_named("flow").run({"ways": 2000, "seed": 5}).dataset
    goal = asked.x[:, :2] + (1 - asked.x[:, 2:]) * asked.y
    assert nearest(streamed(state, other, 1.0)[-1], goal) > 2 * nearest(ends, goal)


def test_ends_of_the_ways_are_noise_and_the_data(trained: Callable[..., Recording]) -> None:
    recording = trained("flow", **SMALL)
    begins, ends = way_ends(recording)
    time = recording.inputs[:, 2:]
    assert np.allclose((1 - time) * begins + time * ends, recording.inputs[:, :2], atol=1e-5)
    assert np.abs(begins.mean(axis=0)).max() < 0.2
    assert np.abs(begins.std(axis=0) - 1).max() < 0.1
    assert np.abs(ends).max() < 3


def test_velocities_are_the_networks_answers(trained: Callable[..., Recording]) -> None:
    recording = trained("flow", **SMALL)
    state, inputs = recording.at(2.0), recording.inputs[:5]
    for row in inputs:
        expected = forward(recording.layers, state.weights, row[None])
        assert np.allclose(velocities(state, row[None, :2], float(row[2])), expected, atol=1e-6)


@pytest.mark.parametrize("time", [0.0, 0.3, 0.5, 1.0])
def test_places_follow_the_velocities(time: float, trained: Callable[..., Recording]) -> None:
    recording = trained("flow", **SMALL)
    state = recording.at(3.5)
    begins = way_ends(recording)[0][:20]
    way = streamed(state, begins, time)
    assert np.array_equal(way[0], begins)

    def velocity(now: float, places: np.ndarray) -> np.ndarray:
        return velocities(state, places.reshape(-1, 2).astype(np.float32), now).ravel()

    found = solve_ivp(velocity, (0, time), begins.ravel(), rtol=1e-6).y[:, -1].reshape(-1, 2) if time else begins
    assert np.allclose(way[-1], found, atol=2e-3)


@pytest.mark.parametrize("runs", [1, 3, 7])
def test_each_run_goes_from_noise_to_data_and_the_last_one_stays_there(runs: int) -> None:
    times = np.array([flow_time(progress, runs) for progress in np.linspace(0, 1, 5001)])
    assert (times[0], times[-1]) == (0.0, 1.0)
    assert (times.min(), times.max()) == (0.0, 1.0)
    assert np.abs(np.diff(times)).max() < 0.01 * runs, "nothing jumps"
    begins = np.flatnonzero((times[:-1] < 0.5) & (times[1:] >= 0.5))
    assert len(begins) == runs


def test_recordings_of_ones_own_are_drawn(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.normal(size=(40, 2)), rng.uniform(size=(40, 1))], axis=1).astype(np.float32)
    layers = [dense("inner", "tanh", kernel="u", bias="b"), dense("answer", kernel="v", bias="c")]
    path = tmp_path / "own.rec"
    with animviz.ArrayRecorder(path, x, rng.normal(size=(40, 2)), layers=layers, loss="mse", title="Ring") as session:
        for _ in range(2):
            shapes = {"u": (3, 6), "b": 6, "v": (6, 2), "c": 2}
            session.capture({name: rng.normal(size=shape) for name, shape in shapes.items()})
    stage = Stage((1280, 720))
    find_scene("flow").set_up(stage, Recording(path), runs=2, trails=0)(Moment(0.0, 1.0, 0.4))
    assert any(text.endswith(" ring") for text in texts(stage))


def test_other_recordings_are_refused(trained: Callable[..., Recording]) -> None:
    with pytest.raises(SceneError, match=r"flow draws flows \(place in the plane and time in, velocity out\)"):
        animviz.frame_at("flow", trained("polynomial", arch="1-3-1"), 0.0)


@pytest.mark.parametrize("shape", ["moons", "rings", "spirals", "blobs"])
def test_every_shape_is_as_wide_as_the_noise(shape: str) -> None:
    dataset = experiment_named("flow").run({"shape": shape, "ways": 2000}).dataset
    assert dataset.x.shape == (2000, 3)
    ends = dataset.x[:, :2] + (1 - dataset.x[:, 2:]) * dataset.y
    assert 1.5 < np.abs(ends).max() < 4


def test_points_of_ones_own_keep_their_shape(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    points = rng.uniform((10, 20), (14, 21), (50, 2))
    rows = "\n".join(f"{x},{y},a" for x, y in points)
    (tmp_path / "leaf.csv").write_text(f"x,y,label\n{rows}\n")
    dataset = experiment_named("flow").run({"data": tmp_path / "leaf.csv", "ways": 3000}).dataset
    ends = dataset.x[:, :2] + (1 - dataset.x[:, 2:]) * dataset.y
    wide, high = np.ptp(ends, axis=0)
    assert dataset.title == "leaf"
    assert wide == pytest.approx(5, abs=0.01)
    assert wide / high == pytest.approx(np.divide(*np.ptp(points, axis=0)), rel=1e-3)
