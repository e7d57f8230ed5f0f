"""Rows on drawing: frames against other libraries, the encoder alone, and larger frames."""

from collections.abc import Callable, Iterator

import numpy as np

import animviz
from animviz.experiments.catalogue import experiment_named
from animviz.pictures.painter import Painter
from animviz.pictures.picture import Picture
from animviz.stage.stage import Stage
from animviz.video.encoder import Encoder
from animviz.viewers.drawing import Drawing
from benchmarks import baselines
from benchmarks.cloud import FOLDER, SIZE, Cloud, positions, rings, rings_recording
from benchmarks.measure import in_turn
from benchmarks.row import Row, at_least, at_most

__all__ = ["cloud_frames", "embedding_frames", "growth", "long_recording", "scene_frames", "scrubbed"]


def cloud_frames() -> Iterator[Row]:
    """40,000 moving points and 42 polylines to MP4, against others and the encoder alone."""
    frames = 240
    points, lines, labels = positions(rings(), frames)

    def ours(size: tuple[int, int] = SIZE) -> None:
        cloud = Cloud(size, labels)
        with Encoder(FOLDER / "ours.mp4", size, 30) as encoder:
            for k in range(frames):
                encoder.lend(cloud.paint(points[k], lines[k]))

    cloud = Cloud(SIZE, labels)
    ready = [cloud.paint(points[k], lines[k]).copy() for k in range(frames)]
    drawn, encoded = in_turn(5, ours, lambda: encode(ready, SIZE))
    what = "a frame of 40,000 moving points and 42 polylines, 1280x720, to MP4"
    few = slice(0, 30)
    for name, scatter in (
        ("`FuncAnimation.save`, one scatter as in the notebooks", True),
        ("the same, fast markers", False),
    ):
        (theirs,) = in_turn(
            1,
            lambda scatter=scatter: baselines.func_animation(
                FOLDER / "func.mp4", SIZE, points[few], lines[few], labels, scatter=scatter
            ),
        )
        yield at_least(what, name, drawn / frames, theirs / 30, 18)
    more = slice(0, 100)  # its processes take a while to start
    (theirs,) = in_turn(1, lambda: baselines.loom(FOLDER / "loom.mp4", SIZE, points[more], lines[more], labels))
    yield at_least(what, "matplotloom, 2 processes", drawn / frames, theirs / 100, 7)
    yield at_most(what, "the encoder alone, fed ready frames", drawn / frames, encoded / frames, 1.3)


def scene_frames() -> Iterator[Row]:
    """The full rings scene, as its default video, against the encoder alone."""
    _, whole, encoded, count = against_encoder("rings", rings())
    what = f"a frame of the `rings` scene as shipped, its default video of {count}, 1280x720, to MP4"
    yield at_most(what, "the encoder alone, fed ready frames", whole / count, encoded / count, 2)


def scrubbed() -> Iterator[Row]:
    """Pictures of a notebook's scrubber at random epochs, against pictures that are set up anew."""
    picture, size = Picture.of("rings", rings()), (640, 360)
    epochs = np.random.default_rng(0).uniform(0, picture.recording.epochs[-1], 25)
    kept = Drawing(picture, size, "dark")
    ours, theirs = in_turn(
        3,
        lambda: [kept.png(epoch) for epoch in epochs],
        lambda: [Drawing(picture, size, "dark").png(e) for e in epochs],
    )
    what = "a picture of a scrubber, `rings`, 640x360, to PNG"
    yield at_most(what, "the same, set up anew", ours / len(epochs), theirs / len(epochs), 0.25)


