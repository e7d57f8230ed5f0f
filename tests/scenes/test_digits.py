"""The scenes `digits` and `ensemble`: what they state is what Keras says, and the lessons of the notebooks hold."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from animviz import Moment, Recording, Stage
from animviz.errors import SceneError
from animviz.parts.answer import Bars
from animviz.pictures.discovery import find_scene
from animviz.recording.replay.layers import Layer
from animviz.recording.state import State
from animviz.scenes.ensemble import STILL, counts_of, likeness, still_from, sums_of
from animviz.scenes.families.layers import Probe, Scale, hidden_layers
from animviz.stage.box import Box
from helpers.layout import check_layout, texts

pytestmark = pytest.mark.integration  # from real trainings

Train = Callable[..., Recording]
SIZES = [(720, 1280), (640, 480)]


@pytest.fixture
def net(trained: Train) -> Recording:
    return trained("digits_mlp")


@pytest.fixture
def odd(trained: Train, odd_images: Path) -> Recording:
    return trained("digits_mlp", data=str(odd_images), arch="840-12-7")


def drawn(
    name: str,
    recording: Recording,
    *,
    at: float | None = None,
    progress: float = 1.0,
    size: tuple[int, int] = (1280, 720),
    **options: object,
) -> Stage:
    stage = Stage(size)
    draw = find_scene(name).set_up(stage, recording, **options)
    draw(Moment(0.0, float(recording.epochs[-1]) if at is None else at, progress))
    return stage


def keras_outputs(recording: Recording, state: State, inputs: np.ndarray) -> np.ndarray:
    from animviz.recorders.keras import rebuild

    return rebuild.outputs(recording.manifest.model, state.weights, inputs)["output"]


@pytest.mark.parametrize("epoch", [0.0, 2.7, 4.0])
def test_verdict_is_what_keras_says_of_the_last_true_state(net: Recording, epoch: float) -> None:
    state = net.at(np.floor(epoch))
    output = keras_outputs(net, state, net.inputs[[7]])[0]
    shown = texts(drawn("digits", net, at=epoch, sample=7))
    assert f"{100 * output.max():.1f} %" in shown
    assert f"{100 * state.snapshot.scores['accuracy']:.1f} %" in shown
    # Its name stands among the bars and as the verdict.
    assert shown.count(net.output.class_names[output.argmax()]) >= 2


def test_maps_show_what_keras_layers_put_out(net: Recording) -> None:
    from animviz.recorders.keras import rebuild

    state, chosen = net.at(4.0), np.array([3, 11])
    for layer in ("hidden_1", "hidden_2"):
        by_keras = rebuild.activations(net.manifest.model, state.weights, layer, net.inputs[chosen])
        assert Probe(net, chosen).activations(state, layer) == pytest.approx(by_keras, abs=1e-5)


def test_count_of_right_answers_is_that_of_keras(net: Recording) -> None:
    fives = np.flatnonzero(net.labels == 5)[:20]
    right = (keras_outputs(net, net.at(4.0), net.inputs[fives]).argmax(axis=1) == 5).sum()
    assert f"{right} of 20 right, × wrong" in texts(drawn("digits", net, samples=20))


def test_default_sample_is_of_the_class_and_as_sure_as_any(net: Recording) -> None:
    (label,) = [text for text in texts(drawn("digits", net, digit="3")) if text.startswith("input: sample")]
    sample = int(label.split()[-1])
    threes = np.flatnonzero(net.labels == 3)
    given = dict(zip(threes, net.at(4.0).outputs(net.inputs[threes])[:, 3], strict=True))
    assert given[sample] >= min(0.99, max(given.values()))


def test_samples_pass_with_the_progress_of_the_video(net: Recording) -> None:
    for progress, number in ((0.0, 1), (0.5, 6), (1.0, 10)):
        assert f"{number} of 10" in texts(drawn("digits", net, at=1.0, samples=10, progress=progress))


def test_fewer_samples_than_asked_for_are_said(odd: Recording) -> None:
    count = int((odd.labels == 2).sum())
    assert any(f"of all {count} right" in text for text in texts(drawn("digits", odd, digit="cat", samples=500)))
    count = int((odd.extras["train_labels"] == 2).sum())
    assert any(f"all {count} training images of cat" in text for text in texts(drawn("ensemble", odd, digit="cat")))


def test_counter_and_stand_still_are_numpys(net: Recording) -> None:
    labels = net.extras["train_labels"]
    members = net.extras["train_inputs"][labels == 5][:60]
    counts = [1, *range(5, 61, 5)]
    state = net.at(4.0)
    stage = drawn("ensemble", net, samples=60)
    assert "60" in texts(stage)
    for values in (members, state.activations("hidden_1", members), state.outputs(members)):
        sums = np.cumsum(values.reshape(len(values), -1), axis=0)
        correlations = [np.corrcoef(sums[n - 1], sums[-1])[0, 1] for n in counts]
        below = [k for k, r in enumerate(correlations) if r < STILL]
        assert f"still from {counts[below[-1] + 1] if below else 1}" in texts(stage)


def test_ensemble_is_of_one_true_state_whatever_the_epoch_of_the_video(net: Recording) -> None:
    last = drawn("ensemble", net, at=0.0, progress=0.4).frame()
    assert np.array_equal(last, drawn("ensemble", net, at=4.0, progress=0.4, epoch=4.0).frame())
    before = drawn("ensemble", net, epoch=2.7).frame()
    assert np.array_equal(before, drawn("ensemble", net, epoch=2.0).frame())
    assert not np.array_equal(before, last)


def test_counts_are_those_of_the_notebooks() -> None:
    assert counts_of(100, 5).tolist() == [1, *range(5, 101, 5)]
    assert counts_of(7, 5).tolist() == [1, 5, 7]
    assert counts_of(1, 5).tolist() == [1]


def test_sums_and_likeness_are_numpys() -> None:
    values = np.random.default_rng(0).random((12, 4, 3)).astype(np.float32)
    counts = counts_of(12, 5)
    sums = sums_of(values, counts)
    assert sums == pytest.approx(np.array([values[:n].sum(axis=0) for n in counts]), rel=1e-5)
    by_numpy = [np.corrcoef(sum_.ravel(), sums[-1].ravel())[0, 1] for sum_ in sums]
    assert likeness(sums) == pytest.approx(np.array(by_numpy))


def test_a_silent_layer_has_no_pattern() -> None:
    assert np.isnan(likeness(np.zeros((3, 5)))).all()
    assert still_from(np.array([1, 5, 7]), np.full(3, np.nan)) is None


@pytest.mark.parametrize(
    ("curve", "expected"), [([1, 1, 1], 1), ([0.5, 1, 1], 5), ([1, 0.5, 1], 7), ([0.5, 0.995, 0.2], None)]
)
def test_still_is_where_it_stays(curve: list[float], expected: int | None) -> None:
    assert still_from(np.array([1, 5, 7]), np.array(curve)) == expected


def test_layers_that_change_nothing_are_skipped(net: Recording) -> None:
    assert {layer.kind for layer in net.layers} >= {"Dropout", "Flatten"}
    assert [layer.name for layer in hidden_layers(net, "", 9, "digits")[0]] == ["hidden_1", "hidden_2"]


def test_a_part_of_too_many_layers_is_said() -> None:
    layers = [Layer(name=f"dense_{k}", kind="Dense") for k in range(9)]
    untrained = SimpleNamespace(snapshot=SimpleNamespace(stored=[layer.name for layer in layers]), basis=None)
    recording = SimpleNamespace(layers=layers, at=lambda epoch: untrained)
    chosen, note = hidden_layers(recording, "", 3, "digits")  # type: ignore[arg-type]
    assert [layer.name for layer in chosen] == ["dense_0", "dense_4", "dense_7"]
    assert note == "3 of 8 layers"


@pytest.mark.parametrize(
    ("activation", "values", "ends"),
    [
        ("tanh", [-0.1, 0.2], ("signed", -1.0, 1.0)),
        ("sigmoid", [0.1, 0.2], ("heat", 0.0, 1.0)),
        ("relu", [0.0, 2.0], ("heat", 0.0, 2.0)),
        ("linear", [-3.0, 1.0], ("signed", -3.0, 3.0)),
        ("relu", [0.0, 0.0], ("heat", 0.0, 1.0)),
    ],
)
def test_scales_are_natural_or_hold_the_values(
    activation: str, values: list[float], ends: tuple[str, float, float]
) -> None:
    scale = Scale.of(Layer(name="a", kind="Dense", activation=activation), np.array(values))
    assert (scale.kind, scale.low, scale.high) == ends


def test_the_strongest_of_a_hundred_classes_are_shown_and_the_true_one() -> None:
    names = [f"a class of a very long name {k}" for k in range(100)]
    stage = Stage((640, 480))
    bars = Bars(stage, Box(40, 100, 300, 400), names, 77, np.arange(100.0), ("#fff", "#000"))
    bars.show(np.full(100, 0.01))
    assert bars.note == "14 of 100 classes"
    assert len(texts(stage)) == 14


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("digits", {"digit": "ten"}, "digits: no class 'ten'; .* has 0, 1, 2"),
        ("digits", {"sample": 10**6}, r"digits: --sample is 1000000; .* has samples 0 to \d+"),
        ("digits", {"sample": 1, "samples": 5}, "give one of them"),
        ("digits", {"layers": "hidden_1,nope"}, "digits: no layer 'nope'; .* has flatten, hidden_1"),
        ("digits", {"layers": ",".join(["hidden_1"] * 40)}, "names 40 layers; in this frame there is room for"),
        ("ensemble", {"digit": "ten"}, "ensemble: no class 'ten'"),
        ("ensemble", {"layers": "nope"}, "ensemble: no layer 'nope'"),
        ("ensemble", {"epoch": 99.0}, "ensemble: --epoch is 99; .* spans 0 to 4"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    name: str, options: dict[str, object], message: str, net: Recording
) -> None:
    with pytest.raises(SceneError, match=message):
        find_scene(name).set_up(Stage((320, 180)), net, **options)


@pytest.mark.parametrize("name", ["digits", "ensemble"])
def test_curves_are_no_classifiers(name: str, trained: Train) -> None:
    with pytest.raises(SceneError, match=f"{name} draws classifiers"):
        drawn(name, trained("polynomial", arch="1-3-1"))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("name", "options"), [("digits", {"samples": 50}), ("digits", {}), ("ensemble", {})])
def test_texts_of_another_data_set_keep_apart(
    name: str, options: dict[str, object], size: tuple[int, int], odd: Recording
) -> None:
    stage = drawn(name, odd, size=size, **options)
    stage.paint()
    check_layout(stage)


def test_frames_of_samples_do_not_depend_on_those_before(net: Recording) -> None:
    stage = Stage((320, 180))
    draw = find_scene("digits").set_up(stage, net, samples=6)
    moments = [Moment(0.0, 1.0, progress) for progress in (0.0, 0.4, 0.9)]
    frames = []
    for moment in moments:
        draw(moment)
        frames.append(stage.frame())
    for moment, frame in reversed(list(zip(moments, frames, strict=True))):
        draw(moment)
        assert np.array_equal(stage.frame(), frame)


def alikeness(values: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Return the mean correlation of two samples of one class, and how much that is above that of two classes."""
    flat = values.reshape(len(values), -1)
    correlation = np.corrcoef(flat[flat.std(axis=1) > 0])
    known = labels[flat.std(axis=1) > 0]
    same = known[:, None] == known
    pairs = ~np.eye(len(known), dtype=bool)
    within = correlation[same & pairs].mean()
    return within, within - correlation[~same].mean()


