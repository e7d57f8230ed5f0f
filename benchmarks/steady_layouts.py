"""How steady and how faithful layouts of real trainings are, epoch by epoch: three data sets, six layers each."""

import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from animviz.embed import embed
from animviz.embed.scores import step
from benchmarks.layers import Layer, letters

__all__ = ["rows", "study"]

EXPERIMENTS = {"digits_mlp": 10, "digits_plane": 10, "lenet": 8}  # epochs
LAYERS, SAMPLES = ("hidden_1", "hidden_2"), 1000
STEP, TIMES, TRUST = 0.015, 8, 0.005  # targets
HEAD = (
    "| layer | the layer's own step | step | first step | of independent's | trust, untrained | worst epoch | targets |\n"
    "|---|---|---|---|---|---|---|---|"
)


def study(quick: bool) -> str:
    """Return the table: trust is less that of independent fits, at the untrained state and at the worst epoch."""
    return "\n".join([HEAD, *rows(quick)])


def rows(quick: bool) -> Iterator[str]:
    """Give a row for each layer, and print it."""
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        sets = ["digits-8x8", "mnist-5k", str(_letters(Path(folder)))]
        for data in sets[:1] if quick else sets:
            for layer in recorded(data, Path(folder), 2 if quick else None):
                alone = embed(layer.activations, "independent").scores
                line = row(layer, alone.trustworthiness, alone.step)
                print(line, flush=True)
                yield line


def recorded(data: str, folder: Path, epochs: int | None = None) -> Iterator[Layer]:
    """Train the three networks on images, and give two layers of each for the first training samples."""
    from animviz.experiments.catalogue import experiment_named
    from animviz.experiments.keras.record import record

    for name, most in EXPERIMENTS.items():
        run = experiment_named(name).run({"data": data, "epochs": epochs or most})
        recording = record(run, folder / f"{Path(data).stem}-{name}.rec")
        inputs, labels = (recording.extras[f"train_{kind}"][:SAMPLES] for kind in ("inputs", "labels"))
        for layer in LAYERS:
            values = [recording.at(float(epoch)).activations(layer, inputs) for epoch in recording.epochs]
            yield Layer(f"{Path(data).stem}, {name}, {layer}", np.stack(values), labels)


def row(layer: Layer, their_trust: np.ndarray, their_moves: np.ndarray) -> str:
    """Return a row: the default against independent fits, whose trust and steps are given."""
    done = embed(layer.activations).scores
    moves, lost = done.step, done.trustworthiness - their_trust
    here, there = moves[1:].mean(), their_moves[1:].mean()
    verdicts = {
        f"step <= {STEP}": here <= STEP,
        f"step <= 1/{TIMES}": here <= there / TIMES,
        f"trust >= theirs - {TRUST}": lost.min() >= -TRUST,
    }
    missed = ", ".join(text for text, met in verdicts.items() if not met)
    return (
        f"| {layer.name} | {step(layer.activations)[1:].mean():.3f} | {here:.4f} | {moves[0]:.3f} | 1/{there / here:.0f} "
        f"| {lost[0]:+.4f} | {lost.min():+.4f} | {f'**missed**: {missed}' if missed else 'met'} |"
    )


def _letters(folder: Path) -> Path:
    x, y = letters(4000)
    np.savez(folder / "letters.npz", x=x.reshape(-1, 20, 20).astype(np.float32), y=y)
    return folder / "letters.npz"
