"""The folder on disk: what is written comes back, and what is damaged is named."""

import json
import shutil
import threading
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from safetensors.numpy import load_file, save_file

from animviz import Recording
from animviz.errors import DivergedError, InputError, RecordingError
from animviz.recording.manifest import SCHEMA, ArraySpec, Entry, Manifest
from animviz.recording.replay.layers import Layer
from animviz.recording.writer import RecordingWriter
from helpers.meaning import answering
from helpers.recordings import copied, rewritten

QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
DTYPES = ["float32", "float64", "float16", "int64", "int32", "uint8", "bool"]
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
NUMBERS = st.dictionaries(NAMES, st.floats(), max_size=4)


def a_manifest(arrays: dict[str, np.ndarray], **changes: Any) -> Manifest:
    """A manifest that lists these arrays, each "weights/NAME" or "stored/LAYER"."""
    specs = {name: ArraySpec(shape=a.shape, dtype=a.dtype.name) for name, a in arrays.items()}
    kinds: dict[str, dict[str, ArraySpec]] = {"weights": {}, "stored": {}}
    for name, spec in specs.items():
        kind, _, rest = name.partition("/")
        kinds[kind][rest] = spec
    return Manifest(**{"id": "0" * 12, "title": "test", "layers": (), **kinds, **changes})


def write(
    path: Path, snapshots: list[dict[str, np.ndarray]], entries: list[Entry] | None = None, **data: np.ndarray
) -> RecordingWriter:
    writer = RecordingWriter.create(
        path, a_manifest(snapshots[0], **(answering("a", "b") if "labels" in data else {})), data
    )
    for place, arrays in enumerate(snapshots):
        entry = entries[place] if entries else Entry(epoch=float(place), step=10 * place, logs={"précision": place / 7})
        writer.append(arrays, entry)
    return writer


def simple(path: Path, count: int = 4) -> list[dict[str, np.ndarray]]:
    rng = np.random.default_rng(0)
    snapshots = [{"weights/kernel": rng.normal(size=(2, 3)).astype(np.float32)} for _ in range(count)]
    write(path, snapshots)
    return snapshots


def assert_holds(recording: Recording, snapshots: list[dict[str, np.ndarray]]) -> None:
    assert len(recording) == len(snapshots)
    for snapshot, arrays in zip(recording, snapshots, strict=True):
        found = {f"weights/{name}": a for name, a in snapshot.weights.items()}
        found |= {f"stored/{name}": a for name, a in snapshot.stored.items()}
        assert found.keys() == arrays.keys()
        for name, array in arrays.items():
            assert found[name].dtype == array.dtype
            assert found[name].shape == array.shape
            assert found[name].tobytes() == array.tobytes()


def refusal(path: Path) -> str:
    with pytest.raises(RecordingError) as caught:
        Recording(path)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message
    return message


# ---- round trip -------------------------------------------------------------------------------------------------


@st.composite
def runs(draw: st.DrawFn) -> tuple[list[dict[str, np.ndarray]], list[Entry]]:
    kinds = st.sampled_from(["weights/", "stored/"])
    shapes = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
    specs = draw(
        st.dictionaries(
            st.builds(str.__add__, kinds, NAMES), st.tuples(st.sampled_from(DTYPES), shapes), min_size=1, max_size=4
        )
    )
    count = draw(st.integers(1, 4))
    snapshots = [{name: draw(hnp.arrays(dtype, shape)) for name, (dtype, shape) in specs.items()} for _ in range(count)]
    epochs = draw(st.lists(st.floats(0, 1e6), min_size=count, max_size=count, unique=True).map(sorted))
    entries = [
        Entry(epoch=epoch, step=draw(st.integers(0, 10**9)), logs=draw(NUMBERS), scores=draw(NUMBERS))
        for epoch in epochs
    ]
    return snapshots, entries


