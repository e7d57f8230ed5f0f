"""The rows of the benchmark table, one function each; every ratio comes from one run."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np

import animviz
from animviz.experiments.catalogue import experiment_named
from animviz.pictures.painter import Painter
from animviz.rendering.film import find_scene
from animviz.stage.stage import Stage
from animviz.video.assembling import Encoder
from benchmarks import baselines
from benchmarks.cloud import Cloud, positions, rings_recording
from benchmarks.measure import Row, command_seconds, in_turn, peak_memory, timed

SIZE = (1280, 720)
FOLDER = Path(tempfile.mkdtemp(prefix="animviz-benchmarks-"))


@lru_cache
def rings() -> animviz.Recording:
    """Train the rings once for all rows."""
    return rings_recording(FOLDER)


def ms(seconds: float) -> str:
    """Return a time as text."""
    return f"{seconds * 1e3:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def at_least(what: str, against: str, ours: float, theirs: float, target: float) -> Row:
    """Return a row whose target is to be so many times faster."""
    ratio = theirs / ours
    return Row(what, against, ms(ours), ms(theirs), f"{ratio:.1f}x", f">= {target:g}x", ratio >= target)


def at_most(what: str, against: str, ours: float, theirs: float, target: float) -> Row:
    """Return a row whose target is to take at most so many times as long."""
    ratio = ours / theirs
    return Row(what, against, ms(ours), ms(theirs), f"{ratio:.2f}x", f"<= {target:g}x", ratio <= target)


def added_memory(what: str, against: str, many: float, few: float) -> Row:
    """Return a row whose target is to need at most 50 MB more."""
    more = many - few
    return Row(what, against, f"{many:.0f} MB", f"{few:.0f} MB", f"{more:+.0f} MB", "<= +50 MB", more <= 50)


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


def ring_epoch() -> Iterator[Row]:
    """An epoch of the rings against Keras' fit."""
    from animviz.experiments.keras.fit import fit
    from animviz.experiments.keras.models import network_of

    run = experiment_named("two_rings").run({})
    y = run.dataset.y.astype(np.float32)[:, None]
    ours, theirs = (network_of(run) for _ in range(2))
    epochs = 200
    # A call of fit compiles anew (0.4 s), which a training of 100 epochs pays once; so the slope is taken.
    few, many, slow = in_turn(
        5,
        lambda: fit(ours, run.dataset.x, y, epochs=epochs),
        lambda: fit(ours, run.dataset.x, y, epochs=3 * epochs),
        lambda: theirs.fit(run.dataset.x, y, batch_size=32, verbose=0),
    )
    ours_epoch = (many - few) / (2 * epochs)
    yield at_least("an epoch of the rings, 1,250 steps of 32", "Keras `fit`", ours_epoch, slow, 200)


