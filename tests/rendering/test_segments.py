"""A video in segments: the same bytes whoever draws them, in processes, threads or shares, and nothing left of failures."""

import importlib
import json
import os
import random
import re
import runpy
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save

import animviz
from animviz import Recording
from animviz.errors import AnimvizError, EncodeError, InputError, SceneError
from animviz.recording.manifest import Entry
from animviz.recording.reader import load, snapshot_path
from animviz.recording.writer import RecordingWriter
from animviz.rendering.film import Movie, render
from animviz.rendering.plan import Plan
from animviz.rendering.request import Request
from animviz.rendering.segments import segments
from animviz.rendering.shares import draw_share, join, parse_share
from animviz.rendering.workers import default_workers
from animviz.video.assembling import assemble
from animviz.video.ffmpeg import ffmpeg_exe
from animviz.video.parts import part_writer
from animviz.video.provenance import provenance_in

pytestmark = pytest.mark.integration

SIZE = (128, 72)
PACING = {"fps": 5.0, "seconds": 30.0, "pace": 1.0}  # where the picture moves is not measured
FRAMES = 150  # in segments of 37, 38, 37 and 38
DRAW = ("--size", "128x72", "--fps", "5", "--seconds", "30", "--pace", "1")
TARGETS = ("video.mp4", "video.gif", "pictures")
LOSS = 8.0  # root mean square error of a frame after H.264, of 255; a step of the wall costs 20

# A wall that walks with the epoch. {WORLD} is where a test puts what goes wrong.
SCENE = '''
"""A wall that walks from left to right."""
import multiprocessing, os, sys, time
from pathlib import Path
from animviz import Box, Moment, Recording, Stage, scene

HERE = Path(__file__).parent
{module}

@scene()
def wall(stage: Stage, recording: Recording, *, width: float = 300.0):
    """A wall that walks.

    Args:
        width: of the wall, in units.
    """
    axes = stage.axes(Box(0, 0, stage.width, stage.height), (0, 4), (0, 1))
    curve = stage.line(axes, stage.theme.positive, width)

    def draw(moment: Moment) -> None:
        {draw}
        curve.set_data([moment.epoch, moment.epoch], [0, 1])

    return draw
'''
DIES_ONCE = "if moment.epoch > 1.5 and not (HERE / 'died').exists(): (HERE / 'died').touch(); os._exit(1)"


def scene_file(folder: Path, *, draw: str = "pass", module: str = "") -> Path:
    """Write a scene into a file of its own; `draw` runs before every frame, `module` on import."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "wall.py"
    path.write_text(SCENE.format(draw=draw, module=module))
    return path


@pytest.fixture
def wall(tmp_path: Path) -> Path:
    """A scene that works, in a file."""
    return scene_file(tmp_path / "scenes")


def drawn(scene: Path | str, recording: Recording, target: Path, **options: object) -> Movie:
    return render(scene, recording, target, **{"size": SIZE, **PACING, **options})


@pytest.fixture(scope="module")
def whole(rings_recording: Recording, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Movie]:
    """Return a function that gives the video of the wall under a name as one process draws it, drawn once."""
    folder = tmp_path_factory.mktemp("whole")
    scene = scene_file(folder / "scenes")

    @cache
    def of(name: str) -> Movie:
        return drawn(scene, rings_recording, folder / name, command="made")

    return of


def contents(path: Path) -> bytes | dict[str, bytes]:
    """Return the bytes of a file, or those of every file in a folder."""
    if path.is_dir():
        return {file.name: file.read_bytes() for file in sorted(path.iterdir())}
    return path.read_bytes()


def tree(folder: Path) -> dict[str, bytes | None]:
    """Return every file and folder below, with the contents of the files; what Python caches does not count."""
    found = (p for p in sorted(folder.rglob("*")) if "__pycache__" not in p.parts)
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in found}


def decoded(path: Path) -> np.ndarray:
    """Return the frames of a video or a folder, shape (frames, height, width, 3)."""
    if path.is_dir():
        return np.stack([iio.imread(file) for file in sorted(path.iterdir())])
    command = [
        ffmpeg_exe(),
        "-v",
        "error",
        "-i",
        path,
        "-fps_mode",
        "passthrough",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
    ]
    raw = subprocess.run([*command, "-"], capture_output=True, check=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, SIZE[1], SIZE[0], 3)


def stamps(path: Path) -> tuple[np.ndarray, float]:
    """Return the times of a video's frames in ticks, and the length of a tick in seconds."""
    command = [ffmpeg_exe(), "-i", path, "-fps_mode", "passthrough", "-vf", "showinfo", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    base = re.search(r"config in time_base: (\d+)/(\d+)", said)
    assert base
    ticks = np.array([int(stamp) for stamp in re.findall(r"\bn: *\d+ pts: *(-?\d+)", said)])
    return ticks, int(base[1]) / int(base[2])


def planned(scene: Path, recording: Recording, target: Path, **options: object) -> Plan:
    return Request.of(scene, target, size=SIZE, **{**PACING, **options}).plan(recording)


def shares_of(scene: Path, recording: Recording, target: Path, count: int, **options: object) -> list[Path]:
    plan = planned(scene, recording, target, **options)
    return [draw_share(plan, (place, count), "made") for place in range(1, count + 1)]


# --- The split ---


@given(frames=st.integers(0, 100_000), fps=st.floats(0.1, 240))
def test_segments_cover_every_frame_once_and_in_order(frames: int, fps: float) -> None:
    parts = segments(frames, fps)
    assert [frame for part in parts for frame in part] == list(range(frames))
    assert all(parts), "none is empty"
    lengths = {len(part) for part in parts}
    assert not parts or max(lengths) - min(lengths) <= 1, "workers have the same to do"


@given(frames=st.integers(1, 100_000), fps=st.floats(0.5, 240))
def test_segments_are_eight_seconds_long_at_most_and_no_more_than_need_be(frames: int, fps: float) -> None:
    parts, most = segments(frames, fps), round(8 * fps)
    assert max(len(part) for part in parts) <= most
    assert (len(parts) - 1) * most < frames


def test_split_knows_nothing_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    before = segments(1000, 30.0)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: range(128), raising=False)
    assert segments(1000, 30.0) == before


