"""Trackers: two lines log a film or a still into the real one, offline; one that is not installed is named."""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from animviz import Recording
from animviz.video.reading import Film

OPTIONS = 'size="160x90", seconds=1.0'
LOGGED = f"""
films.log_film("rings", REC, {OPTIONS})
films.log_still("rings", REC, 2, size="160x90", {{named}})
"""
OFFLINE = {
    "WANDB_MODE": "offline", "WANDB_SILENT": "true", "MLFLOW_ALLOW_FILE_STORE": "true", "TRACKIO_DIR": "trackio",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}  # fmt: skip

pytestmark = [pytest.mark.slow]


@pytest.fixture
def carry_out(rings_recording: Recording, tmp_path: Path) -> Callable[..., None]:
    def run(script: str, python: Path = Path(sys.executable)) -> None:
        (tmp_path / "script.py").write_text(script.replace("REC", repr(str(rings_recording.path))))
        done = subprocess.run(
            [python, "script.py"],
            cwd=tmp_path,
            env={**os.environ, **OFFLINE},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr

    return run


def found(folder: Path, suffix: str) -> Path:
    (path,) = folder.rglob(f"*{suffix}")
    return path


def check(film: Path, still: Path) -> None:
    assert Film(film).count == 30
    with Image.open(still) as picture:
        assert picture.size == (160, 90)


def test_tensorboard_reads_what_is_logged(carry_out: Callable[..., None], tmp_path: Path) -> None:
    # Read by TensorBoard's own reader, in a process that has imported no TensorFlow before.
    carry_out(f"""
import sys
from animviz.integrations import tensorboard as films
films.log_film("logs", "rings", REC, {OPTIONS})
films.log_still("logs", "rings", REC, 2, size="160x90", name="end", step=7)
assert "tensorflow" not in sys.modules
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator("logs/animviz", size_guidance={{"tensors": 0}})
events.Reload()
for tag, step, suffix in (("rings", round(float(__import__("animviz").Recording(REC).epochs[-1])), ".gif"), ("end", 7, ".png")):
    (event,) = events.Tensors(tag)
    width, height, contents = event.tensor_proto.string_val
    assert (event.step, width, height) == (step, b"160", b"90"), (event.step, width, height)
    assert "rings" in events.SummaryMetadata(tag).summary_description
    open(f"out{{suffix}}", "wb").write(contents)
""")
    with Image.open(tmp_path / "out.gif") as picture:
        assert (picture.size, picture.is_animated) == ((160, 90), True)
    with Image.open(tmp_path / "out.png") as picture:
        assert picture.size == (160, 90)


def test_wandb_keeps_them_among_its_media(carry_out: Callable[..., None], tmp_path: Path) -> None:
    carry_out(f"""
import wandb
from animviz.integrations import wandb as films
with wandb.init(project="rings") as run:{LOGGED.format(named='run=run, name="end"').replace(chr(10), chr(10) + "    ")}
""")
    media = tmp_path / "wandb"
    check(found(media, ".mp4"), found(media, ".png"))


def test_mlflow_keeps_them_among_its_artifacts(carry_out: Callable[..., None], tmp_path: Path) -> None:
    carry_out(f"""
import mlflow
from animviz.integrations import mlflow as films
mlflow.set_tracking_uri("file:mlruns")
with mlflow.start_run():{LOGGED.format(named='folder="stills"').replace(chr(10), chr(10) + "    ")}
""")
    check(found(tmp_path / "mlruns", "artifacts/rings.mp4"), found(tmp_path / "mlruns", "artifacts/stills/rings.png"))


def test_trackio_keeps_them_in_its_folder(carry_out: Callable[..., None], tmp_path: Path) -> None:
    # In an environment of its own: Trackio wants an older Pillow than that with which the pictures of the tests were drawn.
    home = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", home], check=True)
    (packages,) = home.glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    python = home / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "trackio"], check=True, capture_output=True)
    carry_out(
        f"""
import trackio
from animviz.integrations import trackio as films
trackio.init(project="rings", embed=False)
{LOGGED.format(named='name="end"')}
trackio.finish()
""",
        python,
    )
    check(found(tmp_path / "trackio", ".mp4"), found(tmp_path / "trackio", ".png"))
