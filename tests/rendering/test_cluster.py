"""A video drawn on a Dask cluster: a real scheduler and real workers on this machine, some of which do not survive."""

import importlib.metadata
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from animviz import Recording
from animviz.errors import InputError, SceneError
from animviz.rendering.cluster import cluster
from animviz.rendering.film import Movie, render

pytestmark = [
    pytest.mark.slow,
    # Sockets of Dask's own that are collected late, when the other side was killed.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SIZE = (128, 72)
PACING = {"fps": 5.0, "seconds": 30.0, "pace": 1.0}  # where the picture moves is not measured
DRAW = ("--size", "128x72", "--fps", "5", "--seconds", "30", "--pace", "1")
FRAMES = 150  # in segments of 40, 40, 40 and 30
PATIENCE = 60

SCENE = '''
"""A wall that walks; while the folder "slowly" is there, every frame takes its time and says who draws it."""
import os, time
from pathlib import Path
from animviz import Box, Moment, Recording, Stage, scene

SLOWLY = Path(__file__).parent / "slowly"


@scene()
def wall(stage: Stage, recording: Recording, *, width: float = 300.0):
    """A wall that walks.

    Args:
        width: of the wall, in units.
    """
    axes = stage.axes(Box(0, 0, stage.width, stage.height), (0, 4), (0, 1))
    curve = stage.line(axes, stage.theme.positive, width)

    def draw(moment: Moment) -> None:
        if SLOWLY.is_dir():
            time.sleep(0.03)
            with (SLOWLY / str(os.getpid())).open("a") as note:
                note.write(".")
        {draw}
        curve.set_data([moment.epoch, moment.epoch], [0, 1])

    return draw
'''


class Dask:
    """A scheduler and its workers, each a process; whatever still runs is ended by `stop`."""

    def __init__(self, folder: Path, failures: int) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "scheduler.json"
        setting = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(failures)}
        self.scheduler = self._start("scheduler", "--port", "0", "--scheduler-file", str(file), **setting)
        self.workers: list[subprocess.Popen[bytes]] = []
        wait_until(lambda: file.exists() and file.read_text().endswith("}"), self.said)
        self.address = json.loads(file.read_text())["address"]

    def add(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Start a worker and wait until the scheduler knows it."""
        options = ("--no-nanny", "--nthreads", "1", "--memory-limit", "0", "--death-timeout", "20")
        worker = self._start(
            "worker", self.address, *options, "--local-directory", str(self.folder), *arguments, OMP_NUM_THREADS="1"
        )
        self.workers.append(worker)
        wait_until(lambda: self.count() == len(self.alive()), self.said)
        return worker

    def refill(self, count: int) -> None:
        """Start workers until there are so many."""
        wait_until(lambda: self.count() == len(self.alive()), self.said)
        while len(self.alive()) < count:
            self.add()

    def alive(self) -> "list[subprocess.Popen[bytes]]":
        return [worker for worker in self.workers if worker.poll() is None]

    def count(self) -> int:
        """Return how many workers the scheduler knows."""
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            return len(client.scheduler_info(n_workers=-1)["workers"])

    def kill(self, pid: int) -> None:
        """Kill one of our workers, as a machine that goes down does."""
        (victim,) = (worker for worker in self.workers if worker.pid == pid)
        victim.send_signal(signal.SIGKILL)
        victim.wait(PATIENCE)

    def said(self) -> str:
        """Return what all processes wrote."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))

    def stop(self) -> None:
        for process in (*self.workers, self.scheduler):
            if process.poll() is None:
                process.kill()
            process.wait(PATIENCE)

    def _start(self, kind: str, *arguments: str, **environment: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "dask", kind, *arguments, "--host", "127.0.0.1", "--no-dashboard"]
        number = len(list(self.folder.glob("*.log")))
        with (self.folder / f"{number:02}-{kind}.log").open("wb") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, env={**os.environ, **environment})


def wait_until(look: Callable[[], object], said: Callable[[], str] = lambda: "") -> None:
    end = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < end, f"it takes too long: {said()}"
        time.sleep(0.05)


@contextmanager
def started(folder: Path, workers: int, *arguments: str, failures: int = 3) -> Iterator[Dask]:
    """Start a scheduler with workers, and end them for sure; a task that killed more than `failures` is given up."""
    dask = Dask(folder, failures)
    try:
        for _ in range(workers):
            dask.add(*arguments)
        yield dask
    finally:
        dask.stop()


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dask]:
    with started(tmp_path_factory.mktemp("dask"), 2) as dask:
        yield dask


@pytest.fixture
def dask(two_workers: Dask) -> Dask:
    """A scheduler with two workers, whatever the last test did to them."""
    two_workers.refill(2)
    return two_workers


def scene_file(folder: Path, draw: str = "pass") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "wall.py"
    path.write_text(SCENE.format(draw=draw))
    return path