def test_workers_take_half_of_the_cores_that_the_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    for allowed, workers in ((1, 1), (2, 1), (8, 4), (64, 5)):
        monkeypatch.setattr(os, "sched_getaffinity", lambda process, allowed=allowed: range(allowed), raising=False)
        assert default_workers(5) == workers


# --- Workers ---


@pytest.mark.parametrize(
    "name", [TARGETS[0], *(pytest.param(name, marks=pytest.mark.thorough) for name in TARGETS[1:])]
)
def test_one_two_and_three_workers_make_the_same_bytes(
    name: str, wall: Path, rings_recording: Recording, tmp_path: Path
) -> None:
    made = []
    for workers in (1, 2, 3):
        movie = drawn(wall, rings_recording, tmp_path / str(workers) / name, workers=workers)
        assert movie.frames == FRAMES
        assert [path.name for path in movie.path.parent.iterdir()] == [name]
        made.append(contents(movie.path))
    assert made[0] == made[1] == made[2]


@pytest.mark.slow
def test_built_in_scene_is_the_same_from_two_workers(rings_recording: Recording, tmp_path: Path) -> None:
    one, two = (drawn("rings", rings_recording, tmp_path / f"{n}.mp4", workers=n).path for n in (1, 2))
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.slow
def test_options_and_theme_reach_the_workers(wall: Path, rings_recording: Recording, tmp_path: Path) -> None:
    options = {"theme": "light", "width": 90.0, "tween": "none", "ease": "out", "hold_start": 3.0}
    one, two = (drawn(wall, rings_recording, tmp_path / f"{n}", workers=n, **options).path for n in (1, 2))
    assert contents(one) == contents(two)
    assert contents(one) != contents(drawn(wall, rings_recording, tmp_path / "plain").path)


def test_poster_beside_workers_is_the_last_frame(wall: Path, rings_recording: Recording, tmp_path: Path) -> None:
    drawn(wall, rings_recording, tmp_path / "pictures", workers=2, poster=tmp_path / "poster.png")
    assert np.array_equal(iio.imread(tmp_path / "poster.png"), decoded(tmp_path / "pictures")[-1])


