"""Rows on whole commands: their time from a cold start, and their peak memory."""

import time
from collections.abc import Iterator

import animviz
from animviz.experiments.catalogue import experiment_named
from benchmarks.cloud import FOLDER
from benchmarks.measure import command_seconds, in_turn, peak_memory
from benchmarks.row import Row, added_memory, at_least, ms

__all__ = ["digits_video", "memory", "start_up", "whole_command"]


def whole_command() -> Iterator[Row]:
    """The whole command, cold, against the notebook's way."""
    out = str(FOLDER / "whole.mp4")
    command = ["-m", "animviz", "render", "rings", "--arch", "2-3-2-1", "--size", "640x480", "--retrain", "-o", out]
    timing = ["--fps", "10", "--hold-start", "0", "--hold-end", "0"]
    (ours,) = in_turn(3, command_seconds(*command, *timing))
    theirs = command_seconds("-m", "benchmarks.baselines", "notebook", str(FOLDER / "notebook.mp4"))
    started = time.perf_counter()
    theirs()  # once: two minutes
    taken = time.perf_counter() - started
    what = "`animviz render rings --arch 2-3-2-1`, 100 epochs, 101 frames, 640x480, cold process"
    yield at_least(what, "the notebook's way", ours, taken, 25)


def digits_video() -> Iterator[Row]:
    """A 20-epoch digits video from a recording, the whole command."""
    from animviz.experiments.keras.record import record

    recording = record(experiment_named("digits_mlp").run({}), FOLDER / "digits-video.rec")
    target = str(FOLDER / "digits.mp4")
    command = ["-m", "animviz", "render", "digits", "--from", str(recording.path), "-o", target]
    (taken,) = in_turn(3, command_seconds(*command))
    count = len(animviz.Timeline(recording.epochs))
    rate, what = count / taken, f"`animviz render digits` from a recording, {count} frames, 1280x720, cold process"
    yield Row(what, "20 frames a second", f"{rate:.0f} a second", "20", f"{rate / 20:.1f}x", ">= 1x", rate >= 20)


def memory() -> Iterator[Row]:
    """Peak memory against epochs and frames."""
    code = (
        "import sys; from pathlib import Path; from animviz.experiments.catalogue import experiment_named as e;"
        "from animviz.experiments.keras.record import record;"
        "record(e('two_rings').run({{'samples': 2000, 'epochs': {0}}}), Path(r'{1}'))"
    )
    few, many = (peak_memory(code.format(epochs, FOLDER / f"memory-{epochs}.rec")) for epochs in (10, 1000))
    yield added_memory("training and recording 1,000 epochs", "10 epochs", many, few)
    code = "import animviz; animviz.render('rings', r'{0}', r'{1}', size=(320, 180), seconds={2}, workers=1)"
    source, target = FOLDER / "memory-1000.rec", FOLDER / "memory.mp4"
    few, many = (peak_memory(code.format(source, target, seconds)) for seconds in (100 / 30, 5000 / 30))
    yield added_memory("rendering 5,000 frames", "100 frames", many, few)


def start_up() -> Iterator[Row]:
    """Start of the command line against Python's own."""
    ours, theirs = in_turn(9, command_seconds("-m", "animviz", "--help"), command_seconds("-c", "pass"))
    added = ours - theirs
    yield Row(
        "`animviz --help`", "`python -c pass`", ms(ours), ms(theirs), f"+{ms(added)}", "<= +120 ms", added <= 0.12
    )
