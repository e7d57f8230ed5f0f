"""Descent: optimizers are Keras' own, and the picture says of their race what is so."""

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

import animviz
from animviz import Moment, Recording, Stage
from animviz.analysis.formula import Formula
from animviz.errors import InputError, SceneError
from animviz.experiments.catalogue import experiment_named
from animviz.experiments.ideas.descent import MAPS, OPTIMIZERS
from animviz.experiments.keras.descent import record
from animviz.experiments.telling import UNSAID
from animviz.parts import Sprites
from animviz.pictures.discovery import find_scene
from helpers.layout import texts
from helpers.pairs import contradictions
from scenes.families.relief import gridded


def raced(path: Path, **options: object) -> Recording:
    return record(experiment_named("descent").run({"resolution": 61, **options}), path, UNSAID, ())


def ways(recording: Recording) -> dict[str, np.ndarray]:
    return {name: np.array([one.weights[name] for one in recording]) for name in recording.manifest.weights}


def heights(recording: Recording, name: str) -> np.ndarray:
    return np.array([one.logs.get(name, np.nan) for one in recording])


def drawn(recording: Recording, epoch: float) -> Stage:
    stage = Stage((1280, 720))
    find_scene("descent").set_up(stage, recording)(Moment(0.0, epoch, 1.0))
    stage.paint()
    return stage


def test_steps_are_those_of_the_formulas_in_textbooks(tmp_path: Path) -> None:
    recording = raced(tmp_path / "a.rec", map="ravine", epochs=12)
    place, rate, adaptive, start = np.array([1.0, 30.0]), 0.04, 0.1, np.array([-4.0, 3.0])
    at = {name: start.copy() for name in OPTIMIZERS}
    speed, nesterov, squares, mean, spread = (np.zeros(2) for _ in range(5))
    for step in range(1, 13):
        at["SGD"] -= rate * place * at["SGD"]
        speed = 0.9 * speed - rate * place * at["Momentum"]
        at["Momentum"] += speed
        slope = place * at["Nesterov"]
        nesterov = 0.9 * nesterov - rate * slope
        at["Nesterov"] += 0.9 * nesterov - rate * slope
        slope = place * at["RMSprop"]
        squares = 0.9 * squares + 0.1 * slope**2
        at["RMSprop"] -= adaptive * slope / np.sqrt(squares + 1e-7)
        slope = place * at["Adam"]
        mean, spread = 0.9 * mean + 0.1 * slope, 0.999 * spread + 0.001 * slope**2
        at["Adam"] -= adaptive * (mean / (1 - 0.9**step)) / (np.sqrt(spread / (1 - 0.999**step)) + 1e-7)
    for name, way in ways(recording).items():
        assert np.allclose(way[-1], at[name], rtol=1e-4, atol=1e-5), name


@pytest.mark.parametrize("name", MAPS)
def test_gradients_are_those_of_the_map(name: str, tmp_path: Path) -> None:
    recording = raced(tmp_path / "a.rec", map=name, epochs=1, optimizers="sgd")
    (x, y), formula, tiny = MAPS[name].start, MAPS[name].formula, 1e-6
    slope = [
        (formula.value(x + tiny, y) - formula.value(x - tiny, y)) / (2 * tiny),
        (formula.value(x, y + tiny) - formula.value(x, y - tiny)) / (2 * tiny),
    ]
    way = ways(recording)["SGD"]
    assert np.allclose(way[1] - way[0], -MAPS[name].rate * np.array(slope), rtol=1e-4)
    assert heights(recording, "SGD") == pytest.approx(formula.value(*way.T))


@pytest.mark.integration
def test_each_map_shows_its_lesson(tmp_path: Path) -> None:
    last = {}
    for name in MAPS:
        recording = raced(tmp_path / f"{name}.rec", map=name)
        assert all(np.isfinite(way).all() for way in ways(recording).values()), f"{name}: one flies off"
        last[name] = {one: heights(recording, one) for one in OPTIMIZERS}
        last[name]["places"] = {one: way[-1] for one, way in ways(recording).items()}
    assert last["beale"]["Nesterov"][-1] < last["beale"]["SGD"][-1] / 50
    assert last["rosenbrock"]["Momentum"][-1] < last["rosenbrock"]["SGD"][-1] / 20
    stuck = (last["saddle"][name][60] + 0.25 for name in ("SGD", "Adam"))
    assert next(stuck) > 0.2 > 0.01 > next(stuck), "SGD lingers at the saddle"
    ends = {tuple(np.round(last["himmelblau"]["places"][one])) for one in ("SGD", "Momentum", "Nesterov")}
    assert ends == {(-3, 3), (-4, -3), (3, 2)}, "three hollows are found from one start"