def embedding_frames() -> Iterator[Row]:
    """Three layers side by side, 5,000 points each, against the encoder alone."""
    from animviz.experiments.keras.record import record

    run = experiment_named("digits_mlp").run({"arch": "784-256-64-32-10", "epochs": 8})
    recording = record(run, FOLDER / "embedding.rec")
    options = {"layers": "hidden_1,hidden_2,hidden_3", "samples": 4000}
    drawn, whole, encoded, count = against_encoder("pca", recording, **options)
    points = min(4000, len(recording.extras["train_labels"])) + len(recording.labels)
    what = f"drawing a frame of {points:,} embedded points in each of 3 layers, 1280x720, to MP4"
    yield at_most(what, "the encoder alone, fed ready frames", drawn / count, encoded / count, 1.5)
    what = f"that scene as shipped, its default video of {count}, set-up included"
    yield at_most(what, "the encoder alone, fed ready frames", whole / count, encoded / count, 2)


def against_encoder(
    scene: str, recording: animviz.Recording, rounds: int = 5, **options: object
) -> tuple[float, float, float, int]:
    """Compare a scene's default video with the encoding of its frames alone.

    Returns:
        Seconds to draw and encode it with a scene that is set up, the same with the set-up, and seconds to encode ready
        frames; and the number of frames.
    """
    moments = list(animviz.Timeline(recording.epochs))

    def painter() -> Painter:
        ready = Picture.of(scene, recording, options).painter(Stage(SIZE, "dark"))
        ready.paint(moments[0])
        return ready

    def draw(ready: Painter) -> None:
        with Encoder(FOLDER / f"{scene}.mp4", SIZE, 30) as encoder:
            for moment in moments:
                encoder.lend(ready.paint(moment))

    drawing = painter()
    frames = [drawing.paint(moment).copy() for moment in moments]
    fresh = [painter() for _ in range(rounds + 1)]
    drawn, whole, encoded = in_turn(
        rounds, lambda: draw(fresh.pop()), lambda: draw(painter()), lambda: encode(frames, SIZE)
    )
    return drawn, whole, encoded, len(moments)


def growth() -> Iterator[Row]:
    """Cost of drawing against pixels and points."""
    points, lines, labels = positions(rings(), 40)
    many = np.tile(points, (1, 5, 1)) + np.random.default_rng(0).normal(0, 0.01, (1, 200_000, 2)).astype(np.float32)

    def draw(size: tuple[int, int], cloud_points: np.ndarray) -> Callable[[], None]:
        cloud = Cloud(size, np.tile(labels, cloud_points.shape[1] // len(labels)))

        def run() -> None:
            for k in range(40):
                cloud.paint(cloud_points[k], lines[k])

        return run

    base, large, dense = in_turn(5, draw(SIZE, points), draw((1920, 1080), points), draw(SIZE, many))
    what = "drawing that frame at 1920x1080 (2.25 times the pixels)"
    yield at_most(what, "itself at 1280x720", large / 40, base / 40, 2.25)
    yield at_most("drawing it with 200,000 points (5 times as many)", "itself with 40,000", dense / 40, base / 40, 5)


def long_recording() -> Iterator[Row]:
    """One frame from a recording of 5,000 snapshots against one of 50."""
    sizes = {}
    for every, epochs in (("1", 50), ("1/100", 50)):
        path = FOLDER / f"long-{epochs}-{every.replace('/', '-')}"
        path.mkdir()
        sizes[every] = rings_recording(path, samples=2000, epochs=epochs, every=every)

    def still(recording: animviz.Recording) -> Callable[[], None]:
        painter = Picture.of("rings", recording).painter(Stage(SIZE, "dark"))
        epochs = iter(np.random.default_rng(0).uniform(0, 50, 10_000))

        def run() -> None:
            for _ in range(20):
                painter.paint(animviz.Moment(seconds=0.0, epoch=float(next(epochs))))

        return run

    many, few = in_turn(5, still(sizes["1/100"]), still(sizes["1"]))
    what = f"drawing one frame of a recording of {len(sizes['1/100']):,} snapshots"
    yield at_most(what, f"of one of {len(sizes['1'])}", many / 20, few / 20, 1.1)


def encode(frames: list[np.ndarray], size: tuple[int, int]) -> None:
    """Feed ready frames to the encoder."""
    with Encoder(FOLDER / "ready.mp4", size, 30) as encoder:
        for frame in frames:
            encoder.lend(frame)
