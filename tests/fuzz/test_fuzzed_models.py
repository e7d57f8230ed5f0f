"""Odd model files: recorded, or refused in one line that names the file."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from helpers.fuzz.amount import AMOUNTS, Amount
from helpers.fuzz.damage import damaged, with_odd_value
from helpers.fuzz.trying import Bench
from helpers.fuzz.words import Words
from helpers.results import Result

WAYS: tuple[Words, ...] = (
    ["import-checkpoints", "m.keras", "-o", "x.rec"],
    ["import-checkpoints", "m.keras", "--inputs", "points.npz", "-o", "x.rec"],
    ["record", "points", "--data", "points.csv", "--model", "m.keras", "-o", "x.rec"],
)


@pytest.fixture(scope="session")
def model(shared: Path) -> dict[str, bytes]:
    """The members of a small model's file."""
    path = shared / "fuzzed.keras"
    with FileLock(path.with_suffix(".lock")):
        if not path.exists():
            import keras

            made = keras.Sequential(
                [keras.Input((2,)), keras.layers.Dense(3, "relu"), keras.layers.Dense(2, "softmax")]
            )
            made.compile(loss="sparse_categorical_crossentropy")
            made.save(path)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@st.composite
def models(draw: st.DrawFn, members: dict[str, bytes]) -> tuple[bytes, Words]:
    """Return a model's file with something odd in it, and what reads it."""
    members = dict(members)
    name = draw(st.sampled_from(["config.json", "config.json", "metadata.json", "model.weights.h5"]))
    way = draw(st.sampled_from(["value", "value", "bytes", "gone", "whole"]))
    if way == "value" and name.endswith(".json"):
        members[name] = json.dumps(draw(with_odd_value(json.loads(members[name])))).encode()
    elif way == "gone":
        del members[name]
    elif way != "whole":
        members[name] = draw(damaged(members[name]))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, contents in members.items():
            archive.writestr(zipfile.ZipInfo(name), contents)
    contents = file.getvalue()
    return draw(damaged(contents)) if way == "whole" else contents, draw(st.sampled_from(WAYS))


def attempt(bench: Bench, case: tuple[bytes, Words]) -> Result:
    """Let a command read a model's file."""
    contents, words = case
    (bench.folder / "m.keras").write_bytes(contents)
    return bench.check(words)


@pytest.mark.usefixtures("stopped")
@pytest.mark.parametrize("amount", AMOUNTS)
def test_an_odd_model_is_recorded_or_named(amount: Amount, bench: Bench, model: dict[str, bytes]) -> None:
    @amount.settings(140)
    @given(case=models(model))
    def check(case: Any) -> None:
        with bench.case():
            attempt(bench, case)

    check()
