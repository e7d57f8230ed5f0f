"""Recordings that contradict themselves: whatever is wrong in them, a command draws it or says one line."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from animviz import Recording
from animviz.recording.reader import load
from helpers.recordings import made
from helpers.results import Result

Arrays = dict[str, np.ndarray]
Damage = Callable[[Path], object]
DRAWN = ("rings", "boundary", "network", "history", "unit", "layers", "confusion", "pca", "digits", "dataset")
COMMANDS = ("info", "verify", "landmarks", "report", "neighbours", "export", "page", *DRAWN)


def said(change: Callable[[dict[str, Any]], object]) -> Damage:
    def damage(path: Path) -> None:
        manifest = json.loads((path / "manifest.json").read_text())
        change(manifest)
        (path / "manifest.json").write_text(json.dumps(manifest))

    return damage


def samples(change: Callable[[Arrays], object], file: str = "inputs.safetensors") -> Damage:
    def damage(path: Path) -> None:
        arrays, metadata = load(path / file)
        arrays = {name: array.copy() for name, array in arrays.items()}
        change(arrays)
        save_file(arrays, path / file, metadata or None)

    return damage


def of(name: str, change: Callable[[np.ndarray], np.ndarray]) -> Damage:
    return samples(lambda arrays: arrays.update({name: change(arrays[name])}))


def layer(**entries: object) -> Damage:
    return said(lambda manifest: manifest["layers"].insert(0, {"name": "odd", "replayable": True, **entries}))


def spoilt(array: np.ndarray, value: float) -> np.ndarray:
    spoilt = array.copy()
    spoilt.reshape(-1)[::7] = value
    return spoilt


DAMAGES: dict[str, Damage] = {
    "settings that are a list": said(lambda manifest: manifest.update(settings={"training": [1]})),
    "no layers": said(lambda manifest: manifest.update(layers=[])),
    "a layer is missing": said(lambda manifest: manifest["layers"].pop(0)),
    "layers the other way round": said(lambda manifest: manifest["layers"].reverse()),
    "a convolution without a kernel": layer(kind="Conv2D"),
    "a scale that is a word": layer(kind="Rescaling", config={"scale": "x", "offset": 1}),
    "a shape that does not fit": layer(kind="Reshape", config={"target_shape": [10**9]}),
    "an activation that nobody knows": said(lambda manifest: manifest["layers"][-1].update(activation="nope")),
    "kernels on their side": said(lambda manifest: [one.update(transposed=True) for one in manifest["layers"]]),
    "no outputs": said(lambda manifest: manifest.update(outputs=[])),
    "another task": said(lambda manifest: manifest["outputs"][0].update(task="regression")),
    "labels of several classes each": said(lambda manifest: manifest["outputs"][0].update(task="multilabel")),
    "too few names": said(lambda manifest: manifest["outputs"][0].update(class_names=["a"])),
    "no inputs": samples(lambda arrays: arrays.pop("inputs")),
    "no labels": samples(lambda arrays: arrays.pop("labels")),
    "no samples": samples(lambda arrays: [arrays.update({name: array[:0]}) for name, array in list(arrays.items())]),
    "one sample": samples(lambda arrays: [arrays.update({name: array[:1]}) for name, array in list(arrays.items())]),
    "too few labels": of("labels", lambda labels: labels[:3]),
    "negative labels": of("labels", lambda labels: -labels - 1),
    "infinite labels": of("labels", lambda labels: spoilt(labels.astype(float), np.inf)),
    "a single label": of("labels", lambda labels: np.array(1)),
    "inputs that are nan": of("inputs", lambda inputs: spoilt(inputs, np.nan)),
    "inputs that are infinite": of("inputs", lambda inputs: spoilt(inputs, np.inf)),
    "inputs that are all nan": of("inputs", lambda inputs: inputs * np.nan),
    "inputs that say yes or no": of("inputs", lambda inputs: inputs > 0),
    "inputs in one row": of("inputs", lambda inputs: inputs.reshape(-1)),
    "training samples that are gone": samples(
        lambda arrays: [arrays.update({k: v[:0]}) for k, v in list(arrays.items()) if k.startswith("extras")]
    ),
    "weights that are nan": lambda path: [
        samples(lambda arrays: arrays.update({k: v * np.nan for k, v in arrays.items()}), f"snapshots/{file.name}")(
            path
        )
        for file in (path / "snapshots").iterdir()
    ],
    "an index that is a folder": lambda path: ((path / "index.jsonl").unlink(), (path / "index.jsonl").mkdir()),
}


def words_of(command: str, path: str) -> tuple[str, ...]:
    more = {
        "neighbours": ("--method", "pca"),
        "export": ("--layer", "input", "-o", "x.csv"),
        "page": ("-o", "x.html", "--method", "pca"),
    }
    if command not in DRAWN:
        return command, path, *more.get(command, ())
    return (
        "render",
        command,
        "--from",
        path,
        "-o",
        "x",
        "--size",
        "160x90",
        "--pace",
        "9",
        "--seconds",
        "0.2",
        "--fps",
        "5",
    )


@pytest.fixture(scope="module", params=["two_rings", "digits_mlp"])
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Recording:
    options: dict[str, object] = {"samples": 40, "arch": "2-3-2-1"}
    if request.param == "digits_mlp":
        options = {"data": "digits-8x8", "arch": "64-6-10"}
    return made(request.param, tmp_path_factory.mktemp("whole") / "r.rec", **options)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # as they are where the program runs as a process of its own
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_recording_is_drawn_or_refused_in_one_line(
    damage: Damage, whole: Recording, cli: Callable[..., Result], tmp_path: Path
) -> None:
    shutil.copytree(whole.path, tmp_path / "d.rec")
    damage(tmp_path / "d.rec")
    for command in COMMANDS:
        done = cli(*words_of(command, "d.rec"))
        assert done.code in (0, 2) or (command, done.code) == ("verify", 1), f"{command}: {done.err}"
        assert "Traceback" not in done.err, f"{command}: {done.err}"
        assert done.code != 2 or done.err.count("\n") == 1, f"{command}: {done.err}"
        assert not list(tmp_path.glob(".animviz-*")), command
        shutil.rmtree(tmp_path / "x", ignore_errors=True)
