"""The command report: what it prints, what it writes, what it refuses."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from animviz import ArrayRecorder, Recording
from animviz.analysis.layer_table import layer_table
from animviz.recorders.layers import dense
from animviz.tables import Column, text_of
from helpers.results import Result

Cli = Callable[..., Result]


def test_it_prints_tables_of_classes_confusion_and_layers(cli: Cli, rings_recording: Recording) -> None:
    done = cli("report", rings_recording.path)
    assert (done.code, done.err) == (0, "")
    headings = [line for line in done.out.splitlines() if line.startswith("#")]
    assert headings == ["# Two rings, epoch 4, on training samples", "## Classes", "## Confusion", "## Layers"]
    accuracy = rings_recording[-1].scores["accuracy"]
    assert f"| {accuracy:.3f} |" in next(line for line in done.out.splitlines() if "accuracy" in line)


def test_it_writes_one_page_or_a_file_for_each_table(cli: Cli, rings_recording: Recording, tmp_path: Path) -> None:
    done = cli("report", rings_recording.path, "--epoch", 2.5, "-o", "out/a.md", "-o", "out/b.csv")
    assert done.out.split() == ["out/a.md", "out/b.csv", "out/b-confusion.csv", "out/b-layers.csv"]
    assert "epoch 2, on training samples" in (tmp_path / "out/a.md").read_text()
    assert (tmp_path / "out/b.csv").read_text().startswith("class,precision,recall,F1,samples\ninner,")


def test_parameters_are_those_of_the_layer_whatever_its_weights_are_called(tmp_path: Path) -> None:
    layer = dense("answer", "sigmoid", kernel="coef", bias="offset", transposed=True)
    with ArrayRecorder(tmp_path / "a.rec", np.eye(2), [0, 1], layers=[layer], loss="binary_crossentropy") as session:
        session.capture(
            {"coef": np.ones((1, 2)), "offset": np.zeros(1), "answer.scale": np.ones(4), "more": np.ones(5)}
        )
    counts = layer_table(Recording(tmp_path / "a.rec"))[-1]
    assert counts.values == (7, 5, 12)


def test_a_rule_of_markdown_is_three_wide() -> None:
    assert text_of([Column("n", (1,), "d"), Column("m", ("a",))], ".md").splitlines()[1] == "| --: | --- |"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--on", "train"), "keeps no training samples"),
        (("--epoch", "40"), "40"),
        (("-o", "a.xlsx"), "-o a.xlsx: expected .md or .csv"),
        (("--output-name", "x"), "has no output 'x'"),
    ],
)
def test_what_cannot_be_reported_is_one_line(
    arguments: tuple[str, ...], message: str, cli: Cli, rings_recording: Recording, tmp_path: Path
) -> None:
    done = cli("report", rings_recording.path, *arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert len(done.err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
