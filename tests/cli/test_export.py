"""The command export: the same activations in every format, and what it refuses."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas
import pytest

from animviz import Recording
from animviz.analysis.activation_table import activation_columns
from helpers.recordings import copied
from helpers.results import Result

Cli = Callable[..., Result]


def test_every_format_holds_what_the_layer_puts_out(cli: Cli, rings_recording: Recording, tmp_path: Path) -> None:
    for kind in ("csv", "npz", "parquet"):
        arguments = ("--layer", "hidden_1", "--epoch", 2, "--samples", "3,0-1", "-o", f"a.{kind}")
        done = cli("export", rings_recording.path, *arguments)
        assert (done.code, done.out) == (0, f"a.{kind}: hidden_1 at epoch 2, 3 samples, 3 units\n")
    expected = rings_recording.activations(2, "hidden_1")[[3, 0, 1]]
    with (tmp_path / "a.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["sample"] for row in rows] == ["3", "0", "1"]
    labels = [rings_recording.label_names[label] for label in rings_recording.labels[[3, 0, 1]]]
    assert [row["label"] for row in rows] == labels
    np.testing.assert_allclose([[float(row[unit]) for unit in "012"] for row in rows], expected)
    with np.load(tmp_path / "a.npz") as arrays:
        np.testing.assert_array_equal(arrays["activations"], expected)
        assert list(arrays["units"]) == ["0", "1", "2"]
        assert list(arrays["label"]) == labels
    table = pandas.read_parquet(tmp_path / "a.parquet")
    np.testing.assert_array_equal(table[["0", "1", "2"]].to_numpy(), expected)


def test_places_of_an_image_are_named(cli: Cli, trained: Callable[..., Recording], tmp_path: Path) -> None:
    recording = trained("lenet", arch="2-4-12-8-10")
    layer = next(layer for layer in recording.layers if layer.kind == "Conv2D")
    assert cli("export", recording.path, "--layer", layer.name, "--samples", "0", "-o", "a.csv").code == 0
    header, row = (tmp_path / "a.csv").read_text().splitlines()
    values = recording.at(recording.epochs[-1]).activations(layer.name)[0]
    last = ",".join(str(length - 1) for length in values.shape)
    assert header.endswith(f'"{last}"')
    assert float(row.rpartition(",")[2]) == pytest.approx(values[-1, -1, -1], rel=1e-6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--layer", "nothing", "-o", "a.csv"), "nothing"),
        (("--layer", "hidden_1", "-o", "a.txt"), "-o a.txt: expected .csv, .npz, .parquet"),
        (("--layer", "hidden_1", "--samples", "1-", "-o", "a.csv"), "--samples is '1-'"),
        (("--layer", "hidden_1", "--epoch", "99", "-o", "a.csv"), "99"),
    ],
)
def test_what_cannot_be_exported_is_one_line(
    arguments: tuple[str, ...], message: str, cli: Cli, rings_recording: Recording, tmp_path: Path
) -> None:
    done = cli("export", rings_recording.path, *arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert len(done.err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_sample_whose_class_is_ignored_has_no_label(rings_recording: Recording, tmp_path: Path) -> None:
    output = rings_recording.output.model_copy(update={"ignored": 0.0})
    columns = activation_columns(
        copied(rings_recording, tmp_path / "a.rec", outputs=[output.model_dump(mode="json")]), "hidden_1", 1
    )
    outer = rings_recording.label_names[1]
    assert columns["label"].tolist() == [outer if label else "" for label in rings_recording.labels]
