"""Places aside belong to living processes, and what killed ones leave is swept."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from animviz.errors import RecordingError
from animviz.files import replace_file
from animviz.recording.reader import read_manifest
from animviz.safety.aside import DAY, LOCK, aside, sweep
from animviz.storyboard.cache import Cache
from animviz.storyboard.film.frame import Look

SCRIPT = """\
import sys, time
from pathlib import Path
from animviz.safety.aside import BEFORE, aside
with aside(Path(sys.argv[1])) as folder:
    (folder / "half").write_bytes(b"half")
    for name in sys.argv[2:]:
        (folder / BEFORE).mkdir(exist_ok=True)
        Path(sys.argv[1], name).rename(folder / BEFORE / name)
    print(folder, flush=True)
    time.sleep(600)
"""

Owner = tuple[subprocess.Popen[str], Path]


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Callable[..., Owner]]:
    """Return a function that starts a process with a place aside in the test's folder."""
    started: list[subprocess.Popen[str]] = []

    def start(*put_aside: str) -> Owner:
        words = [sys.executable, "-c", SCRIPT, str(tmp_path), *put_aside]
        started.append(subprocess.Popen(words, stdout=subprocess.PIPE, text=True))
        pipe = started[-1].stdout
        assert pipe is not None
        return started[-1], Path(pipe.readline().strip())

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def killed(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()


def test_nothing_is_left_whatever_happens_in_it(tmp_path: Path) -> None:
    def stopped() -> None:
        with aside(tmp_path) as folder:
            assert folder.parent == tmp_path
            (folder / "half").write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert list(tmp_path.iterdir()) == []


def test_the_place_of_a_living_process_is_never_touched(tmp_path: Path, owner: Callable[..., Owner]) -> None:
    _, folder = owner()
    with aside(tmp_path) as own:
        sweep(tmp_path)
        assert {path.name for path in tmp_path.iterdir()} == {own.name, folder.name}
        assert (folder / "half").read_bytes() == b"half"
        assert (own / LOCK).exists()
    assert (folder / "half").exists()


def test_what_a_killed_process_leaves_is_swept(tmp_path: Path, owner: Callable[..., Owner]) -> None:
    first, folder = owner()
    second, other = owner()
    killed(first)
    assert folder.exists()
    replace_file(tmp_path / "page.html", b"whole")
    assert {path.name for path in tmp_path.iterdir()} == {"page.html", other.name}
    killed(second)
    sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_what_was_in_the_way_comes_back_after_a_kill(tmp_path: Path, owner: Callable[..., Owner]) -> None:
    for name in ("run.rec", "other.rec"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text("old")
    process, _ = owner("run.rec", "other.rec")
    assert not (tmp_path / "run.rec").exists()
    (tmp_path / "other.rec").mkdir()  # the new one has taken its place
    killed(process)
    with pytest.raises(RecordingError, match="cannot be read"):  # it is there again
        read_manifest(tmp_path / "run.rec")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.rec", "run.rec"]
    assert list((tmp_path / "other.rec").iterdir()) == []


def test_folders_of_versions_without_locks_are_swept_after_a_day(tmp_path: Path) -> None:
    young, old = tmp_path / ".animviz-young.part", tmp_path / ".animviz-old.part"
    for folder in (young, old):
        folder.mkdir()
        (folder / "half").write_bytes(b"half")
    os.utime(old, (time.time() - DAY - 60,) * 2)
    (tmp_path / ".animviz-mine").mkdir()
    (tmp_path / ".animviz-file.part").write_text("no folder")
    (tmp_path / ".animviz-link.part").symlink_to(tmp_path / ".animviz-mine")
    sweep(tmp_path)
    assert not old.exists()
    assert len(list(tmp_path.iterdir())) == 4


def test_a_place_whose_owner_was_killed_before_it_had_its_lock_is_swept(tmp_path: Path) -> None:
    (tmp_path / ".animviz-empty.part").mkdir()
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_place_whose_owner_was_killed_while_it_removed_it_is_swept(tmp_path: Path) -> None:
    dying = """\
import os, sys
from pathlib import Path
import animviz.safety.aside as module
whole = module.shutil.rmtree
def rmtree(folder, **options):
    if (Path(folder) / module.LOCK).exists():  # in whatever order it removes, the lock may go first
        (Path(folder) / module.LOCK).unlink()
        os._exit(9)
    whole(folder, **options)
module.shutil.rmtree = rmtree
with module.aside(Path(sys.argv[1])) as folder:
    (folder / "half").write_bytes(b"half")
    (folder / "parts").mkdir()
    (folder / "parts" / "1").write_bytes(b"half")
"""
    assert subprocess.run([sys.executable, "-c", dying, str(tmp_path)], check=False).returncode in (0, 9)
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_is_swept_before_its_lock_is_held_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import animviz.safety.aside as module

    real, gone = module.tempfile.mkdtemp, []

    def vanishing(**options: object) -> str:
        folder = real(**options)  # type: ignore[call-overload]
        if not gone:
            Path(folder).rmdir()
        gone.append(folder)
        return str(folder)

    monkeypatch.setattr(module.tempfile, "mkdtemp", vanishing)
    monkeypatch.setattr(FileLock, "acquire", _without_folders(FileLock.acquire))
    with aside(tmp_path) as folder:
        assert folder.is_dir()
    assert list(tmp_path.iterdir()) == []


def _without_folders(acquire: Callable[..., object]) -> Callable[..., object]:
    """Return filelock's `acquire`, which would make the folder again, without that."""

    def acquired(self: object, **options: object) -> object:
        if not Path(self.lock_file).parent.exists():  # type: ignore[attr-defined]
            raise FileNotFoundError
        return acquire(self, **options)

    return acquired


def test_a_storyboard_leaves_what_another_command_draws(tmp_path: Path) -> None:
    cache = Cache(tmp_path, Look((160, 90), "dark", 5))
    place = cache.place("new")
    place.mkdir(parents=True)
    cache.place("old").mkdir()
    with aside(place.parent) as folder:
        cache.sweep(["new"])
        assert folder.is_dir()
    assert [path.name for path in place.parent.iterdir()] == ["new"]