@pytest.mark.parametrize("name", ["video.mp4", "pictures"])
def test_video_of_several_segments_equals_its_frames(
    name: str, wall: Path, rings_recording: Recording, tmp_path: Path
) -> None:
    shown = decoded(drawn(wall, rings_recording, tmp_path / name).path).astype(float)
    frames = np.stack(list(animviz.frames(wall, rings_recording, size=SIZE, **PACING))).astype(float)
    assert len(segments(len(frames), 5.0)) == 4
    assert shown.shape == frames.shape
    if name == "pictures":
        assert np.array_equal(shown, frames)
        return
    errors = np.sqrt(((shown - frames) ** 2).mean(axis=(1, 2, 3)))
    assert errors.max() < LOSS
    # No frame is exchanged with its neighbours, at the seams between segments least of all.
    for frame in range(10, FRAMES - 10):
        away = [np.sqrt(((shown[frame] - frames[other]) ** 2).mean()) for other in (frame - 3, frame + 3)]
        assert errors[frame] < min(away), f"frame {frame}"


def test_frames_of_several_segments_are_evenly_spaced(wall: Path, rings_recording: Recording, tmp_path: Path) -> None:
    ticks, tick = stamps(drawn(wall, rings_recording, tmp_path / "video.mp4", workers=2).path)
    assert len(ticks) == FRAMES
    assert ticks[0] == 0
    assert set(np.diff(ticks)) == {round(0.2 / tick)}