def digits_epoch() -> Iterator[Row]:
    """An epoch of a 784-256-64-10 net with dropout against Keras' fit, and the cost of recording it."""
    import keras

    from animviz.experiments.keras.fit import fit

    rng = np.random.default_rng(0)
    x = rng.random((50_000, 784), dtype=np.float32)
    y = rng.integers(0, 10, 50_000)

    def net() -> keras.Model:
        layers = keras.layers
        model = keras.Sequential([
            keras.Input((784,)), layers.Dense(256, activation="relu"), layers.Dropout(0.5),
            layers.Dense(64, activation="relu"), layers.Dropout(0.5), layers.Dense(10, activation="softmax"),
        ])  # fmt: skip
        model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    ours, theirs, recorded = net(), net(), net()

    def record() -> tuple[float, float]:
        dense = [layer.name for layer in recorded.layers if "dense" in layer.name]
        recorder = animviz.Recorder(FOLDER / "digits.rec", x[:2000], y[:2000], layers=dense, overwrite=True)
        spent = timed(
            recorder, "on_train_begin", "on_epoch_begin", "on_train_batch_end", "on_epoch_end", "on_train_end"
        )
        started = time.perf_counter()
        recorded.fit(x, y, batch_size=128, epochs=4, verbose=0, callbacks=[recorder])
        return time.perf_counter() - started, sum(spent)

    three, one, keras_one = in_turn(
        3,
        lambda: fit(ours, x, y, epochs=4, batch_size=128),
        lambda: fit(ours, x, y, epochs=1, batch_size=128),
        lambda: theirs.fit(x, y, batch_size=128, epochs=1, verbose=0),
    )
    what = "an epoch of 784-256-64-10 with dropout, 50,000 samples, Adam, batch 128"
    yield at_least(what, "Keras `fit`", (three - one) / 3, keras_one, 1.3)
    # Two runs of `fit` differ by a fifth on a shared machine, so one and the same run tells what the recorder adds.
    with_it, spent = map(float, np.median([record() for _ in range(6)][1:], axis=0))
    what = "`model.fit` of that net, 4 epochs, recording weights and activations of 2,000 samples"
    yield at_most(what, "the same less the time in the recorder", with_it, with_it - spent, 1.03)


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
    """Return what a scene's default video takes beside encoding its ready frames.

    Returns:
        Seconds of drawing it with a scene that is set up, of all with the set-up, and of encoding; and the frames.
    """
    moments = list(animviz.Timeline(recording.epochs))

    def painter() -> Painter:
        ready = Painter(find_scene(scene), recording, Stage(SIZE, "dark"), options)
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


def memory() -> Iterator[Row]:
    """Peak memory against epochs and frames."""
    code = (
        "import sys; from pathlib import Path; from animviz.experiments.catalogue import experiment_named as e;"
        "from animviz.experiments.keras.record import record;"
        "record(e('two_rings').run({{'samples': 2000, 'epochs': {0}}}), Path(r'{1}'))"
    )
    few, many = (peak_memory(code.format(epochs, FOLDER / f"memory-{epochs}.rec")) for epochs in (10, 1000))
    text = f"{many - few:+.0f} MB"
    yield Row(
        "training and recording 1,000 epochs",
        "10 epochs",
        f"{many:.0f} MB",
        f"{few:.0f} MB",
        text,
        "<= +50 MB",
        many - few <= 50,
    )
    code = "import animviz; animviz.render('rings', r'{0}', r'{1}', size=(320, 180), seconds={2}, workers=1)"
    source, target = FOLDER / "memory-1000.rec", FOLDER / "memory.mp4"
    few, many = (peak_memory(code.format(source, target, seconds)) for seconds in (100 / 30, 5000 / 30))
    text = f"{many - few:+.0f} MB"
    yield Row(
        "rendering 5,000 frames", "100 frames", f"{many:.0f} MB", f"{few:.0f} MB", text, "<= +50 MB", many - few <= 50
    )


def start_up() -> Iterator[Row]:
    """Start of the command line against Python's own."""
    ours, theirs = in_turn(9, command_seconds("-m", "animviz", "--help"), command_seconds("-c", "pass"))
    added = ours - theirs
    yield Row(
        "`animviz --help`", "`python -c pass`", ms(ours), ms(theirs), f"+{ms(added)}", "<= +120 ms", added <= 0.12
    )


def long_recording() -> Iterator[Row]:
    """One frame from a recording of 5,000 snapshots against one of 50."""
    sizes = {}
    for every, epochs in (("1", 50), ("1/100", 50)):
        path = FOLDER / f"long-{epochs}-{every.replace('/', '-')}"
        path.mkdir()
        sizes[every] = rings_recording(path, samples=2000, epochs=epochs, every=every)

    def still(recording: animviz.Recording) -> Callable[[], None]:
        painter = Painter(find_scene("rings"), recording, Stage(SIZE, "dark"), {})
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


ROWS: dict[str, Callable[[], Iterator[Row]]] = {
    "command": whole_command,
    "ring-epoch": ring_epoch,
    "digits-epoch": digits_epoch,
    "cloud": cloud_frames,
    "rings": scene_frames,
    "embedding": embedding_frames,
    "digits": digits_video,
    "growth": growth,
    "memory": memory,
    "start": start_up,
    "long": long_recording,
}
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
