"""The rows of the benchmark table by name; every ratio comes from one run."""

import os
from collections.abc import Callable, Iterator

from benchmarks.cold import (
    default_command,
    film_from_recording,
    first_picture,
    large_film,
    scene_help,
    umap_command,
)  # fmt: skip
from benchmarks.commands import digits_video, memory, start_up, whole_command
from benchmarks.drawing import cloud_frames, embedding_frames, growth, long_recording, scene_frames, scrubbed
from benchmarks.landscape import landscape_maps
from benchmarks.row import Row
from benchmarks.training import digits_epoch, experiments, ring_epoch
from benchmarks.watching import recorded_passes, watched_epoch

__all__ = ["ROWS"]

ROWS: dict[str, Callable[[], Iterator[Row]]] = {
    "command": whole_command,
    "default": default_command,
    "film": film_from_recording,
    "large": large_film,
    "still": first_picture,
    "help": scene_help,
    "umap": umap_command,
    "ring-epoch": ring_epoch,
    "digits-epoch": digits_epoch,
    "watched-epoch": watched_epoch,
    "passes": recorded_passes,
    "experiments": experiments,
    "cloud": cloud_frames,
    "rings": scene_frames,
    "scrubber": scrubbed,
    "embedding": embedding_frames,
    "digits": digits_video,
    "landscape": landscape_maps,
    "growth": growth,
    "memory": memory,
    "start": start_up,
    "long": long_recording,
}
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
