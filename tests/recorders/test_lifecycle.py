"""The life of a recorder: loops of any kind, several trainings, and one recording for each model."""

import copy
import logging
import pickle
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

import animviz
from animviz import Recorder, Recording
from animviz.errors import AnimvizError, InputError, RecordingError
from animviz.recorders.keras.inspect import weight_names
from animviz.recorders.paths import Paths
from animviz.recorders.position import Position

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 2)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(np.int64)


def model_of(units: int = 3, **compiling: Any) -> Any:
    model = keras.Sequential(
        [
            keras.Input((2,)),
            keras.layers.Dense(units, "tanh", name="hidden"),
            keras.layers.Dense(1, "sigmoid", name="out"),
        ]
    )
    model.compile("sgd", "binary_crossentropy", **compiling)
    return model


def train(model: Any, *callbacks: Any, epochs: int = 1, **options: Any) -> Any:
    return model.fit(X, Y, epochs=epochs, verbose=0, **{"batch_size": 40, **options}, callbacks=list(callbacks))


def assert_ends_with(path: Path, model: Any) -> None:
    """The last snapshot is what the model is now."""
    recorded = Recording(path)[-1].weights
    assert sorted(recorded) == sorted(weight_names(model))
    for name, weights in zip(weight_names(model), model.get_weights(), strict=True):
        np.testing.assert_array_equal(recorded[name], weights)


def files(path: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in path.rglob("*") if file.is_file()}


# ---- steps ------------------------------------------------------------------------------------------------------


