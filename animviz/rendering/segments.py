"""Segments: a video split into fixed runs of frames, which any number of workers can draw, on one machine or many.

The split depends on the frames alone, so one worker and many make the same bytes. Workers get names and numbers, never
arrays: the path of the recording, the scene's name or file, the range of frames. They never import TensorFlow.
"""

import math
from collections.abc import Callable
from pathlib import Path

from animviz.pictures.painter import Paints
from animviz.rendering.timeline import Timeline
from animviz.video.formats import USUAL, Coding
from animviz.video.parts import part_writer

__all__ = ["segments", "write_part"]

SECONDS = 8.0  # of a segment at most: long enough for the encoder, short enough to share the work out


def segments(frames: int, fps: float) -> list[range]:
    """Split frame numbers into runs of at most eight seconds, as many to each as to the others.

    Args:
        frames: how many there are.
        fps: frames per second.
    """
    count = math.ceil(frames / max(1, round(SECONDS * fps)))
    return [range(frames * k // count, frames * (k + 1) // count) for k in range(count)]


def write_part(
    painter: Paints, timeline: Timeline, frames: range, folder: Path, number: int, target: Path,
    size: tuple[int, int], on_frame: Callable[[int], None] | None = None, coding: Coding = USUAL,
) -> None:  # fmt: skip
    """Draw a run of frames into one part of a video.

    Args:
        painter: what paints them, set up.
        timeline: of the whole video.
        frames: which of its frames.
        folder: where parts are kept.
        number: place of the part.
        target: the video.
        size: width and height in pixels.
        on_frame: called with the number of each frame that is done.
        coding: how frames are encoded, beyond the target's extension.
    """
    with part_writer(folder, number, target, size, timeline.pacing.rate, coding) as writer:
        for frame in frames:
            writer.lend(painter.paint(timeline[frame]))
            if on_frame is not None:
                on_frame(frame + 1)