@pytest.mark.parametrize("fps", [0.1, 1, 7, 12.5, 23.976, 25, 29.97, 30, 33.3, 59.94])
def test_seams_are_evenly_spaced_at_any_rate(fps: float, tmp_path: Path) -> None:
    target = tmp_path / "video.mp4"
    step = len(segments(1_000_000, fps)[0])
    frames = 2 * step + max(1, step // 3)
    parts = segments(frames, fps)
    assert len(parts) == 3
    frame = np.zeros((64, 64, 4), np.uint8)
    for number, part in enumerate(parts):
        with part_writer(tmp_path, number, target, (64, 64), fps) as writer:
            for value in part:
                frame[:] = value % 256
                writer.write(frame)
    assemble(tmp_path, 3, target, {})
    ticks, tick = stamps(target)
    assert len(ticks) == frames
    assert len(set(np.diff(ticks))) == 1
    assert np.diff(ticks)[0] * tick * fps == pytest.approx(1, rel=1e-6)


def test_workers_never_import_tensorflow(rings_recording: Recording, tmp_path: Path) -> None:
    check = "assert not {'tensorflow', 'keras'} & set(sys.modules), 'TensorFlow in a worker'"
    scene = scene_file(
        tmp_path / "scenes",
        module=f"if multiprocessing.parent_process() is not None: {check}",
        draw=f"{check}; assert multiprocessing.parent_process() is not None; (HERE / str(os.getpid())).touch()",
    )
    importlib.import_module("tensorflow")
    assert "tensorflow" in sys.modules, "this process has trained, so a fork would bring it along"
    drawn(scene, rings_recording, tmp_path / "video.mp4", workers=2, pace=1.0)  # a pace by change is measured here
    pids = {int(path.name) for path in (tmp_path / "scenes").iterdir() if path.name.isdigit()}
    assert 1 <= len(pids) <= 2
    assert os.getpid() not in pids


@pytest.mark.parametrize("workers", [1, 2])
def test_frames_done_rise_to_the_number_of_frames(
    workers: int, wall: Path, rings_recording: Recording, tmp_path: Path
) -> None:
    done: list[int] = []
    drawn(wall, rings_recording, tmp_path / "video.mp4", workers=workers, on_frame=done.append)
    assert done == sorted(set(done))
    assert done[-1] == FRAMES
    assert len(done) == (FRAMES if workers == 1 else 4)


# --- What goes wrong in workers ---


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_segment_of_a_worker_that_died_is_drawn_again(name: str, rings_recording: Recording, tmp_path: Path) -> None:
    scene = scene_file(tmp_path / "scenes", draw=DIES_ONCE)
    done: list[int] = []
    movie = drawn(scene, rings_recording, tmp_path / "two" / name, workers=2, on_frame=done.append)
    assert (tmp_path / "scenes" / "died").exists()
    assert done[-1] == FRAMES
    assert [path.name for path in movie.path.parent.iterdir()] == [name]
    alone = drawn(scene, rings_recording, tmp_path / "one" / name, workers=1)
    assert contents(movie.path) == contents(alone.path)


@pytest.mark.slow
def test_scene_that_kills_every_worker_is_an_error_and_leaves_nothing(
    rings_recording: Recording, tmp_path: Path
) -> None:
    scene = scene_file(tmp_path / "scenes", draw="os._exit(1)")
    before = tree(tmp_path)
    with pytest.raises(SceneError, match=r"workers died 3 times .*--workers 1"):
        drawn(scene, rings_recording, tmp_path / "video.mp4", workers=2)
    assert tree(tmp_path) == before


def test_scene_that_raises_in_a_worker_is_an_error_with_its_epoch(rings_recording: Recording, tmp_path: Path) -> None:
    scene = scene_file(tmp_path / "scenes", draw="if moment.epoch >= 2: raise ZeroDivisionError('one over zero')")
    (tmp_path / "video.mp4").write_bytes(b"an earlier video")
    before = tree(tmp_path)
    with pytest.raises(SceneError, match=r"'wall' failed at epoch (\d\S*): ZeroDivisionError: one over zero") as caught:
        drawn(scene, rings_recording, tmp_path / "video.mp4", workers=2)
    assert float(re.search(r"epoch (\S+):", str(caught.value))[1]) >= 2  # type: ignore[index]
    assert tree(tmp_path) == before


def test_scene_given_as_an_object_cannot_go_to_workers(wall: Path, rings_recording: Recording, tmp_path: Path) -> None:
    scene = runpy.run_path(str(wall))["wall"]
    before = tree(tmp_path)
    for options in ({"workers": 2}, {"executor": ThreadPoolExecutor(1)}):
        with pytest.raises(InputError, match=r"'wall' was given as an object; workers need its name or path"):
            drawn(scene, rings_recording, tmp_path / "video.mp4", **options)  # type: ignore[arg-type]
    assert tree(tmp_path) == before
    one = drawn(scene, rings_recording, tmp_path / "one.mp4", workers=1)  # type: ignore[arg-type]
    assert one.path.read_bytes() == drawn(wall, rings_recording, tmp_path / "path.mp4").path.read_bytes()


@pytest.mark.parametrize("workers", [0, -1])
def test_fewer_than_one_worker_is_refused(workers: int, wall: Path, rings_recording: Recording, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=rf"--workers is {workers}; expected at least 1"):
        drawn(wall, rings_recording, tmp_path / "video.mp4", workers=workers)
    assert not (tmp_path / "video.mp4").exists()


# --- Executors ---


class Backwards(Executor):
    """Waits for so many tasks, then runs the last one first, each in a thread of its own."""

    def __init__(self, tasks: int) -> None:
        self.order: list[int] = []
        self._tasks = tasks
        self._waiting: list[tuple[Future, Callable[..., object], tuple]] = []

    def submit(self, fn: Callable[..., object], /, *args: object, **_: object) -> Future:
        future: Future = Future()
        self._waiting.append((future, fn, args))
        if len(self._waiting) == self._tasks:
            threading.Thread(target=self._run).start()
        return future

    def _run(self) -> None:
        for future, fn, args in reversed(self._waiting):
            thread = threading.Thread(target=self._one, args=(future, fn, args))
            thread.start()
            thread.join()

    def _one(self, future: Future, fn: Callable[..., object], args: tuple) -> None:
        self.order.append(args[1])
        try:
            future.set_result(fn(*args))
        except BaseException as error:
            future.set_exception(error)


@pytest.mark.parametrize("name", TARGETS)
def test_order_in_which_segments_are_done_does_not_matter(
    name: str, wall: Path, rings_recording: Recording, tmp_path: Path
) -> None:
    executor = Backwards(4)
    backwards = drawn(wall, rings_recording, tmp_path / "backwards" / name, executor=executor)
    assert executor.order == [3, 2, 1, 0]
    forwards = drawn(wall, rings_recording, tmp_path / "forwards" / name)
    assert contents(backwards.path) == contents(forwards.path)


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_executor_of_threads_makes_the_same_bytes(
    threads: int, wall: Path, rings_recording: Recording, tmp_path: Path
) -> None:
    done: list[int] = []
    with ThreadPoolExecutor(threads) as executor:
        threaded = drawn(wall, rings_recording, tmp_path / "threads", executor=executor, on_frame=done.append)
    assert contents(threaded.path) == contents(drawn(wall, rings_recording, tmp_path / "plain").path)
    assert done[-1] == FRAMES
    assert len(done) == 4


def test_scene_changed_between_two_videos_is_drawn_as_it_is_now(rings_recording: Recording, tmp_path: Path) -> None:
    target = tmp_path / "pictures"
    with ThreadPoolExecutor(1) as executor:  # a worker that lives on, as those of a cluster do
        first = contents(drawn(scene_file(tmp_path), rings_recording, target, executor=executor).path)
        changed = scene_file(tmp_path, draw="curve.set_color('#ffffff')  # and now in white")
        second = contents(drawn(changed, rings_recording, target, executor=executor).path)
    assert second != first
    assert second == contents(drawn(changed, rings_recording, tmp_path / "here").path)


def last_snapshot_changed(path: Path) -> None:
    """Write a recording's last snapshot anew with other weights, as another training that is recorded at its path."""
    last = snapshot_path(path, len(Recording(path)) - 1)
    arrays, metadata = load(last)
    beside = last.with_suffix(".part")
    beside.write_bytes(save({name: array + 1 for name, array in arrays.items()}, metadata))
    beside.replace(last)


def test_a_worker_that_lives_on_draws_what_was_recorded_last(rings_recording: Recording, tmp_path: Path) -> None:
    path = Path(shutil.copytree(rings_recording.path, tmp_path / "a.rec"))
    look = {"seconds": 1.0, "hold_end": 0.4, "hold_start": 0.0}
    with ThreadPoolExecutor(1) as executor:
        first = contents(drawn("rings", Recording(path), tmp_path / "pictures", executor=executor, **look).path)
        last_snapshot_changed(path)
        second = contents(drawn("rings", Recording(path), tmp_path / "pictures", executor=executor, **look).path)
    assert second != first
    assert second == contents(drawn("rings", Recording(path), tmp_path / "here", **look).path)


class Meanwhile(ThreadPoolExecutor):
    """One thread, before whose first task something happens."""

    def __init__(self, happens: Callable[[], None]) -> None:
        super().__init__(1)
        self.submit_plain(happens).result()

    def submit_plain(self, happens: Callable[[], None]) -> Future:
        self._happens: Callable[[], None] | None = None
        future = super().submit(lambda: None)
        self._happens = happens
        return future

    def submit(self, fn: Callable[..., object], /, *args: object, **options: object) -> Future:
        if self._happens is not None:
            happens, self._happens = self._happens, None
            happens()
        return super().submit(fn, *args, **options)


def test_training_that_goes_on_meanwhile_does_not_change_the_video(
    wall: Path, rings_recording: Recording, tmp_path: Path
) -> None:
    writer = RecordingWriter.create(
        tmp_path / "growing.rec",
        rings_recording.manifest,
        {"inputs": rings_recording.inputs, "labels": rings_recording.labels},
    )

    def append(count: int) -> None:
        for snapshot in rings_recording[writer.count : writer.count + count]:
            weights = {f"weights/{name}": array for name, array in snapshot.weights.items()}
            entry = Entry(
                epoch=snapshot.epoch, step=snapshot.step, logs=dict(snapshot.logs), scores=dict(snapshot.scores)
            )
            writer.append(weights, entry)

    append(3)
    alone = drawn(wall, Recording(writer.path), tmp_path / "alone", workers=1)
    with Meanwhile(lambda: append(2)) as executor:
        movie = drawn(wall, Recording(writer.path), tmp_path / "meanwhile", executor=executor)
    assert len(Recording(writer.path)) == 5
    assert contents(movie.path) == contents(alone.path)


# --- Shares ---


@given(of=st.integers(1, 999_999), data=st.data())
def test_share_is_read_as_it_is_written(of: int, data: st.DataObject) -> None:
    place = data.draw(st.integers(1, of))
    assert parse_share(f"{place}/{of}") == (place, of)
    assert parse_share(f" {place}/{of} ") == (place, of)


@given(text=st.one_of(st.text(max_size=12), st.from_regex(r"-?\d{0,8}[/\\]-?\d{0,8}", fullmatch=True)))
def test_any_text_is_a_share_or_one_clear_error(text: str) -> None:
    wanted = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text.strip())
    if wanted and 1 <= int(wanted[1]) <= int(wanted[2]):
        assert parse_share(text) == (int(wanted[1]), int(wanted[2]))
        return
    with pytest.raises(InputError, match="expected i/n with i from 1 to n, such as 2/8"):
        parse_share(text)


