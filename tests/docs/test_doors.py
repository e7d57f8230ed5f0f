"""The README's block for PyTorch, which the environment of a newcomer does not have; the others run in test_blocks.py."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import animviz
from animviz import Recording
from helpers.blocks import ROOT, Block, blocks_of

pytestmark = pytest.mark.slow


def doors() -> list[Block]:
    """Return the block of the data, and those of Keras, PyTorch and scikit-learn."""
    text = (ROOT / "README.md").read_text("utf-8")
    section = re.search(r"^## Your own model\n.*?(?=^## )", text, re.MULTILINE | re.DOTALL)
    assert section
    return [block for block in blocks_of(ROOT / "README.md") if block.text in section[0] and block.language == "python"]


def test_a_block_of_the_readme_trains_records_and_draws(tmp_path: Path) -> None:
    epochs = 200
    data, *blocks = doors()
    assert data.name == "moons.py"
    assert len(blocks) == 3
    (tmp_path / data.name).write_text(data.text, encoding="utf-8")
    (tmp_path / "example.py").write_text(blocks[1].text, encoding="utf-8")
    subprocess.run([sys.executable, "example.py"], cwd=tmp_path, check=True, timeout=300)
    assert (tmp_path / "torch.mp4").stat().st_size > 10_000
    recording = Recording(tmp_path / "torch.rec")
    assert len(recording) == epochs + 1
    assert recording.output.task == "binary"
    assert recording[-1].scores["accuracy"] > 0.8
    state = recording.at(epochs)
    answers = state.outputs()[:, 0] > recording.output.threshold
    assert np.mean(answers == recording.targets) == pytest.approx(recording[-1].scores["accuracy"])
    first, last = (animviz.frame_at("boundary", recording, epoch, size=(320, 240)) for epoch in (0, epochs))
    assert not np.array_equal(first, last)
