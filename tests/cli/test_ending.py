"""Commands that are ended from outside: signals clean up and say so, and what a kill leaves is swept by the next command."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from animviz import Recording
from animviz.cli import signals

pytestmark = [pytest.mark.integration, pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")]
PATIENCE = 60
SIGNS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
Started = subprocess.Popen[str]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Started]]:
    """Return a function that starts a command in the test's folder."""
    started: list[Started] = []

    def begin(*words: str, ignored: signal.Signals | None = None) -> Started:
        # A command inherits what is ignored, and whoever runs the tests may ignore some of the signals.
        before = {sign: signal.signal(sign, signal.SIG_DFL) for sign in SIGNS}
        if ignored is not None:
            signal.signal(ignored, signal.SIG_IGN)
        try:
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", "animviz", *words], cwd=tmp_path, text=True,
                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                )
            )  # fmt: skip
        finally:
            for sign, handler in before.items():
                signal.signal(sign, handler)
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def places_aside(folder: Path) -> list[Path]:
    return list(folder.glob(".animviz-*.part"))


def drawing(start: Callable[..., Started], recording: Recording, folder: Path, **options: object) -> Started:
    """Start a film of many seconds, and wait until it is being drawn."""
    words = (
        "render",
        "rings",
        "--from",
        str(recording.path),
        "-o",
        "m.mp4",
        "--workers",
        "1",
        "--seconds",
        "900",
        "--size",
        "320x180",
    )
    before = places_aside(folder)
    process = start(*words, **options)
    end = time.monotonic() + PATIENCE
    while not any(any(place.glob("part-*")) for place in places_aside(folder) if place not in before):
        assert process.poll() is None, "it has ended"
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.02)
    return process


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: sign.name)
def test_a_signal_leaves_nothing_and_says_what_is_kept(
    sign: signal.Signals, start: Callable[..., Started], rings_recording: Recording, tmp_path: Path
) -> None:
    process = drawing(start, rings_recording, tmp_path)
    process.send_signal(sign)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + sign
    kept = f"its recording {rings_recording.path} is kept"
    assert said.lstrip("\n") == f"animviz: stopped; no video was written; run again, {kept}\n"
    assert list(tmp_path.iterdir()) == []


def test_a_signal_that_is_ignored_stays_so(
    start: Callable[..., Started], rings_recording: Recording, tmp_path: Path
) -> None:
    process = drawing(start, rings_recording, tmp_path, ignored=signal.SIGHUP)
    process.send_signal(signal.SIGHUP)
    time.sleep(1)
    assert process.poll() is None, "nohup keeps it alive"


def test_what_a_killed_command_leaves_is_swept_by_the_next(
    start: Callable[..., Started], rings_recording: Recording, tmp_path: Path
) -> None:
    dead = drawing(start, rings_recording, tmp_path)
    dead.kill()
    dead.wait(PATIENCE)
    (left,) = places_aside(tmp_path)
    alive = drawing(start, rings_recording, tmp_path)
    (own,) = places_aside(tmp_path)
    assert own != left
    small = ("--size", "160x90", "--seconds", "0.4", "--fps", "5")
    other = start("render", "rings", "--from", str(rings_recording.path), "-o", "small.mp4", *small)
    assert other.wait(PATIENCE) == 0
    assert {path.name for path in tmp_path.iterdir()} == {own.name, "small.mp4"}, "what is being made stays"
    assert alive.poll() is None


def test_ctrl_c_while_the_program_is_loaded_is_no_traceback(tmp_path: Path) -> None:
    # Python is up where the line comes; the modules of the command line are loaded behind it.
    script = "import animviz.__main__ as program; print(flush=True); program.start()"
    for seconds in (0.0, 0.02, 0.05, 0.1, 0.2):
        process = subprocess.Popen(
            [sys.executable, "-c", script, "scenes"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(seconds + 0.01)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 130
        assert said.strip() == "", seconds


def test_signals_are_what_they_were_once_they_are_forgotten() -> None:
    before = {sign: signal.getsignal(sign) for sign in signals.ENDING}
    signals.hear()
    try:
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)
        assert signals.asked()
        assert signals.exit_code() == 143
    finally:
        signals.forget()
    assert not signals.asked()
    assert {sign: signal.getsignal(sign) for sign in signals.ENDING} == before