@pytest.mark.parametrize(
    "text", ["", "/", "1", "1/", "/2", "0/2", "3/2", "-1/2", "1/0", "1.5/2", "1 /2", "1/2/3", "a/b"]
)
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=re.escape(f"--share is {text!r}; expected i/n")):
        parse_share(text)


@given(frames=st.integers(1, 50_000), fps=st.floats(0.1, 240), of=st.integers(1, 50))
@settings(max_examples=30)
def test_shares_hold_every_segment_once(frames: int, fps: float, of: int) -> None:
    count = len(segments(frames, fps))
    numbers = [number for place in range(1, of + 1) for number in range(count)[place - 1 :: of]]
    assert sorted(numbers) == list(range(count))


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("name", TARGETS)
def test_shares_joined_in_any_order_are_the_whole_video(
    name: str, count: int, wall: Path, whole: Callable[[str], Movie], rings_recording: Recording, tmp_path: Path
) -> None:
    shares = shares_of(wall, rings_recording, tmp_path / "shares" / name, count)
    held = [json.loads((share / "share.json").read_text())["numbers"] for share in shares]
    assert sorted(number for numbers in held for number in numbers) == [0, 1, 2, 3]
    random.Random(count).shuffle(shares)
    movie = join(shares, tmp_path / "joined" / name)
    assert movie == Movie(tmp_path / "joined" / name, FRAMES, 5.0, SIZE)
    assert contents(movie.path) == contents(whole(name).path)
    assert [path.name for path in movie.path.parent.iterdir()] == [name]
    assert all(share.is_dir() for share in shares), "joining leaves the shares"


