"""The rows of the benchmark table by name; every ratio comes from one run."""

import os
from collections.abc import Callable, Iterator

from benchmarks.commands import digits_video, memory, start_up, whole_command
from benchmarks.drawing import cloud_frames, embedding_frames, growth, long_recording, scene_frames
from benchmarks.landscape import landscape_maps
from benchmarks.row import Row
from benchmarks.training import digits_epoch, ring_epoch
from benchmarks.watching import watched_epoch

__all__ = ["ROWS"]

ROWS: dict[str, Callable[[], Iterator[Row]]] = {
    "command": whole_command,
    "ring-epoch": ring_epoch,
    "digits-epoch": digits_epoch,
    "watched-epoch": watched_epoch,
    "cloud": cloud_frames,
    "rings": scene_frames,
    "embedding": embedding_frames,
    "digits": digits_video,
    "landscape": landscape_maps,
    "growth": growth,
    "memory": memory,
    "start": start_up,
    "long": long_recording,
}
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