@pytest.fixture
def wall(tmp_path: Path) -> Path:
    return scene_file(tmp_path / "scenes")


def here(scene: Path | str, recording: Recording, target: Path) -> Movie:
    """Draw in this process."""
    return render(scene, recording, target, size=SIZE, workers=1, **PACING)


def there(dask: Dask, scene: Path | str, recording: Recording, target: Path, **options: object) -> Movie:
    """Draw on the cluster."""
    with cluster(dask.address, recording.path) as executor:
        return render(scene, recording, target, size=SIZE, executor=executor, **PACING, **options)


def contents(path: Path) -> bytes | dict[str, bytes]:
    if path.is_dir():
        return {file.name: file.read_bytes() for file in sorted(path.iterdir())}
    return path.read_bytes()


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# --- Drawing ---


@pytest.mark.parametrize("name", ["video.mp4", "video.gif", "pictures"])
def test_cluster_draws_the_same_bytes_as_this_process(
    name: str, dask: Dask, wall: Path, rings_recording: Recording, tmp_path: Path
) -> None:
    done: list[int] = []
    movie = there(dask, wall, rings_recording, tmp_path / "there" / name, on_frame=done.append)
    assert movie.frames == FRAMES
    assert done[-1] == FRAMES
    assert names(movie.path.parent) == {name}
    assert contents(movie.path) == contents(here(wall, rings_recording, tmp_path / "here" / name).path)


def test_both_workers_draw_and_this_process_does_not(
    dask: Dask, wall: Path, rings_recording: Recording, tmp_path: Path
) -> None:
    (wall.parent / "slowly").mkdir()
    there(dask, wall, rings_recording, tmp_path / "video.mp4")
    assert names(wall.parent / "slowly") == {str(worker.pid) for worker in dask.alive()}


