"""Damaged recordings: drawn, or refused in one line that names the recording."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from helpers.fuzz.amount import AMOUNTS, Amount
from helpers.fuzz.damage import damaged, with_odd_value
from helpers.fuzz.trying import Bench
from helpers.fuzz.words import Words
from helpers.results import Result

Damage = Callable[[Path], object]
STILL = ("-o", "x.png", "--still", "last", "--size", "160x90")
COMMANDS: dict[str, Words] = {
    "info": [], "verify": [], "landmarks": [], "report": [], "migrate": ["-o", "x.rec"], "recover": ["-o", "x.rec"],
    "diff": ["q.rec"], "neighbours": ["--method", "pca"], "export": ["--layer", "input", "-o", "x.csv"],
    "page": ["-o", "x.html", "--method", "pca"],
}  # fmt: skip
SCENES = (
    "rings", "boundary", "network", "history", "unit", "layers", "confusion", "pca", "digits", "dataset",
    "landscape", "importance", "signal", "predictions", "margins", "ridgelines", "unfold", "manifold", "features",
    "polyfit", "attention", "scores", "hidden", "ensemble", "pixels", "probabilities",
)  # fmt: skip
RECORDINGS = ("r.rec", "d.rec", "p.rec", "c.rec", "a.rec", "e.rec")


@st.composite
def damages(draw: st.DrawFn, folder: Path) -> Damage:
    """Return what damages a copy of a recording."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    way = draw(st.sampled_from(["bytes", "manifest", "manifest", "index", "arrays", "arrays", "place"]))
    if way == "manifest":
        said = json.dumps(draw(with_odd_value(json.loads((folder / "manifest.json").read_text()))))
        return lambda path: (path / "manifest.json").write_text(said)
    if way == "index":
        lines = [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]
        text = "\n".join(map(json.dumps, draw(with_odd_value(lines)))) + "\n"
        return lambda path: (path / "index.jsonl").write_text(text)
    if way == "arrays":
        name = draw(st.sampled_from([name for name in names if name.endswith(".safetensors")]))
        return draw(_arrays(folder, name))
    name = draw(st.sampled_from(names))
    if way == "place":
        return draw(_places(name))
    contents = draw(damaged((folder / name).read_bytes()))
    return lambda path: (path / name).write_bytes(contents)


@st.composite
def _arrays(draw: st.DrawFn, folder: Path, name: str) -> Damage:
    """Let a file hold other arrays, and the rest of the recording say what it said."""
    arrays = load_file(folder / name)
    entry = json.loads((folder / "index.jsonl").read_text().splitlines()[0])
    for _ in range(draw(st.integers(1, 2))):
        if not arrays:
            break
        key = draw(st.sampled_from(sorted(arrays)))
        array = arrays[key]
        change: Callable[[np.ndarray], np.ndarray] = draw(
            st.sampled_from([
                lambda a: a[:0], lambda a: a[:1], lambda a: a[:3], lambda a: a.T, lambda a: a.reshape(-1), lambda a: a[None],
                lambda a: a.astype(np.float64), lambda a: a.astype(np.int8), lambda a: a > 0, lambda a: -a - 1, lambda a: a * 0,
                lambda a: np.full(a.shape, np.nan, np.float32), lambda a: np.full(a.shape, np.inf, np.float32),
                lambda a: a.astype(np.float32) * np.float32(1e38), lambda a: np.full(a.shape, 2**62), lambda a: np.array(1.0),
                lambda a: np.concatenate([a, a]),
            ])
        )  # fmt: skip
        with np.errstate(all="ignore"):
            arrays[key] = np.ascontiguousarray(
                change(array) if array.ndim and array.dtype != bool else array[..., None]
            )
        if draw(st.sampled_from([False] * 5 + [True])):
            arrays.pop(key)
    return lambda path: save_file(arrays, path / name, {"entry": json.dumps(entry)})


@st.composite
def _places(draw: st.DrawFn, name: str) -> Damage:
    """Let a file be gone, or be something else."""

    def changed(make: Callable[[Path], object]) -> Damage:
        def damage(path: Path) -> None:
            (path / name).unlink()
            make(path / name)

        return damage

    gone: Damage = lambda path: shutil.rmtree(path / "snapshots")  # noqa: E731
    return draw(
        st.sampled_from([
            changed(lambda path: None), changed(Path.mkdir), changed(os.mkfifo), changed(lambda path: path.symlink_to(path.name)),
            changed(lambda path: path.symlink_to("/dev/zero")), changed(lambda path: path.touch()), gone,
            lambda path: (path / name).rename(path / "odd"),
        ])
    )  # fmt: skip


@st.composite
def commands(draw: st.DrawFn) -> Words:
    if draw(st.booleans()):
        return ["render", draw(st.sampled_from(SCENES)), "--from", "x.damaged", *STILL]
    name = draw(st.sampled_from(sorted(COMMANDS)))
    return [name, "x.damaged", *COMMANDS[name]]


@st.composite
def cases(draw: st.DrawFn, files: Path) -> tuple[str, Damage, list[Words]]:
    """Return a recording, what damages it, and commands that are tried with it, one after the other."""
    name = draw(st.sampled_from(RECORDINGS))
    return name, draw(damages(files / name)), draw(st.lists(commands(), min_size=2, max_size=2))


def attempt(bench: Bench, case: tuple[str, Damage, list[Words]]) -> Result:
    """Damage a recording, and try the commands."""
    name, damage, tried = case
    shutil.copytree(bench.folder / name, bench.folder / "x.damaged")
    damage(bench.folder / "x.damaged")
    for words in tried:
        done = bench.check(words, named=["manifest", "snapshot", "inputs", "labels", "layer", "weights"])
        for made in ("x.png", "x.html", "x.csv"):
            (bench.folder / made).unlink(missing_ok=True)
        shutil.rmtree(bench.folder / "x.rec", ignore_errors=True)
    return done


@pytest.mark.parametrize("amount", AMOUNTS)
def test_a_damaged_recording_is_used_or_named(amount: Amount, bench: Bench, files: Path) -> None:
    @amount.settings(200)
    @given(case=cases(files))
    def check(case: Any) -> None:
        with bench.case():
            attempt(bench, case)

    check()