@pytest.mark.integration
@pytest.mark.parametrize(
    ("at_once", "expected", "steps"),
    [
        (1, [k / 10 for k in range(21)], [*range(0, 41, 2)]),
        (8, [0, 0.4, 0.8, 1, 1.4, 1.8, 2], [0, 8, 16, 20, 28, 36, 40]),
        (16, [0, 0.8, 1, 1.8, 2], [0, 16, 20, 36, 40]),
    ],
)
def test_steps_that_run_at_once_are_counted_right(
    at_once: int, expected: list[float], steps: list[int], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model = model_of(steps_per_execution=at_once)
    with caplog.at_level(logging.WARNING, "animviz"):
        train(model, Recorder(tmp_path / "a.rec", X, Y, every="1/10"), epochs=2, batch_size=2)
    recording = Recording(tmp_path / "a.rec")
    assert recording.epochs.tolist() == pytest.approx(expected)
    assert [snapshot.step for snapshot in recording] == steps
    assert caplog.text.count("tells of several steps at once") == (at_once > 1)
    assert_ends_with(tmp_path / "a.rec", model)


@pytest.mark.integration
@pytest.mark.filterwarnings("ignore:Your input ran out of data:UserWarning")  # Keras says so of every such source
def test_steps_that_run_at_once_are_counted_right_in_data_of_unknown_length(tmp_path: Path) -> None:
    model = model_of(steps_per_execution=3)
    data = tf.data.Dataset.from_tensor_slices((X, Y)).filter(lambda x, y: True).batch(5)
    recorder = Recorder(tmp_path / "a.rec", X, Y, every="1/4")
    model.fit(data, epochs=2, verbose=0, shuffle=False, callbacks=[recorder])
    recording = Recording(tmp_path / "a.rec")
    assert recording.epochs.tolist() == [0, 1, 1.375, 1.75, 2]
    assert [snapshot.step for snapshot in recording] == [0, 8, 11, 14, 16]
    assert int(model.optimizer.iterations) == 16


def test_position_counts_no_step_beyond_the_epoch() -> None:
    at = Position()
    at.begin(20)
    for _ in range(2):
        at.begin_epoch()
        assert [list(at.end_steps(within)) for within in (8, 16, 24)] == [
            [*range(1, 9)],
            [*range(9, 17)],
            [*range(17, 21)],
        ]
        at.end_epoch()
    assert (at.epoch, at.step) == (2, 40)


def test_epochs_rise_whatever_number_a_loop_gives_them() -> None:
    at = Position()
    at.begin(None)
    found = []
    for number in (0, 0, None, 1, 6):
        at.begin_epoch(number)
        at.end_steps(2)
        found.append(at.end_epoch())
    assert found == [0, 1, 2, 3, 6]
    assert at.step == 10


# ---- loops of one's own -----------------------------------------------------------------------------------------


@pytest.mark.integration
def test_a_loop_with_gradient_tape_is_recorded(tmp_path: Path) -> None:
    model, optimizer = model_of(), keras.optimizers.SGD(0.5)
    recorder = Recorder(tmp_path / "a.rec", X, Y.astype(np.float32)[:, None], every="1/2", task="binary")
    callbacks = keras.callbacks.CallbackList([recorder], model=model, epochs=2, steps=2)
    callbacks.on_train_begin()
    for epoch in range(2):
        callbacks.on_epoch_begin(epoch)
        for batch in range(2):
            rows = slice(20 * batch, 20 * batch + 20)
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(keras.losses.binary_crossentropy(Y[rows, None], model(X[rows])))
            optimizer.apply_gradients(
                zip(tape.gradient(loss, model.trainable_weights), model.trainable_weights, strict=True)
            )
            callbacks.on_train_batch_end(batch, {"loss": loss})
        callbacks.on_epoch_end(epoch, {"loss": loss})
    callbacks.on_train_end()
    recording = Recording(tmp_path / "a.rec")
    assert recording.epochs.tolist() == [0, 0.5, 1, 1.5, 2]
    assert [snapshot.step for snapshot in recording] == [0, 1, 2, 3, 4]
    assert recording[-1].logs == {"loss": pytest.approx(float(loss))}
    right = (model.predict(X, verbose=0)[:, 0] > 0.5) == Y
    assert recording[-1].scores["accuracy"] == pytest.approx(right.mean())
    assert recording.manifest.finished
    assert_ends_with(tmp_path / "a.rec", model)


def only_ends_of_epochs(recorder: Recorder, step: Callable[[], dict[str, float]]) -> None:
    for epoch in range(3):
        recorder.on_epoch_end(epoch, step())


def only_batches(recorder: Recorder, step: Callable[[], dict[str, float]]) -> None:
    for batch in range(3):
        recorder.on_train_batch_end(batch, step())


@pytest.mark.integration
@pytest.mark.parametrize(("loop", "epochs"), [(only_ends_of_epochs, [0, 1, 2, 3]), (only_batches, [0, 1])])
def test_a_loop_may_tell_less_than_keras_does(loop: Callable[..., None], epochs: list[float], tmp_path: Path) -> None:
    model, recorder = model_of(), Recorder(tmp_path / "a.rec", X, Y)
    recorder.set_model(model)
    recorder.on_train_begin()
    loop(recorder, lambda: model.train_on_batch(X, Y, return_dict=True))
    recorder.on_train_end()
    recording = Recording(tmp_path / "a.rec")
    assert recording.epochs.tolist() == epochs
    assert recording.manifest.finished
    assert_ends_with(tmp_path / "a.rec", model)


def test_a_loop_that_forgets_the_beginning_is_told(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.rec", X, Y)
    with pytest.raises(RecordingError, match=r"call recorder\.set_model\(model\) before on_train_begin"):
        recorder.on_train_begin()
    recorder.set_model(model_of())
    for call in (recorder.on_epoch_end, recorder.on_train_batch_end):
        with pytest.raises(RecordingError, match=r"a\.rec: call on_train_begin\(\) before the loop"):
            call(0)
    assert not list(tmp_path.iterdir())


@pytest.mark.integration
def test_fits_of_one_epoch_in_a_loop_make_one_recording(tmp_path: Path) -> None:
    model, one, other = model_of(), Recorder(tmp_path / "a.rec", X, Y), Recorder(tmp_path / "b.rec", X, Y)
    for epoch in range(3):
        train(model, one)
        train(model, other, initial_epoch=epoch, epochs=epoch + 1)
    for path in (tmp_path / "a.rec", tmp_path / "b.rec"):
        assert Recording(path).epochs.tolist() == [0, 1, 2, 3]


# ---- paths ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["{epoch}.rec", "{fold}-{trial}.rec", "{}.rec", "{fold", "{fold:q}.rec"])
def test_another_placeholder_is_refused(path: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"expected one placeholder at most, of \{fold\}, \{trial\} and \{time\}"):
        Recorder(tmp_path / path, X, Y)


@pytest.mark.parametrize("overwrite", [False, True])
def test_numbers_are_the_next_free_ones(overwrite: bool, tmp_path: Path) -> None:
    (tmp_path / "02.rec").mkdir()
    paths = Paths(tmp_path / "{fold:02d}.rec", overwrite=overwrite)
    taken = []
    for _ in range(3):
        taken.append(paths.free().name)
        paths.use(paths.free())
    assert taken == (["01.rec", "02.rec", "03.rec"] if overwrite else ["01.rec", "03.rec", "04.rec"])


def test_trainings_that_begin_in_the_same_second_have_paths_of_their_own(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "{time}.rec", overwrite=False)
    before = time.strftime("%Y%m%d")
    names = set()
    for _ in range(3):
        names.add(paths.free().name)
        paths.use(paths.free())
    assert len(names) == 3
    assert all(name.startswith((before, time.strftime("%Y%m%d"))) for name in names)


# ---- several models ---------------------------------------------------------------------------------------------


@pytest.mark.integration
def test_each_fold_has_a_recording_of_its_own(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "{fold}.rec", X, Y)
    models = [model_of(units) for units in (3, 3, 5)]
    for model in models:
        train(model, recorder, epochs=2)
        train(model, recorder)
    for place, model in enumerate(models, start=1):
        recording = Recording(tmp_path / f"{place}.rec")
        assert recording.epochs.tolist() == [0, 1, 2, 3]
        assert recording.manifest.finished
        assert_ends_with(recording.path, model)
    assert recorder.path == tmp_path / "3.rec"


@pytest.mark.integration
@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("how", ["another", "a wider one", "set back"])
def test_without_a_placeholder_the_next_fold_is_refused_and_the_first_stays(
    how: str, overwrite: bool, tmp_path: Path
) -> None:
    model = model_of()
    start = model.get_weights()
    recorder = Recorder(tmp_path / "a.rec", X, Y, overwrite=overwrite)
    train(model, recorder)
    before = files(tmp_path)
    if how == "set back":
        model.set_weights(start)
    epochs: list[int] = []
    note = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: epochs.append(epoch))
    following = model if how == "set back" else model_of(5 if how == "a wider one" else 3)
    with pytest.raises(
        RecordingError, match=r"recorded another training in .*a\.rec, which stays .* 'a-\{fold\}\.rec'"
    ):
        train(following, recorder, note)
    assert epochs == []
    assert files(tmp_path) == before


@pytest.mark.integration
def test_a_model_that_was_set_back_begins_anew_and_a_loaded_one_goes_on(tmp_path: Path) -> None:
    model, recorder = model_of(), Recorder(tmp_path / "{fold}.rec", X, Y)
    start = model.get_weights()
    for _ in range(2):
        model.set_weights(start)
        train(model, recorder)
    model.save(tmp_path / "model.keras")
    train(keras.models.load_model(tmp_path / "model.keras"), recorder)
    assert [Recording(tmp_path / f"{fold}.rec").epochs.tolist() for fold in (1, 2)] == [[0, 1], [0, 1, 2]]
    assert not (tmp_path / "3.rec").exists()


@pytest.mark.integration
@pytest.mark.parametrize("overwrite", [False, True])
def test_copies_for_trials_number_their_recordings(overwrite: bool, tmp_path: Path) -> None:
    callbacks = [Recorder(tmp_path / "{trial}.rec", X, Y, overwrite=overwrite)]
    for units in (2, 3, 4):
        train(model_of(units), *copy.deepcopy(callbacks))
    widths = [Recording(tmp_path / f"{trial}.rec").manifest.arch for trial in (1, 2, 3)]
    assert widths == ["2-2-1", "2-3-1", "2-4-1"]


@pytest.mark.integration
@pytest.mark.parametrize("overwrite", [False, True])
def test_a_copy_replaces_nothing_that_another_copy_recorded(overwrite: bool, tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.rec", X, Y, overwrite=overwrite)
    first, second = copy.deepcopy(recorder), copy.deepcopy(recorder)
    train(model_of(), first)
    before = files(tmp_path)
    for late in (second, copy.deepcopy(first), recorder):
        with pytest.raises(RecordingError, match=r"another copy of it, has recorded .* \(or \{trial\}, \{time\}\)"):
            train(model_of(), late)
    assert files(tmp_path) == before


@pytest.mark.integration
def test_a_recorder_that_was_sent_to_another_process_records(tmp_path: Path) -> None:
    sent = pickle.loads(pickle.dumps(Recorder(tmp_path / "a.rec", X, Y)))
    model = model_of()
    train(model, sent)
    assert_ends_with(tmp_path / "a.rec", model)


@pytest.mark.integration
def test_two_recorders_of_a_training_at_one_path_are_refused(tmp_path: Path) -> None:
    first, second = (Recorder(tmp_path / "a.rec", X, Y, overwrite=True) for _ in range(2))
    with pytest.raises(
        RecordingError, match=r"two recorders of this training write .*a\.rec; give each a path of its own"
    ):
        train(model_of(), first, second)
    train(model_of(), second)
    assert len(Recording(tmp_path / "a.rec")) == 2


# ---- Animate and live -------------------------------------------------------------------------------------------

QUICK = {"size": (128, 72), "seconds": 0.4, "hold_start": 0, "hold_end": 0.1, "quiet": True}


@pytest.mark.integration
def test_a_video_for_each_fold(tmp_path: Path) -> None:
    animate = animviz.Animate("history", tmp_path / "fold-{fold}.gif", X, Y, **QUICK)
    for copied in (animate, copy.deepcopy(animate)):
        assert len(train(model_of(), copied, epochs=2).history["loss"]) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fold-1.gif", "fold-1.rec", "fold-2.gif", "fold-2.rec"]


def batches() -> Iterator[tuple[np.ndarray, np.ndarray]]:
    while True:
        yield X[:20], Y[:20]


@pytest.mark.integration
@pytest.mark.parametrize(
    "given",
    [
        lambda: {"x": pd.DataFrame(X), "y": pd.Series(Y)}, lambda: {"x": tf.constant(X), "y": tf.constant(Y)},
        lambda: {"x": tf.data.Dataset.from_tensor_slices((X, Y)).batch(20), "shuffle": False},
    ],
    ids=["data frame", "tensors", "tf.data"],
)  # fmt: skip
def test_live_draws_whatever_fit_trains_on(given: Callable[[], dict[str, Any]], tmp_path: Path) -> None:
    live = animviz.live("boundary", path=tmp_path / "a.rec")
    model_of().fit(**given(), verbose=0, callbacks=[live])
    np.testing.assert_array_equal(Recording(live.path).inputs, X)
    np.testing.assert_array_equal(Recording(live.path).labels, Y)


@pytest.mark.integration
def test_live_leaves_a_generator_to_the_training(tmp_path: Path) -> None:
    fed = {"steps_per_epoch": 2, "verbose": 0, "shuffle": False}
    live = animviz.live("history", path=tmp_path / "a.rec")
    model_of().fit(batches(), **fed, callbacks=[live])
    assert len(Recording(live.path)) == 2
    with pytest.raises(
        AnimvizError, match=r"fed by a generator.*name what is drawn: animviz\.live\(scene, inputs, labels\)"
    ):
        model_of().fit(batches(), **fed, callbacks=[animviz.live("boundary", path=tmp_path / "b.rec")])
    assert not (tmp_path / "b.rec").exists()


@pytest.mark.integration
def test_live_follows_one_model_after_the_other() -> None:
    live = animviz.live("history")
    paths = []
    for _ in range(2):
        train(model_of(), live)
        paths.append(live.path)
    assert [len(Recording(path)) for path in paths] == [2, 2]
