"""What scenes make of outputs of every kind: each is drawn truly, or refused in one line. All from real trainings."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers
from sklearn.metrics import precision_recall_fscore_support

import animviz
from animviz import Recording, Stage
from animviz.analysis.classifier import class_probabilities
from animviz.analysis.labels import SampleLabels
from animviz.analysis.verdicts import Outcomes
from animviz.errors import AnimvizError, InputError, RecordingError, SceneError
from animviz.pictures.discovery import find_scene, scene_names
from animviz.recording.answers import answered_classes, answered_labels
from animviz.scenes.families.embedding_coloring import Coloring
from animviz.scenes.scores import rates
from helpers.layout import texts

pytestmark = pytest.mark.integration

SIZE = (480, 270)
RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 2)).astype("float32")
IMAGES = RNG.random((60, 16)).astype("float32")
WORDS = RNG.integers(1, 9, (60, 5))
SIDE, DISTANCE = (X[:, 0] > 0).astype(int), np.hypot(*X.T)
AGES = (40 + 10 * X[:, 0]).astype(int)
TAGS = np.stack([X[:, 0] > 0, X[:, 1] > 0, DISTANCE > 1], axis=1).astype(int)

# What draws any model, and what draws these as well.
ALL = {"history", "layers", "pca", "umap", "tsne", "ridgelines"}
MAIN = {"regression", "multilabel", "margin"}  # kinds that every run tries
# What these draw, no other scene does.
OF_A_KIND = {
    "polyfit", "grokking", "manifold", "features", "overfit", "descent", "paint", "attention", "flow", "models",
}  # fmt: skip
DRAWN = {
    "regression": {"network", "landscape", "signal"},
    "curve": {"polyfit", "network", "landscape", "signal", "overfit"},
    "code": {"unit", "landscape", "signal", "manifold"},
    "alone": {"landscape", "signal", "manifold"},
    "multilabel": {"scores", "network", "landscape", "signal"},
    "steps": {"scores"},
    "none": set(),
    "margin": {
        "boundary", "rings", "hidden", "confusion", "predictions", "scores", "dataset", "unit", "importance",
        "pixels", "network", "unfold", "landscape", "signal", "collapse",
    },
    "logits": set(scene_names()) - OF_A_KIND,
}  # fmt: skip
# What draws the kind, of another shape.
PARTICULAR = {
    ("none", "descent"): "places on a map", ("regression", "paint"): "a picture", ("curve", "paint"): "a picture",
    ("margin", "features"): "convolutions of images", ("logits", "features"): "convolutions of images",
}  # fmt: skip
UNLIKE = ("umap", "tsne")  # these are the scene pca with another method, which takes longer


def dense(inputs: int, *widths: int, end: str | None = None) -> keras.Model:
    hidden = [layers.Dense(width, "tanh") for width in widths[:-1]]
    return keras.Sequential([keras.Input((inputs,)), *hidden, layers.Dense(widths[-1], end)])


def tagger() -> keras.Model:
    body = [layers.Embedding(9, 4), layers.LSTM(4, return_sequences=True), layers.Dense(3, "softmax")]
    return keras.Sequential([keras.Input((5,)), *body])


def twofold() -> keras.Model:
    inputs = keras.Input((2,))
    hidden = layers.Dense(6, "tanh")(inputs)
    return keras.Model(
        inputs, {"side": layers.Dense(1, "sigmoid", name="side")(hidden), "size": layers.Dense(1, name="size")(hidden)}
    )


class SumOfSquares(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return keras.ops.sum(keras.ops.square(y_true - y_pred), axis=-1)


LOGITS = keras.losses.BinaryCrossentropy(from_logits=True)
TRAININGS: dict[str, tuple[Callable[[], keras.Model], object, object, object, dict[str, object]]] = {
    "regression": (lambda: dense(2, 4, 1), "mse", X, AGES, {"labels": AGES}),
    "curve": (lambda: dense(1, 4, 1), "mse", X[:, :1], X[:, 0] ** 2, {"labels": X[:, 0] ** 2}),
    "code": (lambda: dense(16, 2, 16, end="sigmoid"), "binary_crossentropy", IMAGES, IMAGES, {"labels": SIDE}),
    "alone": (lambda: dense(16, 2, 16, end="sigmoid"), "binary_crossentropy", IMAGES, IMAGES, {"labels": IMAGES}),
    "multilabel": (lambda: dense(2, 8, 3, end="sigmoid"), "binary_crossentropy", X, TAGS, {"labels": TAGS}),
    "steps": (tagger, "sparse_categorical_crossentropy", WORDS, WORDS % 3, {"labels": WORDS % 3}),
    "none": (lambda: dense(2, 4, 2), SumOfSquares(), X, X[:, ::-1], {}),
    "margin": (lambda: dense(2, 4, 1, end="tanh"), "hinge", X, 2 * SIDE - 1, {"labels": 2 * SIDE - 1}),
    "logits": (lambda: dense(2, 4, 1), LOGITS, X, SIDE, {"labels": SIDE}),
    "twofold": (
        twofold, {"side": "binary_crossentropy", "size": "mse"}, X, {"side": SIDE, "size": DISTANCE},
        {"targets": {"side": SIDE, "size": DISTANCE}},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Recording, keras.Model]]:
    """Return a function that trains a model for two epochs, once, and gives its recording and the model."""
    folder = tmp_path_factory.mktemp("meaning")

    @cache
    def train(name: str) -> tuple[Recording, keras.Model]:
        build, loss, x, y, further = TRAININGS[name]
        keras.utils.set_random_seed(1)
        model = build()
        model.compile(keras.optimizers.Adam(0.05), loss, run_eagerly=True)
        path = folder / f"{name}.rec"
        model.fit(x, y, epochs=2, verbose=0, callbacks=[animviz.Recorder(path, inputs=x, **further)])
        return Recording(path), model

    return train


def drawn(scene: str, recording: Recording) -> tuple[Stage, list[str]]:
    """Return a stage with the last moment of a scene, and the texts on it."""
    stage = Stage((1280, 720))
    draw = find_scene(scene).set_up(stage, recording)
    draw(animviz.Moment(0.0, float(recording.epochs[-1]), 1.0))
    return stage, texts(stage)


@pytest.mark.parametrize("scene", [name for name in scene_names() if name not in UNLIKE])
@pytest.mark.parametrize(
    "kind",
    [pytest.param(kind, marks=() if kind in MAIN else pytest.mark.thorough) for kind in DRAWN],
)
def test_every_scene_draws_every_kind_or_refuses_it_in_one_line(
    kind: str, scene: str, recorded: Callable[[str], tuple[Recording, keras.Model]]
) -> None:
    recording, _ = recorded(kind)
    if scene in ALL | DRAWN[kind]:
        assert animviz.frame_at(scene, recording, 2.0, size=SIZE).std() > 0
        return
    with pytest.raises(AnimvizError) as refused:
        animviz.frame_at(scene, recording, 2.0, size=SIZE)
    message = str(refused.value)
    assert "\n" not in message
    assert "failed" not in message
    if scene == "attention":  # which asks for activations, and not for a kind of output
        assert "attention needs activations" in message
        return
    if kind == "margin" and scene not in OF_A_KIND:
        assert "no probabilities" in message
        return
    if (kind, scene) in PARTICULAR:
        assert message.startswith(f"{scene} draws {PARTICULAR[kind, scene]}")
        return
    what = "no task" if kind == "none" else recording.output.kind
    assert message.startswith(f"{scene} draws ")
    assert f"{recording.path} was recorded with {what}; for that there are " in message
    there = set(message.rpartition("there are ")[2].split(", "))
    expected = ALL | DRAWN[kind]
    assert there == (expected if kind != "margin" else there & set(scene_names()))


def test_a_scene_that_cannot_draw_an_output_ends_the_training_before_it_begins(tmp_path: Path) -> None:
    model = dense(2, 4, 3, end="sigmoid")
    model.compile("adam", "binary_crossentropy")
    before = [weights.copy() for weights in model.get_weights()]
    filming = animviz.Animate("confusion", tmp_path / "tags.mp4", X, TAGS)
    with pytest.raises(
        SceneError, match=r"confusion draws classifiers; .* with multilabel; for that there are .*scores"
    ):
        model.fit(X, TAGS, epochs=1, verbose=0, callbacks=[filming])
    assert all(map(np.array_equal, before, model.get_weights()))


def test_a_scene_declares_only_tasks_that_there_are() -> None:
    with pytest.raises(SceneError, match="tasks names 'clustering'; expected binary, multiclass"):
        animviz.scene(tasks=("clustering",))(lambda stage, recording: None)


class TestSeveralOutputs:
    @pytest.fixture
    def twofold(self, recorded: Callable[[str], tuple[Recording, keras.Model]]) -> Recording:
        return recorded("twofold")[0]

    def test_numbers_are_those_of_the_chosen_output(
        self, twofold: Recording, recorded: Callable[[str], tuple[Recording, keras.Model]]
    ) -> None:
        _, model = recorded("twofold")
        stated = model.evaluate(X, {"side": SIDE, "size": DISTANCE}, batch_size=60, verbose=0, return_dict=True)
        for name in ("side", "size"):
            seen = Recording(twofold.path, output=name)
            assert seen[-1].scores["loss"] == pytest.approx(stated[f"{name}_loss"], rel=1e-4)
            assert seen.history("loss", source="scores")[1].tolist() == [one.scores["loss"] for one in seen]
            assert (
                seen.noted(source="scores")[:1] == ["loss"] if name == "side" else "loss" in seen.noted(source="scores")
            )
        assert "loss" not in twofold.noted(source="scores")
        right = (model.predict(X, verbose=0)["side"][:, 0] > 0.5) == SIDE
        assert Recording(twofold.path, output="side")[-1].scores["accuracy"] == right.mean()
        assert "accuracy" not in Recording(twofold.path, output="size")[-1].scores

    def test_each_output_is_drawn_by_its_name(self, twofold: Recording) -> None:
        frames = [animviz.frame_at("pca", twofold, 2.0, size=SIZE, output=name) for name in ("side", "size", None)]
        assert not any(np.array_equal(frames[a], frames[b]) for a, b in ((0, 1), (0, 2), (1, 2)))
        confusion = animviz.frame_at("confusion", twofold, 2.0, size=SIZE, output="side")
        assert np.array_equal(
            confusion, animviz.frame_at("confusion", Recording(twofold.path, output="side"), 2.0, size=SIZE)
        )

    def test_an_output_that_is_not_there_or_not_chosen_is_refused_with_all_names(self, twofold: Recording) -> None:
        with pytest.raises(InputError, match="has no output 'sides'; it has side, size"):
            animviz.frame_at("history", twofold, 2.0, size=SIZE, output="sides")
        with pytest.raises(RecordingError, match=r"which output is meant; choose .*side, size \(--output-name"):
            animviz.frame_at("confusion", twofold, 2.0, size=SIZE)
        with pytest.raises(SceneError, match=r"confusion draws classifiers; .* was recorded with regression"):
            animviz.frame_at("confusion", twofold, 2.0, size=SIZE, output="size")

    def test_the_command_line_takes_the_name(self, twofold: Recording, cli: Callable[..., object]) -> None:
        ask = ("render", "confusion", "--from", twofold.path, "--seconds", 0.2, "--hold-start", 0, "--hold-end", 0)
        assert cli(*ask, "--output-name", "side", "--size", "320x180", "-o", "side.gif").code == 0
        assert Path("side.gif").exists()
        assert "it has side, size" in cli(*ask, "--output-name", "none", "-o", "none.gif").err

    def test_a_training_is_drawn_by_the_named_output(self, tmp_path: Path) -> None:
        model = twofold()
        model.compile("adam", {"side": "binary_crossentropy", "size": "mse"})
        films = [
            animviz.Animate(
                "confusion",
                tmp_path / f"{name}.gif",
                X,
                SIDE,
                output=name,
                size="320x180",
                seconds=0.2,
                hold_start=0,
                hold_end=0,
                quiet=True,
            )
            for name in ("side", "sides")
        ]
        y = {"side": SIDE, "size": DISTANCE}
        model.fit(X, y, epochs=1, verbose=0, callbacks=films[:1])
        assert films[0].movie is not None
        assert Recording(tmp_path / "side.rec").manifest.main_output == "side"
        with pytest.raises(InputError, match="has no output 'sides'; it has side, size"):
            model.fit(X, y, epochs=1, verbose=0, callbacks=films[1:])

    def test_workers_draw_the_chosen_output(self, twofold: Recording) -> None:
        import pickle

        seen = twofold.of_output("size")
        assert pickle.loads(pickle.dumps(seen)).output.name == "size"
        assert seen.of_output("size") is seen
        assert seen != twofold


class TestColours:
    def test_values_are_coloured_by_ten_steps_whose_ends_are_named(
        self, recorded: Callable[[str], tuple[Recording, keras.Model]]
    ) -> None:
        recording, _ = recorded("regression")
        labels = SampleLabels.of(recording)
        assert labels.classes is None
        coloring = Coloring(Stage(SIZE), labels)
        numbers = coloring.numbers(labels.values, 60)
        low, high = (float(text.lstrip("≤≥ ")) for text in coloring.ends)
        expected = np.clip((AGES - low) / (high - low) * 10, 0, 9).astype(int)
        assert np.abs(numbers - expected).max() <= 1  # on the edge of a step
        assert (np.diff(numbers[np.argsort(AGES, kind="stable")]) >= 0).all()
        _, words = drawn("pca", recording)
        assert {*coloring.ends, "label"} <= set(words)
        assert not any("wrong" in text or "named by" in text for text in words)

    def test_few_far_values_do_not_take_the_colours_from_the_others(self) -> None:
        values = np.append(np.linspace(0, 1, 99), 1e6)
        coloring = Coloring(Stage(SIZE), SampleLabels(values))
        assert coloring.ends[1].startswith("≥ ")
        assert len(np.unique(coloring.numbers(values, 100))) == 10

    @pytest.mark.parametrize("values", [np.full(5, 3.0), np.array([7.0])])
    def test_values_without_a_range_have_a_colour(self, values: np.ndarray) -> None:
        coloring = Coloring(Stage(SIZE), SampleLabels(values))
        assert len(set(coloring.numbers(values, len(values)))) == 1

    def test_without_labels_all_have_one_colour(self, recorded: Callable[[str], tuple[Recording, keras.Model]]) -> None:
        recording, _ = recorded("none")
        coloring = Coloring(Stage(SIZE), SampleLabels.of(recording))
        assert (len(coloring.palette), coloring.ends, set(coloring.numbers(None, 60))) == (1, None, {0})
        _, words = drawn("pca", recording)
        assert not any(part in text for text in words for part in ("wrong", "named by", "colour", "accuracy"))

    def test_classes_colour_the_code_of_an_autoencoder_which_answers_none(
        self, recorded: Callable[[str], tuple[Recording, keras.Model]]
    ) -> None:
        recording, _ = recorded("code")
        assert SampleLabels.of(recording).names == ("0", "1")
        _, words = drawn("pca", recording)
        assert any("named by" in text for text in words)
        assert not any("wrong" in text or "accuracy" in text for text in words)
        assert "loss" in words

    def test_a_layer_by_layer_flow_states_trust_where_there_are_no_votes(
        self, recorded: Callable[[str], tuple[Recording, keras.Model]]
    ) -> None:
        _, words = drawn("layers", recorded("regression")[0])
        assert any("trust" in text for text in words)
        assert not any("named by" in text for text in words)


class TestAnswers:
    def test_logits_say_yes_above_zero_and_are_probabilities_by_the_sigmoid(
        self, recorded: Callable[[str], tuple[Recording, keras.Model]]
    ) -> None:
        recording, model = recorded("logits")
        logits = model.predict(X, verbose=0)[:, 0]
        assert recording[-1].scores["accuracy"] == np.mean((logits > 0) == SIDE)
        assert class_probabilities(recording.at(2.0))[:, 1] == pytest.approx(1 / (1 + np.exp(-logits)), abs=1e-5)

    @pytest.mark.parametrize("kind", ["logits", "margin"])
    def test_the_boundary_lies_where_the_answer_flips(
        self, kind: str, recorded: Callable[[str], tuple[Recording, keras.Model]]
    ) -> None:
        recording, _ = recorded(kind)
        stage, _ = drawn("boundary", recording)
        (line,) = [line for line in stage.figure.axes[0].lines if len(line.get_xdata()) > 1]
        places = np.column_stack(line.get_data()).astype(np.float32)
        places = places[np.isfinite(places).all(axis=1)]
        values = recording.at(2.0).outputs(places)[:, 0]
        assert values == pytest.approx(0.0, abs=2e-2)
        assert recording.output.threshold == 0.0

    def test_values_answer_by_the_middle_of_their_labels(
        self, recorded: Callable[[str], tuple[Recording, keras.Model]]
    ) -> None:
        recording, model = recorded("margin")
        right = (model.predict(X, verbose=0)[:, 0] > 0) == SIDE
        assert recording[-1].scores["accuracy"] == right.mean()
        assert Outcomes(recording).counts(2)[0].sum() == right.sum()

    def test_scores_count_each_label_and_each_position_for_itself(
        self, recorded: Callable[[str], tuple[Recording, keras.Model]]
    ) -> None:
        labels, steps = recorded("multilabel")[0], recorded("steps")[0]
        tags = answered_labels(labels.output, labels.at(2.0).outputs())
        words = answered_classes(steps.output, steps.at(2.0).outputs())
        pairs = [(labels, TAGS, tags), (steps, (WORDS % 3).ravel(), words.ravel())]
        for recording, truth, answers in pairs:
            expected = precision_recall_fscore_support(truth, answers, zero_division=0)[:3]
            outcomes = Outcomes(recording)
            assert rates(outcomes.counts(2)) == pytest.approx(np.transpose(expected))
            assert outcomes.accuracy(2) == pytest.approx(np.mean(truth == answers))
            assert outcomes.accuracy(2) == pytest.approx(recording[-1].scores["accuracy"])
