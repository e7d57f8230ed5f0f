"""Rows on commands from a cold start, against the least that any such command has to do."""

from collections.abc import Callable, Iterator
from shutil import rmtree
from typing import Any

import numpy as np

import animviz
from animviz.arrays import Pixels
from animviz.experiments.catalogue import experiment_named
from benchmarks.cloud import FOLDER, SIZE, rings
from benchmarks.drawing import encode
from benchmarks.measure import command_seconds, in_turn
from benchmarks.row import Row, at_most, ms

__all__ = ["default_command", "film_from_recording", "first_picture", "large_film", "scene_help", "umap_command"]

ENCODER = "the encoder alone, fed ready frames"


def default_command() -> Iterator[Row]:
    """The README's command at its defaults, training included, against TensorFlow's import alone."""
    render = _animviz("rings", "--arch", "2-3-2-1", "--retrain", "-o", str(FOLDER / "default.mp4"))
    ours, theirs = in_turn(5, render, command_seconds("-c", "import tensorflow"))
    what = "`animviz render rings --arch 2-3-2-1` at its defaults, training included, cold process"
    yield at_most(what, '`python -c "import tensorflow"`', ours, theirs, 1.5)


def film_from_recording() -> Iterator[Row]:
    """The film of that command from its recording, against the encoding of its frames alone."""
    frames = _frames(SIZE)
    render = _animviz("rings", "--from", str(rings().path), "-o", str(FOLDER / "again.mp4"))
    ours, theirs = in_turn(5, render, lambda: encode(frames, SIZE))
    yield at_most(f"its film of {len(frames)} frames from the recording, cold process", ENCODER, ours, theirs, 1.3)


def large_film() -> Iterator[Row]:
    """Two seconds of it in nine times the pixels, cold, against the encoding alone."""
    size = (3840, 2160)
    frames = _frames(size, seconds=2)
    render = _animviz(
        "rings", "--from", str(rings().path), "--size", "3840x2160", "--seconds", "2", "-o", str(FOLDER / "large.mp4")
    )
    ours, theirs = in_turn(2, render, lambda: encode(frames, size))
    yield at_most(f"{len(frames)} frames of it at 3840x2160, cold process", ENCODER, ours, theirs, 1.3)


def first_picture() -> Iterator[Row]:
    """One picture of a recording, against the import of what draws it."""
    render = _animviz("rings", "--from", str(rings().path), "--still", "50", "-o", str(FOLDER / "still.png"))
    ours, theirs = in_turn(9, render, command_seconds("-c", "import matplotlib.figure"))
    yield at_most("a still of it, cold process", '`python -c "import matplotlib.figure"`', ours, theirs, 1.2)


def umap_command() -> Iterator[Row]:
    """Steady UMAP of three layers over 21 states, laid out and drawn, against independent fits of the same samples."""
    from umap import UMAP

    from animviz.experiments.keras.record import record

    run = experiment_named("digits_mlp").run({"arch": "784-256-64-32-10", "epochs": 20})
    recording = record(run, FOLDER / "umap.rec")
    layers, samples = ("hidden_1", "hidden_2", "hidden_3"), recording.extras["train_inputs"][:1500]
    states = [recording.at(float(epoch)) for epoch in recording.epochs]

    def render() -> None:
        rmtree(recording.path / "embeddings", ignore_errors=True)
        _animviz("umap", "--layers", ",".join(layers), "--from", str(recording.path), "-o", str(FOLDER / "umap.mp4"))()

    def fit() -> None:
        for layer in layers:
            UMAP().fit(states[-1].activations(layer, samples))

    ours, theirs = in_turn(1, render, fit)
    what = f"`animviz render umap`, 3 layers of {len(samples):,} training samples x {len(states)} states, cold process"
    yield at_most(what, "independent fits of UMAP, that of the last state times all", ours, theirs * len(states), 0.1)


def scene_help() -> Iterator[Row]:
    """Help on a scene, whose options are read from the code."""
    ours, theirs = in_turn(9, _animviz("rings", "--help"), command_seconds("-c", "pass"))
    added = ours - theirs
    what = "`animviz render rings --help`"
    yield Row(what, "`python -c pass`", ms(ours), ms(theirs), f"+{ms(added)}", "<= +150 ms", added <= 0.15)


def _frames(size: tuple[int, int], **pacing: Any) -> list[Pixels]:
    """Return the frames of the film as the encoder takes them, with a fourth channel."""
    return [np.insert(frame, 3, 255, axis=2) for frame in animviz.frames("rings", rings(), size=size, **pacing)]


def _animviz(*words: str) -> Callable[[], None]:
    return command_seconds("-m", "animviz", "render", *words)
