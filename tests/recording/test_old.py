"""Recordings that older versions wrote open for ever: they give the numbers that were recorded, and can be drawn."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from animviz import Moment, Recording, Stage
from helpers.scenes import set_up

OLD = Path(__file__).parent / "old"
# Loss and accuracy at the end of the training, as the version that trained it wrote them.
LAST = {
    "schema1-rings": {"loss": 0.2516239628195763, "accuracy": 0.55},
    "schema1-forked": {"loss": 1.0855572074651718, "accuracy": 0.375},
    "schema1-cubic": {"loss": 0.052191492254496555},
}


@pytest.fixture(params=LAST)
def old(request: pytest.FixtureRequest) -> Recording:
    return Recording(OLD / request.param)


def test_the_states_are_those_that_were_recorded(old: Recording) -> None:
    assert old.epochs.tolist() == [0, 1, 2, 3]
    assert old[-1].scores == LAST[old.path.name]
    for snapshot in old:
        written = load_file(old.path / "snapshots" / f"00000{snapshot.index}.safetensors")
        assert len(snapshot.weights) >= 4
        for name, array in snapshot.weights.items():
            np.testing.assert_array_equal(array, written[f"weights/{name}"])


def test_the_outputs_score_what_was_recorded(old: Recording) -> None:
    for snapshot in old:
        outputs, labels = old.at(snapshot.epoch).outputs(), old.labels
        chosen = outputs.argmax(axis=1) if outputs.shape[1] > 1 else outputs[:, 0] > 0.5
        if "accuracy" in snapshot.scores:
            assert np.mean(chosen == labels) == snapshot.scores["accuracy"]
        if outputs.shape[1] == 1:
            error = np.mean((outputs - labels.reshape(-1, 1)) ** 2)
        else:
            error = -np.log(outputs[np.arange(len(labels)), labels]).mean()
        assert error == pytest.approx(snapshot.scores["loss"], rel=1e-5)


def test_activations_and_gradients_that_were_stored_come_back() -> None:
    old = Recording(OLD / "schema1-forked")
    written = load_file(old.path / "snapshots" / "000002.safetensors")
    for layer in ("left", "sum"):
        np.testing.assert_array_equal(old.activations(2, layer), written[f"stored/{layer}"])
    for name, array in old[2].gradients.items():
        np.testing.assert_array_equal(array, written[f"gradients/{name}"])
    assert set(old[2].gradients) == set(old[2].weights)


@pytest.mark.parametrize(
    ("name", "scene"),
    [("schema1-rings", "rings"), ("schema1-rings", "history"), ("schema1-forked", "history"), ("schema1-cubic", "history")],
)  # fmt: skip
def test_it_is_drawn(name: str, scene: str) -> None:
    old, stage = Recording(OLD / name), Stage((320, 180))
    draw = set_up(scene, stage, old)
    pictures = []
    for epoch in (0.0, 3.0):
        draw(Moment(0.0, epoch))
        pictures.append(stage.frame().copy())
    assert np.ptp(pictures[0]) > 100, "something is drawn"
    assert not np.array_equal(*pictures)