@QUICK
@given(run=runs())
def test_what_is_written_comes_back(
    run: tuple[list[dict[str, np.ndarray]], list[Entry]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    snapshots, entries = run
    path = tmp_path_factory.mktemp("round") / "a.rec"
    write(path, snapshots, entries)
    for _ in range(2):  # the second time without the index: the files alone say the same
        recording = Recording(path)
        assert_holds(recording, snapshots)
        assert recording.epochs.tolist() == [entry.epoch for entry in entries]
        for snapshot, entry in zip(recording, entries, strict=True):
            assert (snapshot.epoch, snapshot.step) == (entry.epoch, entry.step)
            np.testing.assert_equal(dict(snapshot.logs), entry.logs)
            np.testing.assert_equal(dict(snapshot.scores), entry.scores)
        (path / "index.jsonl").unlink(missing_ok=True)


@pytest.mark.parametrize("shape", [(), (0,), (3, 0), (1,)])
def test_scalars_and_empty_arrays_keep_their_shape(shape: tuple[int, ...], tmp_path: Path) -> None:
    snapshots = [{"weights/gain": np.full(shape, 2.5, np.float32)}]
    write(tmp_path / "a.rec", snapshots)
    assert_holds(Recording(tmp_path / "a.rec"), snapshots)


def test_arrays_that_are_not_contiguous_keep_their_values(tmp_path: Path) -> None:
    array = np.arange(12, dtype=np.float32).reshape(3, 4).T[::2]
    write(tmp_path / "a.rec", [{"weights/kernel": array}])
    assert np.array_equal(Recording(tmp_path / "a.rec")[0].weights["kernel"], array)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_losses_that_diverged_come_back(value: float, tmp_path: Path) -> None:
    array = {"weights/kernel": np.zeros(2, np.float32)}
    write(tmp_path / "a.rec", [array], [Entry(epoch=0, step=0, logs={"loss": value}, scores={"loss": value})])
    for _ in range(2):
        recording = Recording(tmp_path / "a.rec")
        np.testing.assert_equal(recording[0].logs["loss"], value)
        np.testing.assert_equal(recording.history("loss", source="scores")[1], [value])
        (tmp_path / "a.rec" / "index.jsonl").unlink(missing_ok=True)


def test_inputs_and_labels_come_back_alone_or_by_name(tmp_path: Path) -> None:
    weights = [{"weights/kernel": np.zeros(2, np.float32)}]
    x, y = np.arange(6, dtype=np.float32).reshape(3, 2), np.array([0, 1, 1])
    write(tmp_path / "one.rec", weights, inputs=x, labels=y)
    one = Recording(tmp_path / "one.rec")
    assert np.array_equal(one.inputs, x)
    assert np.array_equal(one.labels, y)
    write(tmp_path / "two.rec", weights, **{"inputs/a": x, "inputs/b": 2 * x})
    two = Recording(tmp_path / "two.rec")
    assert isinstance(two.inputs, dict)
    assert sorted(two.inputs) == ["a", "b"]
    assert np.array_equal(two.inputs["b"], 2 * x)
    with pytest.raises(RecordingError, match="holds no labels"):
        two.labels  # noqa: B018
    with pytest.raises(RecordingError, match="several inputs"):
        two.single_input(two.inputs)
    write(tmp_path / "none.rec", weights)
    with pytest.raises(RecordingError, match=r"holds no inputs; record it with Recorder\("):
        Recording(tmp_path / "none.rec").inputs  # noqa: B018


def test_the_folder_can_be_read_with_plain_tools(tmp_path: Path) -> None:
    snapshots = simple(tmp_path / "a.rec")
    path = tmp_path / "a.rec"
    # The lock is there while a recording is written.
    assert sorted(p.name for p in path.iterdir()) == [
        "SHA256SUMS", "index.jsonl", "manifest.json", "snapshots", "writing.lock",
    ]  # fmt: skip
    assert sorted(p.name for p in (path / "snapshots").iterdir()) == [f"00000{k}.safetensors" for k in range(4)]
    assert np.array_equal(
        load_file(path / "snapshots" / "000002.safetensors")["weights/kernel"], snapshots[2]["weights/kernel"]
    )
    assert json.loads((path / "manifest.json").read_text())["schema_version"] == SCHEMA
    assert [json.loads(line)["epoch"] for line in (path / "index.jsonl").read_text().splitlines()] == [0, 1, 2, 3]


def test_a_recording_is_a_sequence(tmp_path: Path) -> None:
    simple(tmp_path / "a.rec")
    recording = Recording(tmp_path / "a.rec")
    assert [snapshot.index for snapshot in recording] == [0, 1, 2, 3]
    assert recording[-1].epoch == 3
    assert [snapshot.epoch for snapshot in recording[1:3]] == [1, 2]
    assert [snapshot.epoch for snapshot in recording[::-2]] == [3, 1]
    with pytest.raises(IndexError):
        recording[4]
    assert "4 snapshots, epochs 0 to 3" in repr(recording)


# ---- damage -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, np.ndarray]]]:
    path = tmp_path_factory.mktemp("whole") / "a.rec"
    return path, simple(path)


@pytest.fixture
def cut_copy(
    whole: tuple[Path, list[dict[str, np.ndarray]]], tmp_path: Path
) -> Callable[[str, float], tuple[Path, int]]:
    """Return a function that copies the recording and cuts one of its files at a share of its length."""

    def cut(name: str, share: float) -> tuple[Path, int]:
        path = tmp_path / "cut.rec"
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(whole[0], path)
        contents = (path / name).read_bytes()
        length = min(int(share * len(contents)), len(contents) - 1)
        (path / name).write_bytes(contents[:length])
        return path, length

    return cut


@settings(QUICK, max_examples=60)
@given(share=st.floats(0, 1))
def test_an_index_cut_anywhere_loses_nothing(
    share: float, cut_copy: Callable[..., tuple[Path, int]], whole: tuple[Path, list[dict[str, np.ndarray]]]
) -> None:
    path, _ = cut_copy("index.jsonl", share)
    recording = Recording(path)
    assert_holds(recording, whole[1])
    assert [snapshot.logs["précision"] for snapshot in recording] == [0, 1 / 7, 2 / 7, 3 / 7]
    writer = RecordingWriter.resume(recording)
    writer.append(whole[1][0], Entry(epoch=4, step=40))
    assert_holds(Recording(path), [*whole[1], whole[1][0]])
    assert len((path / "index.jsonl").read_text().splitlines()) == 5


def test_an_index_cut_within_a_letter_loses_nothing(
    cut_copy: Callable[..., tuple[Path, int]], whole: tuple[Path, list[dict[str, np.ndarray]]]
) -> None:
    path, _ = cut_copy("index.jsonl", 1)
    contents = (whole[0] / "index.jsonl").read_bytes()
    (path / "index.jsonl").write_bytes(contents[: contents.rindex("é".encode()) + 1])
    assert_holds(Recording(path), whole[1])


@QUICK
@given(share=st.floats(0, 1))
def test_a_last_snapshot_cut_anywhere_is_named_and_the_others_stay_readable(
    share: float, cut_copy: Callable[..., tuple[Path, int]], whole: tuple[Path, list[dict[str, np.ndarray]]]
) -> None:
    """Renaming keeps a killed run from leaving such a file; a broken disk or copy may."""
    path, _ = cut_copy("snapshots/000003.safetensors", share)
    assert "000003.safetensors cannot be read" in refusal(path)
    (path / "snapshots" / "000003.safetensors").unlink()
    assert_holds(Recording(path), whole[1][:3])


@QUICK
@given(share=st.floats(0, 1))
def test_a_snapshot_in_the_middle_that_is_cut_is_named_when_it_is_read(
    share: float, cut_copy: Callable[..., tuple[Path, int]]
) -> None:
    path, _ = cut_copy("snapshots/000001.safetensors", share)
    recording = Recording(path)
    assert recording[2].epoch == 2
    with pytest.raises(RecordingError, match=r"000001.safetensors cannot be read"):
        recording[1]


@pytest.mark.parametrize(
    ("left_out", "named"),
    [("format", 'does not say "format"'), ("schema_version", "None; expected"), ("id", "id is missing")],
)
def test_what_a_manifest_leaves_out_is_named(left_out: str, named: str, tmp_path: Path) -> None:
    simple(tmp_path / "a.rec")
    path = tmp_path / "a.rec" / "manifest.json"
    said = json.loads(path.read_text())
    del said[left_out]
    path.write_text(json.dumps(said))
    assert named in refusal(tmp_path / "a.rec")


def test_settings_of_a_user_may_have_any_form() -> None:
    assert a_manifest({}, settings={"training": "with care"}, random_seed=3).seed == 3


def test_an_index_that_is_a_folder_is_done_without(tmp_path: Path) -> None:
    simple(tmp_path / "a.rec")
    (tmp_path / "a.rec" / "index.jsonl").unlink()
    (tmp_path / "a.rec" / "index.jsonl").mkdir()
    assert len(Recording(tmp_path / "a.rec")) == 4


def test_a_snapshot_with_a_number_of_seven_digits_counts(tmp_path: Path) -> None:
    simple(tmp_path / "a.rec")
    snapshots = tmp_path / "a.rec" / "snapshots"
    count = len(list(snapshots.iterdir()))
    shutil.copy(snapshots / "000001.safetensors", snapshots / "1000000.safetensors")
    with pytest.raises(
        RecordingError, match=rf"00000{count}\.safetensors is missing, though later snapshots are there"
    ):
        Recording(tmp_path / "a.rec")


def test_a_snapshot_in_the_middle_that_is_missing_is_named(tmp_path: Path) -> None:
    simple(tmp_path / "a.rec")
    (tmp_path / "a.rec" / "snapshots" / "000001.safetensors").unlink()
    with pytest.raises(RecordingError, match=r"000001\.safetensors is missing, though later snapshots are there"):
        Recording(tmp_path / "a.rec")


@QUICK
@given(share=st.floats(0, 1))
def test_a_manifest_cut_anywhere_is_named(share: float, cut_copy: Callable[..., tuple[Path, int]]) -> None:
    path, _ = cut_copy("manifest.json", share)
    assert "manifest.json" in refusal(path)


@pytest.mark.parametrize(
    "contents",
    [b"", b"null", b"[]", b"42", b"{}", b"\xff\xfe\x00", b"not json", b'{"format": "other"}', b"[" * 100_000],
    ids=["empty", "null", "list", "number", "no fields", "no text", "no JSON", "foreign", "deep"],
)
def test_a_manifest_of_anything_else_is_named(contents: bytes, tmp_path: Path) -> None:
    simple(tmp_path / "a.rec")
    (tmp_path / "a.rec" / "manifest.json").write_bytes(contents)
    assert "manifest.json" in refusal(tmp_path / "a.rec")


def change(path: Path, **values: Any) -> None:
    manifest = json.loads((path / "manifest.json").read_text())
    (path / "manifest.json").write_text(json.dumps({**manifest, **values}))


def test_a_newer_schema_asks_for_a_newer_animviz(tmp_path: Path) -> None:
    simple(tmp_path / "a.rec")
    change(tmp_path / "a.rec", schema_version=SCHEMA + 1, something_new=[1, 2])
    assert f"schema {SCHEMA + 1} is newer than this animviz knows ({SCHEMA}); update" in refusal(tmp_path / "a.rec")


@pytest.mark.parametrize(
    ("change_", "named"),
    [({"format": "other"}, "format"), ({"schema_version": 0}, "schema"), ({"weights": 3}, "weights"), ({"extra": 1}, "extra"),
     ({"layers": [{"name": 1}]}, "layers.0")],
)  # fmt: skip
def test_the_wrong_field_of_a_manifest_is_named(change_: dict[str, Any], named: str, tmp_path: Path) -> None:
    simple(tmp_path / "a.rec")
    change(tmp_path / "a.rec", **change_)
    assert named in refusal(tmp_path / "a.rec")


def test_what_is_missing_or_no_recording_is_said(tmp_path: Path) -> None:
    assert "no recording at" in refusal(tmp_path / "gone.rec")
    (tmp_path / "empty.rec").mkdir()
    assert "not a recording: it has no manifest.json" in refusal(tmp_path / "empty.rec")
    (tmp_path / "file.rec").touch()
    assert "not a recording" in refusal(tmp_path / "file.rec")
    simple(tmp_path / "a.rec")
    shutil.rmtree(tmp_path / "a.rec" / "snapshots")
    assert "not a complete recording" in refusal(tmp_path / "a.rec")


def test_a_recording_without_snapshots_is_refused(tmp_path: Path) -> None:
    RecordingWriter.create(tmp_path / "a.rec", a_manifest({"weights/kernel": np.zeros(2, np.float32)}), {})
    assert "no finished snapshot" in refusal(tmp_path / "a.rec")


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"weights/kernel": np.zeros((3, 2), np.float32)}, "weights/kernel is float32 (3, 2); the manifest says float32 (2, 3)"),
        ({"weights/kernel": np.zeros((2, 3))}, "weights/kernel is float64 (2, 3); the manifest says float32 (2, 3)"),
        ({"weights/colonel": np.zeros((2, 3), np.float32)}, "weights/"),
        ({}, "weights/kernel is missing"),
        ({"weights/kernel": np.zeros((2, 3), np.float32), "stored/x": np.zeros(1)}, "stored/x is not in the manifest"),
    ],
    ids=["shape", "dtype", "name", "missing", "surplus"],
)  # fmt: skip
@pytest.mark.parametrize("place", [0, 3])
def test_a_snapshot_that_the_manifest_does_not_describe_is_named(
    arrays: dict[str, np.ndarray], said: str, place: int, tmp_path: Path
) -> None:
    simple(tmp_path / "a.rec")
    file = tmp_path / "a.rec" / "snapshots" / f"00000{place}.safetensors"
    save_file(arrays, file)
    message = refusal(tmp_path / "a.rec")
    assert message.startswith(str(file))
    assert said in message


