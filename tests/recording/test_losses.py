"""Losses in NumPy against those of Keras."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
import pytest

from animviz.errors import InputError
from animviz.recording.formulas import FORMULAS
from animviz.recording.losses import Loss

Pair = tuple[np.ndarray, np.ndarray]
Maker = Callable[[np.random.Generator, tuple[int, ...], float], Pair]

SHAPES = [(9, 3), (6, 5, 3), (4, 3, 2, 3)]
WIDTHS = [1.0, 60.0]  # the wide one gives probabilities of exactly 0 and 1, and logits beyond 100


def values(rng: np.random.Generator, shape: tuple[int, ...], width: float) -> Pair:
    return rng.normal(0, 2, shape), rng.normal(0, width, shape).astype(np.float32)


def counts(rng: np.random.Generator, shape: tuple[int, ...], width: float) -> Pair:
    return rng.integers(0, 9, shape), rng.exponential(width, shape).astype(np.float32)


def labels_and_logits(rng: np.random.Generator, shape: tuple[int, ...], width: float) -> Pair:
    return rng.integers(0, 2, shape), rng.normal(0, width, shape).astype(np.float32)


def labels_and_probabilities(rng: np.random.Generator, shape: tuple[int, ...], width: float) -> Pair:
    target, logits = labels_and_logits(rng, shape, width)
    return target, (1 / (1 + np.exp(-logits.astype(np.float64)))).astype(np.float32)


def class_logits(rng: np.random.Generator, shape: tuple[int, ...], width: float) -> Pair:
    return rng.integers(0, shape[-1], shape[:-1]), rng.normal(0, width, shape).astype(np.float32)


def classes(rng: np.random.Generator, shape: tuple[int, ...], width: float) -> Pair:
    target, logits = class_logits(rng, shape, width)
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return target, powers / powers.sum(axis=-1, keepdims=True)


def distributions(rng: np.random.Generator, shape: tuple[int, ...], width: float) -> Pair:
    return classes(rng, shape, width)[1], classes(rng, shape, width)[1]


def rows(make: Maker) -> Maker:
    def made(rng: np.random.Generator, shape: tuple[int, ...], width: float) -> Pair:
        target, output = make(rng, shape, width)
        return np.eye(shape[-1])[target], output

    return made


def embeddings(rng: np.random.Generator, shape: tuple[int, ...], width: float) -> Pair:
    vectors = rng.normal(0, 1, (shape[0], 4)) + rng.normal(0, width)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return rng.integers(0, 3, shape[0]), unit.astype(np.float32)


FOCAL = {"alpha": 0.4, "gamma": 1.5, "label_smoothing": 0.2}
CASES: list[tuple[str, Maker, dict[str, Any]]] = [
    ("MeanSquaredError", values, {}),
    ("MeanAbsoluteError", values, {}),
    ("MeanAbsolutePercentageError", values, {}),
    ("MeanAbsolutePercentageError", counts, {}),  # targets of 0
    ("MeanSquaredLogarithmicError", values, {}),
    ("Huber", values, {}),
    ("Huber", values, {"delta": 0.3}),
    ("LogCosh", values, {}),
    ("Poisson", counts, {}),
    ("KLDivergence", distributions, {}),
    ("CosineSimilarity", values, {}),
    ("CosineSimilarity", values, {"axis": 1}),
    ("CosineSimilarity", values, {"axis": 0}),
    ("Hinge", labels_and_logits, {}),
    ("SquaredHinge", labels_and_logits, {}),
    ("CategoricalHinge", rows(class_logits), {}),
    ("BinaryCrossentropy", labels_and_probabilities, {}),
    ("BinaryCrossentropy", labels_and_probabilities, {"label_smoothing": 0.2, "axis": 1}),
    ("BinaryCrossentropy", labels_and_logits, {"from_logits": True}),
    ("BinaryCrossentropy", labels_and_logits, {"from_logits": True, "label_smoothing": 0.2}),
    ("BinaryFocalCrossentropy", labels_and_probabilities, {}),
    ("BinaryFocalCrossentropy", labels_and_probabilities, {"apply_class_balancing": True, "axis": 1, **FOCAL}),
    ("BinaryFocalCrossentropy", labels_and_logits, {"from_logits": True}),
    ("CategoricalCrossentropy", rows(classes), {}),
    ("CategoricalCrossentropy", rows(classes), {"label_smoothing": 0.2}),
    ("CategoricalCrossentropy", rows(class_logits), {"from_logits": True, "label_smoothing": 0.2, "axis": 1}),
    ("CategoricalFocalCrossentropy", rows(classes), {}),
    ("CategoricalFocalCrossentropy", rows(classes), FOCAL),
    ("CategoricalFocalCrossentropy", rows(class_logits), {"from_logits": True, "axis": 1}),
    ("SparseCategoricalCrossentropy", classes, {}),
    ("SparseCategoricalCrossentropy", classes, {"ignore_class": 0}),
    ("SparseCategoricalCrossentropy", class_logits, {"from_logits": True, "ignore_class": 2}),
    ("CategoricalGeneralizedCrossEntropy", classes, {}),
    ("CategoricalGeneralizedCrossEntropy", classes, {"q": 0.3}),
    ("Dice", labels_and_probabilities, {}),
    ("Dice", labels_and_probabilities, {"axis": -1}),
    ("Tversky", labels_and_probabilities, {}),
    ("Tversky", labels_and_probabilities, {"alpha": 0.3, "beta": 0.8, "axis": 1}),
    ("Circle", embeddings, {}),
    ("Circle", embeddings, {"gamma": 20.0, "margin": 0.2, "remove_diagonal": False}),
]


def of_keras(name: str, target: np.ndarray, output: np.ndarray, **settings: Any) -> np.ndarray:
    return np.asarray(getattr(keras.losses, name)(**settings)(target, output))


def pairs(make: Maker) -> Iterator[Pair]:
    rng = np.random.default_rng(0)
    for shape in SHAPES:
        for width in WIDTHS:
            yield make(rng, shape, width)


def close(expected: float) -> Any:
    return pytest.approx(expected, rel=1e-5, abs=1e-6)


def identity(case: tuple[str, Maker, dict[str, Any]]) -> str:
    return " ".join([case[0], *case[2]])


@pytest.mark.parametrize(("name", "make", "settings"), CASES, ids=map(identity, CASES))
def test_losses_are_those_of_keras(name: str, make: Maker, settings: dict[str, Any]) -> None:
    loss = Loss.of(name, **settings)
    for target, output in pairs(make):
        assert loss.mean(target, output) == close(of_keras(name, target, output, **settings)), output.shape


@pytest.mark.parametrize(("name", "make", "settings"), CASES, ids=map(identity, CASES))
def test_each_sample_has_the_loss_that_keras_gives_it(name: str, make: Maker, settings: dict[str, Any]) -> None:
    loss = Loss.of(name, **settings)
    for target, output in pairs(make):
        values = of_keras(name, target, output, reduction=None, **settings)
        if values.shape[:1] != output.shape[:1]:
            with pytest.raises(InputError, match="one number for all samples"):
                loss.per_sample(target, output)
            continue
        counted = np.ones(values.shape) if "ignore_class" not in settings else target != settings["ignore_class"]
        if name == "Circle":
            counted = values > 0
        places = tuple(range(1, values.ndim))
        with np.errstate(invalid="ignore"):
            expected = values.sum(axis=places) / counted.sum(axis=places)
        found = loss.per_sample(target, output)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("name", "make", "settings"), CASES, ids=map(identity, CASES))
def test_every_setting_counts(name: str, make: Maker, settings: dict[str, Any]) -> None:
    truths = [of_keras(name, target, output, **settings) for target, output in pairs(make)]
    for left_out in settings:
        if left_out == "axis" and name.startswith("Binary"):
            continue  # the mean over all places is the same, whichever axis is the first to go
        others = Loss.of(name, **{key: value for key, value in settings.items() if key != left_out})
        found = [others.mean(target, output) for target, output in pairs(make)]
        assert any(each != close(truth) for each, truth in zip(found, truths, strict=True)), left_out


def test_names_settings_and_defaults_are_those_of_keras() -> None:
    of_class = {name: each for name, each in vars(keras.losses).items() if inspect.isclass(each)}
    known = {name: Loss.of(name) for name in of_class}
    assert {name for name, loss in known.items() if loss is None} == {"Loss", "CTC"}
    assert {loss.name for loss in known.values() if loss} == set(FORMULAS)
    tested = {(name, key) for name, _, settings in CASES for key in settings}
    for name, loss in known.items():
        if loss is None:
            continue
        theirs = inspect.signature(of_class[name].__init__).parameters
        expected = {
            key: each.default for key, each in theirs.items() if key not in ("self", "name", "dtype", "reduction")
        }
        ours = inspect.signature(FORMULAS[loss.name]).parameters
        assert {key: each.default for key, each in ours.items() if key not in ("target", "output")} == expected, name
        untested = {key for key in expected if (name, key) not in tested}
        assert untested <= {"axis"}, name  # of the sparse one: Keras takes none but the last on TensorFlow


@pytest.mark.parametrize(
    "name", ["mse", "MSE", "mae", "MAE", "mape", "MAPE", "msle", "MSLE", "bce", "BCE", "kld", "KLD"]
)
def test_short_names_are_those_of_keras(name: str) -> None:
    assert Loss.of(name).name == keras.losses.get(name).__name__


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_names_of_functions_are_those_of_keras(name: str) -> None:
    assert Loss.of(getattr(keras.losses, name).__name__) == Loss(name=name)


@pytest.mark.parametrize("name", ["ctc", "ce", "crossentropy", "my_loss", ""])
def test_other_names_have_no_loss(name: str) -> None:
    assert Loss.of(name) is None


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none", None])
@pytest.mark.parametrize("settings", [{}, {"ignore_class": 1}])
def test_reductions_are_those_of_keras(reduction: str | None, settings: dict[str, Any]) -> None:
    target, output = classes(np.random.default_rng(1), (6, 5, 3), 1.0)
    target[2] = 1
    loss = Loss.of("SparseCategoricalCrossentropy", reduction=reduction, **settings)
    stated = loss.mean(target, output)
    expected = of_keras("SparseCategoricalCrossentropy", target, output, reduction=reduction, **settings)
    if reduction == "sum":
        assert stated * len(output) == close(expected)
        assert np.nansum(loss.per_sample(target, output)) == close(expected)
    else:  # "none" is a number for each place, whose mean is Keras' number in evaluate
        assert stated == close(
            expected if expected.ndim == 0 else expected.sum() / (target != settings.get("ignore_class")).sum()
        )


def test_a_sample_of_which_nothing_counts_has_no_loss() -> None:
    target, output = classes(np.random.default_rng(1), (3, 4, 2), 1.0)
    target[1] = -1
    loss = Loss.of("sparse_categorical_crossentropy", ignore_class=-1)
    assert np.isnan(loss.per_sample(target, output)).tolist() == [False, True, False]
    assert loss.mean(np.full_like(target, -1), output) == 0.0
    assert float(of_keras("SparseCategoricalCrossentropy", np.full_like(target, -1), output, ignore_class=-1)) == 0.0


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("MeanSquaredError", values), ("Huber", values), ("LogCosh", values), ("Poisson", counts),
        ("Hinge", labels_and_logits), ("BinaryCrossentropy", labels_and_probabilities), ("Dice", labels_and_probabilities),
    ],
)  # fmt: skip
def test_numbers_meet_columns_as_in_keras(name: str, make: Maker) -> None:
    column, output = make(np.random.default_rng(2), (9, 1), 1.0)
    for target in (column, column[:, 0]):
        for outputs in (output, output[:, 0]):
            assert Loss.of(name).mean(target, outputs) == close(of_keras(name, target, outputs))
    steps, outputs = make(np.random.default_rng(2), (4, 5, 1), 1.0)
    for target in (steps, steps[..., 0]):
        assert Loss.of(name).mean(target, outputs) == close(of_keras(name, target, outputs))


def test_one_target_for_all_steps_is_repeated_as_in_keras() -> None:
    target, output = values(np.random.default_rng(2), (4, 5, 1), 1.0)
    assert Loss.of("mse").mean(target[:, 0], output) == close(of_keras("MeanSquaredError", target[:, 0], output))


def test_class_numbers_may_be_a_column() -> None:
    for target, output in pairs(classes):
        expected = of_keras("SparseCategoricalCrossentropy", target[..., None], output)
        assert Loss.of("sparse_categorical_crossentropy").mean(target[..., None], output) == close(expected)


def test_classes_may_lie_on_another_axis() -> None:
    target, output = classes(np.random.default_rng(3), (6, 5, 3), 1.0)
    expected = of_keras("SparseCategoricalCrossentropy", target, output)
    channels_first = Loss.of("sparse_categorical_crossentropy", axis=1)
    assert channels_first.mean(target, np.moveaxis(output, -1, 1)) == close(expected)


@pytest.mark.parametrize("name", ["Hinge", "SquaredHinge"])
@pytest.mark.parametrize("low", [-1, 0])
def test_hinge_takes_both_kinds_of_labels(name: str, low: int) -> None:
    target, output = labels_and_logits(np.random.default_rng(4), (9, 1), 1.0)
    target = np.where(target == 1, 1, low)
    assert Loss.of(name).mean(target, output) == close(of_keras(name, target, output))


def test_focal_weights_of_classes() -> None:
    alpha = [0.1, 0.2, 0.7]
    loss = Loss.of("CategoricalFocalCrossentropy", alpha=alpha)
    assert Loss.model_validate_json(loss.model_dump_json()) == loss
    for target, output in pairs(rows(classes)):
        assert loss.mean(target, output) == close(of_keras("CategoricalFocalCrossentropy", target, output, alpha=alpha))


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_outputs_of_other_dtypes_are_taken_as_float32(dtype: type) -> None:
    target, output = labels_and_probabilities(np.random.default_rng(5), (9, 2), 60.0)
    assert Loss.of("bce").mean(target, output.astype(dtype)) == close(
        of_keras("BinaryCrossentropy", target, output.astype(dtype))
    )


def test_outputs_that_ran_away_have_no_finite_loss() -> None:
    target, output = np.zeros((2, 1)), np.array([[np.nan], [1]], np.float32)
    assert np.isnan(Loss.of("mse").mean(target, output))
    assert np.isnan(Loss.of("mse").per_sample(target, output)).tolist() == [True, False]
    assert Loss.of("mse").mean(target, np.full((2, 1), 1e30, np.float32)) == np.inf


@pytest.mark.parametrize(
    ("name", "target", "output", "message"),
    [
        ("mse", (9,), (9, 9), r"targets have the shape \(9,\); expected that of the outputs, \(9, 9\)"),
        ("mse", (8, 1), (9, 1), "expected that of the outputs"),
        ("mse", (9, 2), (9, 3), "expected that of the outputs"),
        ("bce", (9, 1), (9, 3), "expected that of the outputs"),
        ("categorical_crossentropy", (9, 1), (9, 3), "expected that of the outputs"),
        ("sparse_categorical_crossentropy", (9, 3), (9, 3), r"expected \(9,\): a class number for each answer"),
        ("categorical_generalized_cross_entropy", (9, 1), (9, 3), "a class number for each answer"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(name: str, target: Any, output: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Loss.of(name).mean(np.zeros(target), np.zeros(output, np.float32))


@pytest.mark.parametrize("wrong", [-1, 3])
def test_class_numbers_beyond_the_outputs_are_refused(wrong: int) -> None:
    with pytest.raises(InputError, match=f"names class {wrong}; expected 0 to 2"):
        Loss.of("sparse_categorical_crossentropy").mean(np.array([0, wrong]), np.full((2, 3), 1 / 3, np.float32))


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("mse", {"delta": 1.0}, "mean_squared_error has no setting 'delta'; expected one of reduction"),
        ("bce", {"from_logits": 1}, "from_logits is 1; Input should be a valid boolean"),
        ("bce", {"label_smoothing": 2.0}, "label_smoothing is 2.0"),
        ("huber", {"delta": "1"}, "delta is '1'"),
        ("dice", {"axis": "last"}, "axis is 'last'"),
        ("dice", {"reduction": "median"}, "reduction is 'median'"),
        ("categorical_generalized_cross_entropy", {"q": 1.0}, "q is 1.0; Input should be less than 1"),
    ],
)
def test_settings_that_keras_does_not_have_are_refused_in_one_line(name: str, settings: Any, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        Loss.of(name, **settings)
    assert "\n" not in str(caught.value)
    with pytest.raises(ValueError, match=message):
        Loss(name=Loss.of(name).name, settings=settings)


def test_a_loss_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="the loss is 'mse'; expected one of mean_squared_error"):
        Loss(name="mse")


def test_losses_are_kept_in_json_and_told_in_words() -> None:
    loss = Loss.of("BinaryCrossentropy", from_logits=True, axis=[1, 2], label_smoothing=np.float32(0.5))
    assert Loss.model_validate_json(loss.model_dump_json()) == loss
    assert str(loss) == "binary_crossentropy(from_logits=True, axis=(1, 2), label_smoothing=0.5)"
    assert str(Loss.of("mse")) == "mean_squared_error"


@pytest.mark.integration
@pytest.mark.parametrize(
    ("loss", "shape", "make"),
    [
        ("mse", (8, 1), values),
        (keras.losses.MeanSquaredError(reduction="none"), (8, 5, 2), values),
        (keras.losses.Huber(delta=0.3), (8, 5, 2), values),
        (keras.losses.BinaryCrossentropy(from_logits=True), (8, 1), labels_and_logits),
        (keras.losses.CategoricalFocalCrossentropy(from_logits=True), (8, 3), rows(class_logits)),
        (keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0), (8, 5, 3), class_logits),
        (keras.losses.Tversky(alpha=0.3), (8, 4, 4, 2), labels_and_probabilities),
        ("categorical_hinge", (8, 3), rows(class_logits)),
    ],
    ids=lambda value: value if isinstance(value, str) else getattr(value, "name", None),
)  # fmt: skip
def test_the_loss_is_what_evaluate_states(loss: Any, shape: tuple[int, ...], make: Maker) -> None:
    target, _ = make(np.random.default_rng(6), shape, 1.0)
    inputs = np.random.default_rng(7).normal(size=(8, 3)).astype(np.float32)
    units = int(np.prod(shape[1:]))
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(units), keras.layers.Reshape(shape[1:])])
    model.compile("sgd", loss)
    model.fit(inputs, target, batch_size=8, epochs=2, verbose=0)
    stated = model.evaluate(inputs, target, batch_size=8, verbose=0)
    given = {} if isinstance(loss, str) else {**loss._fn_kwargs, "reduction": loss.reduction}
    found = Loss.of(loss if isinstance(loss, str) else type(loss).__name__, **given)
    assert found.mean(target, model.predict(inputs, verbose=0)) == close(stated)


@pytest.mark.integration
@pytest.mark.parametrize(
    ("activation", "units", "name"), [("softmax", 3, "sparse_categorical_crossentropy"), ("sigmoid", 1, "bce")]
)
def test_of_certain_outputs_evaluate_states_the_loss_of_the_logits(activation: str, units: int, name: str) -> None:
    rng = np.random.default_rng(8)
    inputs, target = rng.normal(0, 100, (32, 3)).astype(np.float32), rng.integers(0, max(units, 2), 32)
    dense = keras.layers.Dense(units, activation=activation)
    model = keras.Sequential([keras.Input((3,)), dense])
    model.compile("sgd", name)
    stated = model.evaluate(inputs, target, batch_size=32, verbose=0)
    kernel, bias = dense.get_weights()
    assert Loss.of(name, from_logits=True).mean(target, inputs @ kernel + bias) == close(stated)
    assert Loss.of(name).mean(target, model.predict(inputs, verbose=0)) < 0.9 * stated
