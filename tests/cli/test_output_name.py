"""Commands that look at one output of a model that has several: it is chosen by name."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import animviz
from helpers.results import Result

pytestmark = pytest.mark.integration

Cli = Callable[..., Result]


@pytest.fixture
def two_outputs(tmp_path: Path) -> None:
    """Record twice what answers two questions of one rank about 40 samples."""
    draw = np.random.default_rng(0)
    x, shape = draw.normal(size=(40, 3)).astype(np.float32), np.arange(40) % 2
    for name in "ab":
        task = {"shape": "binary probabilities", "colour": "multiclass probabilities"}
        targets = {"shape": shape, "colour": np.arange(40) % 3}
        with animviz.ArrayRecorder(tmp_path / f"{name}.rec", inputs=x, targets=targets, task=task) as session:
            for _ in range(3):
                rows = draw.dirichlet(np.ones(3), 40).astype(np.float32)
                outputs = {"shape": rows[:, :1], "colour": rows}
                session.capture({"w": rows[0]}, activations={"hidden": draw.normal(size=(40, 4))}, outputs=outputs)


COMMANDS = (
    ("landmarks", "a.rec"),
    ("compare", "--from", "a.rec", "--from", "b.rec", "-o", "a.md"),
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
def test_an_output_is_chosen_by_name(cli: Cli, two_outputs: None, command: tuple[str, ...]) -> None:
    said = [cli(*command, "--output-name", name) for name in ("shape", "colour")]
    assert [done.code for done in said] == [0, 0], said[0].err
    assert said[0].out != said[1].out


@pytest.mark.parametrize(
    "command", [*COMMANDS, ("page", "a.rec", "-o", "a.html", "--method", "pca"), ("neighbours", "a.rec")],
    ids=lambda words: words[0],
)  # fmt: skip
def test_a_name_that_no_output_has_is_refused(cli: Cli, two_outputs: None, command: tuple[str, ...]) -> None:
    done = cli(*command, "--output-name", "size")
    assert (done.code, done.out) == (2, "")
    assert "has no output 'size'; it has shape, colour" in done.err


def test_networks_that_are_trained_now_have_one_output(cli: Cli) -> None:
    done = cli("compare", "--output-name", "shape", "-o", "a.md")
    assert done.code == 2
    assert "--output-name goes with --from" in done.err