def test_a_snapshot_of_another_tool_is_named(tmp_path: Path) -> None:
    simple(tmp_path / "a.rec")
    save_file({"weights/kernel": np.zeros((2, 3), np.float32)}, tmp_path / "a.rec" / "snapshots" / "000004.safetensors")
    assert "does not say its epoch and step" in refusal(tmp_path / "a.rec")


def test_damaged_inputs_are_named_when_they_are_needed(tmp_path: Path) -> None:
    write(tmp_path / "a.rec", [{"weights/kernel": np.zeros(2, np.float32)}], inputs=np.zeros((3, 2), np.float32))
    file = tmp_path / "a.rec" / "inputs.safetensors"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(RecordingError, match=r"inputs.safetensors cannot be read"):
        Recording(tmp_path / "a.rec").inputs  # noqa: B018


# ---- moments ----------------------------------------------------------------------------------------------------

CHAIN = (Layer(name="only", kind="Dense", activation="linear", kernel="kernel", output_shape=(3,), replayable=True),)


@pytest.fixture(scope="module")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> tuple[Recording, list[np.ndarray]]:
    """Snapshots at uneven moments; one dense layer without bias, whose output is stored as "double" too."""
    path = tmp_path_factory.mktemp("uneven") / "a.rec"
    rng = np.random.default_rng(1)
    kernels = [rng.normal(size=(2, 3)).astype(np.float32) for _ in range(4)]
    x = rng.normal(size=(5, 2)).astype(np.float32)
    arrays = [{"weights/kernel": kernel, "stored/double": 2 * x @ kernel} for kernel in kernels]
    layers = (*CHAIN, Layer(name="double", kind="Other"), Layer(name="lost", kind="Other"))
    writer = RecordingWriter.create(path, a_manifest(arrays[0], layers=layers), {"inputs": x})
    for place, epoch in enumerate([0.0, 0.25, 1.0, 5.0]):
        writer.append(arrays[place], Entry(epoch=epoch, step=place, logs={} if not place else {"loss": 1 / place}))
    return Recording(path), kernels


