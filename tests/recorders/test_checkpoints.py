"""Real checkpoints of Keras and PyTorch become recordings; no code in them is run."""

import pickle
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import torch
from safetensors.torch import save_file

import animviz
from animviz import Recording
from animviz.cli.main import main
from animviz.errors import InputError, RecordingError, SceneError
from animviz.recorders.checkpoints import import_checkpoints
from animviz.recording.verifying import verify

pytestmark = pytest.mark.integration

rng = np.random.default_rng(0)
X = rng.uniform(-1, 1, (40, 2)).astype("float32")
Y = (X[:, 0] * X[:, 1] > 0).astype("int64")
NET = """
import torch

class Net(torch.nn.Sequential):
    def __init__(self):
        super().__init__(torch.nn.Linear(2, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))

def made():
    return Net()

number = 3
"""


def nets(count: int = 3) -> list[torch.nn.Module]:
    """Train a net; return what it was after each epoch."""
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
    optimizer, found = torch.optim.Adam(net.parameters(), 0.05), []
    for _ in range(count):
        loss = torch.nn.functional.binary_cross_entropy_with_logits(net(torch.tensor(X))[:, 0], torch.tensor(Y).float())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        found.append({name: tensor.clone() for name, tensor in net.state_dict().items()})
    return found


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    np.savez("x.npz", x=X, y=Y)
    Path("my_model.py").write_text(NET)
    return tmp_path


def put_out(weights: dict[str, Any]) -> np.ndarray:
    arrays = {name: np.asarray(array) for name, array in weights.items()}
    return np.tanh(X @ arrays["0.weight"].T + arrays["0.bias"]) @ arrays["2.weight"].T + arrays["2.bias"]


TELLING = {"model": "my_model.py:Net", "inputs": Path("x.npz"), "task": "binary logits"}


@pytest.mark.parametrize("form", ["plain", "nested", "compiled", "lightning", "safetensors"])
def test_weights_of_pytorch_in_the_order_of_people(here: Path, form: str) -> None:
    states = nets()
    for epoch, state in zip((2, 9, 10), states, strict=True):
        prefix = {"compiled": "module._orig_mod.", "lightning": "net."}.get(form, "")
        named = {prefix + name: tensor for name, tensor in state.items()}
        if form == "safetensors":
            save_file(named, f"net_{epoch}.safetensors")
        else:
            kept = {"nested": {"model": named, "epoch": epoch}, "lightning": {"state_dict": named, "loops": {}}}
            torch.save(kept.get(form, named), f"net_{epoch}.pt")
    files = sorted(Path().glob("net_*"))
    loss = {"loss": "BCEWithLogitsLoss", "task": None} if form == "nested" else {"loss": "binary_crossentropy"}
    recording = import_checkpoints(files, Path("run.rec"), **(TELLING | loss))
    assert recording.epochs.tolist() == [2, 9, 10]
    for snapshot, state in zip(recording, states, strict=True):
        for name, tensor in state.items():
            assert np.array_equal(snapshot.weights[name], tensor.numpy())
        output = put_out(state)
        assert recording.at(snapshot.epoch).outputs() == pytest.approx(output, abs=1e-5)
        assert snapshot.scores["accuracy"] == np.mean((output[:, 0] > 0) == Y)
        expected = torch.nn.functional.binary_cross_entropy_with_logits(
            torch.tensor(output[:, 0]), torch.tensor(Y).float()
        )
        assert snapshot.scores["loss"] == pytest.approx(float(expected), rel=1e-5)
    assert recording.manifest.finished
    assert not verify(recording.path).faults
    for scene in ("boundary", "network", "weights", "history"):
        assert animviz.frame_at(scene, recording, 10, size=(640, 360)).any()


def test_models_of_keras_say_all_themselves(here: Path) -> None:
    layers = [keras.Input((2,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(1, "sigmoid")]
    model = keras.Sequential(layers)
    model.compile("adam", "binary_crossentropy")
    saving = keras.callbacks.ModelCheckpoint("net.{epoch:02d}-{loss:.2f}.keras")
    model.fit(X, Y, epochs=3, verbose=0, callbacks=[saving])
    main(["import-checkpoints", "net.*.keras", "--inputs", "x.npz", "-o", "run.rec", "--class-names", "same, other"])
    recording = Recording("run.rec")
    assert recording.epochs.tolist() == [1, 2, 3]
    assert (recording.output.task, recording.output.class_names) == ("binary", ("same", "other"))
    assert recording.at(3).outputs() == pytest.approx(model.predict(X, verbose=0), abs=1e-5)
    assert recording[-1].scores["loss"] == pytest.approx(model.evaluate(X, Y, verbose=0), rel=1e-4)
    assert animviz.frame_at("boundary", recording, 2, size=(640, 360)).any()


def test_without_a_model_weights_alone_are_recorded(here: Path) -> None:
    for place, state in enumerate(nets()):
        save_file({name: tensor.bfloat16() for name, tensor in state.items()}, f"{'abc'[place]}.safetensors")
        torch.save(state, f"{'abc'[place]}.pt")
    for kind in ("safetensors", "pt"):
        recording = import_checkpoints(sorted(Path().glob(f"*.{kind}")), Path(f"{kind}.rec"))
        assert recording.epochs.tolist() == [0, 1, 2]
        assert recording[2].weights["0.weight"].dtype == np.float32
        assert recording[2].weights["0.weight"] == pytest.approx(nets()[2]["0.weight"].numpy(), rel=1e-2)
        assert {layer.name for layer in recording.layers} == {"0", "2"}
        assert animviz.frame_at("ridgelines", recording, 1, size=(640, 360)).any()
        with pytest.raises(SceneError, match="was recorded with no task; for that there are"):
            animviz.frame_at("weights", recording, 1, size=(640, 360))


class Code:
    """What pickle runs when it is loaded."""

    def __reduce__(self) -> Any:
        return (Path.touch, (Path("was_run"),))


def test_code_in_checkpoints_is_not_run(here: Path) -> None:
    torch.save({"state_dict": nets(1)[0], "more": Code()}, "1.pt")
    Path("2.ckpt").write_bytes(pickle.dumps(Code()))
    for name in ("1.pt", "2.ckpt"):
        with pytest.raises(RecordingError, match="holds code beside its weights, which is not run; save these alone"):
            import_checkpoints([Path(name)], Path("run.rec"), **TELLING)
    squared = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: x**2), keras.layers.Dense(1)])
    squared.save("3.keras")
    with pytest.raises(RecordingError, match=r"Keras cannot load 3.keras"):
        import_checkpoints([Path("3.keras")], Path("run.rec"))
    assert not Path("was_run").exists()
    assert not Path("run.rec").exists()


