"""A loop of one's own hands over plain arrays: what it records, and what is refused."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import animviz
from animviz import ArrayRecorder, Recording
from animviz.errors import InputError, RecordingError
from animviz.recorders.layers import dense, flatten
from animviz.recording.losses import Loss
from animviz.recording.verifying import verify

rng = np.random.default_rng(0)
X = rng.uniform(-1, 1, (60, 2)).astype("float32")
Y = (X[:, 0] * X[:, 1] > 0).astype("int64")
CHAIN = [dense("hidden", "tanh"), dense("answer", "sigmoid", kernel="W", bias="b")]


def start(*, dtype: str = "float32") -> dict[str, np.ndarray]:
    shapes = {"hidden/kernel": (2, 4), "hidden/bias": (4,), "W": (4, 1), "b": (1,)}
    drawn = np.random.default_rng(1)
    return {name: drawn.normal(size=shape).astype(dtype) for name, shape in shapes.items()}


def put_out(weights: dict[str, np.ndarray], x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    hidden = np.tanh(x @ weights["hidden/kernel"] + weights["hidden/bias"])
    return hidden, 1 / (1 + np.exp(-(hidden @ weights["W"] + weights["b"])))


def trained(weights: dict[str, np.ndarray], steps: int = 20) -> None:
    """Descend, in place."""
    for _ in range(steps):
        hidden, answer = put_out(weights, X)
        error = (answer - Y[:, None]) / len(X)
        inner = error @ weights["W"].T * (1 - hidden**2)
        found = {"hidden/kernel": X.T @ inner, "hidden/bias": inner.sum(0), "W": hidden.T @ error, "b": error.sum(0)}
        for name, gradient in found.items():
            weights[name] -= (2 * gradient).astype(weights[name].dtype)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    path, weights = tmp_path_factory.mktemp("own") / "chain.rec", start()
    with ArrayRecorder(path, X, Y, layers=CHAIN, loss="bce", class_names=("no", "yes")) as session:
        session.capture(weights, outputs=put_out(weights, X)[1])
        for epoch in range(1, 4):
            trained(weights)
            session.capture(weights, step=20 * epoch, logs={"rate": 2.0})
    return Recording(path)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """The same without a word about layers."""
    path, weights = tmp_path_factory.mktemp("own") / "stored.rec", start()
    session = ArrayRecorder(path, X, Y, loss="binary_crossentropy", task="binary")
    for _ in range(4):
        hidden, answer = put_out(weights, X)
        session.capture(weights, activations={"hidden": hidden}, outputs=answer)
        trained(weights)
    session.close()
    return Recording(path)


def test_a_chain_is_replayed_and_scored(chain: Recording) -> None:
    weights = start()
    assert chain.epochs.tolist() == [0, 1, 2, 3]
    assert [snapshot.step for snapshot in chain] == [0, 20, 40, 60]
    assert chain[1].logs == {"rate": 2.0}
    for snapshot in chain:
        assert all(np.array_equal(snapshot.weights[name], array) for name, array in weights.items())
        answer = put_out(weights, X)[1]
        assert chain.at(snapshot.epoch).outputs() == pytest.approx(answer, abs=1e-6)
        losses = -np.log(np.where(Y[:, None] == 1, answer, 1 - answer))
        assert snapshot.scores["loss"] == pytest.approx(losses.mean(), rel=1e-5)
        assert snapshot.scores["accuracy"] == np.mean((answer[:, 0] > 0.5) == Y)
        trained(weights)
    assert chain[-1].scores["loss"] < chain[0].scores["loss"]
    assert (chain.manifest.arch, chain.manifest.title, chain.output.class_names) == ("2-4-1", "chain", ("no", "yes"))
    assert chain.manifest.finished
    assert not verify(chain.path).faults


@pytest.mark.parametrize("name", ["boundary", "rings", "network", "weights", "confusion", "history", "pca"])
def test_scenes_draw_a_chain(chain: Recording, name: str) -> None:
    first, last = (animviz.frame_at(name, chain, epoch, size=(640, 360)) for epoch in (0, 3))
    assert not np.array_equal(first, last)


def test_a_session_may_be_closed_twice(tmp_path: Path) -> None:
    with animviz.ArrayRecorder(tmp_path / "a.rec") as session:
        session.capture({"w": np.zeros(2)})
        session.close()
        session.close()
    assert Recording(tmp_path / "a.rec").manifest.finished


def test_without_layers_what_is_handed_over_is_stored(chain: Recording, stored: Recording) -> None:
    for snapshot, other in zip(stored, chain, strict=True):
        assert snapshot.scores == pytest.approx(other.scores, rel=1e-5)
    assert stored.at(2).activations("hidden") == pytest.approx(chain.at(2).activations("hidden"), abs=1e-6)
    assert stored.output == chain.output.model_copy(update={"class_names": ("0", "1")})
    assert not verify(stored.path).faults
    for name in ("history", "confusion", "pca"):
        assert animviz.frame_at(name, stored, 3, size=(640, 360)).any()
    with pytest.raises(RecordingError, match="output 'output' is stored for the recorded inputs alone"):
        stored.at(2).outputs(X + 1)


def test_float64_and_whole_numbers_keep_their_types(tmp_path: Path) -> None:
    with ArrayRecorder(tmp_path / "a.rec") as session:
        session.capture({"w": np.ones(3), "n": [1, 2]}, epoch=5)
        session.capture({"w": np.zeros(3), "n": [3, 4]}, epoch=7.5)
    recording = Recording(tmp_path / "a.rec")
    assert recording.epochs.tolist() == [5, 7.5]
    assert [spec.dtype for spec in recording.manifest.weights.values()] == ["float64", "int64"]


def test_other_forms_of_layers_are_replayed(tmp_path: Path) -> None:
    images, weights = rng.normal(size=(10, 3, 2)).astype("float32"), {"w": rng.normal(size=(4, 6)).astype("float32")}
    layers = [flatten(), dense("code", "relu", kernel="w", bias=None, transposed=True)]
    with ArrayRecorder(tmp_path / "a.rec", images, layers=layers) as session:
        session.capture(weights)
    recording = Recording(tmp_path / "a.rec")
    expected = np.maximum(images.reshape(10, 6) @ weights["w"].T, 0)
    assert recording.at(0).activations("code") == pytest.approx(expected, abs=1e-6)
    assert recording.manifest.arch == "6-4"


def test_several_outputs_by_name(tmp_path: Path) -> None:
    answers = {"kind": rng.uniform(size=(60, 1)), "size": rng.normal(size=(60, 3))}
    options = {"targets": {"kind": Y}, "task": {"kind": "binary probabilities"}, "output": "kind"}
    with ArrayRecorder(tmp_path / "a.rec", X, Y, loss=Loss(name="binary_crossentropy"), **options) as session:
        session.capture(outputs=answers)
    recording = Recording(tmp_path / "a.rec")
    assert recording.output.name == "kind"
    assert recording[0].scores["accuracy"] == np.mean((answers["kind"][:, 0] > 0.5) == Y)


def test_an_error_leaves_the_recording_readable_and_unfinished(tmp_path: Path) -> None:
    def breaks() -> None:
        with ArrayRecorder(tmp_path / "a.rec") as session:
            session.capture({"w": np.ones(3)})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        breaks()
    assert len(Recording(tmp_path / "a.rec")) == 1
    assert not Recording(tmp_path / "a.rec").manifest.finished


WRONG = {
    "missing": ({"hidden/kernel": np.ones((2, 4))}, "layer 'hidden' names the weight 'hidden/bias'; the weights are"),
    "inputs": (
        start() | {"hidden/kernel": np.ones((3, 4))},
        r"hidden/kernel has shape \(3, 4\), for 3 inputs; layer 'hidden'",
    ),
    "bias": (start() | {"b": np.ones(2)}, r"b has shape \(2,\); expected \(1,\), one for each unit"),
    "kernel": (start() | {"W": np.ones(4)}, r"W has shape \(4,\); expected \(inputs, units\)"),
    "text": ({"w": ["a"]}, "w is of type list; expected an array of numbers"),
}


@pytest.mark.parametrize(("weights", "message"), WRONG.values(), ids=WRONG)
def test_weights_that_do_not_fit_are_refused_before_anything_is_written(
    tmp_path: Path, weights: dict[str, object], message: str
) -> None:
    with pytest.raises((InputError, RecordingError), match=message):
        ArrayRecorder(tmp_path / "a.rec", X, Y, layers=CHAIN, loss="bce").capture(weights)
    assert not list(tmp_path.iterdir())


def test_what_changes_between_captures_is_refused(tmp_path: Path) -> None:
    session = ArrayRecorder(tmp_path / "a.rec", X, Y, layers=CHAIN, loss="bce")
    session.capture(start())
    with pytest.raises(RecordingError, match="weights/b is missing"):
        session.capture({name: array for name, array in start().items() if name != "b"})
    with pytest.raises(RecordingError, match=r"float64 .* the manifest says float32"):
        session.capture(start(dtype="float64"))
    with pytest.raises(InputError, match="epoch is 0; expected more than 0, that of the last capture"):
        session.capture(start(), epoch=0)
    with pytest.raises(InputError, match="epoch is 'x'; expected more than 0, that of the last capture"):
        session.capture(start(), epoch="x")  # type: ignore[arg-type]
    session.capture(start(), epoch=1)
    session.close()
    with pytest.raises(RecordingError, match="the session has ended"):
        session.capture(start())


def test_layers_that_are_not_the_network_are_refused(tmp_path: Path) -> None:
    weights = start()
    session = ArrayRecorder(tmp_path / "a.rec", X, Y, layers=[dense("hidden", "relu"), CHAIN[1]], loss="bce")
    with pytest.raises(RecordingError, match="put out other values than the network itself"):
        session.capture(weights, outputs=put_out(weights, X)[1])


def test_logits_are_never_taken_for_probabilities(tmp_path: Path) -> None:
    weights, logits = start(), [CHAIN[0], dense("answer", kernel="W", bias="b")]
    values = put_out(weights, X)[0] @ weights["W"] + weights["b"]
    for layers, outputs in ((logits, None), ((), values)):
        with pytest.raises(InputError, match=r"is taken for probabilities, .* pass task='binary logits'"):
            ArrayRecorder(tmp_path / "a.rec", X, Y, layers=layers, loss="bce").capture(weights, outputs=outputs)
        with ArrayRecorder(
            tmp_path / "a.rec", X, Y, layers=layers, loss="bce", task="binary logits", overwrite=True
        ) as session:
            session.capture(weights, outputs=outputs)
        right = np.mean((values[:, 0] > 0) == Y)
        losses = np.log1p(np.exp(np.where(Y == 1, -values[:, 0], values[:, 0])))
        assert Recording(tmp_path / "a.rec")[0].scores == pytest.approx(
            {"loss": losses.mean(), "accuracy": right}, rel=1e-5
        )
        shutil.rmtree(tmp_path / "a.rec")


def test_words_that_mean_nothing_here_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the loss is 'my loss'; expected a name of Keras"):
        ArrayRecorder(tmp_path / "a.rec", loss="my loss")
    with pytest.raises(InputError, match="layers= has two layers called 'hidden'"):
        ArrayRecorder(tmp_path / "a.rec", X, Y, layers=[CHAIN[0], CHAIN[0]])
    with pytest.raises(InputError, match="inputs holds text, and layers= take numbers"):
        ArrayRecorder(tmp_path / "a.rec", np.full(60, "word"), Y, layers=CHAIN)
    with pytest.raises(InputError, match="has the activation 'step'; expected one of linear"):
        dense("a", "step")
    with pytest.raises(InputError, match="what a network puts out; pass layers="):
        ArrayRecorder(tmp_path / "a.rec", X, Y, loss="mse").capture(start())
    with pytest.raises(InputError, match="activations are of 'other'; layers= has hidden, answer"):
        ArrayRecorder(tmp_path / "a.rec", X, Y, layers=CHAIN).capture(start(), activations={"other": X})
    with pytest.raises(RecordingError, match="nothing was captured"), ArrayRecorder(tmp_path / "a.rec"):
        pass


def test_doors_import_no_other_framework() -> None:
    script = (
        "import sys; from animviz import ArrayRecorder; import animviz.recorders.sklearn, animviz.recorders.checkpoints; "
        "print(sorted({'tensorflow', 'keras', 'torch', 'jax'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