@settings(max_examples=80, deadline=None)
@given(epoch=st.floats(0, 5))
def test_a_moment_blends_the_snapshots_around_it(epoch: float, uneven: tuple[Recording, list[np.ndarray]]) -> None:
    recording, kernels = uneven
    state = recording.at(epoch)
    before = max(k for k in range(4) if recording.epochs[k] <= epoch + 1e-9)
    after = min(before + 1, 3)
    span = recording.epochs[after] - recording.epochs[before]
    share = (epoch - recording.epochs[before]) / span if span else 0
    expected = kernels[before] + share * (kernels[after] - kernels[before])
    np.testing.assert_allclose(state.weights["kernel"], expected, atol=1e-6)
    assert state.snapshot.index == before
    assert state.epoch == pytest.approx(epoch, abs=1e-8)
    outputs = recording.inputs @ expected
    np.testing.assert_allclose(recording.activations(epoch, "only"), outputs, atol=1e-5)
    np.testing.assert_allclose(recording.activations(epoch, "double"), 2 * outputs, atol=1e-5)
    assert state.weights["kernel"].dtype == np.float32


def test_a_moment_of_a_snapshot_is_that_snapshot_to_the_bit(uneven: tuple[Recording, list[np.ndarray]]) -> None:
    recording, kernels = uneven
    for place, epoch in enumerate(recording.epochs):
        for near in (epoch, epoch + 1e-10, max(0.0, epoch - 1e-10)):
            assert np.array_equal(recording.at(near).weights["kernel"], kernels[place])
            assert recording.at(near).snapshot.index == place