def test_names_tell_of_epochs() -> None:
    from animviz.recorders.checkpoints import _ordered

    for names, epochs in {
        ("net-epoch=5-step=100", "net-epoch=10-step=90"): [5, 10],
        ("net.02-0.31", "net.10-0.29"): [2, 10],
        ("v2_net9", "v2_net10"): [9, 10],
        ("step_100", "step_200"): [0, 1],
        ("last", "best"): [0, 1],
        ("resnet18_Epoch3", "resnet18_Epoch1"): [1, 3],
        ("net_7",): [7],
    }.items():
        files = [Path(f"{name}.pt") for name in names]
        assert [epoch for epoch, _ in _ordered(files)] == epochs, names


def test_what_cannot_be_imported_is_refused_and_nothing_is_left(here: Path) -> None:
    state = nets(1)[0]
    torch.save(state, "net_1.pt")
    torch.save({"0.weight": torch.zeros(3)}, "net_2.pt")
    torch.save({"lr": 0.1}, "3.pt")
    Path("4.pt").write_bytes(b"nothing")
    Path("5.h5").touch()
    Path("7.bin").write_text("junk\n")
    np.savez("z.npz", z=X)
    net = [Path("net_1.pt")]
    refused: list[tuple[list[Path], dict[str, Any], str]] = [
        ([], {}, "there are no checkpoints of that name"),
        (net, {**TELLING, "loss": "MyLoss"}, "the loss is 'MyLoss'; expected a name of Keras"),
        ([*net, Path("a.keras")], {}, r"of different kinds \(.keras, .pt\)"),
        ([Path("5.h5")], {}, "of a kind that is not known; expected .keras"),
        ([Path("6.pt")], {}, "6.pt cannot be read"),
        ([Path("6.safetensors")], {}, "6.safetensors cannot be read"),
        ([Path("4.pt")], {}, "4.pt (cannot be read|holds code)"),
        ([Path("7.bin")], {}, "7.bin cannot be read as weights of PyTorch"),
        ([Path("3.pt")], {}, r"3.pt holds no weights by name \(lr\); expected a state_dict"),
        ([*net, Path("net_2.pt")], {}, r"net_2.pt holds the weights of another model than net_1.pt: 0.bias is missing"),
        ([Path("net_2.pt")], TELLING, "net_2.pt does not fit Net: Missing key"),
        (net, {**TELLING, "task": None}, "Pass task=.*; in the terminal --loss says it"),
        (net, {"model": "my_model.py"}, "expected FILE.py:NAME, such as my_model.py:Net"),
        (net, {"model": "my_model.py:Nest"}, "my_model.py has no 'Nest'; it has torch, Net, made, number"),
        (net, {"model": "my_model.py:number"}, "--model is of type int; expected a torch.nn.Module"),
        (net, {"inputs": Path("z.npz")}, "z.npz holds z; expected x, and y for labels"),
        (net, {"inputs": Path("none.npz")}, "none.npz cannot be read"),
    ]
    before = sorted(here.iterdir())
    for files, options, message in refused:
        with pytest.raises((InputError, RecordingError), match=message):
            import_checkpoints(files, Path("run.rec"), **options)
    assert [path for path in sorted(here.iterdir()) if path.name != "__pycache__"] == before
    first = import_checkpoints(net, Path("run.rec"))
    with pytest.raises(RecordingError, match=r"run.rec exists; pass --overwrite"):
        import_checkpoints(net, Path("run.rec"))
    with pytest.raises(RecordingError, match="another model"):
        import_checkpoints([*net, Path("net_2.pt")], Path("run.rec"), overwrite=True)
    assert Recording("run.rec").id == first.id
    made = import_checkpoints(net, Path("run.rec"), overwrite=True, **{**TELLING, "model": "my_model.py:made"})
    assert made.manifest.title == "Net"
