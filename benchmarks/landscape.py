"""The map of a landscape: its losses at once against one pass through the network for each point."""

from collections.abc import Iterator

import numpy as np

from animviz import Recording
from animviz.analysis.landscape import LossOf, plane_of, weights_of
from animviz.experiments.catalogue import experiment_named
from animviz.experiments.keras.record import record
from benchmarks.cloud import FOLDER
from benchmarks.measure import in_turn
from benchmarks.row import Row, at_least

__all__ = ["landscape_maps"]

POINTS, SAMPLES, ROUNDS = 51, 1000, 3


def landscape_maps() -> Iterator[Row]:
    """51 x 51 points on 1,000 digits, for a narrow and for a wide network; of single passes a row of points is timed."""
    for arch in ("784-32-10", "784-256-64-10"):
        yield _row(
            arch, record(experiment_named("digits_mlp").run({"arch": arch, "epochs": 4}), FOLDER / f"{arch}.rec")
        )


def _row(arch: str, recording: Recording) -> Row:
    way = [weights_of(recording, snapshot.weights) for snapshot in recording]
    loss, plane = LossOf(recording, SAMPLES), plane_of("path", way, len(way))
    places = np.linspace(-3, 3, POINTS)

    def single() -> None:
        for place in places:
            loss.at(plane.parts(plane.origin + place * plane.directions[0]))

    ours, row = in_turn(ROUNDS, lambda: loss.over(plane, places, places), single)
    return at_least(
        f"{POINTS} x {POINTS} losses of {SAMPLES:,} samples, {arch}", "a pass per point", ours, POINTS * row, 4
    )
