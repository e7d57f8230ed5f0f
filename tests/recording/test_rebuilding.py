"""Who rebuilds a recorded model is found by entry point."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from animviz import Recording
from animviz.errors import RecordingError
from animviz.recording.manifest import ArraySpec, Entry, Manifest
from animviz.recording.meaning import Output
from animviz.recording.rebuilding import framework_of
from animviz.recording.replay.layers import Layer
from animviz.recording.writer import RecordingWriter


def written(path: Path, **versions: str) -> Recording:
    """Write a recording of a model that NumPy cannot replay."""
    manifest = Manifest(
        id="0" * 12, title="strange", layers=(Layer(name="strange", kind="Strange"),), model="{}", versions=versions,
        outputs=(Output(name="output"),),
        weights={"w": ArraySpec(shape=(2,), dtype="float32")},
    )  # fmt: skip
    writer = RecordingWriter.create(path, manifest, {"inputs": np.zeros((3, 2), np.float32)})
    writer.append({"weights/w": np.zeros(2, np.float32)}, Entry(epoch=0, step=0))
    return Recording(path)


def test_keras_recordings_are_rebuilt_behind_keras_own_door(tmp_path: Path) -> None:
    recording = written(tmp_path / "a.rec", animviz="0", keras="3", tensorflow="2")
    assert framework_of(recording.manifest).__name__ == "animviz.recorders.keras.rebuild"


@pytest.mark.parametrize("versions", [{}, {"numpy": "2", "other": "1"}])
def test_a_framework_that_nobody_knows_is_said_in_one_line(versions: dict[str, str], tmp_path: Path) -> None:
    recording = written(tmp_path / "a.rec", **versions)
    with pytest.raises(RecordingError, match=r"no framework here can rebuild .*\(known: keras\)"):
        recording.activations(0, "strange")
    with pytest.raises(RecordingError, match="no framework here can rebuild"):
        recording.at(0).outputs()


def test_a_framework_that_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recording = written(tmp_path / "a.rec", keras="3")
    for name in [name for name in sys.modules if name.startswith("animviz.recorders.keras")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "keras", None)
    with pytest.raises(RecordingError, match=r"keras is needed to rebuild the recorded model .*; install it"):
        recording.activations(0, "strange")


SCRIPT = """\
import sys
import numpy as np
from animviz import Recording
print(Recording(sys.argv[1]).activations(0, "twice").sum())
"""


@pytest.mark.integration
def test_rebuilding_prints_nothing_of_the_framework(tmp_path: Path) -> None:
    import keras

    inputs = keras.Input((2,), name="input")
    model = keras.Model(inputs, keras.layers.Dense(1, name="output")(keras.layers.Add(name="twice")([inputs, inputs])))
    weights = {variable.path: variable.numpy() for variable in model.weights}
    manifest = Manifest(
        id="0" * 12, title="sum", model=model.to_json(), versions={"keras": keras.__version__},
        layers=(Layer(name="twice", kind="Add"), Layer(name="output", kind="Dense")), outputs=(Output(name="output"),),
        weights={name: ArraySpec(shape=array.shape, dtype="float32") for name, array in weights.items()},
    )  # fmt: skip
    writer = RecordingWriter.create(tmp_path / "r.rec", manifest, {"inputs": np.ones((3, 2), np.float32)})
    writer.append({f"weights/{name}": array for name, array in weights.items()}, Entry(epoch=0, step=0))
    words = [sys.executable, "-c", SCRIPT, tmp_path / "r.rec"]
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2"}  # as where commands have thought of training
    done = subprocess.run(words, capture_output=True, text=True, env=quiet)
    assert (done.stdout, done.stderr) == ("12.0\n", "")
