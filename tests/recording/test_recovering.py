"""Recovering: what is sound in a damaged recording becomes a recording again, and nothing else does."""

import random
import shutil
from pathlib import Path

import numpy as np
import pytest

from animviz import Recording
from animviz.errors import RecordingError
from animviz.recording.recovering import recover
from animviz.recording.verifying import verify


@pytest.fixture
def damaged(rings_recording: Recording, tmp_path: Path) -> Path:
    """A copy of a recording of five snapshots, to be damaged."""
    return Path(shutil.copytree(rings_recording.path, tmp_path / "damaged.rec"))


def flip(path: Path, rng: random.Random) -> None:
    contents = bytearray(path.read_bytes())
    place = rng.randrange(8 * len(contents))
    contents[place // 8] ^= 1 << place % 8
    path.write_bytes(contents)


@pytest.mark.parametrize("seed", range(20))
def test_snapshots_with_a_flipped_bit_are_left_out_and_the_others_are_kept(
    seed: int, damaged: Path, rings_recording: Recording
) -> None:
    rng = random.Random(seed)
    hit = sorted(rng.sample(range(5), rng.randrange(1, 5)))
    for number in hit:
        flip(damaged / f"snapshots/{number:06d}.safetensors", rng)
    target = damaged.with_name("saved.rec")
    done = recover(damaged, target)
    kept = [number for number in range(5) if number not in hit]
    assert done.kept == len(kept)
    assert [line.partition(":")[0] for line in done.lost] == [f"snapshots/{number:06d}.safetensors" for number in hit]
    saved = Recording(target)
    assert not verify(target).faults
    assert saved.manifest.finished
    for snapshot, number in zip(saved, kept, strict=True):
        assert snapshot.epoch == rings_recording[number].epoch
        for name, array in rings_recording[number].weights.items():
            np.testing.assert_array_equal(snapshot.weights[name], array)


def test_what_is_missing_torn_or_out_of_order_is_left_out(damaged: Path) -> None:
    snapshots = damaged / "snapshots"
    (snapshots / "000001.safetensors").unlink()
    torn = snapshots / "000002.safetensors"
    torn.write_bytes(torn.read_bytes()[:100])
    shutil.copy(snapshots / "000003.safetensors", snapshots / "000005.safetensors")
    (damaged / "index.jsonl").write_bytes(b"\xff not lines")
    with pytest.raises(RecordingError):
        Recording(damaged)
    done = recover(damaged, damaged.with_name("saved.rec"))
    assert [snapshot.epoch for snapshot in Recording(damaged.with_name("saved.rec"))] == [0, 3, 4]
    assert "is not of a later moment" in done.lost[-1]
    assert len(done.lost) == 2


@pytest.mark.parametrize(
    ("spoiled", "message"),
    [
        (["inputs.safetensors"], "its samples are damaged"),
        (["manifest.json"], "manifest.json"),
        ([f"snapshots/{number:06d}.safetensors" for number in range(5)], "no snapshot can be trusted"),
    ],
)
def test_without_what_gives_it_meaning_nothing_is_written(spoiled: list[str], message: str, damaged: Path) -> None:
    for name in spoiled:
        (damaged / name).write_bytes((damaged / name).read_bytes()[:-30])
    with pytest.raises(RecordingError, match=message):
        recover(damaged, damaged.with_name("saved.rec"))
    assert not damaged.with_name("saved.rec").exists()
    assert [path.name for path in damaged.parent.iterdir()] == ["damaged.rec"]


def test_what_is_there_stays(damaged: Path) -> None:
    with pytest.raises(RecordingError, match="exists; choose another name"):
        recover(damaged, damaged)