def test_title_and_numbers_say_what_is_so(tmp_path: Path) -> None:
    recording = raced(tmp_path / "a.rec")
    above = {name: heights(recording, name) for name in OPTIMIZERS}
    assert all(height[0] == pytest.approx(41.25) for height in above.values())
    down = {name: int(np.flatnonzero(height > 0.4125)[-1]) + 1 for name, height in above.items()}
    stage = drawn(recording, 150.0)
    assert min(down, key=lambda name: down[name]) == "Nesterov"
    assert f"Nesterov is down first, at step {down['Nesterov']}" in texts(stage)
    assert contradictions(stage) == []
    written = next(one for one in stage.pairs if one.name == "height")
    assert [float(text) for text in written.texts()] == pytest.approx([above[n][-1] for n in OPTIMIZERS], rel=0.05)
    lines = [line.get_xydata() for line in stage.figure.axes[0].lines if len(line.get_xydata()) > 100]
    assert np.allclose(lines[-1][:-1], ways(recording)["Adam"])


def test_who_lies_under_others_and_the_lowest_place_are_seen(tmp_path: Path) -> None:
    recording = raced(tmp_path / "a.rec", map="x**2 + y**2", start="-1,1", epochs=60, learning_rate=0.3)
    ends = np.array([way[-1] for way in ways(recording).values()])
    stage = drawn(recording, 60.0)
    axes = stage.figure.axes[0]
    frame = stage.frame().astype(int)
    together = [place for place in ends if np.abs(place).max() < 1e-3]
    assert len(together) > 1
    column, up = axes.transData.transform((0, 0))
    around = frame[round(stage.size[1] - up) - 10 :][:20, round(column) - 10 :][:, :20].reshape(-1, 3)
    colors = np.rint(255 * stage.theme.palette(len(ends))[: len(ends)])
    seen = [np.abs(around - color).max(axis=1).min() < 30 for color in colors]
    assert sum(seen) >= len(together)
    assert (around.min(axis=1) > 200).sum() > 10, "the cross"


def test_names_stand_on_their_trails_from_when_these_come_there(tmp_path: Path) -> None:
    recording = raced(tmp_path / "a.rec")
    stage, there = drawn(recording, 150.0), 0
    (names,) = [artist for artist in stage.moving if isinstance(artist, Sprites)]
    for way, middle in zip(ways(recording).values(), names._middles, strict=True):
        pixels = stage.figure.axes[0].transData.transform(way) * [1, -1] + [0, stage.size[1]]
        there += np.linalg.norm(pixels - middle, axis=1).min() < 12 * stage.pixel
    assert there >= len(OPTIMIZERS) - 1, "one may be pushed off by another"
    (names,) = [artist for artist in drawn(recording, 0.0).moving if isinstance(artist, Sprites)]
    assert np.isnan(names._middles).all()


def test_who_flies_off_is_told_of_and_does_not_end_the_race(tmp_path: Path) -> None:
    recording = raced(tmp_path / "a.rec", map="ravine", learning_rate=0.07, epochs=40)
    assert np.isnan(ways(recording)["SGD"][-1]).all()
    assert np.isfinite(ways(recording)["Adam"]).all()
    stage = drawn(recording, 40.0)
    assert "–" in texts(stage)
    assert any("SGD" in text and "not at all" in text for text in texts(stage))
    assert contradictions(stage) == []


def test_own_formulas_race(tmp_path: Path) -> None:
    recording = raced(tmp_path / "a.rec", map="x**2 + 3*abs(y) + 2", start="-1,1", epochs=30, optimizers="adam, sgd")
    assert list(ways(recording)) == ["Adam", "SGD"]
    assert np.allclose(recording.extras["lowest"], [[0, 0, 2]], atol=1e-6)
    assert "height above the lowest, over the steps" in texts(drawn(recording, 30.0))