@pytest.mark.slow
def test_lesson_classes_grow_alike_from_layer_to_layer(trained: Train) -> None:
    recording = trained("digits_mlp", data="mnist-5k", arch="784-256-64-10", epochs=5)
    state = recording.at(5.0)
    seen = [alikeness(state.activations(name), recording.labels) for name in ("input", "hidden_1", "hidden_2")]
    # Measured at dropout 0.5 on the 1,000 test digits: 0.44, 0.56, 0.71 within; 0.16, 0.48, 0.70 above other classes.
    for (within, above), (deeper_within, deeper_above) in pairwise(seen):
        assert deeper_within > within + 0.05
        assert deeper_above > above + 0.1
    # It is learnt: in the untrained net deeper layers tell classes apart less, not more.
    untrained = [
        alikeness(recording.at(0.0).activations(n), recording.labels)[1] for n in ("input", "hidden_1", "hidden_2")
    ]
    assert untrained[2] < untrained[1] < untrained[0]


@pytest.mark.slow
def test_lesson_deeper_patterns_stand_still_earlier(trained: Train) -> None:
    recording = trained("digits_mlp", data="mnist-5k", arch="784-256-64-10", epochs=5)
    state, labels = recording.at(5.0), recording.extras["train_labels"]
    counts = counts_of(100, 5)
    means = []
    for layer in ("input", "hidden_1", "hidden_2"):
        still = []
        for digit in range(10):
            members = recording.extras["train_inputs"][labels == digit][:100]
            still.append(still_from(counts, likeness(sums_of(state.activations(layer, members), counts))))
        means.append(np.mean(still))
    # Measured, mean over the ten digits: 48 images for the input, 34 for layer 1, 14 for layer 2.
    assert means[2] < 0.7 * means[1]
    assert means[1] < means[0]