def test_more_shares_than_segments_is_no_trouble(wall: Path, rings_recording: Recording, tmp_path: Path) -> None:
    whole = drawn(wall, rings_recording, tmp_path / "whole.mp4", command="made")
    shares = shares_of(wall, rings_recording, tmp_path / "video.mp4", 11)
    assert [share.name for share in shares] == [f"video.mp4.{place:02}-of-11.part" for place in range(1, 12)]
    empty = [share for share in shares if [file.name for file in share.iterdir()] == ["share.json"]]
    assert len(empty) == 7
    assert join(shares[::-1], tmp_path / "video.mp4").path.read_bytes() == whole.path.read_bytes()
    full = [share for share in shares if share not in empty]
    assert join(full, tmp_path / "full.mp4").path.read_bytes() == whole.path.read_bytes()


def test_share_counts_its_own_frames(wall: Path, rings_recording: Recording, tmp_path: Path) -> None:
    done: list[int] = []
    draw_share(planned(wall, rings_recording, tmp_path / "video.mp4"), (2, 2), "made", done.append)
    assert done == list(range(1, 77))


def test_share_of_a_scene_that_breaks_leaves_nothing(rings_recording: Recording, tmp_path: Path) -> None:
    scene = scene_file(tmp_path / "scenes", draw="if moment.epoch >= 2: raise ZeroDivisionError('one over zero')")
    before = tree(tmp_path)
    with pytest.raises(SceneError, match="failed at epoch"):
        draw_share(planned(scene, rings_recording, tmp_path / "video.mp4"), (1, 1), "made")
    assert tree(tmp_path) == before


