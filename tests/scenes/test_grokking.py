"""Grokking: the lesson on real trainings, and that the picture says of a state what is so."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import animviz
from animviz import Box, Moment, Recording, Stage
from animviz.analysis.fourier import Waves, powers
from animviz.errors import SceneError
from animviz.experiments.catalogue import experiment_named
from animviz.experiments.keras.addition import record
from animviz.experiments.telling import UNSAID
from animviz.pictures.discovery import find_scene
from animviz.recorders.layers import dense
from animviz.recording.replay.forward import forward
from animviz.scenes.families.grokked import Grokked
from animviz.scenes.grokking import _Course, _free, _joined
from helpers.layout import texts


def learned_share(recording: Recording, weights: dict[str, np.ndarray]) -> float:
    inputs, labels = recording.extras["train_inputs"], recording.extras["train_labels"]
    return float((forward(recording.layers, weights, inputs).argmax(axis=1) == labels).mean())


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_examples_are_known_by_heart_long_before_the_rule_is_found(seed: int, tmp_path: Path) -> None:
    run = experiment_named("addition").run({"seed": seed})
    recording = record(run, tmp_path / "g.rec", UNSAID, ())
    learned = np.array([learned_share(recording, snapshot.weights) for snapshot in recording])
    asked = np.array([snapshot.scores["accuracy"] for snapshot in recording])
    heart, rule = np.argmax(learned >= 0.99), np.argmax(asked >= 0.95)
    assert 0 < heart < rule
    assert asked[heart] < 0.5
    assert recording.epochs[rule] > 5 * recording.epochs[heart]
    assert asked[-1] > 0.95
    kernel = recording.layers[0].kernel or ""
    first, last = (powers(recording[place].weights[kernel][:43]).max(axis=0).mean() for place in (0, -1))
    assert first < 0.3 < 0.6 < last, "in the end each unit listens to one wave"
    title = f"By heart at step {recording.epochs[heart]:,.0f}, understood at step {recording.epochs[rule]:,.0f}"
    stage = Stage((1280, 720))
    find_scene("grokking").set_up(stage, recording)(Moment(0.0, 3000.0, 1.0))
    assert title in texts(stage)


def test_waves_are_found_in_weights_that_are_made_of_them() -> None:
    numbers = np.arange(13)
    rows = np.stack(
        [np.cos(2 * np.pi * 3 * numbers / 13 + 0.4), np.sin(2 * np.pi * 3 * numbers / 13), np.ones(13)], axis=1
    )
    each = powers(rows)
    assert each.shape == (6, 3)
    assert np.allclose(each[2, :2], 1)
    waves = Waves.strongest(rows)
    assert waves.frequency == 3
    places = waves.places(rows)
    assert np.linalg.norm(places, axis=1).std() < 0.35 * np.linalg.norm(places, axis=1).mean()
    order = waves.order(13)
    assert sorted(order) == list(range(13))
    angles = np.unwrap(np.arctan2(*places[order].T[::-1]))
    steps = np.diff(angles)
    assert (steps > 0).all() or (steps < 0).all(), "along the order it goes around once"


def test_recordings_of_ones_own_are_drawn(tmp_path: Path) -> None:
    count = 5
    first, second = np.divmod(np.arange(count**2), count)
    rows = np.eye(count, dtype=np.float32)
    x, y = np.concatenate([rows[first], rows[second]], axis=1), (first + second) % count
    layers = [dense("inner", "relu", kernel="u", bias="b"), dense("answer", "softmax", kernel="v", bias="c")]
    rng = np.random.default_rng(0)
    names = [str(number) for number in range(count)]
    loss = "sparse_categorical_crossentropy"
    with animviz.ArrayRecorder(tmp_path / "own.rec", x, y, layers=layers, loss=loss, class_names=names) as session:
        for _ in range(3):
            session.capture(
                {
                    "u": rng.normal(size=(10, 6)),
                    "b": np.zeros(6),
                    "v": rng.normal(size=(6, count)),
                    "c": np.zeros(count),
                }
            )
    stage = Stage((1280, 720))
    find_scene("grokking").set_up(stage, Recording(tmp_path / "own.rec"))(Moment(0.0, 2.0, 1.0))
    said = texts(stage)
    assert "epoch" in said, "an epoch is no step there"
    assert not any(text.startswith("learned") for text in said), "what is learned was not recorded"
    assert any(text.startswith("asked") for text in said)


def test_other_inputs_are_refused(trained: Callable[..., Recording]) -> None:
    with pytest.raises(SceneError, match="pairs of numbers as one-hot rows"):
        animviz.frame_at("grokking", trained("digits_mlp", arch="64-16-8-10"), 0.0)


def test_experiment_learns_a_part_of_all_pairs() -> None:
    dataset = experiment_named("addition").run({"modulus": 7, "learned": 0.4}).dataset
    asked, sums = dataset.shown or (dataset.x, dataset.y)
    every = np.concatenate([dataset.x, asked]).reshape(-1, 2, 7).argmax(axis=2)
    assert len({tuple(pair) for pair in every}) == 49
    assert len(dataset.x) == 20
    assert np.array_equal(every.sum(axis=1) % 7, np.concatenate([dataset.y, sums]))


def test_names_are_on_no_dot_and_on_no_other_name() -> None:
    middles, sizes = np.array([(0, 0), (10, 0), (100, 0), (200, 0)], float), np.full((4, 2), (24.0, 16.0))
    assert _free(middles, sizes, np.array([(205.0, 4.0)])) == [True, False, True, False]


def test_line_says_which_numbers_it_joins() -> None:
    assert _joined(13, 43) == "line: joins numbers that are 10 apart, modulo 43"
    assert _joined(2, 12) == "line: the order around the circle"


def test_moments_of_the_title_are_marked_on_the_curves_and_on_the_ruler(trained: Callable[..., Recording]) -> None:
    recording, stage = trained("addition"), Stage((1280, 720))
    right = np.ones(len(recording))
    grokked = Grokked(right, right, (2.0, 0.995), (float(recording.epochs[-1]), 0.96))
    _Course(stage, Box(40, 40, 600, 300), recording, grokked)
    rings = [line for axes in stage.figure.axes for line in axes.get_lines() if line.get_marker() == "o"]
    assert [float(np.ravel(ring.get_ydata())[0]) for ring in rings if ring.get_markerfacecolor() == "none"] == [
        0.995,
        0.96,
    ]
    assert {"0", "2", f"{recording.epochs[-1]:,.0f}"} <= set(texts(stage))


def test_by_heart_is_told_only_before_the_rule() -> None:
    for heart, rule, title in (
        ((2.0, 1.0), (9.0, 1.0), "By heart at step 2, understood at step 9"),
        (None, (9.0, 1.0), "The rule is found at step 9"),
        ((2.0, 1.0), None, "By heart at step 2, and not understood"),
        (None, None, "Neither by heart nor understood"),
    ):
        assert Grokked(None, np.zeros(1), heart, rule).title("step") == title
