"""Odd files of data: learned from, or refused in one line that names the file."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from helpers.fuzz.amount import AMOUNTS, Amount
from helpers.fuzz.damage import damaged
from helpers.fuzz.trying import Bench
from helpers.fuzz.words import ODD_NUMBERS, ODD_TEXTS
from helpers.results import Result

File = tuple[str, bytes]
NAMES = ("x", "y", "label", "class_names", "x_train", "y_train", "x_test", "y_test", "", "x/y", "../x")
KINDS = ("f2", "f4", "f8", "f16", "i1", "i8", "u1", "u8", "?", "c8", "U3", "S3", "M8[s]", "m8[s]")
SELDOM = st.sampled_from([False] * 30 + [True])
CELLS = st.one_of(st.sampled_from([*ODD_NUMBERS, *ODD_TEXTS]), st.floats().map(str), st.integers(0, 3).map(str))


@st.composite
def tables(draw: st.DrawFn) -> File:
    """A .csv file, most of which is as it should be."""
    head = draw(
        st.sampled_from([["x", "y", "label"]] * 6 + [["label", "y", "x", "z"], ["x", "y"], ["x", "x", "label"], []])
    )
    rows = [[str(row), str(-row), str(row % 2)] for row in range(draw(st.sampled_from([0, 1, 9, 10, 30])))]
    for _ in range(draw(st.integers(0, 3)) if rows else 0):
        row = draw(st.sampled_from(rows))
        row[draw(st.integers(0, len(row) - 1))] = draw(CELLS)
    joint = draw(st.sampled_from([","] * 8 + [";", "\t", ", "]))
    text = draw(st.sampled_from(["\n"] * 8 + ["\r\n", "\r", "\n\n"])).join(joint.join(row) for row in [head, *rows])
    encoding = draw(st.sampled_from(["utf-8"] * 8 + ["utf-8-sig", "utf-16", "utf-32"]))
    return "odd.csv", text.encode(encoding, "replace")


@st.composite
def archives(draw: st.DrawFn, way: str) -> File:
    """An .npz file of arrays of odd kinds and shapes under the names that are looked for."""
    count = draw(st.sampled_from([30, 30, 30, 9, 1, 0]))
    label = np.arange(count) % draw(st.sampled_from([2, 2, 3, 1]))
    arrays: dict[str, np.ndarray] = {"x": np.linspace(0, 1, count * 64).reshape(count, 8, 8), "y": label}
    if way == "points":
        arrays = {"x": np.linspace(-1, 1, count), "y": np.linspace(1, -1, count) ** 2, "label": label}
    shapes = st.one_of(st.just((count,)), st.just((count, 8, 8)), hnp.array_shapes(min_dims=0, max_dims=5, max_side=12))
    for _ in range(draw(st.integers(0, 2))):
        kind = np.dtype(draw(st.sampled_from(KINDS)))
        name = draw(st.sampled_from([*arrays, *arrays, *NAMES]))
        arrays[name] = draw(hnp.arrays(kind, draw(shapes), fill=hnp.from_dtype(kind)))
    for name in list(arrays):
        if draw(SELDOM):
            arrays.pop(name)
    file = io.BytesIO()
    np.savez(file, **{name or "arr": array for name, array in arrays.items()})
    return "odd.npz", file.getvalue()


@st.composite
def files(draw: st.DrawFn) -> tuple[File, str]:
    """A file, damaged now and then, and what reads it."""
    way = draw(st.sampled_from(["points", "digits_mlp", "lenet", "autoencoder", "inputs"]))
    name, contents = draw(st.one_of(tables(), archives(way)) if way == "points" else archives(way))
    if draw(st.booleans()):
        return (name, contents), way
    if draw(st.booleans()):
        return (name, draw(damaged(contents))), way
    file = io.BytesIO()
    np.save(file, np.zeros((30, 8, 8)))
    name = draw(st.sampled_from(["odd.csv", "odd.npz", "odd.npy", "odd.NPZ", "odd"]))
    return (name, draw(st.sampled_from([contents, file.getvalue()]))), way


def attempt(bench: Bench, found: tuple[File, str]) -> Result:
    """Let a command read a file."""
    (name, contents), way = found
    (bench.folder / name).write_bytes(contents)
    if way == "inputs":
        return bench.check(["import-checkpoints", "w.safetensors", "--inputs", name, "-o", "x.rec"])
    return bench.check(["record", way, "--data", name, "-o", "x.rec"])


@pytest.mark.filterwarnings("ignore:Generating overly large repr")  # a file in bytes
@pytest.mark.usefixtures("stopped")
@pytest.mark.parametrize("amount", AMOUNTS)
def test_an_odd_file_of_data_is_taken_or_named(amount: Amount, bench: Bench) -> None:
    @amount.settings(450)
    @given(found=files())
    def check(found: tuple[File, str]) -> None:
        with bench.case():
            attempt(bench, found)

    check()
