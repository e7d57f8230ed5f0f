"""What a file claims is looked at before memory is taken for it, against limits that are stated and can be raised."""

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.lib import format as npy
from safetensors.numpy import save_file

from animviz import ArrayRecorder, Recording
from animviz.errors import InputError, RecordingError
from animviz.experiments.data.image_files import load_images
from animviz.experiments.data.points_file import read_points
from animviz.recorders.labelling import classes_of, two_classes
from animviz.recording.reader import load
from animviz.safety.limits import LIMITS, VARIABLE, limit
from animviz.safety.sizes import bytes_in
from helpers.blocks import ROOT
from helpers.recordings import copied
from helpers.results import Result

WAY_OUT = re.compile(r"ANIMVIZ_LIMITS=(\w+)=(\S+)")


def claiming(path: Path, **shapes: tuple[int, ...]) -> Path:
    """Write an .npz file whose heads claim arrays that are not there."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, shape in shapes.items():
            with archive.open(f"{name}.npy", "w") as file:
                npy.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": shape})
    return path


def peak_of(*words: str) -> tuple[int, str]:
    """Run a command in a process of its own; return its exit code, and bytes of memory at most with what it said."""
    script = (
        "import sys\nfrom animviz.cli.main import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit as done:\n    code = done.code\n"
        "peak = next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM'))\n"
        "print('peak', peak, file=sys.stderr)\nsys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, timeout=120)
    assert done.returncode == 2, done.stderr
    said, _, peak = done.stderr.rpartition("peak ")
    return int(peak) * 1024, said


def is_one_line(done: Result) -> bool:
    return done.code == 2 and done.err.startswith("animviz: ") and done.err.count("\n") == 1


@pytest.mark.parametrize("count", [150_000_000, 2**40, 2**62, 10**30])
def test_what_an_archive_claims_is_not_unpacked(count: int, cli: Callable[..., Result], tmp_path: Path) -> None:
    claiming(tmp_path / "points.npz", x=(count,), y=(count,), label=(count,))
    claiming(tmp_path / "images.npz", x=(count, 2, 2), y=(count,))
    for words in (("rings", "--data", "points.npz"), ("confusion", "--data", "images.npz")):
        done = cli("render", *words)
        assert is_one_line(done), done.err
        assert WAY_OUT.search(done.err), done.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["images.npz", "points.npz"]


@pytest.mark.integration
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is told otherwise here")
def test_a_bomb_takes_no_memory(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in ("x", "y", "label"):
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                npy.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": (150_000_000,)})
                for _ in range(1200):
                    file.write(bytes(1_000_000))
    peak, said = peak_of("render", "rings", "--data", str(tmp_path / "bomb.npz"))
    assert "3.6 GB" in said
    assert peak < 400_000_000


def test_a_list_of_millions_of_names_is_not_read(cli: Callable[..., Result], tmp_path: Path) -> None:
    entry = b"PK\x01\x02" + bytes(24) + (1).to_bytes(2, "little") + bytes(16) + b"x"
    names = entry * 100_000
    end = b"PK\x05\x06" + bytes(4) + b"\xff\xff\xff\xff" + len(names).to_bytes(4, "little") + bytes(6)
    (tmp_path / "long.npz").write_bytes(b"PK\x03\x04" + names + end)
    done = cli("render", "rings", "--data", "long.npz")
    assert is_one_line(done)
    assert "its list of arrays is too long" in done.err


def test_a_single_array_is_no_archive(cli: Callable[..., Result], tmp_path: Path) -> None:
    with (tmp_path / "one.npz").open("wb") as file:
        npy.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": (2**33,)})
    done = cli("render", "rings", "--data", "one.npz")
    assert is_one_line(done)
    assert "it is no archive of arrays" in done.err


def test_limits_are_raised_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "p.npz", x=rng.random(40), y=rng.random(40), label=np.arange(40) % 2)
    monkeypatch.setenv(VARIABLE, "data=900, classes=7")
    assert limit("classes") == 7
    with pytest.raises(InputError) as refused:
        read_points(tmp_path / "p.npz")
    name, value = WAY_OUT.search(str(refused.value)).groups()  # type: ignore[union-attr]
    assert name == "data"
    monkeypatch.setenv(VARIABLE, f"{name}={value}")
    assert len(read_points(tmp_path / "p.npz")[0]) == 40


@pytest.mark.parametrize("text", ["data", "data=", "data=lots", "data=0", "date=2GB", "data=-1", "data=" + "9" * 500])
def test_limits_that_cannot_be_read_are_one_line(
    text: str, cli: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, text)
    for command in (("--help",), ("info", "none.rec"), ("doctor",)):
        done = cli(*command)
        assert is_one_line(done)
        assert done.err.startswith(f"animviz: {VARIABLE} ")


def test_help_and_the_page_state_the_limits(cli: Callable[..., Result]) -> None:
    said = " ".join(cli("--help").out.split())
    rows = re.findall(
        r"\| `(\w+)` \| ([\d,]+) (\w+)[^|]* \| ([^|]+) \|", (ROOT / "docs" / "limits.md").read_text("utf-8")
    )
    assert [name for name, *_ in rows] == list(LIMITS)
    for name, number, unit, what in rows:
        factor = {"million": 1_000_000, "classes": 1}.get(unit) or bytes_in(f"1{unit}")
        assert int(number.replace(",", "")) * factor == LIMITS[name].most  # type: ignore[operator]
        assert what.replace("`", "").strip() == LIMITS[name].what
        assert f"{name}=" in said
        assert LIMITS[name].what in said


BAD = {
    "infinite": np.inf, "minus infinity": -np.inf, "nan": np.nan, "beyond integers": 1e300,
    "long double": np.longdouble("inf"), "two to the 62": 2**62, "unsigned": np.uint64(2**64 - 1),
}  # fmt: skip


@pytest.mark.parametrize("value", BAD.values(), ids=BAD)
@pytest.mark.parametrize("kind", ["points", "images"])
def test_labels_that_are_no_classes_are_refused(kind: str, value: float, tmp_path: Path) -> None:
    label = (np.arange(40) % 2).astype(np.asarray(value).dtype)
    label[7] = value
    path, x = tmp_path / "x.npz", np.random.default_rng(0).random((40, 4, 4))
    np.savez(path, **({"x": x, "y": label} if kind == "images" else {"x": x[:, 0, 0], "y": x[:, 1, 1], "label": label}))
    with pytest.raises(InputError, match="in row 8; expected class numbers of"):
        load_images(str(path)) if kind == "images" else read_points(path)


@pytest.mark.parametrize("text", ["inf", "nan", "-Infinity"])
def test_labels_of_a_table_are_finite_where_they_are_numbers(text: str, tmp_path: Path) -> None:
    rows = [f"{k},{k},{k % 2}" for k in range(12)]
    (tmp_path / "p.csv").write_text("\n".join(["x,y,label", *rows, f"1,2,{text}"]))
    with pytest.raises(InputError, match=f"label is '{text}' in row 13"):
        read_points(tmp_path / "p.csv")
    (tmp_path / "p.csv").write_text("\n".join(["x,y,label", *rows, f"1,2,{text}", "1,2,left"]))
    assert set(read_points(tmp_path / "p.csv")[2]) == {"0", "1", text, "left"}, "as names they are as good as others"


def test_a_table_beyond_the_limit_is_not_read(cli: Callable[..., Result], tmp_path: Path) -> None:
    with (tmp_path / "p.csv").open("wb") as file:
        file.truncate(5_000_000_000)
    done = cli("render", "rings", "--data", "p.csv")
    assert is_one_line(done)
    assert "5.0 GB; at most 60.0 MB are taken" in done.err


@pytest.mark.parametrize("value", [np.inf, 1e300, 2**62, -np.inf, np.nan])
def test_labels_given_to_a_recorder_are_classes(value: float) -> None:
    labels = np.where(np.arange(6) == 2, value, np.arange(6) % 3)
    for units in (None, 3):
        with pytest.raises(InputError, match="labels hold"):
            classes_of(labels, (), units)
    with pytest.raises(InputError, match=r"labels (hold|of a binary output hold)"):
        two_classes(labels, ())


def test_labels_beyond_single_precision_are_refused_in_words(tmp_path: Path) -> None:
    labels = np.where(np.arange(6) == 2, 1e300, np.arange(6) % 3)
    with pytest.raises(InputError, match="labels hold nan or infinite values"):
        ArrayRecorder(
            tmp_path / "r.rec", inputs=np.zeros((6, 2), np.float32), labels=labels, task="multiclass logits"
        ).capture({"w": np.ones(2, np.float32)}, outputs=np.ones((6, 3), np.float32))
    assert list(tmp_path.iterdir()) == []


def with_data(recording: Recording, path: Path, change: Callable[[dict[str, np.ndarray]], None]) -> Path:
    file = copied(recording, path).path / "inputs.safetensors"
    arrays = {name: array.copy() for name, array in load(file)[0].items()}
    change(arrays)
    save_file(arrays, file)
    return path


@pytest.mark.parametrize("command", ["info", "landmarks", "report", "rings", "boundary", "scores"])
def test_a_flipped_bit_in_a_label_is_one_line(
    command: str, cli: Callable[..., Result], rings_recording: Recording, tmp_path: Path
) -> None:
    def flip(arrays: dict[str, np.ndarray]) -> None:
        arrays["labels"][3] ^= 2**62

    with_data(rings_recording, tmp_path / "r.rec", flip)
    words = (
        ("render", command, "--from", "r.rec", "-o", "x.mp4")
        if command in ("rings", "boundary")
        else (command, "r.rec")
    )
    done = cli(*words)
    assert is_one_line(done), done.err
    assert "46116860184273879" in done.err


@pytest.mark.parametrize("name", ["inputs.safetensors", "snapshots/000000.safetensors", "manifest.json"])
def test_a_file_of_a_recording_that_is_beyond_a_limit_is_not_read(
    name: str, cli: Callable[..., Result], rings_recording: Recording, tmp_path: Path
) -> None:
    with (copied(rings_recording, tmp_path / "r.rec").path / name).open("r+b") as file:
        file.truncate(9_000_000_000)
    done = cli("info", "r.rec")
    assert is_one_line(done), done.err
    assert "9.0 GB" in done.err
    assert "ANIMVIZ_LIMITS=" in done.err


def test_an_index_of_any_length_is_read_as_far_as_there_are_snapshots(
    rings_recording: Recording, tmp_path: Path
) -> None:
    with (copied(rings_recording, tmp_path / "r.rec").path / "index.jsonl").open("r+b") as file:
        file.truncate(40_000_000_000)
    assert len(Recording(tmp_path / "r.rec")) == len(rings_recording)


def test_a_layer_that_puts_out_more_than_the_limit_is_not_computed(
    rings_recording: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = Recording(copied(rings_recording, tmp_path / "r.rec").path)
    assert recording.at(0).outputs().shape == (len(recording.inputs), 1)
    monkeypatch.setenv(VARIABLE, "layer=600")
    with pytest.raises(RecordingError, match=r"what layer hidden_1 puts out would take .* 600 bytes"):
        recording.at(0).outputs()


def test_margins_are_not_made_beyond_the_limit(rings_recording: Recording, tmp_path: Path) -> None:
    path = copied(rings_recording, tmp_path / "r.rec").path
    said = json.loads((path / "manifest.json").read_text())
    margin = {
        "name": "margin",
        "kind": "ZeroPadding2D",
        "replayable": True,
        "config": {"padding": [[10**9, 10**9], [1, 1]]},
    }
    (path / "manifest.json").write_text(json.dumps({**said, "layers": [margin, *said["layers"]]}))

    def images(arrays: dict[str, np.ndarray]) -> None:
        arrays["inputs"] = np.zeros((len(arrays["labels"]), 4, 4, 1), np.float32)

    with_data(Recording(rings_recording.path), tmp_path / "other.rec", images).joinpath("inputs.safetensors").replace(
        path / "inputs.safetensors"
    )
    with pytest.raises(RecordingError, match="a layer would take"):
        Recording(path)
