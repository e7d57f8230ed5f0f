"""Ridgelines: what is drawn are all values of a layer, and the losses and margins of the samples, as Keras finds them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import animviz
from animviz import Moment, Recording, Stage
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.pictures.discovery import find_scene
from animviz.recording.state import State
from animviz.sampling import strided
from animviz.scenes.families.amounts import rounded
from animviz.scenes.families.distributions import Glide, activations_of
from animviz.scenes.families.quantities import known_quantities
from animviz.scenes.families.value_axis import FEW, LEAST, axis_of
from animviz.scenes.ridgelines import _how_often
from helpers import layout
from helpers.layout import check_layout
from helpers.recordings import made

pytestmark = pytest.mark.integration  # from real trainings

Trained = Callable[..., Recording]


@pytest.fixture
def odd(trained: Trained, odd_images: Path) -> Recording:
    return trained("digits_mlp", data=str(odd_images), arch="840-12-7")


@pytest.mark.parametrize(("low", "high"), [(0.21, 0.44), (0.3, 0.31), (1.1, 8.0), (0.02, 40.0)])
def test_an_axis_of_logarithms_has_numbers_however_short_it_is(low: float, high: float) -> None:
    ticks = axis_of([np.linspace(low, high, 80)], log=True).ticks
    assert len(ticks) >= (1 if high / low < 1.1 else 2)
    assert all(low * 0.9 <= float(label) <= high * 1.1 for _, label in ticks if high / low > 1.1)


def texts(recording: Recording, epoch: float, **options: object) -> list[str]:
    stage = Stage((1280, 720))
    find_scene("ridgelines").set_up(stage, recording, **options)(Moment(seconds=0.0, epoch=epoch))
    return layout.texts(stage)


def model_of(state: State) -> Any:
    """Return the recorded model with the weights of a state."""
    from keras.models import model_from_json

    recording = state.basis
    model = model_from_json(recording.manifest.model)
    model.set_weights([state.weights[name] for name in recording.manifest.weights])
    return model


def test_all_values_of_a_layer_are_counted(trained: Trained) -> None:
    import keras

    recording = trained("digits_mlp", gradients=True)
    state = recording.at(4.0)
    known = {name: values(state) for name, values in known_quantities(recording, "hidden_1").items()}
    assert list(known) == ["weights", "activations", "gradients", "losses", "margins"]
    model = model_of(state)
    hidden = keras.Model(model.inputs, model.get_layer("hidden_1").output)
    assert np.array_equal(known["weights"], model.get_layer("hidden_1").kernel.numpy().ravel())
    assert known["activations"] == pytest.approx(hidden.predict(recording.inputs, verbose=0).ravel(), abs=1e-5)
    assert np.array_equal(known["gradients"], state.snapshot.gradients["hidden_1/kernel"].ravel())
    assert set(known) <= set(texts(recording, 4.0))
    outputs = model.predict(recording.inputs, verbose=0)
    losses = np.asarray(keras.losses.sparse_categorical_crossentropy(recording.labels, outputs))
    assert known["losses"] == pytest.approx(losses, rel=1e-3, abs=1e-5)
    assert np.array_equal(known["margins"] > 0, outputs.argmax(axis=1) == recording.labels)
    assert f"The samples' median loss falls from {np.median(sample_losses(recording, 0.0)):.3f}" in " ".join(
        texts(recording, 0.0)
    )


def sample_losses(recording: Recording, epoch: float) -> Array:
    return known_quantities(recording, "hidden_1")["losses"](recording.at(epoch))


def test_losses_are_those_that_were_trained_with(rings_recording: Recording) -> None:
    state, losses = rings_recording.at(4.0), sample_losses(rings_recording, 4.0)
    assert losses == pytest.approx((state.outputs() - rings_recording.labels.reshape(-1, 1))[:, 0] ** 2)
    assert losses.mean() == pytest.approx(state.snapshot.scores["loss"], rel=1e-5)


def test_an_axis_says_what_it_leaves_out() -> None:
    values = np.append(np.linspace(-1, 1, 999), 50.0)
    axis = axis_of([values])
    assert axis.held == pytest.approx(1 - np.mean((values < axis.edges[0]) | (values > axis.edges[-1])))
    assert axis.edges[-1] < 2
    assert axis.counts(values).sum() == pytest.approx(len(values) * axis.held - np.sum(values == 0))
    logarithms = axis_of([np.append(np.logspace(-6, 0, 999), 0.0)], log=True)
    assert logarithms.edges[0] < np.log10(LEAST)
    assert logarithms.held == 1
    assert logarithms.ticks[0] == (-4.0, "≤ 0.0001")


def test_few_values_stand_where_the_axis_says(tmp_path: Path) -> None:
    recording = made("two_rings", tmp_path / "few.rec", samples=30)
    epoch = float(recording.epochs[-1])
    stage = Stage((1280, 720))
    find_scene("ridgelines").set_up(stage, recording)(Moment(seconds=0.0, epoch=epoch))
    dots = [line for axes in stage.figure.axes for line in axes.lines if line.get_marker() == "o"]
    for line in dots:
        low, high = sorted(line.axes.get_xlim())
        places = np.asarray(line.get_xdata())
        assert ((low <= places) & (places <= high)).all()
    losses = known_quantities(recording, "layer_1")["losses"](recording.at(epoch))
    places = np.log10(np.maximum(losses, LEAST))
    assert len(losses) <= FEW
    assert any(len(line.get_xdata()) == len(losses) and np.allclose(line.get_xdata(), places) for line in dots)


def test_what_is_not_there_is_refused(trained: Trained) -> None:
    recording = trained("polynomial", arch="1-3-1")
    assert "margins" not in texts(recording, 4.0)
    with pytest.raises(SceneError, match=r"no gradients; record with --gradients; it has weights"):
        texts(recording, 0.0, large="gradients")
    with pytest.raises(SceneError, match=r"no layer 'nope' with weights.*hidden_1"):
        texts(recording, 0.0, layer="nope")


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


def test_weights_in_no_layer_are_refused(tmp_path: Path) -> None:
    bare = made("two_rings", tmp_path / "bare.rec", samples=40)
    manifest = bare.manifest.model_copy(update={"layers": ()})
    bare.manifest = bare.basis.manifest = manifest
    with pytest.raises(SceneError, match="ridgelines draws layers with weight matrices"):
        texts(bare, 0.0)


@pytest.mark.parametrize("size", [(1280, 720), (720, 720), (720, 1280), (640, 480)])
def test_odd_images_are_drawn_without_overlap(odd: Recording, size: tuple[int, int]) -> None:
    stage = Stage(size)
    find_scene("ridgelines").set_up(stage, odd)(Moment(seconds=0.0, epoch=4.0))
    stage.paint()
    check_layout(stage)


def test_the_old_name_goes_on(rings_recording: Recording) -> None:
    assert animviz.frame_at("violins", rings_recording, 1.0, size=(320, 180)).std() > 0


def test_the_averages_of_the_samples_stand_where_they_are(trained: Trained) -> None:
    stage, recording = Stage((1280, 720)), trained("digits_mlp")
    find_scene("ridgelines").set_up(stage, recording)(Moment(seconds=0.0, epoch=3.0))
    said = next(one for one in stage.pairs if one.name == "averages")
    losses = sample_losses(recording, 3.0)
    expected = [np.median(losses), losses.mean()]
    assert list(said.texts()) == [rounded(value) for value in expected]
    assert said.values() == pytest.approx([max(value, LEAST) for value in expected], rel=1e-6)
    assert said.texts()[1] in layout.texts(stage), "the header's loss has its mark"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2.3334, "2.333"), (0.0, "0.000"), (0.00072, "0.00072"), (-0.5, "−0.500"), (-0.0042, "−0.0042"), (3e-6, "3e-06"),
        (999.5, "999.500"), (516048.725, "516,049"), (-2.53e7, "−2.5e7"),
    ],
)  # fmt: skip
def test_small_medians_keep_two_digits_and_large_ones_no_decimals(value: float, text: str) -> None:
    assert rounded(value) == text


@pytest.mark.parametrize(
    ("recorded", "most", "said"),
    [
        (np.arange(9.0), 16, ""),
        (np.arange(21.0), 16, " and every second epoch"),
        (np.arange(20.0), 16, ", every second epoch and the last"),
        (np.arange(401.0), 16, ", every 27 epochs and the last"),
        (np.arange(21.0) * 5, 16, " and every tenth epoch"),
        (np.arange(21.0) / 7, 16, " and every second state"),
        (np.arange(1.0), 16, ""),
    ],
)
def test_ridges_stand_at_whole_strides_which_are_told(recorded: Array, most: int, said: str) -> None:
    places = strided(len(recorded), most)
    assert len(places) <= most
    assert len(set(np.diff(places)[:-1])) <= 1
    assert places[-1] == len(recorded) - 1
    assert _how_often(recorded, recorded[places]) == said
