"""Violins: what they state is what Keras finds."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import animviz
from animviz import Moment, Recording, Stage
from animviz.pictures.discovery import find_scene
from animviz.recording.state import State
from animviz.sampling import evenly
from animviz.scenes.families.distributions import Glide, activations_of, kernels_of
from animviz.scenes.violins import layer_values
from helpers import layout
from helpers.layout import check_layout
from helpers.recordings import made

pytestmark = pytest.mark.integration  # from real trainings

Trained = Callable[..., Recording]
SCENES = ("violins",)


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


def test_numbers_between_snapshots_are_those_of_the_last_true_state(trained: Trained) -> None:
    recording = trained("digits_mlp")
    for name in SCENES:
        assert texts(name, recording, 2.0) == texts(name, recording, 2.9)
        assert texts(name, recording, 2.0) != texts(name, recording, 3.0)


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
    for name in SCENES:
        assert animviz.frame_at(name, recording, 1.0, size=(640, 480)).std() > 0


@pytest.mark.integration
@pytest.mark.parametrize("size", [(1280, 720), (720, 720), (720, 1280), (640, 480)])
@pytest.mark.parametrize("name", SCENES)
def test_odd_images_are_drawn_without_overlap(odd: Recording, name: str, size: tuple[int, int]) -> None:
    stage = Stage(size)
    find_scene(name).set_up(stage, odd)(Moment(seconds=0.0, epoch=4.0))
    stage.paint()
    check_layout(stage)