@pytest.mark.parametrize("epoch", [-0.01, 5.01, np.nan, np.inf, -np.inf])
def test_a_moment_outside_is_refused(epoch: float, uneven: tuple[Recording, list[np.ndarray]]) -> None:
    with pytest.raises(InputError, match=r"outside the recording, which spans 0 to 5"):
        uneven[0].at(epoch)


@pytest.mark.parametrize("epoch", ["x", "2", None, b"2", [1, 2], {}, 2j, "long " * 99])
def test_a_moment_that_is_no_number_is_refused(epoch: Any, uneven: tuple[Recording, list[np.ndarray]]) -> None:
    for ask in (uneven[0].at, uneven[0].check_epoch, lambda value: uneven[0].activations(value, "hidden")):
        with pytest.raises(InputError, match=r"^the epoch is .{1,40}; expected a number from 0 to 5$"):
            ask(epoch)


def test_a_moment_may_be_a_number_of_any_library(uneven: tuple[Recording, list[np.ndarray]]) -> None:
    for epoch in (2, np.int64(2), np.float32(2), np.array(2.0), Fraction(2)):
        uneven[0].check_epoch(epoch)


def test_blending_whole_numbers_and_truth_values_stays_in_their_type(tmp_path: Path) -> None:
    arrays = [
        {"weights/count": np.array([start], np.uint8), "weights/flag": np.array([start > 5])} for start in (200, 4)
    ]
    write(tmp_path / "a.rec", arrays)
    weights = Recording(tmp_path / "a.rec").at(0.5).weights
    assert weights["count"].dtype == np.uint8
    assert weights["count"][0] in range(4, 201)
    assert weights["flag"].dtype == bool