def test_command_line_draws_on_the_cluster(
    dask: Dask, rings_recording: Recording, cli: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    render_it = ("render", "rings", "--from", os.path.relpath(rings_recording.path, tmp_path), *DRAW)
    code, out, err = cli(*render_it, "--cluster", dask.address, "-o", "there")
    assert (code, err) == (0, "")
    assert out.startswith("there: 150 frames, 30.0 s, 128x72")
    assert cli(*render_it, "-o", "here")[0] == 0
    assert contents(tmp_path / "there") == contents(tmp_path / "here")


def test_worker_with_several_threads_draws_the_same_bytes(
    wall: Path, rings_recording: Recording, tmp_path: Path
) -> None:
    with started(tmp_path / "dask", 1, "--nthreads", "3") as dask:
        movie = there(dask, wall, rings_recording, tmp_path / "there")
    assert contents(movie.path) == contents(here(wall, rings_recording, tmp_path / "here").path)


def test_scene_changed_between_two_videos_is_drawn_as_it_is_now(
    dask: Dask, rings_recording: Recording, tmp_path: Path
) -> None:
    target = tmp_path / "pictures"
    first = contents(there(dask, scene_file(tmp_path), rings_recording, target).path)
    changed = scene_file(tmp_path, draw="curve.set_color('#ffffff')  # and now in white")
    second = contents(there(dask, changed, rings_recording, target).path)
    assert second != first
    assert second == contents(here(changed, rings_recording, tmp_path / "here").path)


# --- Deaths ---


@pytest.mark.parametrize("name", ["video.mp4", "pictures"])
def test_worker_killed_on_the_way_costs_nothing_but_time(
    name: str, dask: Dask, wall: Path, rings_recording: Recording, tmp_path: Path
) -> None:
    slowly = wall.parent / "slowly"
    slowly.mkdir()
    killed: list[int] = []

    def drawing() -> list[int]:
        # More than the frames that stand still, which are not drawn again.
        return [int(path.name) for path in slowly.iterdir() if path.stat().st_size > 20]

    def kill() -> None:
        wait_until(drawing)
        killed.append(drawing()[0])  # the first that draws, in the middle of its first segment
        dask.kill(killed[0])

    killer = threading.Thread(target=kill)
    killer.start()
    done: list[int] = []
    movie = there(dask, wall, rings_recording, tmp_path / "there" / name, on_frame=done.append)
    killer.join(PATIENCE)
    assert len(killed) == 1
    assert len(dask.alive()) == 1
    drawn = sum(path.stat().st_size for path in slowly.iterdir())
    assert drawn > FRAMES, "the frames that died with the worker were drawn again"
    assert done[-1] == FRAMES
    assert names(movie.path.parent) == {name}
    slowly.rename(wall.parent / "quickly")
    assert contents(movie.path) == contents(here(wall, rings_recording, tmp_path / "here" / name).path)


def test_scene_that_kills_its_workers_is_an_error_and_leaves_nothing(
    rings_recording: Recording, tmp_path: Path
) -> None:
    scene = scene_file(tmp_path / "scenes", draw="os._exit(1)")
    (tmp_path / "there").mkdir()
    with started(tmp_path / "dask", 1, failures=0) as dask:
        with pytest.raises(SceneError, match="died"):
            there(dask, scene, rings_recording, tmp_path / "there" / "video.mp4")
        assert dask.alive() == []
    assert names(tmp_path / "there") == set()


def test_scene_that_raises_on_the_cluster_shows_its_author_where(
    dask: Dask, rings_recording: Recording, cli: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    scene = scene_file(tmp_path / "scenes", draw="if moment.epoch >= 2: raise ZeroDivisionError('one over zero')")
    code, out, err = cli(
        "render", scene, "--from", rings_recording.path, *DRAW, "--cluster", dask.address, "-o", "there/video.mp4"
    )
    assert (code, out) == (2, "")
    assert re.match(
        r"animviz: scene 'wall' failed at epoch \S+: ZeroDivisionError: one over zero", err.splitlines()[-1]
    )
    assert "scenes/wall.py" in err
    assert names(tmp_path / "there") == set()
    assert len(dask.alive()) == 2


# --- Clusters that will not do ---


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_scheduler_that_does_not_answer_is_one_clear_line(
    rings_recording: Recording, animviz: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    address = f"tcp://127.0.0.1:{closed_port()}"
    begun = time.monotonic()
    done = animviz("render", "rings", "--from", str(rings_recording.path), *DRAW, "--cluster", address, "-o", "v.mp4")
    assert time.monotonic() - begun < 40
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith(f"animviz: --cluster {address}: no scheduler answers (")
    assert "dask scheduler" in done.stderr
    assert names(tmp_path) == set()


@pytest.mark.parametrize("address", ["tcp://nowhere.invalid:8786", "carrier-pigeon://here:1", "127.0.0.1", "tcp://:x"])
def test_address_that_is_none_is_one_clear_line(
    address: str, rings_recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("animviz.rendering.cluster.PATIENCE", 1)
    message = re.escape(f"--cluster {address}: no scheduler answers")
    with pytest.raises(InputError, match=message) as caught, cluster(address, rings_recording.path):
        pytest.fail("it went on")
    assert "\n" not in str(caught.value)


def test_empty_address_is_refused(
    rings_recording: Recording, cli: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    code, _, err = cli("render", "rings", "--from", rings_recording.path, *DRAW, "--cluster=", "-o", "v.mp4")
    assert code == 2
    assert "--cluster" in err
    assert names(tmp_path) == set()


def test_cluster_without_workers_says_how_to_start_some(
    rings_recording: Recording, cli: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    with started(tmp_path / "dask", 0) as dask:
        code, out, err = cli(
            "render", "rings", "--from", rings_recording.path, *DRAW, "--cluster", dask.address, "-o", "v.mp4"
        )
    assert (code, out) == (2, "")
    assert err == (
        f"animviz: --cluster {dask.address}: the scheduler has no workers; "
        f"start some with 'dask worker {dask.address}'\n"
    )
    assert names(tmp_path) == {"dask"}


def test_recording_that_workers_cannot_see_is_refused(dask: Dask, tmp_path: Path) -> None:
    away = tmp_path / "away.rec"
    message = rf"worker tcp://127.0.0.1:\d+ does not see {away}; put it on a path that all machines share"
    with pytest.raises(InputError, match=message), cluster(dask.address, away):
        pytest.fail("it went on")


@pytest.mark.parametrize("package", ["animviz", "matplotlib", "numpy", "imageio-ffmpeg"])
def test_other_versions_on_the_workers_are_refused(
    package: str, dask: Dask, rings_recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In this process alone: the workers look for themselves.
    real = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "0.0.1" if name == package else real(name))
    message = rf"worker tcp://\S+ has {package} {re.escape(real(package))}, here is 0\.0\.1; install the same"
    with pytest.raises(InputError, match=message), cluster(dask.address, rings_recording.path):
        pytest.fail("it went on")


def test_worker_without_animviz_is_refused(rings_recording: Recording, tmp_path: Path) -> None:
    bare = tmp_path / "bare.py"
    bare.write_text("import sys\nsys.modules['animviz'] = None  # as if it were not installed\n")
    with (
        started(tmp_path / "dask", 1, "--preload", str(bare)) as dask,
        pytest.raises(InputError, match="animviz") as caught,
        cluster(dask.address, rings_recording.path),
    ):
        pytest.fail("it went on")
    assert "\n" not in str(caught.value)


def test_without_dask_it_says_how_to_install_it(
    rings_recording: Recording,
    cli: Callable[..., tuple[int, str, str]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    code, out, err = cli(
        "render", "rings", "--from", rings_recording.path, *DRAW, "--cluster", "tcp://127.0.0.1:8786", "-o", "v.mp4"
    )
    assert (code, out) == (2, "")
    assert err == "animviz: --cluster needs Dask: pip install 'animviz[cluster]'\n"
    assert names(tmp_path) == set()
