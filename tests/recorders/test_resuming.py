"""Loops of one's own that are run again after a kill: the recording goes on where the model stands that was loaded."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import animviz
from animviz import Recording
from animviz.errors import RecordingError
from animviz.recorders.samples import Samples
from animviz.recording.verifying import verify
from helpers.loop import Loop, X, Y


class Killing:
    """Ends the training where a snapshot of some epoch has been written."""

    def __init__(self, epoch: float) -> None:
        self._epoch = epoch

    def begun(self, path: Path) -> None: ...

    def captured(self, epoch: float) -> None:
        if epoch == self._epoch:
            raise KeyboardInterrupt

    def ended(self) -> None: ...


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def killed(path: Path, epoch: float, **options: Any) -> Recording:
    with pytest.raises(KeyboardInterrupt):
        Loop(path, watchers=[Killing(epoch)], **options).run(100)
    return Recording(path)


def standing_at(recording: Recording, epoch: float, path: Path, **options: Any) -> Loop:
    """Return the loop of a new process, with the weights of an epoch."""
    loop = Loop(path, resume=True, **options)
    place = recording.epochs.tolist().index(epoch)
    loop.weights = {name: array.copy() for name, array in recording[place].weights.items()}
    return loop


@pytest.mark.parametrize(
    ("every", "at", "end"), [("1", 3, 3), ("1", 2, 4), ("1/2", 2, 3.5), (2, 2, 4), ("log", 1, 5.0)]
)
def test_a_recording_that_goes_on_has_the_same_bytes(tmp_path: Path, every: Any, at: int, end: float) -> None:
    Loop(tmp_path / "whole.rec", every=every).run(8)
    killed(tmp_path / "a.rec", end if every != "log" else Recording(tmp_path / "whole.rec").epochs[-2], every=every)
    standing_at(Recording(tmp_path / "a.rec"), at, tmp_path / "a.rec", every=every).run(8 - at)
    assert contents(tmp_path / "a.rec") == contents(tmp_path / "whole.rec")


def test_where_no_recording_is_there_one_begins(tmp_path: Path) -> None:
    Loop(tmp_path / "a.rec", resume=True).run(2)
    Loop(tmp_path / "b.rec").run(2)
    assert contents(tmp_path / "a.rec") == contents(tmp_path / "b.rec")


def test_a_model_that_stands_nowhere_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.rec"
    killed(path, 3)
    before = contents(path)
    loop = Loop(path, resume=True)
    loop.weights["w"] += 0.25
    with pytest.raises(
        RecordingError, match=r"a\.rec cannot be resumed: the model has the weights of none of its 4 snap"
    ):
        loop.run(2)
    assert contents(path) == before
    anew = Loop(path, resume=True, overwrite=True)
    anew.weights["w"] += 0.25
    anew.run(2)
    assert Recording(path).epochs.tolist() == [0, 1, 2]
    assert Recording(path)[0].weights["w"] == 0.25


def test_a_finished_recording_goes_on_at_its_end_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.rec"
    Loop(path).run(3)
    before = contents(path)
    with pytest.raises(
        RecordingError, match="is finished at epoch 3, and the model stands at epoch 0; load its last weights"
    ):
        Loop(path, resume=True).run(3)
    assert contents(path) == before
    standing_at(Recording(path), 3, path).run(2)
    Loop(tmp_path / "whole.rec").run(5)
    assert contents(path) == contents(tmp_path / "whole.rec")
    standing_at(Recording(path), 1, path, overwrite=True).run(1)
    assert Recording(path).epochs.tolist() == [0, 1, 2]
    assert verify(path).faults == ()


def test_other_samples_are_refused(tmp_path: Path) -> None:
    recording = killed(tmp_path / "a.rec", 3)
    for name, samples in (("inputs", Samples.of(X + 1, Y)), ("labels", Samples.of(X, Y[::-1].copy()))):
        with pytest.raises(RecordingError, match=f"cannot be resumed: its {name} are not those that are given now"):
            standing_at(recording, 3, tmp_path / "a.rec", samples=samples).run(1)
    assert len(Recording(tmp_path / "a.rec")) == 4


def test_another_model_is_refused(tmp_path: Path) -> None:
    killed(tmp_path / "a.rec", 3)
    loop = Loop(tmp_path / "a.rec", resume=True)
    loop.weights["w"] = np.zeros((1, 2), np.float32)
    with pytest.raises(RecordingError, match="another model"):
        loop.run(1)


# ---- the doors


@pytest.mark.integration
def test_a_keras_model_that_was_saved_and_loaded_goes_on(tmp_path: Path) -> None:
    import keras

    def train(path: Path, until: int, killed_at: int | None = None) -> None:
        keras.backend.clear_session()
        saved = path.with_suffix(".keras")
        if saved.exists():
            model = keras.models.load_model(saved)
        else:
            layers = [keras.layers.Dense(1, "sigmoid", kernel_initializer=keras.initializers.GlorotUniform(1))]
            model = keras.Sequential([keras.Input((1,)), *layers], name="own")
            model.compile(keras.optimizers.Adam(0.1), "binary_crossentropy")

        def save(epoch: int, logs: Any) -> None:
            if epoch + 1 == killed_at:
                raise KeyboardInterrupt
            beside = path.with_suffix(".beside.keras")
            model.save(beside)
            os.replace(beside, saved)

        recorder = animviz.Recorder(path, X, Y, resume=True)
        model.fit(
            X, Y, batch_size=5, epochs=until, initial_epoch=int(model.optimizer.iterations) // 4, shuffle=False, verbose=0,
            callbacks=[recorder, keras.callbacks.LambdaCallback(on_epoch_end=save)],
        )  # fmt: skip

    train(tmp_path / "whole.rec", 6)
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "a.rec", 6, killed_at=4)
    assert Recording(tmp_path / "a.rec").epochs.tolist() == [0, 1, 2, 3, 4]
    train(tmp_path / "a.rec", 6)
    assert contents(tmp_path / "a.rec") == contents(tmp_path / "whole.rec")


@pytest.mark.integration
def test_a_torch_loop_that_loads_its_checkpoint_goes_on(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")

    def train(path: Path, until: int) -> None:
        torch.manual_seed(0)
        model = torch.nn.Sequential(
            torch.nn.Linear(1, 3), torch.nn.Tanh(), torch.nn.Dropout(0.1), torch.nn.Linear(3, 2)
        )
        optimizer, loss_of = torch.optim.Adam(model.parameters(), 0.1), torch.nn.CrossEntropyLoss()
        saved, start = path.with_suffix(".pt"), 0
        if saved.exists():
            kept = torch.load(saved)
            model.load_state_dict(kept["model"])
            optimizer.load_state_dict(kept["optimizer"])
            torch.set_rng_state(kept["random"])
            start = kept["epoch"]
        run = animviz.watch(model, path, X, Y, loss=loss_of, resume=True)
        for epoch in range(start, until):
            optimizer.zero_grad()
            loss = loss_of(model(torch.tensor(X)), torch.tensor(Y))
            loss.backward()
            optimizer.step()
            run.step(loss=loss)
            run.epoch()
            if epoch + 1 == until < 6:
                return  # as if it were killed: the state of this epoch is not saved
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "random": torch.get_rng_state()}
            torch.save({**state, "epoch": epoch + 1}, saved)
        run.close()

    train(tmp_path / "whole.rec", 6)
    train(tmp_path / "a.rec", 4)
    assert Recording(tmp_path / "a.rec").epochs.tolist() == [0, 1, 2, 3, 4]
    train(tmp_path / "a.rec", 6)
    assert contents(tmp_path / "a.rec") == contents(tmp_path / "whole.rec")


@pytest.mark.integration
def test_a_jax_loop_goes_on_with_its_parameters(tmp_path: Path) -> None:
    jnp = pytest.importorskip("jax.numpy")
    from animviz.recorders.jax import Recorder

    def train(path: Path, params: Any, epochs: int, *, ends: bool) -> Any:
        run = Recorder(
            path, lambda params, x: x @ params["w"], params, X, Y, loss="mean_squared_error", title="own", resume=True
        )
        for _ in range(epochs):
            params = {"w": params["w"] + 0.5}
            run.step(params)
            run.epoch(params)
        if ends:
            run.close()
        return params

    first = {"w": jnp.zeros((1, 1))}
    train(tmp_path / "whole.rec", first, 5, ends=True)
    second = train(tmp_path / "a.rec", first, 3, ends=False)
    train(tmp_path / "a.rec", second, 2, ends=True)
    assert contents(tmp_path / "a.rec") == contents(tmp_path / "whole.rec")