def test_weights_that_diverged_are_told_with_their_epoch(tmp_path: Path) -> None:
    write(tmp_path / "a.rec", [{"weights/k": np.array([value], np.float32)} for value in (1, 2, np.nan)])
    recording = Recording(tmp_path / "a.rec")
    assert recording.at(1).weights["k"] == 2
    with pytest.raises(DivergedError, match="epoch 2: the weights are not finite"):
        recording.at(2).weights  # noqa: B018
    with pytest.raises(DivergedError):
        recording.at(1.5).weights  # noqa: B018


@pytest.mark.parametrize(
    ("place", "epoch"), [(0, 6.9e16), (0, -1.0), (1, 0.0), (2, 1.0), (2, float("nan")), (1, float("inf"))]
)
def test_epochs_that_do_not_rise_are_refused_when_a_recording_is_opened(
    place: int, epoch: float, tmp_path: Path
) -> None:
    arrays = [{"weights/w": np.zeros(2, np.float32)}] * 3
    write(tmp_path / "a.rec", arrays, [Entry(epoch=epoch if at == place else at, step=at) for at in range(3)])
    assert f"says it is of epoch {epoch:g}; expected epochs that rise" in refusal(tmp_path / "a.rec")


@pytest.mark.parametrize("since", [0, 1, 3, 4])
def test_where_a_training_diverges_is_known(since: int, rings_recording: Recording, tmp_path: Path) -> None:
    def weights(index: int, name: str, array: np.ndarray) -> np.ndarray:
        return np.full_like(array, np.inf) if index >= since and name == "output/bias" else array

    assert rewritten(rings_recording, tmp_path / "r.rec", weights=weights).diverged_at == since
    assert rings_recording.diverged_at is None


