"""Real recordings, trained once per session at a small size, and shared by all tests that only read them."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from animviz import Recording
from animviz.experiment import experiment_named

SMALL = {"samples": 150, "epochs": 4}


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Recording]:
    """Return a function that trains an experiment, once per set of options: trained("two_rings", arch="2-3-2-1")."""
    made: dict[str, Recording] = {}
    folder = tmp_path_factory.mktemp("recordings")

    def train(name: str, **options: object) -> Recording:
        key = f"{name} {sorted(options.items())}"
        if key not in made:
            from animviz.training import record

            made[key] = record(experiment_named(name).run({**SMALL, **options}), folder / f"{len(made)}.rec")
        return made[key]

    return train


@pytest.fixture(scope="session")
def rings_recording(trained: Callable[..., Recording]) -> Recording:
    """Two small rings, 2-3-2-1, the untrained state and four epochs."""
    return trained("two_rings", arch="2-3-2-1")


@pytest.fixture
def animviz(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs the real command line in a fresh process, in a folder of its own."""

    def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "animviz", *arguments], capture_output=True, text=True, timeout=300,
            **{"cwd": tmp_path, **options},
        )  # fmt: skip

    return run


class Result(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Return a function that runs the command line in this process, in a folder of its own."""
    from animviz.cli import main

    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Result:
        texts = [str(argument) for argument in arguments]
        monkeypatch.setattr(sys, "argv", ["animviz", *texts])
        capsys.readouterr()
        code = 0
        try:
            main(texts)
        except SystemExit as done:
            code = int(done.code or 0)
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return run


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--store-golden", action="store_true", help="draw the golden images anew instead of comparing")
