"""Animate: a training is recorded, and drawn when it ends; what cannot be drawn is refused before the first epoch."""

import logging
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe

import animviz
from animviz import Recording
from animviz.errors import AnimvizError, RecordingError, SceneError
from animviz.video.provenance import provenance_in
from animviz.watchers.filming import Filming
from animviz.watchers.redrawing import Redrawing
from helpers.breaking import BREAKING
from helpers.loop import Loop

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 2)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(np.int64)
QUICK = {"size": (128, 72), "seconds": 1, "hold_start": 0, "hold_end": 0.2, "quiet": True}


def model_of(units: int = 1) -> Any:
    model = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(3, "tanh"), keras.layers.Dense(units, "sigmoid" if units == 1 else None)]
    )
    model.compile("sgd", "mse")
    return model


def test_animate_records_and_leaves_a_video(tmp_path: Path) -> None:
    path = tmp_path / "learning.mp4"
    animate = animviz.Animate(
        "boundary", path, X, Y, size=(128, 72), seconds=1, hold_start=0, hold_end=0.2, recorder={"every": "1/2"}
    )
    assert animate.movie is None
    model_of().fit(X, Y, epochs=2, verbose=0, callbacks=[animate])
    assert animate.movie == animviz.Movie(path, 30, 30.0, (128, 72))
    assert path.read_bytes()[4:8] == b"ftyp"
    assert len(Recording(tmp_path / "learning.rec")) == 5
    raw = [get_ffmpeg_exe(), "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    pixels = np.frombuffer(subprocess.run(raw, capture_output=True, check=True).stdout, np.uint8)
    frames = pixels.reshape(30, 72, 128, 3)
    assert np.abs(frames[0].astype(int) - frames[-1]).max() > 50


@pytest.mark.parametrize(
    ("scene", "name", "options"),
    [("nonsense", "a.mp4", {}), ("history", "a.xyz", {}), ("history", "gone/deep/a.txt", {})],
)
def test_animate_refuses_what_it_cannot_do_before_training(
    scene: str, name: str, options: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(AnimvizError):
        animviz.Animate(scene, tmp_path / name, X, Y, **options)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "options", [{"nonsense": 1}, {"size": (127, 72)}, {"theme": "pink"}, {"seconds": -1}, {"ease": "x"}]
)
def test_animate_refuses_options_before_training(options: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(AnimvizError):
        animviz.Animate("history", tmp_path / "a.mp4", X, Y, **options)


def test_a_recording_that_is_there_is_kept_unless_overwrite_is_asked_for(tmp_path: Path) -> None:
    def animate(**options: Any) -> Any:
        return animviz.Animate("history", tmp_path / "a.mp4", X, Y, **QUICK, **options)

    model_of().fit(X, Y, epochs=3, verbose=0, callbacks=[animate()])
    with pytest.raises(RecordingError, match=r"a\.rec exists; pass overwrite=True to replace it"):
        animate()
    assert len(Recording(tmp_path / "a.rec")) == 4
    model_of().fit(X, Y, epochs=1, verbose=0, callbacks=[animate(overwrite=True)])
    assert len(Recording(tmp_path / "a.rec")) == 2


@pytest.mark.parametrize("make", ["Animate", "live"])
def test_a_scene_that_cannot_draw_the_model_ends_the_training_before_its_first_epoch(make: str, tmp_path: Path) -> None:
    callback = (
        animviz.Animate("confusion", tmp_path / "a.mp4", X, **QUICK)
        if make == "Animate"
        else animviz.live("confusion", X, path=tmp_path / "a.rec")
    )
    assert isinstance(callback, keras.callbacks.Callback)
    epochs: list[int] = []
    note = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: epochs.append(epoch))
    with pytest.raises(AnimvizError) as caught:
        model_of().fit(X, Y, epochs=3, verbose=0, callbacks=[callback, note])
    assert "confusion draws classifiers" in str(caught.value)
    assert epochs == []
    assert not list(tmp_path.iterdir())


def test_what_is_dear_to_set_up_is_checked_without_setting_it_up(tmp_path: Path) -> None:
    with pytest.raises(SceneError, match="no layer 'none'"):
        model_of().fit(
            X, Y, epochs=1, verbose=0, callbacks=[animviz.Animate("umap", tmp_path / "a.mp4", X, Y, layers="none")]
        )
    assert not list(tmp_path.iterdir())


@pytest.fixture
def breaking(tmp_path: Path) -> str:
    (tmp_path / "breaking.py").write_text(BREAKING)
    return str(tmp_path / "breaking.py")


def test_drawing_that_fails_after_training_leaves_the_history_and_the_recording(
    breaking: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    animate = animviz.Animate(breaking, tmp_path / "a.mp4", X, Y, **QUICK)
    with caplog.at_level(logging.WARNING, "animviz"):
        history = model_of().fit(X, Y, epochs=2, verbose=0, callbacks=[animate])
    assert len(history.history["loss"]) == 2
    assert animate.movie is None
    assert not (tmp_path / "a.mp4").exists()
    assert len(Recording(tmp_path / "a.rec")) == 3
    (warning,) = [record.getMessage() for record in caplog.records if record.name == "animviz"]
    assert "a.mp4 was not drawn, but its recording" in warning
    assert "one over zero" in warning
    assert "\n" not in warning


def test_filming_takes_all_options_of_render(tmp_path: Path) -> None:
    done: list[int] = []
    with ThreadPoolExecutor(1) as executor:
        asked = {"on_frame": done.append, "command": "by hand", "executor": executor, "size": "128x72"}
        filming = Filming("history", tmp_path / "a.mp4", **{**QUICK, **asked})
        Loop(tmp_path / "a.rec", watchers=[filming]).run(2)
    assert filming.movie is not None
    assert done == [filming.movie.frames]
    assert provenance_in(filming.movie.path)["command"] == "by hand"
    for name in ("on_fram", "target", "scene", "recording"):
        with pytest.raises(AnimvizError, match=f"scene 'history' has no option '{name}'"):
            Filming("history", tmp_path / "b.mp4", **{name: 1})


def test_the_watchers_serve_any_recorder(tmp_path: Path) -> None:
    filming = Filming("history", tmp_path / "a.mp4", **QUICK)
    redrawing = Redrawing("history", size=(128, 72), theme="dark")
    Loop(tmp_path / "a.rec", watchers=[filming, redrawing]).run(2)
    assert filming.movie is not None
    assert filming.movie.path.read_bytes()[4:8] == b"ftyp"
    assert redrawing.pictures == 0, "outside a notebook there is nowhere to show them"
    with pytest.raises(SceneError, match="rings"):
        Loop(tmp_path / "b.rec", watchers=[Filming("rings", tmp_path / "b.mp4", **QUICK)]).run(2)
    assert not (tmp_path / "b.rec").exists()