@pytest.fixture(scope="module")
def four_shares(rings_recording: Recording, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """Four shares of a video and four of a folder of pictures; tests copy them."""
    folder = tmp_path_factory.mktemp("shares")
    scene = scene_file(folder)
    return {name: shares_of(scene, rings_recording, folder / name, 4) for name in ("video.mp4", "pictures")}


@pytest.fixture(params=["video.mp4", "pictures"])
def shares(
    request: pytest.FixtureRequest, four_shares: dict[str, list[Path]], tmp_path: Path
) -> tuple[list[Path], Path]:
    """Four shares that a test may spoil, and the target for which they were drawn."""
    copies = [Path(shutil.copytree(share, tmp_path / share.name)) for share in four_shares[request.param]]
    return copies, tmp_path / request.param


def check_refused(paths: list[Path], target: Path, message: str) -> None:
    """Check that joining is refused in one line, without a trace on the disk."""
    before = tree(target.parent)
    with pytest.raises(AnimvizError, match=message) as caught:
        join(paths, target)
    assert "\n" not in str(caught.value)
    assert tree(target.parent) == before


def test_missing_shares_are_named(shares: tuple[list[Path], Path]) -> None:
    paths, target = shares
    check_refused([paths[0], paths[2]], target, "segments 1, 3 of 4 are missing; give all shares")
    check_refused([paths[0]] * 4, target, "segments 1, 2, 3 of 4 are missing")


@pytest.mark.parametrize("other", [{"width": 90.0}, {"seconds": 31.0}, {"ease": "out"}])
def test_share_of_another_video_is_refused(
    other: dict[str, object], wall: Path, rings_recording: Recording, tmp_path: Path
) -> None:
    first = draw_share(planned(wall, rings_recording, tmp_path / "video.mp4"), (1, 2), "made")
    plan = planned(wall, rings_recording, tmp_path / "video.mp4", **other)
    foreign = draw_share(plan, (2, 2), "made")
    check_refused([first, foreign], tmp_path / "video.mp4", "belongs to another video")


def test_share_of_another_training_is_refused_though_all_that_is_said_of_it_is_equal(
    wall: Path, rings_recording: Recording, tmp_path: Path
) -> None:
    path, pacing = Path(shutil.copytree(rings_recording.path, tmp_path / "a.rec")), {"seconds": 3.0}
    first = draw_share(planned(wall, Recording(path), tmp_path / "pictures", **pacing), (1, 2), "made")
    last_snapshot_changed(path)
    foreign = draw_share(planned(wall, Recording(path), tmp_path / "pictures", **pacing), (2, 2), "made")
    check_refused([first, foreign], tmp_path / "pictures", "belongs to another video")


def test_share_of_a_scene_that_changed_is_refused(rings_recording: Recording, tmp_path: Path) -> None:
    target, pacing = tmp_path / "pictures", {"seconds": 3.0}
    first = draw_share(planned(scene_file(tmp_path), rings_recording, target, **pacing), (1, 2), "made")
    changed = scene_file(tmp_path, draw="curve.set_color('#ffffff')  # and now in white")
    foreign = draw_share(planned(changed, rings_recording, target, **pacing), (2, 2), "made")
    check_refused([first, foreign], target, "belongs to another video")


def test_other_format_than_the_shares_were_drawn_for_is_refused(shares: tuple[list[Path], Path]) -> None:
    paths, target = shares
    for name in ({"video.gif", "video.mp4", "pictures", "video.webm"}) - {target.name}:
        drawn_for = target.suffix or "a folder of PNGs"
        check_refused(paths, target.with_name(name), f"the shares were drawn for {drawn_for}")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"video": "x"}', "\x00\xff", '{"numbers": "all"}'])
def test_damaged_share_is_refused(text: str, shares: tuple[list[Path], Path]) -> None:
    paths, target = shares
    (paths[2] / "share.json").write_text(text, encoding="latin-1")
    check_refused(paths, target, rf"{re.escape(str(paths[2]))} is not a share of a video")


def test_what_is_no_share_at_all_is_refused(shares: tuple[list[Path], Path], tmp_path: Path) -> None:
    paths, target = shares
    (tmp_path / "notes.txt").write_text("not a share")
    (tmp_path / "folder").mkdir()
    for name in ("notes.txt", "folder", "nowhere"):
        check_refused([*paths, tmp_path / name], target, f"{name} is not a share of a video")


def test_share_whose_part_is_gone_is_refused(shares: tuple[list[Path], Path]) -> None:
    paths, target = shares
    part = paths[1] / "part-00001"
    if part.is_dir():
        shutil.rmtree(part)
    else:
        part.unlink()
    check_refused(paths, target, "part(-0000| )1 .*draw this share again")


def test_share_whose_part_is_cut_short_is_refused(shares: tuple[list[Path], Path]) -> None:
    paths, target = shares
    part = paths[1] / "part-00001"
    if part.is_dir():
        (part / "000036.png").unlink()
    else:
        part.write_bytes(part.read_bytes()[:-500])
    check_refused(paths, target, "part(-0000| )1 .*draw this share again")


def test_joining_over_something_else_is_refused(shares: tuple[list[Path], Path]) -> None:
    paths, target = shares
    target.mkdir()
    (target / "thesis.txt").write_text("years of work")
    check_refused(paths, target, "is a folder and cannot be written|holds other things than frames")


def test_joining_replaces_the_earlier_video(shares: tuple[list[Path], Path]) -> None:
    paths, target = shares
    first = contents(join(paths, target).path)
    assert contents(join(paths, target).path) == first


