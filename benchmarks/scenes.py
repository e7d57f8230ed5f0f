"""Frames: what drawing a frame of every scene costs against encoding it, for docs/frames.md.

    python -m benchmarks.scenes [FOLDER]

Frames are drawn by one process and encoded by one encoder, in turn, and medians are taken. If a folder is given,
recordings are kept there and used again.
"""

import os
import platform
import sys
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
from threadpoolctl import threadpool_limits

from animviz.cli.gallery import recording_of, scenes_to_show
from animviz.cli.main import cli
from animviz.moment import Moment
from animviz.pictures.picture import Picture
from animviz.stage.stage import Stage
from animviz.video.encoder import Encoder
from benchmarks.measure import in_turn

FRAMES, SIZE = 60, (1280, 720)
PAGE = Path(__file__).parent.parent / "docs" / "frames.md"
HEAD = """# What frames cost

Milliseconds of one process for a frame of {width}x{height}: to draw it, and to encode it as H.264 once it is drawn. Both were
measured in turn, {frames} frames of each scene spread over its film; setting a scene up is counted for itself. Written by
`python -m benchmarks.scenes` on {machine}.

| scene | set up | draw | encode | draw / encode |
|---|---|---|---|---|
"""


def costs(name: str, recording: Path, folder: Path) -> tuple[float, float, float]:
    """Return seconds to set a scene up, and for a frame of it to draw and to encode it."""
    picture = Picture.of(name, recording)
    first, last = (float(epoch) for epoch in picture.epochs[[0, -1]])
    moments = [Moment(6 * share, first + share * (last - first), share) for share in np.linspace(0, 1, FRAMES)]
    painter = picture.painter(Stage(SIZE))
    frames = [painter.paint(moment).copy() for moment in moments]

    def draw() -> None:
        for moment in moments:
            painter.paint(moment)

    def encode() -> None:
        with Encoder(folder / "frames.mp4", SIZE, 30) as encoder:
            for frame in frames:
                encoder.lend(frame)

    begun, drawn, encoded = in_turn(3, lambda: picture.painter(Stage(SIZE)), draw, encode)
    return begun, drawn / FRAMES, encoded / FRAMES


def main() -> None:
    """Measure every scene, and write the page."""
    lines, ratios = [], []
    with ExitStack() as stack, threadpool_limits(1):
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="animviz-")))
        home = Path(sys.argv[1]) if len(sys.argv) > 1 else folder
        for name in scenes_to_show():
            words = recording_of(name, home)
            if not Path(words[-1]).exists():
                cli.main(words[1:], standalone_mode=False)
            begun, drawn, encoded = costs(name, Path(words[-1]), folder)
            ratios.append(drawn / encoded)
            numbers = f"{begun:.2f} s | {1e3 * drawn:.1f} ms | {1e3 * encoded:.1f} ms | {drawn / encoded:.1f}x"
            lines.append(f"| `{name}` | {numbers} |\n")
            print(lines[-1].strip(), flush=True)
    machine = f"{platform.machine()} with {os.cpu_count()} cores, {date.today()}"
    head = HEAD.format(width=SIZE[0], height=SIZE[1], frames=FRAMES, machine=machine)
    end = f"Half of them cost {median(ratios):.1f}x or less, the dearest {max(ratios):.1f}x.\n"
    PAGE.write_text(f"{head}{''.join(lines)}\n{end}", "utf-8")


main()
