"""Box plots, violins, histograms and units: what they state is what scikit-learn, Keras and matplotlib find."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.cbook import boxplot_stats

import animviz
from animviz import Moment, Recording, Stage
from animviz.errors import SceneError
from animviz.pictures.discovery import find_scene
from animviz.recording.state import State
from animviz.sampling import evenly
from animviz.scenes.boxplot import box_stats, eta_squared, unit_values
from animviz.scenes.families.distributions import Glide, activations_of, hidden_layers, kernels_of
from animviz.scenes.histograms import sample_losses, share_of_worst, true_probabilities
from animviz.scenes.units import activity, saturation
from animviz.scenes.violins import layer_values
from helpers import layout
from helpers.layout import check_layout
from helpers.recordings import made

pytestmark = pytest.mark.integration  # from real trainings

Trained = Callable[..., Recording]
SCENES = ("boxplot", "violins", "histograms", "units")


@pytest.fixture
def odd(trained: Trained, odd_images: Path) -> Recording:
    return trained("digits_mlp", data=str(odd_images), arch="840-12-7")


def texts(name: str, recording: Recording, epoch: float, **options: object) -> list[str]:
    stage = Stage((1280, 720))
    find_scene(name).set_up(stage, recording, **options)(Moment(seconds=0.0, epoch=epoch))
    return layout.texts(stage)


def model_of(state: State) -> Any:
    """Return the recorded model with the weights of a state."""
    from keras.models import model_from_json

    recording = state.basis
    model = model_from_json(recording.manifest.model)
    model.set_weights([state.weights[name] for name in recording.manifest.weights])
    return model


# --- box plots


@pytest.mark.parametrize("epoch", [0.0, 4.0])
def test_boxes_are_those_of_matplotlib(trained: Trained, epoch: float) -> None:
    recording = trained("digits_mlp")
    values, labels = unit_values(recording.at(epoch), "hidden_2"), recording.labels
    found = box_stats(values, labels, np.arange(10))
    for label in range(10):
        for unit, expected in enumerate(boxplot_stats(values[labels == label])):
            wanted = [expected[key] for key in ("whislo", "q1", "med", "q3", "whishi")]
            assert found[:, unit, label] == pytest.approx(wanted, abs=1e-12)


def test_a_class_without_samples_has_no_box() -> None:
    found = box_stats(np.arange(6.0)[:, None], np.array([0, 0, 0, 2, 2, 2]), np.arange(3))
    assert np.isnan(found[:, 0, 1]).all()
    assert found[2, 0].tolist()[::2] == [1, 4]


def test_eta_squared_is_the_f_value_of_the_analysis_of_variance(trained: Trained) -> None:
    from sklearn.feature_selection import f_classif

    recording = trained("digits_mlp")
    values = unit_values(recording.at(4.0), "hidden_1")
    values = values[:, values.std(axis=0) > 0]
    share = eta_squared(values, recording.labels)
    f, _ = f_classif(values, recording.labels)
    assert share / (1 - share) * (len(values) - 10) / 9 == pytest.approx(f, rel=1e-6)


def test_units_are_sorted_by_how_well_they_tell_classes_apart_and_keep_their_places(trained: Trained) -> None:
    recording = trained("digits_mlp")
    shares = eta_squared(unit_values(recording.at(4.0), "hidden_1"), recording.labels)
    best = [f"unit {unit}" for unit in np.argsort(-shares, kind="stable")[:4]]
    for epoch in (0.0, 2.5, 4.0):
        drawn = texts("boxplot", recording, epoch, layer="hidden_1", units="4")
        assert [text for text in drawn if text.startswith("unit ")] == best
    assert [text for text in drawn if text.endswith(" %")][-4:] == [f"{100 * s:.0f} %" for s in np.sort(shares)[:-5:-1]]


def test_numbers_between_snapshots_are_those_of_the_last_true_state(trained: Trained) -> None:
    recording = trained("digits_mlp")
    for name in SCENES:
        assert texts(name, recording, 2.0) == texts(name, recording, 2.9)
        assert texts(name, recording, 2.0) != texts(name, recording, 3.0)


def test_boxes_by_predicted_class(trained: Trained) -> None:
    recording = trained("digits_mlp")
    state = recording.at(4.0)
    shares = eta_squared(unit_values(state, "hidden_2"), state.outputs().argmax(axis=1))
    assert f"{100 * shares[3]:.0f} %" in texts("boxplot", recording, 4.0, units="3,", by="predicted")


@pytest.mark.integration
def test_channels_of_a_convolution_are_units(trained: Trained) -> None:
    recording = trained("lenet", arch="2-4-12-8-10")
    state = recording.at(4.0)
    assert unit_values(state, "conv_2") == pytest.approx(state.activations("conv_2").mean(axis=(1, 2)), abs=1e-5)
    assert "unit 3" in texts("boxplot", recording, 4.0, layer="conv_2", units="3,0")


@pytest.mark.parametrize("units", ["", "0", "13", "x", "1,99", "3,3", "-1,2", ","])
def test_units_that_are_not_there_are_refused(trained: Trained, units: str) -> None:
    with pytest.raises(SceneError, match=r"--units is .* \(1 to 12\).*hidden_2 \(0 to 7\)"):
        texts("boxplot", trained("digits_mlp", arch="64-16-8-10"), 0.0, units=units)


def test_a_layer_that_is_not_there_is_refused(trained: Trained, tmp_path: Path) -> None:
    with pytest.raises(SceneError, match=r"no layer 'nope'.*hidden_1"):
        texts("boxplot", trained("digits_mlp"), 0.0, layer="nope")
    flat = made("digits_mlp", tmp_path / "flat.rec", arch="64-10", data="digits-8x8")
    with pytest.raises(SceneError, match=r"no hidden dense layer.*layer_1.*--layer"):
        texts("boxplot", flat, 0.0)


# --- histograms


@pytest.mark.parametrize("epoch", [0.0, 4.0])
def test_losses_and_probabilities_are_those_of_keras(odd: Recording, epoch: float) -> None:
    import keras
    from sklearn.metrics import accuracy_score, log_loss

    state = odd.at(epoch)
    outputs = model_of(state).predict(odd.inputs, verbose=0)
    losses = sample_losses(state)
    expected = keras.losses.sparse_categorical_crossentropy(odd.labels, outputs)
    assert losses == pytest.approx(np.asarray(expected), rel=1e-3, abs=1e-5)
    assert losses.mean() == pytest.approx(log_loss(odd.labels, outputs, labels=range(7)), rel=1e-4)
    assert losses.mean() == pytest.approx(state.snapshot.scores["loss"], rel=1e-5)
    assert true_probabilities(state, odd.labels) == pytest.approx(
        outputs[np.arange(len(outputs)), odd.labels], abs=1e-5
    )
    drawn = texts("histograms", odd, epoch)
    right = accuracy_score(odd.labels, outputs.argmax(axis=1))
    assert f"right {100 * right:.1f} %" in drawn
    assert f"wrong {100 - 100 * right:.1f} %" in drawn
    assert f"line: the mean, {losses.mean():.3f}" in drawn


def test_losses_of_a_binary_classifier_are_those_it_was_trained_with(rings_recording: Recording) -> None:
    state, labels = rings_recording.at(4.0), rings_recording.labels.astype(int).ravel()
    output = state.outputs()[:, 0]
    assert sample_losses(state) == pytest.approx((output - labels) ** 2, abs=1e-6)
    assert sample_losses(state).mean() == pytest.approx(state.snapshot.scores["loss"], rel=1e-5)
    assert true_probabilities(state, labels) == pytest.approx(np.where(labels == 1, output, 1 - output))
    assert "mean squared error of each sample" in texts("histograms", rings_recording, 4.0)


def test_share_of_the_worst_tenth() -> None:
    assert share_of_worst(np.array([1.0] * 18 + [9.0, 9.0])) == pytest.approx(0.5)
    assert share_of_worst(np.zeros(20)) == 0


# --- units


@pytest.mark.parametrize("epoch", [0.0, 4.0])
def test_dead_units_are_counted_and_named(trained: Trained, epoch: float) -> None:
    recording = trained("digits_mlp")
    drawn = texts("units", recording, epoch)
    for layer, units in (("hidden_1", 16), ("hidden_2", 8)):
        values = recording.at(epoch).activations(layer)
        dead = [unit for unit in range(units) if all(value <= 0 for value in values[:, unit])]
        named = " ".join(f"×{unit}" for unit in dead)
        assert f"{len(dead)} of {units} dead   {named}".rstrip() in drawn
        assert f"{100 * np.mean(values == 0):.0f} % at 0" in drawn


def test_activity_is_the_share_of_samples() -> None:
    values = np.array([[0.0, 1.0, -2.0], [0.0, 0.0, -1.0]])
    assert activity(values, "relu").tolist() == [0, 0.5, 0]
    assert activity(values, "tanh").tolist() == [0, 0.5, 1]
    maps = np.zeros((2, 3, 3, 2))
    maps[1, 2, 0, 1] = 1
    assert activity(maps, "relu").tolist() == [0, 0.5]


@pytest.mark.parametrize(("activation", "near"), [("tanh", (-0.96, 0.96)), ("sigmoid", (0.02, 0.98))])
def test_saturated_units_of_bounded_activations(activation: str, near: tuple[float, float]) -> None:
    middle = sum(near) / 2
    values = np.array([[near[0], near[1], middle], [near[1], middle, middle]])
    assert saturation(values, activation).tolist() == [1, 0.5, 0]
    assert saturation(values, "relu").tolist() == [0, 0, 0]


def test_saturated_units_are_stated(tmp_path: Path) -> None:
    about = {"arch": "64-16-8-10", "data": "digits-8x8", "activation": "tanh"}
    recording = made("digits_mlp", tmp_path / "tanh.rec", **about)
    values = recording.at(3.0).activations("layer_1")
    saturated = int(np.sum((np.abs(values) > 0.95).mean(axis=0) > 0.5))
    dead = int(np.sum((np.abs(values) <= 0.05).all(axis=0)))
    assert any(text.startswith(f"{dead} of 16 dead, {saturated} saturated") for text in texts("units", recording, 3.0))


def test_linear_networks_have_hidden_layers_too(tmp_path: Path) -> None:
    recording = made("two_rings", tmp_path / "linear.rec", arch="2-3-2-1", activation="linear", samples=150)
    assert [layer.name for layer in hidden_layers(recording)] == ["layer_1", "layer_2"]
    with pytest.raises(SceneError, match="units draws hidden layers"):
        texts("units", made("two_rings", tmp_path / "flat.rec", arch="2-1", samples=150), 0.0)


# --- violins


@pytest.mark.integration
def test_violins_show_all_values_of_a_layer(trained: Trained) -> None:
    import keras

    recording = trained("digits_mlp", gradients=True)
    state = recording.at(4.0)
    weights, activations, gradients = (layer_values(state, kind, ["hidden_1"])[0] for kind in KINDS)
    model = model_of(state)
    hidden = keras.Model(model.inputs, model.get_layer("hidden_1").output)
    assert np.array_equal(weights, model.get_layer("hidden_1").kernel.numpy().ravel())
    assert activations == pytest.approx(hidden.predict(recording.inputs, verbose=0).ravel(), abs=1e-5)
    assert np.array_equal(gradients, state.snapshot.gradients["hidden_1/kernel"].ravel())
    drawn = texts("violins", recording, 4.0)
    assert set(KINDS) <= set(drawn)
    for values in (activations, gradients):
        assert f"{100 * np.mean(values == 0):.0f} %" in drawn


KINDS = ("weights", "activations", "gradients")


def test_without_gradients_violins_say_how_to_record_them(trained: Trained) -> None:
    drawn = " ".join(texts("violins", trained("digits_mlp"), 4.0))
    assert "--gradients" in drawn
    assert "weights" in drawn


def test_violins_state_what_lies_off_the_scale(trained: Trained) -> None:
    recording = trained("digits_mlp")
    stage = Stage((1280, 720))
    find_scene("violins").set_up(stage, recording)(Moment(seconds=0.0, epoch=4.0))
    low, high = stage.figure.axes[0].get_ylim()
    layers = [layer.name for layer in recording.layers if kernels_of(recording, layer)]
    beyond = max(np.mean((v < low) | (v > high)) for v in layer_values(recording.at(4.0), "weights", layers))
    assert f"up to {100 * beyond:.1f} % off scale" in layout.texts(stage)
    assert beyond <= 0.01


def test_violins_draw_models_without_classes(trained: Trained) -> None:
    recording = trained("polynomial", arch="1-3-1")
    assert "accuracy" not in texts("violins", recording, 4.0)


# --- shared


@pytest.mark.integration
def test_one_pass_finds_the_same_activations(trained: Trained) -> None:
    state = trained("lenet", arch="2-4-12-8-10").at(2.5)
    for name, values in activations_of(state, ["conv_1", "conv_2", "hidden_2", "output"]).items():
        assert values == pytest.approx(state.activations(name), abs=1e-6)


def test_measures_glide_between_snapshots(trained: Trained) -> None:
    recording = trained("digits_mlp")
    glide = Glide(recording, lambda state: {"mean": state.weights["output/kernel"].mean(dtype=np.float64)})
    before, after = (glide.exact(recording.at(epoch))["mean"] for epoch in (2.0, 3.0))
    assert glide.between(recording.at(2.25))["mean"] == pytest.approx(0.75 * before + 0.25 * after)
    assert glide.between(recording.at(3.0))["mean"] == after
    assert glide.exact(recording.at(2.25))["mean"] == before


def test_too_many_things_are_shown_in_part() -> None:
    assert evenly(3, 5) == [0, 1, 2]
    assert evenly(20, 3) == [0, 10, 19]


def test_a_hundred_classes_are_shown_in_part(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(100), 10)
    np.savez(
        tmp_path / "many.npz", x=rng.random((1000, 6, 6)), y=y, class_names=[f"a long name, {k}" for k in range(100)]
    )
    recording = made("digits_mlp", tmp_path / "many.rec", data=str(tmp_path / "many.npz"), arch="36-8-100")
    drawn = texts("boxplot", recording, 1.0)
    assert any("20 of 100 classes" in text for text in drawn)
    for name in SCENES:
        assert animviz.frame_at(name, recording, 1.0, size=(640, 480)).std() > 0


@pytest.mark.parametrize("name", ["boxplot", "histograms"])
def test_recordings_of_no_classifier_are_refused(trained: Trained, name: str) -> None:
    with pytest.raises(SceneError, match=f"{name} draws classifiers"):
        texts(name, trained("polynomial", arch="1-3-1"), 0.0)


@pytest.mark.integration
@pytest.mark.parametrize("size", [(1280, 720), (720, 720), (720, 1280), (640, 480)])
@pytest.mark.parametrize("name", SCENES)
def test_odd_images_are_drawn_without_overlap(odd: Recording, name: str, size: tuple[int, int]) -> None:
    stage = Stage(size)
    find_scene(name).set_up(stage, odd)(Moment(seconds=0.0, epoch=4.0))
    stage.paint()
    check_layout(stage)
