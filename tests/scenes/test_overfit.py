"""Double descent: the lesson on fits of several seeds, and that fits and errors are what other hands compute."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.polynomial import Legendre
from sklearn.linear_model import LinearRegression

import animviz
from animviz import Moment, Recording, Stage
from animviz.errors import SceneError
from animviz.experiments.catalogue import experiment_named
from animviz.experiments.ideas.least_squares import features, record
from animviz.experiments.telling import UNSAID
from animviz.pictures.discovery import find_scene
from animviz.scenes.overfit import _finer, _Fit, _heights
from helpers.layout import texts


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Recording]:
    """Return a function that fits with some settings."""
    folder = tmp_path_factory.mktemp("overfit")

    def fit(**settings: object) -> Recording:
        path = folder / f"{hash(tuple(sorted(settings.items())))}.rec"
        return record(experiment_named("overfit").run(settings), path, UNSAID, ())

    return fit


def written(recording: Recording, epoch: float) -> list[str]:
    stage = Stage((1280, 720))
    find_scene("overfit").set_up(stage, recording)(Moment(0.0, epoch, 1.0))
    return texts(stage)


@pytest.mark.parametrize("seed", range(4))
def test_the_test_error_falls_rises_at_as_many_features_as_points_and_falls_lower(
    seed: int, fitted: Callable[..., Recording]
) -> None:
    recording = fitted(seed=seed)
    counts, errors = recording.history("loss", source="scores")
    known = recording.history("loss")[1]
    few, many = errors[counts < 15], errors[counts >= 15]
    assert counts[errors.argmax()] == 15
    assert 5 <= counts[few.argmin()] <= 11
    assert errors.max() > 100 * few.min()
    assert errors[-1] < few.min()
    assert errors[-1] < 1.2 * many.min(), "it stays low"
    assert (known[counts >= 15] < 1e-15).all(), "with as many features as points the fit goes through all of them"
    assert (np.diff(known[counts <= 15]) <= 1e-12).all()
    assert "More features than points, and the error falls again, even lower" in written(recording, 200.0)


def test_fits_and_errors_are_those_of_other_hands(fitted: Callable[..., Recording]) -> None:
    recording = fitted(points=9, features=20)
    x, y = (recording.extras[name].astype(float) for name in ("train_inputs", "train_targets"))
    grid, curve = recording.inputs[:, 0].astype(float), recording.targets
    for count in (1, 4, 7):
        model = LinearRegression(fit_intercept=False).fit(np.polynomial.polynomial.polyvander(x[:, 0], count - 1), y)
        answer = np.polynomial.polynomial.polyvander(grid, count - 1) @ model.coef_
        state = recording.at(count)
        assert state.outputs()[:, 0] == pytest.approx(answer, abs=1e-5)
        assert state.snapshot.scores["loss"] == pytest.approx(np.mean((answer - curve) ** 2), rel=1e-4)
    for count in (9, 14, 20):
        weights = recording.at(count).weights["coefficients"]
        known = features(x[:, 0], count, 1.0)
        least = known.T @ np.linalg.solve(known @ known.T, y)
        assert weights[:count] == pytest.approx(least, rel=1e-3, abs=1e-4), "of all that fit, the least"
        assert not weights[count:].any()


def test_features_are_legendre_polynomials_of_the_size_that_decay_says() -> None:
    x = np.linspace(-1, 1, 20_001)
    found = features(x, 5, 1.5)
    assert np.mean(found**2, axis=0) == pytest.approx(np.arange(1, 6) ** -3.0, rel=1e-3)
    for k in range(5):
        assert found[:, k] == pytest.approx(Legendre.basis(k)(x) * np.sqrt(2 * k + 1) / (k + 1) ** 1.5)


def test_without_decay_the_second_descent_ends_higher(fitted: Callable[..., Recording]) -> None:
    plain, smooth = (fitted(decay=decay)[-1].scores["loss"] for decay in (0.0, 1.0))
    assert plain > 3 * smooth
    assert "More features than points, and the error falls again" in written(fitted(decay=0.0), 200.0)


def test_curves_of_errors_are_straight_on_a_log_scale_and_end_below_the_floor() -> None:
    at, values = _finer(np.array([0.0, 1.0, 3.0]), np.array([100.0, 1.0, 1e-30]), 0.01)
    assert np.interp([0.5, 1.0], at, values) == pytest.approx([10, 1])
    assert (values.min(), at[-1], values[-1] < 0.01) == (values[-1], 3.0, True)


def test_the_fit_that_is_drawn_is_the_one_that_was_recorded(fitted: Callable[..., Recording]) -> None:
    recording = fitted(points=9, features=20)
    fit = _Fit(Stage((640, 360)), animviz.Box(0, 0, 500, 500), recording)
    fit.show(recording.at(7.5).outputs()[:, 0])
    x, drawn = fit._line.get_data()
    both = [recording.at(count).outputs()[:, 0] for count in (7, 8)]
    assert np.array_equal(x, recording.inputs[:, 0])
    assert drawn == pytest.approx(np.mean(both, axis=0), abs=1e-6)
    said = written(recording, 7.5)
    assert {"7", "9 points", "9 points of it, with noise", "test error", "training error"} <= set(said)


def test_a_training_on_a_curve_is_drawn_over_its_epochs(trained: Callable[..., Recording], tmp_path: Path) -> None:
    recording = trained("polynomial", arch="1-3-1")
    said = written(recording, 4.0)
    assert {"epoch", "epochs", "test error", "training error"} <= set(said)
    assert not any("features" in text or "points" in text for text in said)
    with pytest.raises(SceneError, match="overfit draws curves"):
        animviz.frame_at("overfit", trained("two_rings", arch="2-3-2-1"), 0.0)


def test_fits_of_ones_own_are_drawn(tmp_path: Path) -> None:
    x, given = np.linspace(0, 1, 50), np.array([0.1, 0.5, 0.8])
    extras = {"train_inputs": given, "train_targets": given**2}
    with animviz.ArrayRecorder(tmp_path / "own.rec", x[:, None], x**2, loss="mse", extras=extras) as session:
        for count in range(1, 6):
            answer = np.polyval(np.polyfit(given, given**2, min(count, 3) - 1), x)
            session.capture(outputs=answer[:, None], epoch=count, logs={"features": count, "loss": 1 / count})
    said = written(Recording(tmp_path / "own.rec"), 5.0)
    assert {"3 points", "features", "5"} <= set(said)


def test_a_fit_is_said_to_be_cut_off_only_where_one_leaves_the_picture(fitted: Callable[..., Recording]) -> None:
    for settings in ({"seed": 0}, {"points": 9, "features": 4}):
        recording = fitted(**settings)
        low, high = _heights(recording)
        answers = [recording.at(epoch).outputs() for epoch in recording.epochs]
        leaves = any(answer.min() < low or answer.max() > high for answer in answers)
        assert any("is cut off" in text for text in written(recording, 2.0)) == leaves
