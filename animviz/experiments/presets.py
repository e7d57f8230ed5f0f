"""Presets of `animviz compare`: networks and settings that belong together, under one name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["PRESETS", "Preset"]


@dataclass(frozen=True)
class Preset:
    """Networks to compare, and how they are trained.

    Attributes:
        experiment: name of the experiment.
        architectures: of the networks.
        reductions: of the data; each network is trained with all whose width it fits.
        settings: data and training options by name.
    """

    experiment: str
    architectures: tuple[str, ...]
    reductions: tuple[str, ...]
    settings: Mapping[str, Any]


PRESETS = {
    # The experiments of the teaching notebooks on MNIST: RMSprop, batches of 32, early stopping with patience 2, the best
    # epoch kept. One, two and five units in the middle are a bottleneck; width beyond 64 adds little.
    "ten-experiments": Preset(
        "digits_mlp",
        (
            "784-128-1-10", "784-128-2-10", "784-128-5-10", "154-128-5-10", "70-128-5-10", "784-64-64-10",
            "784-128-128-10", "784-128-256-10", "784-256-256-10", "784-512-512-10",
        ),
        ("none", "pca:154", "forest:70"),
        {
            "optimizer": "rmsprop", "batch_size": 32, "epochs": 200, "early_stopping": 2, "restore_best": True,
            "dropout": 0.0,
        },
    )
}  # fmt: skip