@pytest.mark.parametrize(
    ("losses", "since"), [([1.0, np.nan, 1.0], None), ([1.0, np.inf, np.nan], 1.0), ([np.nan] * 3, 0.0)]
)
def test_losses_that_are_no_numbers_in_the_end_diverge(
    losses: list[float], since: float | None, tmp_path: Path
) -> None:
    arrays = [{"weights/w": np.zeros(2, np.float32)} for _ in losses]
    entries = [Entry(epoch=epoch, step=epoch, scores={"loss": loss}) for epoch, loss in enumerate(losses)]
    write(tmp_path / "a.rec", arrays, entries)
    assert Recording(tmp_path / "a.rec").diverged_at == since


def test_other_inputs_can_be_fed_in(uneven: tuple[Recording, list[np.ndarray]]) -> None:
    recording, kernels = uneven
    x = np.eye(2, dtype=np.float32)
    assert np.allclose(recording.activations(1, "only", x), kernels[2])
    assert recording.activations(0, "input", x) is x
    assert np.array_equal(recording.activations(0, "input"), recording.inputs)


def test_layers_that_cannot_be_had_are_named_with_the_way_out(uneven: tuple[Recording, list[np.ndarray]]) -> None:
    recording, _ = uneven
    with pytest.raises(RecordingError, match=r"no layer 'nonsense'; it has input, only, double, lost"):
        recording.activations(0, "nonsense")
    with pytest.raises(RecordingError, match=r"record it with Recorder\(..., layers=\['lost'\]\)"):
        recording.activations(0, "lost")
    with pytest.raises(RecordingError, match=r"'double'"):
        recording.activations(0, "double", np.eye(2, dtype=np.float32))
    with pytest.raises(RecordingError, match=r"layers after 'only' cannot be replayed"):
        recording.at(0).onward("only", np.eye(3))


def test_history_lists_what_was_noted_when(uneven: tuple[Recording, list[np.ndarray]]) -> None:
    recording, _ = uneven
    epochs, values = recording.history("loss")
    assert epochs.tolist() == [0.25, 1, 5]
    assert values.tolist() == [1, 0.5, 1 / 3]
    assert epochs.dtype == values.dtype == np.float64
    assert recording.noted() == ["loss"]
    assert recording.noted(source="scores") == []
    assert [len(part) for part in recording.history("nonsense")] == [0, 0]


# ---- writing ----------------------------------------------------------------------------------------------------


def test_a_reader_may_look_while_a_writer_appends(tmp_path: Path) -> None:
    path = tmp_path / "a.rec"
    arrays = [{"weights/kernel": np.full((50, 50), place, np.float32)} for place in range(120)]
    writer = write(path, arrays[:1])
    failures: list[BaseException] = []

    def append() -> None:
        try:
            for place in range(1, len(arrays)):
                writer.append(arrays[place], Entry(epoch=place, step=place))
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=append)
    thread.start()
    lengths = [1]
    while thread.is_alive() or lengths[-1] < len(arrays):
        recording = Recording(path)
        lengths.append(len(recording))
        last = recording[-1]
        assert last.epoch == last.index == lengths[-1] - 1
        assert (last.weights["kernel"] == last.index).all()
        assert not failures
    thread.join()
    assert lengths == sorted(lengths)
    assert len(set(lengths)) > 2, "the reader looked while the writer wrote"


def test_a_second_writer_goes_on_after_the_last_snapshot(tmp_path: Path) -> None:
    path = tmp_path / "a.rec"
    snapshots = simple(path)
    first = Recording(path)
    RecordingWriter.resume(first).append(snapshots[0], Entry(epoch=9, step=90))
    assert_holds(Recording(path), [*snapshots, snapshots[0]])
    assert len(first) == 4
    assert Recording(path)[-1].epoch == 9