@pytest.mark.parametrize("formula", ["1/x", "1/abs(x*y)", "sqrt(x + 1)", "log(abs(x))"])
def test_maps_with_places_that_have_no_height_race_too(formula: str, tmp_path: Path) -> None:
    recording = raced(tmp_path / "r.rec", map=formula, start="2,1", epochs=5, resolution=41)
    points = recording.inputs
    xs, _, found = gridded(points, recording.labels)
    assert np.allclose(np.diff(xs), np.diff(xs)[0], rtol=0.01)
    assert np.isfinite(found).sum() == len(points)
    _, columns = np.nonzero(np.isfinite(found))
    np.testing.assert_allclose(np.sort(xs[columns]), np.sort(points[:, 0]), atol=1e-5)
    stage = Stage((640, 360))
    find_scene("descent").set_up(stage, recording)(Moment(0.0, 5.0, 1.0))
    assert stage.frame().any()


def test_a_map_without_a_bottom_is_drawn_in_its_own_heights(tmp_path: Path) -> None:
    recording = raced(tmp_path / "a.rec", map="x**2 - y**2", start="-1.5,0.1", epochs=60, learning_rate=0.05)
    lowest = min(np.nanmin(heights(recording, name)) for name in OPTIMIZERS)
    assert lowest < recording.labels.min(), "some leave the map"
    stage = drawn(recording, 60.0)
    assert "height over the steps" in texts(stage)
    assert any(text.endswith("lowest") for text in texts(stage))
    assert contradictions(stage) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"map": "alps"}, "expected beale, ravine"), ({"map": "x.y"}, "holds 'x.y'"), ({"map": "3"}, "no slope"),
        ({"map": "log(x)"}, "no height at the start"), ({"start": "1"}, "expected 2 numbers"), ({"start": "9,9"}, "off the map"),
        ({"limits": "1,0,0,1"}, "left, right, low and high"), ({"limits": "-1,1,x,1"}, "expected 4 numbers"),
    ],
)  # fmt: skip
def test_maps_that_cannot_be_drawn_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        experiment_named("descent").run(options)


def test_unknown_optimizers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected some of sgd,momentum"):
        raced(tmp_path / "a.rec", optimizers="sgd,newton")


def test_noise_is_the_same_for_all_and_follows_the_seed(tmp_path: Path) -> None:
    about = {"map": "saddle", "noise": 0.1, "epochs": 3, "optimizers": "sgd"}
    one, same, other = (
        ways(raced(tmp_path / f"{place}.rec", seed=seed, **about))["SGD"] for place, seed in enumerate((1, 1, 2))
    )
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_recordings_of_ones_own_are_drawn(tmp_path: Path) -> None:
    formula = Formula("(x - 0.5)**2 + y**2")
    points = np.stack(np.meshgrid(np.linspace(-1, 1, 21), np.linspace(-1, 1, 17)), axis=2).reshape(-1, 2)
    place = np.array([-0.8, 0.6])
    with animviz.ArrayRecorder(tmp_path / "own.rec", points, formula.value(*points.T)) as session:
        for _ in range(5):
            session.capture({"my own": place}, logs={"my own": formula.value(*place)})
            place = place - 0.2 * 2 * (place - [0.5, 0])
    assert "my own" in texts(drawn(Recording(tmp_path / "own.rec"), 4.0))


def test_other_recordings_are_refused(trained: Callable[..., Recording], tmp_path: Path) -> None:
    with pytest.raises(SceneError, match="descent draws recordings without a task"):
        animviz.frame_at("descent", trained("digits_mlp", arch="64-16-8-10"), 0.0)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    rng = np.random.default_rng(0)
    with animviz.ArrayRecorder(tmp_path / "b.rec", rng.normal(size=(40, 2)), rng.normal(size=40)) as session:
        session.capture({"a": model.get_weights()[1]})
    with pytest.raises(SceneError, match="even lattice"):
        animviz.frame_at("descent", Recording(tmp_path / "b.rec"), 0.0)
