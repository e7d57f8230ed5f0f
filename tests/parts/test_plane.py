"""The plane and the network over it: faces of units, their lines, the grid, and names of classes."""

import numpy as np
import pytest

from animviz import Box, Recording, Stage
from animviz.analysis.plane import input_limits
from animviz.parts import Diagram, planar_inputs
from animviz.parts.cuts import UnitLines
from animviz.parts.naming import free_places
from animviz.parts.tints import field_colors, grid_color
from animviz.stage.theme import THEMES

BOX = Box(40, 60, 500, 300)


def test_a_node_shows_what_its_unit_answers_over_the_plane(rings: Recording) -> None:
    stage = Stage()
    inputs = planar_inputs(rings, "here")
    diagram = Diagram(stage, BOX, rings, inputs)
    state = rings.at(3)
    diagram.show(state)
    stage.paint()
    squares = stage.figure.axes[0].collections[1].get_paths()
    for layer, nodes in (("input", squares[:2]), ("layer_1", squares[2:5])):
        for unit, node in enumerate(nodes):
            middle = node.get_extents()
            (left, right), (top, bottom) = middle.intervalx, middle.intervaly
            corners = input_limits(inputs)
            for x, column in zip(corners[0], (left + 6, right - 6), strict=True):
                for y, row in zip(corners[1], (bottom - 6, top + 6), strict=True):
                    value = state.activations(layer, np.array([[x, y]], np.float32))[0, unit]
                    bright = stage.buffer[round(row), round(column), :3].mean() > 125
                    assert bright == (value > 0) or abs(value) < 0.4 * np.max(corners)


def test_each_unit_of_the_first_layer_has_its_line(rings: Recording) -> None:
    stage = Stage()
    axes = stage.axes(BOX, (-1, 1), (-1, 1))
    lines, state = UnitLines(stage, axes, rings), rings.at(3)
    lines.show(state)
    kernel, bias = (state.weights[name] for name in (rings.layers[0].kernel, rings.layers[0].bias))
    drawn = axes.collections[0]
    assert len(drawn.get_segments()) == lines.count == kernel.shape[1]
    for unit, ends in enumerate(drawn.get_segments()):
        assert ends @ kernel[:, unit] + bias[unit] == pytest.approx(0, abs=1e-4)
        assert np.abs(ends).max() >= 1  # it reaches through the plane
    strength = np.linalg.norm(state.weights[rings.layers[1].kernel], axis=1)
    assert list(np.argsort(drawn.get_linewidths())) == list(np.argsort(strength))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("classes", [2, 5, 10])
def test_a_grid_line_is_seen_on_every_tint(theme: str, classes: int) -> None:
    look = THEMES[theme]
    palette = look.palette(classes)
    sure = np.concatenate([np.eye(classes), np.full((1, classes), 1 / classes)])
    grounds = field_colors(sure, palette, look, (1, classes + 1))[0, :, :3] / 255
    line = luminance(np.array(grid_color(look, palette)))
    for ground in map(luminance, grounds):
        assert (max(line, ground) + 0.05) / (min(line, ground) + 0.05) >= 1.6 - 0.02


def luminance(color: np.ndarray) -> float:
    return float(np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722])


def test_names_stand_on_no_point_and_nearest_to_their_own() -> None:
    turn = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    circle = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    points, labels = 300 + np.concatenate([100 * circle, 240 * circle]), np.repeat([0, 1], 200)
    sizes = np.array([[80.0, 28.0], [80.0, 28.0]])
    places = free_places(points, labels, np.array([0, 1]), sizes, (np.zeros(2), np.full(2, 600.0)))
    for label, place in enumerate(places):
        inside = (np.abs(points - place) < sizes[label] / 2).all(axis=1)
        assert not inside.any()
        away = np.linalg.norm(points - place, axis=1)
        assert away[labels == label].min() < away[labels != label].min()