def test_finished_is_noted(tmp_path: Path) -> None:
    simple(tmp_path / "a.rec")
    recording = Recording(tmp_path / "a.rec")
    assert not recording.manifest.finished
    writer = RecordingWriter.resume(recording)
    writer.mark(finished=True)
    assert Recording(tmp_path / "a.rec").manifest.finished
    RecordingWriter.resume(Recording(tmp_path / "a.rec"))
    assert not Recording(tmp_path / "a.rec").manifest.finished


def test_a_recording_takes_the_place_of_another_without_a_trace(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a.rec"
    simple(path, 6)
    snapshots = [{"weights/other": np.zeros(1, np.float32)}]
    write(path, snapshots, inputs=np.zeros((1, 1), np.float32))
    assert_holds(Recording(path), snapshots)
    assert [p.name for p in path.parent.iterdir()] == ["a.rec"]
    assert [p.name for p in (path / "snapshots").iterdir()] == ["000000.safetensors"]


def test_an_empty_folder_becomes_a_recording(tmp_path: Path) -> None:
    (tmp_path / "a.rec").mkdir()
    simple(tmp_path / "a.rec")
    assert len(Recording(tmp_path / "a.rec")) == 4


@pytest.mark.parametrize("manifest", [None, '{"name": "my web application", "start_url": "/"}'])
def test_a_folder_that_is_not_a_recording_is_never_replaced(manifest: str | None, tmp_path: Path) -> None:
    """A manifest.json is also what every web application and browser extension has."""
    folder = tmp_path / "precious"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    if manifest:
        (folder / "manifest.json").write_text(manifest)
    with pytest.raises(RecordingError, match="is not a recording; move it away or choose another name"):
        simple(folder)
    assert (folder / "thesis.txt").read_text() == "years of work"


def test_a_file_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.rec").write_text("text")
    with pytest.raises(RecordingError, match="not a recording"):
        simple(tmp_path / "a.rec")
    assert (tmp_path / "a.rec").read_text() == "text"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RecordingError, match=r"cannot write the recording .*file/a.rec"):
        simple(tmp_path / "file" / "a.rec")


def test_a_snapshot_that_cannot_be_written_is_named_and_leaves_the_others(tmp_path: Path) -> None:
    path = tmp_path / "a.rec"
    snapshots = simple(path)
    writer = RecordingWriter.resume(Recording(path))
    (path / "snapshots" / "000004.safetensors").mkdir()
    with pytest.raises(RecordingError, match=r"cannot write snapshot 4 of"):
        writer.append(snapshots[0], Entry(epoch=4, step=4))
    (path / "snapshots" / "000004.safetensors").rmdir()
    assert_holds(Recording(path), snapshots)
    assert not [p.name for p in (path / "snapshots").iterdir() if p.name.endswith(".part")]


# ---- equality ---------------------------------------------------------------------------------------------------


def test_recordings_are_equal_as_long_as_their_files_are_the_same(tmp_path: Path) -> None:
    entries = [Entry(epoch=float(place), step=place) for place in range(3)]
    snapshots = [{"weights/kernel": np.full((2, 3), float(place))} for place in range(3)]
    write(tmp_path / "a.rec", snapshots, entries)
    first = Recording(tmp_path / "a.rec")
    again, part = Recording(tmp_path / "a.rec"), Recording(tmp_path / "a.rec", limit=2)
    assert (again, hash(again), again.digest) == (first, hash(first), first.digest)
    shutil.copytree(tmp_path / "a.rec", tmp_path / "b.rec")
    assert Recording(tmp_path / "b.rec").digest == first.digest
    write(tmp_path / "a.rec", [*snapshots[:2], {"weights/kernel": np.full((2, 3), 9.0)}], entries)
    other = Recording(tmp_path / "a.rec")
    assert other.id == first.id
    assert len({first, part, other}) == len({first.digest, part.digest, other.digest}) == 3


def test_only_an_experiment_says_that_its_samples_are_those_of_training(
    rings_recording: Recording, tmp_path: Path
) -> None:
    assert rings_recording.measured_on == "training"
    for name, noted in (("none", None), ("own", {"lr": 0.1, "training": "on my laptop"})):
        assert copied(rings_recording, tmp_path / name, settings=noted).measured_on == "recorded"
