"""The four cases of two input values, each with the class that it tells: as mean images, or as quarters of a plane."""

import numpy as np

from animviz import Box, Stage
from animviz.arrays import Array
from animviz.parts import LABEL, PointCloud, Sprites, chip, cut, first_fitting, point_radius, still

from .inputs import mark_pixels
from .two_values import TwoValues

__all__ = ["draw_cases"]

HEAD, GAP = 28.0, 14.0  # units of a heading, and between images
SIDE = 28.0  # units beside the large image for the names of its two pixels
LARGE = 0.36  # share of a column's height that the mean of all samples takes, with its heading
CASES = (("both dark", "neither"), ("only A bright", "only A"), ("only B bright", "only B"), ("both bright", "both"))
BROADEST = 2.0  # heights of a plane
OUTSIDE = 0.5  # per cent of the samples at each end that a plane may leave out

# Where a name begins, which way it goes from there, and how many units it may take.
Corner = tuple[tuple[float, float], tuple[int, int], float]


def draw_cases(stage: Stage, box: Box, two: TwoValues, names: list[str]) -> None:
    """Draw what two values tell: a column in a high box, a line in a low one.

    Args:
        stage: where.
        box: for everything.
        two: the two values.
        names: of all classes.
    """
    palette = stage.theme.palette(max(2, len(names)))
    corners = _images(stage, box, two) if two.images is not None else _plane(stage, box, two, palette)
    tags = [
        chip(stage, cut(stage, names[two.answers[case]], room, weight="medium"), palette[two.answers[case]], LABEL)
        for case, (_, _, room) in corners.items()
    ]
    places = np.array([corner for corner, _, _ in corners.values()]).reshape(-1, 2) * stage.pixel
    inward = np.array([inward for _, inward, _ in corners.values()]).reshape(-1, 2)
    Sprites(stage, tags).set_middles(places + inward * np.array([tag.shape[1::-1] for tag in tags]).reshape(-1, 2) / 2)


def _images(stage: Stage, box: Box, two: TwoValues) -> dict[int, Corner]:
    """Draw the mean of all samples and of each case; return where each case has its name."""
    assert two.images is not None
    if box.height > box.width:
        large = Box(box.left, box.top, box.width, LARGE * box.height)
        wide, high = (box.width - GAP) / 2, (box.bottom - large.bottom - 2 * GAP) / 2
        lefts, tops = [box.left, box.left + wide + GAP], [large.bottom + GAP, large.bottom + 2 * GAP + high]
        boxes = [Box(lefts[case % 2], tops[case // 2], wide, high) for case in range(4)]
    else:
        wide = (box.width - 4 * GAP - 2 * SIDE) / 5
        large = Box(box.left, box.top, wide + 2 * SIDE, box.height)
        boxes = [Box(large.right + GAP + case * (wide + GAP), box.top, wide, box.height) for case in range(4)]
    _mean(stage, large, two)
    corners = {}
    for case, (room, texts) in enumerate(zip(boxes, CASES, strict=True)):
        inside = two.quarters == case
        if inside.any():
            place = _head(stage, room, texts)
            place = still(stage, Box(room.left, place.top, room.width, place.height), two.images[inside].mean(axis=0))
            mark_pixels(stage, place, two.images.shape[1:3], two.cells, 2, "#ffffff")
            corners[case] = (place.right + 6, place.bottom + 6), (-1, -1), place.width - 24
    return corners


def _mean(stage: Stage, box: Box, two: TwoValues) -> None:
    """Show the mean of all samples, with the two pixels framed and named beside it."""
    assert two.images is not None
    room = _head(stage, box, ("mean of all samples", "mean of all", "mean"))
    mean = two.images.mean(axis=0)
    place = still(stage, Box(room.left + SIDE, room.top, room.width - 2 * SIDE, room.height), mean)
    mark_pixels(stage, place, mean.shape[:2], two.cells, 2.4, "#ffffff")
    rows, columns = np.divmod(two.cells, mean.shape[1])
    first = int(columns[1] < columns[0])  # whichever is further left has its name to the left
    overlay = stage.overlay()
    for pixel, letter in enumerate(two.letters):
        middle = place.top + (rows[pixel] + 0.5) * place.height / mean.shape[0]
        edge = place.left + (columns[pixel] + (pixel != first)) * place.width / mean.shape[1]
        outer, step = (place.left, -6) if pixel == first else (place.right, 6)
        overlay.plot([outer + step, edge], [middle, middle], color=stage.theme.quiet, linewidth=stage.points(1.5))
        said = cut(stage, letter, (place.left - box.left if pixel == first else box.right - place.right) - 8)
        stage.text(outer + 1.5 * step, middle + 8, said, weight="medium", align="right" if pixel == first else "left")


def _plane(stage: Stage, box: Box, two: TwoValues, palette: Array) -> dict[int, Corner]:
    """Draw the samples by their two values, cut at the thresholds; return the same."""
    side = min(box.height - 2 * HEAD, box.width) if box.height > box.width else box.height - 2 * HEAD
    wide = min(box.width, BROADEST * side)
    top = box.top + (box.height - 2 * HEAD - side) / 2
    place = Box(box.left + (box.width - wide) / 2, top + HEAD, wide, side)
    stage.text(place.left, top + 20, cut(stage, two.letters[1], wide), color=stage.theme.quiet)
    stage.text(place.right, place.bottom + 26, cut(stage, two.letters[0], wide), color=stage.theme.quiet, align="right")
    low, high = np.percentile(two.values, [OUTSIDE, 100 - OUTSIDE], axis=0)
    reach = np.maximum(np.abs(np.stack([low, high]) - two.thresholds).max(axis=0), 1e-9) * 1.08
    x, y = ((float(middle - half), float(middle + half)) for middle, half in zip(two.thresholds, reach, strict=True))
    axes = stage.axes(place, x, y, color=stage.theme.mix(stage.theme.grid, 0.18))
    cloud = PointCloud(axes, two.labels, palette, max(0.8, point_radius(len(two.labels), place) * stage.pixel))
    cloud.set_positions(two.values)
    stage.moves(cloud)
    cross = stage.line(axes, stage.theme.ink, 2)
    cross.set_data([*x, np.nan, *two.thresholds[[0, 0]]], [*two.thresholds[[1, 1]], np.nan, *y])
    corners = {}
    for case in np.unique(two.quarters).tolist():
        right, upper = case % 2, case // 2
        corner = (place.right - 8 if right else place.left + 8, place.top + 8 if upper else place.bottom - 8)
        corners[case] = corner, (-1 if right else 1, 1 if upper else -1), place.width / 2 - 40
    return corners


def _head(stage: Stage, box: Box, texts: tuple[str, ...]) -> Box:
    """Write the heading of an image, and return the box below it."""
    said = first_fitting(stage, list(texts), box.width)
    stage.text(box.left, box.top + 20, said, color=stage.theme.quiet)
    return Box(box.left, box.top + HEAD, box.width, box.height - HEAD)
