"""Neural collapse: the lesson on real trainings, and that the picture shows what is measured."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_similarity

import animviz
from animviz import Moment, Recording, Stage
from animviz.analysis.collapse import Collapse, even_angle
from animviz.errors import SceneError
from animviz.experiments.catalogue import experiment_named
from animviz.experiments.keras.collapse import record
from animviz.experiments.telling import UNSAID
from animviz.pictures.discovery import find_scene
from animviz.scenes.families.star import Star
from animviz.scenes.families.window import Window
from helpers.layout import texts
from helpers.recordings import made

RNG = np.random.default_rng(3)
STAR = np.array([(np.cos(a), np.sin(a)) for a in 2 * np.pi * np.arange(3) / 3])


def measured(recording: Recording, place: int) -> Collapse:
    kernel = recording[place].weights[recording.layers[-1].kernel or ""]
    hidden = recording.activations(recording.epochs[place], recording.layers[-2].name)
    return Collapse.of(hidden, recording.labels, kernel, np.arange(len(recording.label_names)))


def written(recording: Recording) -> list[str]:
    stage = Stage((1280, 720))
    find_scene("collapse").set_up(stage, recording)(Moment(0.0, float(recording.epochs[-1]), 1.0))
    return texts(stage)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_classes_become_the_points_of_an_even_star_long_after_all_answers_are_right(seed: int, tmp_path: Path) -> None:
    recording = record(experiment_named("collapse").run({"seed": seed}), tmp_path / "c.rec", UNSAID, ())
    right = int(np.argmax([snapshot.scores["accuracy"] == 1 for snapshot in recording]))
    first, then, last = (measured(recording, place) for place in (0, right, -1))
    assert 0 < right < len(recording) / 3
    assert first.spread > 0.6
    assert then.spread > 3 * last.spread
    assert last.spread < 0.07
    assert np.abs(np.cos(np.radians(last.angles())) + 0.5).max() < 0.02
    assert last.apart().max() < 2, "the rows of the last layer point where the means do"
    assert "Three arms of a spiral become three points, 120° apart" in written(recording)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_four_classes_need_three_units_for_an_even_star(seed: int, tmp_path: Path) -> None:
    for arch, even in (("2-64-64-3-4", True), ("2-64-64-2-4", False)):
        run = experiment_named("collapse").run({"seed": seed, "classes": 4, "arch": arch})
        recording = record(run, tmp_path / f"{even}.rec", UNSAID, ())
        last = measured(recording, -1)
        assert last.spread < 0.1
        assert bool(np.ptp(last.angles()) < 3) is even
        said = written(recording)
        assert ("Four arms of a spiral become four points, 109.5° apart" in said) is even
        assert ("even star: −1/3" in said) is even


def test_measures_are_those_of_other_hands() -> None:
    labels = np.repeat([0, 1, 2, 3], [5, 9, 7, 6])
    hidden = RNG.normal(size=(27, 5)) + RNG.normal(size=(4, 5))[labels]
    kernel = RNG.normal(size=(5, 4))
    found = Collapse.of(hidden, labels, kernel, np.arange(4))
    means = np.array([hidden[labels == k].mean(axis=0) for k in range(4)])
    centred, rows = means - means.mean(axis=0), kernel.T - kernel.mean(axis=1)
    pairs = cosine_similarity(centred)[np.triu_indices(4, 1)]
    assert np.cos(np.radians(found.angles())) == pytest.approx(pairs)
    assert np.cos(np.radians(found.apart())) == pytest.approx(np.diag(cosine_similarity(centred, rows)))
    within = np.mean([hidden[labels == k].var(axis=0).sum() for k in range(4)])
    assert found.spread == pytest.approx(np.sqrt(within / np.square(centred).sum(axis=1).mean()))


def test_a_star_has_no_spread_and_even_angles() -> None:
    found = Collapse.of(np.repeat(3 * STAR + 7, 4, axis=0), np.repeat(np.arange(3), 4), 0.2 * STAR.T, np.arange(3))
    assert found.spread == pytest.approx(0, abs=1e-12)
    assert found.angles() == pytest.approx(even_angle(3))
    assert found.apart() == pytest.approx(0, abs=1e-5)
    assert (even_angle(2), even_angle(3)) == pytest.approx((180, 120))


def test_a_single_output_stands_for_two_rows() -> None:
    hidden = RNG.normal(size=(10, 2))
    found = Collapse.of(hidden, np.arange(10) % 2, np.array([[1.0], [2.0]]), np.arange(2))
    assert np.allclose(found.rows, [(-1, -2), (1, 2)])


@pytest.mark.parametrize(("classes", "flat"), [(2, True), (3, True), (4, False), (9, False)])
def test_a_window_on_a_wide_layer_holds_the_means_of_few_classes_whole(classes: int, flat: bool) -> None:
    labels = np.arange(60) % classes
    hidden = RNG.normal(size=(60, 16)) + 3 * RNG.normal(size=(classes, 16))[labels]
    found = Collapse.of(hidden, labels, RNG.normal(size=(16, classes)), np.arange(classes))
    window = Window(found, hidden)
    assert (window.whole, window.flat) == (False, flat)
    seen = window.places(found.means)
    assert seen.shape == (classes, 2 if flat else 3)
    if classes <= 4:
        assert np.linalg.norm(seen, axis=1) == pytest.approx(np.linalg.norm(found.means, axis=1))
    assert 0 < window.share(hidden) < 1


def test_arrows_end_at_the_means_and_the_farthest_sample_lies_on_the_circle(trained: Callable[..., Recording]) -> None:
    recording = trained("collapse")
    state = recording.at(2.5)
    layer = recording.layers[-2].name
    hidden = state.activations(layer).astype(float)
    found = Collapse.of(hidden, recording.labels, state.weights[recording.layers[-1].kernel or ""], np.arange(3))
    stage = Stage((1280, 720))
    star = Star(stage, animviz.Box(0, 0, 700, 700), recording, Window(found, hidden), recording.labels, np.arange(3))
    star.show(found, hidden, Moment(0.0, 2.5))
    reach = np.linalg.norm(hidden - found.middle, axis=1).max()
    tips = [path.vertices[3] for path in star._arrows.get_paths()]
    assert np.allclose(tips, found.means / reach)
    rows = np.array([path.vertices[3] for path in star._moulds.get_paths()])
    assert np.linalg.norm(rows, axis=1).max() == pytest.approx(1)
    assert np.allclose(np.diag(cosine_similarity(rows, found.rows)), 1)
    assert star._drawn_angles().sum() == pytest.approx(360)


def test_any_classifier_is_drawn_and_what_has_no_hidden_layer_is_refused(trained: Callable[..., Recording]) -> None:
    said = written(trained("digits_mlp", arch="64-16-8-10"))
    assert any(text.startswith("seen: ") and text.endswith("% of variance") for text in said)
    assert not any("°" in text for text in said)
    assert animviz.frame_at("collapse", trained("two_rings", arch="2-3-2-1"), 4.0).std() > 0
    with pytest.raises(SceneError, match="draws the last hidden layer"):
        animviz.frame_at("collapse", trained("two_rings", arch="2-1"), 0.0)


def test_where_nothing_collapses_no_arrows_are_drawn_or_spoken_of(tmp_path: Path) -> None:
    said = written(made("two_rings", tmp_path / "r.rec", arch="2-3-5-1", samples=80))
    assert "Two rings do not collapse" in said
    assert not any("arrows" in text for text in said)
    assert "cosines between means and their rows" in said
