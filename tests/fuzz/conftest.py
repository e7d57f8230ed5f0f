"""What all odd cases find in their folder, and where they are tried."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from safetensors.numpy import save_file

import animviz
from animviz import Recording
from helpers.fuzz.trying import Bench
from helpers.recordings import attending, made, rewritten

STORYBOARD = """
title = "Rings"
size = [160, 90]
fps = 5

[recordings.r]
path = "r.rec"

[[shot]]
name = "opening"
title = "Rings"
lines = ["two of them"]
seconds = 0.4
fade = 0.0

[[shot]]
name = "warp"
scene = "rings"
recording = "r"
options = { grid = 15 }
seconds = 0.6
hold_start = 0.0
hold_end = 0.0
"""


@pytest.fixture(scope="session")
def files(shared: Path) -> Path:
    """A folder with two recordings, a film, a storyboard and data, all as they should be, and with odd places to write."""
    folder = shared / "fuzzed"
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            _fill(folder)
    return folder


def _fill(folder: Path) -> None:
    folder.mkdir()
    made("two_rings", folder / "r.rec", samples=40, arch="2-3-2-1")
    made("digits_mlp", folder.parent / "whole-d.rec", data="digits-8x8", arch="64-6-10")
    rewritten(Recording(folder.parent / "whole-d.rec"), folder / "d.rec", samples=60)
    shutil.copytree(folder / "r.rec", folder / "q.rec")
    made("polynomial", folder / "p.rec", arch="1-3-1")
    made("autoencoder", folder.parent / "whole-e.rec", data="digits-8x8", arch="64-6-2-6-64")
    rewritten(Recording(folder.parent / "whole-e.rec"), folder / "e.rec", samples=60)
    made("lenet", folder.parent / "whole-c.rec", data="digits-8x8", arch="2-4-12-8-10")
    rewritten(Recording(folder.parent / "whole-c.rec"), folder / "c.rec", samples=20)
    attending(folder / "a.rec")
    animviz.render(
        "rings", folder / "r.rec", folder / "m.mp4", size="160x90", fps=5, seconds=0.4, hold_start=0, hold_end=0
    )
    (folder / "s.toml").write_text(STORYBOARD)
    for name in ("folder", "folder.mp4", "folder.rec"):
        (folder / name).mkdir()
    (folder / "link.mp4").symlink_to("folder")
    (folder / "loop.mp4").symlink_to("loop.mp4")
    rng = np.random.default_rng(0)
    x, label = rng.normal(size=(30, 2)), np.arange(30) % 2
    rows = "".join(f"{a},{b},{c}\n" for (a, b), c in zip(x, label, strict=True))
    (folder / "points.csv").write_text(f"x,y,label\n{rows}")
    save_file({"w": x.astype(np.float32)}, folder / "w.safetensors")
    np.savez(folder / "points.npz", x=x[:, 0], y=x[:, 1], label=label)
    np.savez(folder / "digits.npz", x=rng.random((30, 8, 8)), y=label)


@pytest.fixture
def bench(files: Path, tmp_path: Path) -> Bench:
    """Where cases are tried."""
    return Bench(tmp_path, files)


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop each training where it would begin, as Ctrl-C does there: what can be wrong is found before."""

    def ended(reference: str, begin: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("animviz.experiments.runs._maker", ended)
