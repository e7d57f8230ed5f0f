"""In a notebook: a finished video shows itself, and a picture is redrawn while the model trains."""

import logging
import re
import shutil
from base64 import b64decode
from itertools import pairwise
from pathlib import Path

import imageio.v3 as iio
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

import animviz
from animviz import Movie, Recording
from animviz.video import html as inline
from helpers.breaking import BREAKING
from helpers.videos import decoded

CELLS = (
    """
    import os
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    import keras, numpy as np
    import animviz
    from animviz.experiments.data.planar import two_rings
    rings = two_rings(np.random.default_rng(0), samples=300)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, "tanh"), keras.layers.Dense(1, "sigmoid")])
    model.compile(keras.optimizers.Adam(0.05), "binary_crossentropy")
    pause = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: __import__("time").sleep(0.1))
    """,
    """
    live = animviz.live("rings", size=(320, 180), grid=5)
    history = model.fit(rings.x, rings.y, epochs=15, verbose=0, callbacks=[pause, live])
    """,
    """live""",
    """animviz.render("rings", live.path, "rings.mp4", size=(320, 180), seconds=0.4, hold_start=0, hold_end=0.1, grid=5)""",
    """
    broken = animviz.live("breaking.py", rings.x, rings.y)
    history = model.fit(rings.x, rings.y, epochs=3, verbose=0, callbacks=[broken])
    len(animviz.Recording(broken.path))
    """,
)


@pytest.mark.slow
def test_notebook_shows_training_and_video(tmp_path: Path) -> None:
    cells = [nbformat.v4.new_code_cell(re.sub(r"^ {4}", "", cell, flags=re.MULTILINE)) for cell in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells)
    (tmp_path / "breaking.py").write_text(BREAKING)
    updates: list[str] = []

    class Watching(NotebookClient):
        def process_message(self, msg, cell, cell_index):  # type: ignore[no-untyped-def]
            if msg["msg_type"] in ("display_data", "update_display_data"):
                updates.append(msg["content"]["data"].get("image/png", ""))
            return super().process_message(msg, cell, cell_index)

    Watching(notebook, timeout=200, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    live, moved, video, broken = (cell.outputs for cell in cells[1:])
    pictures = [iio.imread(b64decode(update)) for update in updates if update]
    assert len(pictures) >= 3  # untrained, after the first epoch and in the end; more as time allows
    assert all(picture.shape[:2] == (180, 320) for picture in pictures)
    assert all(not np.array_equal(one, other) for one, other in pairwise(pictures))
    (shown,) = [output for output in live if output.output_type == "display_data"]  # one place, redrawn
    assert np.array_equal(iio.imread(b64decode(shown.data["image/png"])), pictures[-1])
    kinds = [output.data for output in moved if output.output_type == "display_data"]
    assert "animviz-film" in kinds[0]["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in kinds[1]  # the scrubber of what was recorded
    played = re.search(r'<video [^>]*src="data:video/mp4;base64,([^"]+)"', video[-1].data["text/html"])
    assert played is not None
    (tmp_path / "played.mp4").write_bytes(b64decode(played[1]))
    frames = decoded(tmp_path / "played.mp4")
    assert frames.shape[1:] == (180, 320, 3)
    assert not np.array_equal(frames[0], frames[-1])
    said = [output.text for output in broken if output.output_type == "stream"]
    assert "".join(said).count("draws no more") == 1
    assert broken[-1].data["text/plain"] == "4"  # and the training went on


def test_movie_shows_itself_as_far_as_it_is_small(
    tmp_path: Path, rings_recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = {"size": (128, 72), "seconds": 0.2, "hold_start": 0, "hold_end": 0.1}
    for name, tag in (("a.gif", '<img width="128"'), ("a.mp4", '<video width="128"')):
        movie = animviz.render("history", rings_recording, tmp_path / name, **look)
        assert movie._repr_html_().startswith(tag)
    monkeypatch.setattr(inline, "LIMIT", 100)
    text = movie._repr_html_()
    assert "data:" not in text
    assert "kB" in text or "MB" in text
    assert "IPython.display.Video(" in text
    movie.path.unlink()
    assert "not there any more" in movie._repr_html_()
    folder = animviz.render("history", rings_recording, tmp_path / "pictures", **look)
    assert f"a folder of {folder.frames} pictures" in folder._repr_html_()


def test_names_are_escaped(tmp_path: Path) -> None:
    assert "<b>" not in Movie(tmp_path / "<b>.mp4", 1, 1.0, (64, 64))._repr_html_()


def test_a_training_that_has_not_begun_cannot_be_moved_through() -> None:
    with pytest.raises(animviz.AnimvizError, match="recorded nothing yet; give it to"):
        animviz.live("rings")._ipython_display_()


def test_outside_a_notebook_it_records_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, rings_recording: Recording
) -> None:
    import keras

    x, y = rings_recording.inputs, rings_recording.labels
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, "sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    live = animviz.live("rings", path=tmp_path / "run.rec")
    with caplog.at_level(logging.WARNING, "animviz"):
        model.fit(x, y, epochs=2, verbose=0, callbacks=[live])
    assert caplog.text.count("notebooks only") == 1
    recording = Recording(tmp_path / "run.rec")
    assert len(recording) == 3
    assert np.array_equal(recording.inputs, x)  # taken from fit
    assert np.array_equal(recording.labels, y)


@pytest.mark.parametrize(
    ("options", "message"), [({"nonsense": 1}, "no option 'nonsense'"), ({"size": (641, 360)}, "odd")]
)
def test_what_cannot_be_drawn_is_refused_before_training(options: dict[str, object], message: str) -> None:
    with pytest.raises(animviz.AnimvizError, match=message):
        animviz.live("rings", **options)


def test_a_recording_that_is_there_is_kept_unless_overwrite_is_asked_for(
    tmp_path: Path, rings_recording: Recording
) -> None:
    shutil.copytree(rings_recording.path, tmp_path / "a.rec")
    with pytest.raises(animviz.AnimvizError, match=r"a\.rec exists; pass overwrite=True"):
        animviz.live("rings", path=tmp_path / "a.rec")
    animviz.live("rings", path=tmp_path / "a.rec", overwrite=True)
    assert len(Recording(tmp_path / "a.rec")) == len(rings_recording)


def test_a_temporary_recording_goes_with_its_callback() -> None:
    live = animviz.live("rings")
    folder = live.path.parent
    assert folder.is_dir()
    del live
    assert not folder.exists()
