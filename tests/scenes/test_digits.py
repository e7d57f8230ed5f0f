"""The scene `digits`: what it states is what Keras says, and the lessons of the notebooks hold."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from animviz import Moment, Recording, Stage
from animviz.analysis.likeness import likeness
from animviz.errors import AnimvizError, SceneError
from animviz.parts.answer import Bars
from animviz.pictures.discovery import find_scene
from animviz.recording.replay.layers import Layer
from animviz.recording.state import State
from animviz.scenes.families.bands import Bands
from animviz.scenes.families.layer_places import Places
from animviz.scenes.families.layers import Probe, Scale, hidden_layers
from animviz.stage.box import Box
from animviz.stage.words import Words
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
def test_verdict_is_what_keras_says_of_the_moment_that_is_drawn(net: Recording, epoch: float) -> None:
    state = net.at(epoch)
    output = keras_outputs(net, state, net.inputs[[7]])[0]
    shown = texts(drawn("digits", net, at=epoch, samples="7"))
    assert f"{100 * output.max():.1f} %" in shown
    assert f"{100 * state.scores['accuracy']:.1f} %" in shown
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
    assert f"{right} of 20 right, × wrong" in texts(drawn("digits", net, count=20))


def test_default_sample_is_of_the_class_and_as_sure_as_any(net: Recording) -> None:
    (label,) = [text for text in texts(drawn("digits", net, digit="3")) if text.startswith("input: sample")]
    sample = int(label.split()[-1])
    threes = np.flatnonzero(net.labels == 3)
    given = dict(zip(threes, net.at(4.0).outputs(net.inputs[threes])[:, 3], strict=True))
    assert given[sample] >= min(0.99, max(given.values()))


def test_samples_pass_with_the_progress_of_the_video(net: Recording) -> None:
    for progress, number in ((0.0, 1), (0.5, 6), (1.0, 10)):
        assert f"{number} of 10" in texts(drawn("digits", net, at=1.0, count=10, progress=progress))


def test_fewer_samples_than_asked_for_are_said(odd: Recording) -> None:
    count = int((odd.labels == 2).sum())
    assert any(f"of all {count} right" in text for text in texts(drawn("digits", odd, digit="cat", count=500)))


@pytest.mark.parametrize(
    ("options", "title"),
    [
        ({"digit": "5,6"}, "20 images of 5 and 6, one after another"),
        ({"digit": "0-2", "count": 2}, "6 images of 0, 1 and 2, one after another"),
        ({"samples": "3,17,40-44"}, "7 images of "),
        ({"samples": "3"}, "A true "),
    ],
)
def test_classes_and_samples_are_listed(options: dict[str, object], title: str, net: Recording) -> None:
    assert any(text.startswith(title) for text in texts(drawn("digits", net, **options)))


def test_title_says_for_what_the_net_takes_the_image(net: Recording) -> None:
    first, last = (keras_outputs(net, net.at(epoch), net.inputs[[7]])[0].argmax() for epoch in (0.0, 4.0))
    ways = {True: f"taken for {first} first and last", False: f"first taken for {first}, in the end for {last}"}
    assert f"A true {net.labels[7]}, {ways[first == last]}" in texts(drawn("digits", net, samples="7"))


@pytest.mark.parametrize(
    ("side", "named", "seen"),
    [
        (240.0, 1, ["a", "b", "c", "idle"]), (90.0, 2, ["", "b", "", "idle"]), (52.0, 3, ["a", "", "", "idle"]),
        (12.0, 0, [""]),
    ],
)  # fmt: skip
def test_units_stand_in_bands_by_class_and_as_many_are_named_as_fit(side: float, named: int, seen: list[str]) -> None:
    order, classes = np.array([4, 0, 2, 1, 3, 5]), np.array([0, 0, 0, 1, 2, -1])
    stage = Stage((640, 480))
    bands = Bands(stage, Box(40, 40, 240.0, side * 0.7), order, classes, ["a", "b", "c"])
    cells = bands.laid(np.arange(6.0))
    first = [list(dict.fromkeys(row[np.isfinite(row)].tolist())) for row in cells]
    rows = [row for row, before in zip(first, [[], *first], strict=False) if row and row != before]
    assert bands.named == named
    assert (rows == [[4, 0, 2], [1], [3], [5]]) == (named > 0)
    assert [unit for row in rows for unit in row] == order.tolist()
    (words,) = [artist for artist in stage.moving if isinstance(artist, Words)]
    assert list(words.texts) == seen


@pytest.mark.parametrize("sizes", [(3, 1, 2), (40, 7, 23), (9, 9, 1)])
def test_a_name_stands_beside_the_middle_of_its_band_and_bands_are_apart(sizes: tuple[int, ...]) -> None:
    classes = np.repeat(np.arange(len(sizes)), sizes)
    stage = Stage((640, 480))
    bands = Bands(stage, Box(40, 40, 240.0, 200.0), np.arange(len(classes)), classes, ["a", "b", "c"])
    (words,) = [artist for artist in stage.moving if isinstance(artist, Words)]
    cells = bands.laid(classes.astype(float))
    part = bands.place.height / len(cells)
    rows = [np.flatnonzero((cells == k).any(axis=1)) for k in range(len(sizes))]
    middles = [bands.place.top + part * (own[0] + own[-1] + 1) / 2 for own in rows]
    np.testing.assert_allclose(np.asarray(words._places, float)[:, 1] / stage.pixel - 8, middles)
    assert all(after[0] - before[-1] > 2 for before, after in pairwise(rows))


@pytest.mark.parametrize(("size", "count"), [((1280, 720), 3), ((1280, 720), 2), ((720, 720), 3)])
def test_hidden_layers_are_larger_than_the_input(size: tuple[int, int], count: int) -> None:
    places = Places.of(Stage(size), 120, size[1] - 70, count)
    image, *hidden = places.maps
    assert all(box.width * box.height > 1.2 * image.width * image.height for box in hidden)
    assert all(one.right < other.left for one, other in pairwise(places.maps))
    assert all(box.bottom < places.story.top for box in places.maps)


def test_the_band_of_the_true_class_has_its_name_in_any_case() -> None:
    stage = Stage((640, 480))
    bands = Bands(stage, Box(40, 40, 240.0, 63.0), np.arange(4), np.arange(4), ["a", "b", "c", "d"])
    (words,) = [artist for artist in stage.moving if isinstance(artist, Words)]
    for label, seen in ((1, ["", "b", "", ""]), (2, ["a", "", "c", ""])):
        bands.mark(label)
        assert list(words.texts) == seen


def test_layers_that_change_nothing_are_skipped(net: Recording) -> None:
    assert {layer.kind for layer in net.layers} >= {"Dropout", "Flatten"}
    assert [layer.name for layer in hidden_layers(net, "", 9, "digits")[0]] == ["hidden_1", "hidden_2"]


def test_a_part_of_too_many_layers_is_said() -> None:
    layers = [Layer(name=f"dense_{k}", kind="Dense") for k in range(9)]
    untrained = SimpleNamespace(snapshot=SimpleNamespace(stored=[layer.name for layer in layers]), basis=None)
    recording = SimpleNamespace(layers=layers, epochs=[0.0], at=lambda epoch: untrained)
    chosen, note = hidden_layers(recording, "", 3, "digits")  # type: ignore[arg-type]
    assert [layer.name for layer in chosen] == ["dense_0", "dense_4", "dense_7"]
    assert note == "3 of 8 hidden layers"


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
        ("digits", {"samples": "1000000"}, r"--samples is '1000000'; expected numbers from 0 to \d+"),
        ("digits", {"digit": "5,6,ten"}, "digits: no class 'ten'"),
        ("digits", {"layers": "hidden_1,nope"}, "digits: no layer 'nope'; .* has flatten, hidden_1"),
        ("digits", {"layers": ",".join(["hidden_1"] * 40)}, "names 40 layers; in this frame there is room for"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    name: str, options: dict[str, object], message: str, net: Recording
) -> None:
    with pytest.raises(AnimvizError, match=message):
        find_scene(name).set_up(Stage((320, 180)), net, **options)


def test_curves_are_no_classifiers(trained: Train) -> None:
    with pytest.raises(SceneError, match="digits draws classifiers"):
        drawn("digits", trained("polynomial", arch="1-3-1"))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("name", "options"), [("digits", {"count": 50}), ("digits", {})])
def test_texts_of_another_data_set_keep_apart(
    name: str, options: dict[str, object], size: tuple[int, int], odd: Recording
) -> None:
    stage = drawn(name, odd, size=size, **options)
    stage.paint()
    check_layout(stage)


def test_frames_of_samples_do_not_depend_on_those_before(net: Recording) -> None:
    stage = Stage((320, 180))
    draw = find_scene("digits").set_up(stage, net, count=6)
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
def test_lesson_deeper_in_one_image_is_more_like_the_others(trained: Train) -> None:
    recording = trained("digits_mlp", data="mnist-5k", arch="784-256-64-10", epochs=5)
    state, labels = recording.at(5.0), recording.extras["train_labels"]
    alone, together = [], []
    for layer in ("input", "hidden_1", "hidden_2"):
        found = []
        for digit in range(10):
            values = state.activations(layer, recording.extras["train_inputs"][labels == digit][:100])
            others = state.activations(layer, recording.inputs[recording.labels == digit]).mean(axis=0)
            found.append((np.median(likeness(values, others)), likeness(values.sum(axis=0)[None], others)[0]))
        alone.append(np.mean(found, axis=0)[0])
        together.append(np.mean(found, axis=0)[1])
    # Measured, mean over the ten digits: 0.68, 0.79 and 0.91 for one image; 0.980, 0.989 and 0.996 for 100.
    assert alone[0] + 0.05 < alone[1] < alone[2] - 0.05
    assert together[0] < together[1] < together[2]
    assert min(together) > 0.95
