"""The lowest loss on a map: a cross with its name, away from the ways of the trainings."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.patheffects import AbstractPathEffect, withStroke

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.parts import LABEL, first_fitting, letters_on

__all__ = ["name_lowest"]

ARM, HALO = 16.0, 5.0  # units: of the cross, and of the edge around it
AWAY, HIGH, EDGE = 16.0, 24.0, 8.0  # units: from the cross to its name, height of the name, and from it to the rim
BETWEEN = 8  # places that are looked at on the way from one snapshot to the next


def name_lowest(
    stage: Stage, axes: Axes, room: Box, xs: Array, ys: Array, lowest: Array, ways: Sequence[Array], color: Array
) -> None:
    """Mark where the loss of a map is lowest, and say so if that is at its rim.

    Args:
        stage: where.
        axes: of the map.
        room: of the map.
        xs: coordinates of the columns.
        ys: of the rows.
        lowest: place of the lowest loss, (2,).
        ways: places of the snapshots of each training, (snapshots, 2).
        color: of the lowest loss, RGB from 0 to 1.
    """
    at_rim = lowest[0] in (xs[0], xs[-1]) or lowest[1] in (ys[0], ys[-1])
    words = ("lowest, at the rim of the map", "lowest, at the rim") if at_rim else ("lowest on the map", "lowest")
    text = first_fitting(stage, words, 0.5 * room.width)
    low, high = np.array([xs[0], ys[-1]]), np.array([xs[-1], ys[0]])
    scale = (room.width, room.height) / (high - low)
    place = (room.left, room.top) + scale * (lowest - low)
    seen = np.concatenate([_dense(way) for way in ways])
    left, top = _beside(place, stage.measure(text, LABEL), room, (room.left, room.top) + scale * (seen - low))
    ink = to_hex((float(letters_on(color[None]).ravel()[0]),) * 3)
    effects: list[AbstractPathEffect] = [withStroke(linewidth=stage.points(HALO), foreground=to_hex(tuple(color)))]
    (cross,) = axes.plot(
        *lowest,
        "+",
        color=ink,
        markersize=stage.points(ARM),
        markeredgewidth=stage.points(3),
        clip_on=False,
    )
    name = stage.text(left, top + 18, text, color=ink)
    for artist in (cross, name):
        artist.set_path_effects(effects)
        stage.covers(artist)


def _dense(way: Array) -> Array:
    """Return places all along a way, those that are finite."""
    way = way[np.isfinite(way).all(axis=1)]
    if len(way) < 2:
        return way
    at = np.linspace(0, len(way) - 1, BETWEEN * len(way))
    return np.stack([np.interp(at, np.arange(len(way)), each) for each in way.T], axis=1)


def _beside(place: Array, width: float, room: Box, taken: Array) -> tuple[float, float]:
    """Return the upper left corner of a name beside a place: in the map, and as far as can be from what is taken."""
    x, y = place
    corners = np.array([
        (x + AWAY, y - HIGH / 2), (x - AWAY - width, y - HIGH / 2),
        (x - width / 2, y - AWAY - HIGH), (x - width / 2, y + AWAY),
    ])  # fmt: skip
    low = np.array([room.left + EDGE, room.top + EDGE])
    corners = np.clip(corners, low, np.maximum(low, [room.right - EDGE - width, room.bottom - EDGE - HIGH]))

    def free(corner: Array, places: Array) -> float:
        off = np.maximum(0, np.maximum(corner - places, places - corner - (width, HIGH)))
        return float(np.hypot(*off.T).min(initial=np.inf))

    # Beside the cross, and not on it, where the rim has moved the name.
    ranks = [(free(corner, place[None]) >= AWAY / 2, free(corner, taken)) for corner in corners]
    left, top = corners[max(range(len(corners)), key=ranks.__getitem__)]
    return float(left), float(top)