def test_share_is_replaced_only_by_a_share(wall: Path, rings_recording: Recording, tmp_path: Path) -> None:
    plan = planned(wall, rings_recording, tmp_path / "video.mp4")
    target = tmp_path / "video.mp4.1-of-2.part"
    target.mkdir()
    (target / "thesis.txt").write_text("years of work")
    before = tree(tmp_path)
    with pytest.raises(EncodeError, match=r"1-of-2\.part is not a share of a video"):
        draw_share(plan, (1, 2), "made")
    assert tree(tmp_path) == before
    shutil.rmtree(target)
    made = contents(draw_share(plan, (1, 2), "made") / "share.json")
    other = planned(wall, rings_recording, tmp_path / "video.mp4", width=90.0)
    assert contents(draw_share(other, (1, 2), "made") / "share.json") != made
    assert contents(draw_share(plan, (1, 2), "made") / "share.json") == made
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()].count(target.name) == 1


# --- The command line ---


def test_shares_and_join_on_the_command_line(
    cli: Callable[..., tuple[int, str, str]], wall: Path, rings_recording: Recording, tmp_path: Path
) -> None:
    render_it = ("render", wall, "--from", rings_recording.path, *DRAW, "-o", "video.mp4")
    assert cli(*render_it, "--share", "1/2") == (0, "video.mp4.1-of-2.part\n", "")
    assert cli(*render_it, "--segment=2/2") == (0, "video.mp4.2-of-2.part\n", "")
    assert not Path("video.mp4").exists()
    code, out, err = cli("join", "video.mp4.2-of-2.part", "video.mp4.1-of-2.part", "-o", "video.mp4")
    assert (code, err) == (0, "")
    assert re.fullmatch(r"video\.mp4: 150 frames, 30\.0 s, 128x72, \d.*\n", out)
    joined = Path("video.mp4").read_bytes()
    command = provenance_in(Path("video.mp4"))["command"]
    assert isinstance(command, str)
    assert command.startswith("animviz render")
    assert "--share" not in command
    assert "--segment" not in command, "the old name"
    assert cli(*render_it)[0] == 0
    assert Path("video.mp4").read_bytes() == joined, "as if one command had drawn it"


def test_workers_on_the_command_line_make_the_same_pictures(
    cli: Callable[..., tuple[int, str, str]], wall: Path, rings_recording: Recording
) -> None:
    render_it = ("render", wall.relative_to(wall.parent.parent), "--from", rings_recording.path, *DRAW)
    assert cli(*render_it, "--workers", "1", "-o", "one")[0] == 0
    assert cli(*render_it, "--workers", "2", "-o", "two")[0] == 0
    assert contents(Path("one")) == contents(Path("two"))


def test_scene_that_breaks_in_a_worker_shows_its_author_where(
    cli: Callable[..., tuple[int, str, str]], rings_recording: Recording, tmp_path: Path
) -> None:
    scene = scene_file(tmp_path / "broken", draw="if moment.epoch >= 2: raise ZeroDivisionError('one over zero')")
    code, out, err = cli("render", scene, "--from", rings_recording.path, *DRAW, "--workers", "2", "-o", "v.mp4")
    assert code == 2
    assert out == ""
    assert err.splitlines()[-1].startswith("animviz: scene 'wall' failed at epoch ")
    assert "broken/wall.py" in err
    assert not Path("v.mp4").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("render {wall} --from {rec} --share 3/2", "--share is '3/2'; expected i/n"),
        ("render {wall} --from {rec} --share 0/2", "--share is '0/2'; expected i/n"),
        ("render {wall} --from {rec} --share half", "--share is 'half'; expected i/n"),
        ("render {wall} --from {rec} --share=", "--share is ''; expected i/n"),
        ("render rings --share 1/2", "--share needs --from RECORDING"),
        ("render {wall} --from {rec} --workers 0", "--workers is 0; expected at least 1"),
        ("render {wall} --from {rec} --workers some", "not a valid integer"),
        ("join -o video.mp4", "Missing argument"),
        ("join nowhere", "Missing option '-o'"),
        ("join nowhere -o video.mp4", "nowhere is not a share of a video"),
    ],
)
def test_bad_requests_give_one_line_and_write_nothing(
    arguments: str, message: str, cli: Callable[..., tuple[int, str, str]], wall: Path,
    rings_recording: Recording, tmp_path: Path,
) -> None:  # fmt: skip
    before = tree(tmp_path)
    words = [word.format(wall=wall, rec=rings_recording.path) for word in arguments.split(" ")]
    code, out, err = cli(*words)
    assert (code, out) == (2, "")
    assert err.startswith("animviz: ")
    assert err.count("\n") == 1
    assert message in err
    assert tree(tmp_path) == before
