"""Refusals: the scenes that they name draw the recording, and the layer in the way is named."""

from pathlib import Path

import numpy as np
import pytest

import animviz
from animviz import ArrayRecorder
from animviz.analysis.saliency import require_dense
from animviz.errors import SceneError
from animviz.recorders.layers import dense
from animviz.recording.replay.layers import Layer


def test_scenes_that_refuse_the_same_recording_are_not_named(tmp_path: Path) -> None:
    images, labels = np.random.default_rng(0).random((12, 3, 5)), np.arange(12) % 3
    with ArrayRecorder(
        tmp_path / "a.rec", images, labels, loss="sparse_categorical_crossentropy", task="multiclass logits"
    ) as session:
        for scale in (1, 2):
            session.capture(outputs=scale * images[:, 0, :3])
    with pytest.raises(SceneError, match="for that there are") as refused:
        animviz.frame_at("polyfit", tmp_path / "a.rec", 1, size=(320, 180))
    named = set(str(refused.value).rpartition("there are ")[2].split(", "))
    assert not named & {"boundary", "importance", "network", "rings", "polyfit"}
    assert {"confusion", "history"} <= named


def test_the_layer_in_the_way_of_gradients_is_named() -> None:
    layers = [dense("first", "relu"), Layer(name="odd", kind="Dense")]
    with pytest.raises(
        SceneError, match=r"chain of dense layers; in this network layer odd \(Dense\) cannot be replayed"
    ):
        require_dense(layers)
