"""Real recordings, trained once per session at a small size, and shared by all tests that only read them."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import FileLock

from animviz import Recording
from animviz.experiments.catalogue import experiment_named
from animviz.experiments.telling import UNSAID
from helpers.pages import CHROMIUM
from helpers.results import Result

TESTS = Path(__file__).parent
# Half of the training images to a batch: for batches of other sizes, as at the end of an epoch, the step is compiled anew.
IMAGES = {"data": "digits-8x8", "epochs": 4, "batch_size": 647, "learning_rate": 0.01}
SMALL: dict[str, dict[str, object]] = {
    "digits_mlp": {"arch": "64-16-8-10", "dropout": 0.1, **IMAGES},
    "digits_plane": {"arch": "64-8-2-10", **IMAGES},
    "lenet": {"arch": "2-4-12-8-10", **IMAGES},
    "autoencoder": {"arch": "*-12-2-12-*", "data": "digits-8x8", "epochs": 4, "every": "1", "batch_size": 128},
    "vae": {"arch": "*-12-2-12-*", "data": "digits-8x8", "epochs": 4, "every": "1", "batch_size": 128},
    "addition": {"modulus": 11, "learned": 0.5, "arch": "*-16-*", "epochs": 4, "every": "1"},
    "collapse": {"samples": 30, "arch": "2-12-2-3", "epochs": 4},
    "overfit": {"points": 5, "features": 8},
    "descent": {"resolution": 31, "epochs": 4},
    "paint": {"side": 12, "arch": "2-16-16-*", "epochs": 4, "every": "1"},
    "induction": {"vocabulary": 8, "block": 4, "sequences": 64, "width": 8, "epochs": 4, "every": "1"},
    "flow": {"ways": 512, "epochs": 4, "every": "1"},
    "models": {"samples": 40, "asked": 30, "epochs": 5},
}


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all processes of a test run share: whoever needs a thing first makes it, and the others wait."""
    folder = tmp_path_factory.getbasetemp()
    folder = (folder if worker_id == "master" else folder.parent) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def trained(shared: Path) -> Callable[..., Recording]:
    """Return a function that trains an experiment, once per set of options: trained("two_rings", arch="2-3-2-1")."""

    @cache
    def opened(path: Path) -> Recording:
        return Recording(path)

    def train(name: str, **options: object) -> Recording:
        about = {**SMALL.get(name, {"samples": 150, "epochs": 4}), **options}
        path = shared / f"{name}-{sha256(repr(sorted(about.items())).encode()).hexdigest()[:16]}.rec"
        with FileLock(path.with_suffix(".lock")):
            if not path.exists():
                experiment = experiment_named(name)
                module, _, make = experiment.maker.partition(":")
                getattr(import_module(module), make)(experiment.run(about), path, UNSAID, ())
        return opened(path)

    return train


@pytest.fixture(scope="session")
def rings_recording(trained: Callable[..., Recording]) -> Recording:
    """Two small rings, 2-3-2-1, the untrained state and four epochs."""
    return trained("two_rings", arch="2-3-2-1")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One Chromium for all tests of a file."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def animviz(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs the real command line in a fresh process, in a folder of its own."""

    def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "animviz", *arguments], capture_output=True, text=True, timeout=300,
            **{"cwd": tmp_path, **options},
        )  # fmt: skip

    return run


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Return a function that runs the command line in this process, in a folder of its own."""
    from animviz.cli.main import main

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


# What a test is if it says so; every other one is a quick test of its room.
KINDS = ("integration", "contract", "slow", "thorough", "fuzz", "soak")
UNIT_TESTS: pytest.StashKey[Counter[str]] = pytest.StashKey()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the unit tests, and count those of each room."""
    if part := config.getoption("--part"):
        mine, count = map(int, part.split("/"))
        slow = sorted({item.path for item in items if item.get_closest_marker("slow")})
        chosen = set(slow[mine::count])
        config.hook.pytest_deselected(items=[item for item in items if item.path not in chosen])
        items[:] = [item for item in items if item.path in chosen]
    rooms: Counter[str] = Counter()
    for item in items:
        if "animviz" in getattr(item, "fixturenames", ()):
            item.add_marker("integration")
        if not any(map(item.get_closest_marker, KINDS)):
            item.add_marker("unit")
            rooms[item.path.relative_to(TESTS).parts[0]] += 1
    config.stash[UNIT_TESTS] = rooms


@pytest.fixture
def unit_tests(pytestconfig: pytest.Config) -> Counter[str]:
    """How many unit tests there are in each folder; only known where all tests were looked for."""
    if {pytestconfig.rootpath / argument for argument in pytestconfig.args} != {TESTS}:
        pytest.skip("only some tests were looked for")
    return pytestconfig.stash[UNIT_TESTS]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--part", metavar="I/N", help="only the files of one part of N, from 0: CI runs slow tests in turns"
    )
    parser.addoption("--store-golden", action="store_true", help="draw the golden images anew instead of comparing")


@pytest.fixture(scope="session")
def odd_images(shared: Path) -> Path:
    """An .npz file of another shape than digits: 20x14 pixels, 3 channels, 7 named classes, in whole numbers."""
    rng = np.random.default_rng(5)
    label = np.repeat(np.arange(7), 60)
    rows, columns = np.mgrid[:20, :14]
    high = 4 + 2 * (label % 4) + rng.normal(0, 0.7, label.size)
    wide = 3 + 2 * (label % 5) + rng.normal(0, 0.7, label.size)
    blob = np.exp(-((rows - high[:, None, None]) ** 2 + (columns - wide[:, None, None]) ** 2) / 8)
    tint = 0.3 + 0.7 * np.eye(3)[label % 3]
    x = blob[..., None] * tint[:, None, None] + rng.normal(0, 0.05, (label.size, 20, 14, 3))
    names = np.array(["ant", "bee", "cat", "dog", "elk", "fox", "gnu"])
    path = shared / "odd.npz"
    with FileLock(path.with_suffix(".lock")):
        if not path.exists():
            np.savez(path, x=(np.clip(x, 0, 1) * 255).astype(np.uint8), y=names[label], class_names=names)
    return path
