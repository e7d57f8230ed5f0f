"""Scripts in the style of public tutorials: recorded by the lines marked "added", and drawn without PyTorch."""

import subprocess
import sys
from pathlib import Path

import pytest

from animviz import Recording

pytestmark = pytest.mark.slow

STRANGERS = Path(__file__).with_name("strangers")
DRAW = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "keras", "tensorflow", "jax"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
import animviz
recording = animviz.Recording(sys.argv[1])
for scene in sys.argv[2:]:
    first, last = (animviz.frame_at(scene, recording, float(recording.epochs[k]), size=(480, 270)) for k in (0, -1))
    assert (first != last).any(), scene
"""
CASES = {
    "spirals": ("rings", "boundary", "hidden", "network", "weights", "umap", "confusion", "history"),
    "convnet": ("digits", "weights", "umap", "confusion", "predictions", "units", "history"),
    "autoencoder": ("umap", "pca", "weights", "ridgelines", "history"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_strangers_script_is_recorded_and_drawn_without_pytorch(name: str, tmp_path: Path) -> None:
    subprocess.run([sys.executable, STRANGERS / f"{name}.py"], cwd=tmp_path, check=True, timeout=300)
    recording = Recording(tmp_path / f"{name}.rec")
    scores = recording[-1].scores
    assert scores["loss"] < recording[0].scores["loss"]
    if name == "autoencoder":
        assert (recording.output.task, recording.output.target) == ("reconstruction", "inputs")
        assert recording.label_names == tuple("0123456789")
    else:
        assert recording.output.task == "multiclass"
        assert scores["accuracy"] > (0.95 if name == "spirals" else 0.6)
    subprocess.run([sys.executable, "-c", DRAW, recording.path, *CASES[name]], check=True, timeout=300)
