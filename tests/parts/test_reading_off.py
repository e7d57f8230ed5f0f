"""Rulers, plots, legends and keys: what is written beside a line or dot is true of it."""

from pathlib import Path

import numpy as np
import pytest

from animviz import Box, Recording, Stage
from animviz.parts import Key, Legend, Plot, Ruler, Trace, epoch_limits, until, whole_ticks
from animviz.parts.ruler import APART
from helpers.layout import check_layout, texts
from helpers.recordings import rewritten

BOX = Box(60, 60, 500, 220)


def scale(stage: Stage) -> dict[float, float]:
    """Return the values written to the left of a ruler, and how far below the upper edge they stand, in units."""
    found = [text for text in stage.figure.texts if text.get_ha() == "right"]
    return {float(text.get_text()): (1 - text.get_position()[1]) * stage.height - 8 for text in found}


@pytest.mark.parametrize("height", [70, 100, 220, 600])
def test_values_of_a_ruler_stand_where_the_curve_has_them(height: float, rings: Recording) -> None:
    stage = Stage()
    ruler = Ruler(stage, Box(60, 60, 500, height), rings, scale=True)
    check_layout(stage)
    (axes,) = stage.figure.axes
    written = scale(stage)
    assert (0 in written and len(written) >= 2) or height < 80
    for value, top in written.items():
        y = stage.height - axes.transData.transform((0, value))[1] / stage.pixel
        assert y == pytest.approx(top, abs=0.01)
    assert np.diff(sorted(written.values())).min(initial=APART) >= APART - 1
    ruler.show(2.0)
    check_layout(stage)


def test_a_ruler_without_scale_is_as_long_as_its_box(rings: Recording) -> None:
    stage = Stage()
    Ruler(stage, BOX, rings)
    assert scale(stage) == {}
    (axes,) = stage.figure.axes
    first, last = (axes.transData.transform((epoch, 0))[0] / stage.pixel for epoch in rings.epochs[[0, -1]])
    assert (first, last) == (pytest.approx(BOX.left, abs=0.5), pytest.approx(BOX.right, abs=0.5))


def test_the_dot_of_a_ruler_is_at_the_moment_and_its_loss(rings: Recording) -> None:
    stage = Stage()
    ruler = Ruler(stage, BOX, rings, scale=True)
    ruler.show(1.5)
    epochs, losses = rings.history("loss", source="scores")
    (axes,) = stage.figure.axes
    x, y = axes.transData.transform((1.5, np.interp(1.5, epochs, losses)))
    ink = (stage.frame()[: round((BOX.bottom - 40) * stage.pixel)].min(axis=2) > 200).nonzero()  # without ticks
    assert ink[1].max() == pytest.approx(x, abs=7)  # half a dot
    assert stage.size[1] - ink[0][ink[1].argmax()] == pytest.approx(y, abs=7)
    assert ruler.name == "loss"


def test_a_recording_of_one_snapshot_has_a_ruler_too(rings: Recording, tmp_path: Path) -> None:
    single = rewritten(rings, tmp_path / "single.rec", snapshots=1)
    stage = Stage()
    Ruler(stage, BOX, single, scale=True).show(0.0)
    assert stage.frame().any()
    assert epoch_limits(single.epochs) == (0.0, 1.0)


def test_a_trace_reaches_the_moment_along_the_line() -> None:
    epochs, values = np.array([0.0, 1, 2, 3]), np.array([0.0, 1, 0, 2])
    for epoch, expected in ((0, [0, 0]), (1.5, [0, 1, 0.5]), (3, [0, 1, 0, 2])):
        x, y = until(epochs, values, epoch)
        assert x[-1] == epoch
        assert list(y) == expected


def test_a_trace_is_faint_where_it_has_not_been() -> None:
    stage = Stage((480, 240))
    plot = Plot(stage, Box(0, 0, stage.width, stage.height), (0, 4), (0, 1))
    trace = Trace(stage, plot.axes, np.arange(5.0), np.full(5, 0.5), "#ff0000", width=8)
    trace.show(2.0)
    row = round(plot.top_of(0.5) * stage.pixel)
    line = stage.frame()[row].astype(int)
    bright = np.flatnonzero((line[:, 0] > 240) & (line[:, 1] < 20))
    middle = (plot.room.left + plot.room.width / 2) * stage.pixel
    assert bright.max() == pytest.approx(middle, abs=8)  # half a dot
    faint = line[round((plot.room.right - 40) * stage.pixel)]
    assert 20 < faint[0] - line[0, 0] < 150


@pytest.mark.parametrize("log", [False, True])
def test_values_of_a_plot_stand_where_its_axis_has_them(log: bool) -> None:
    stage = Stage()
    plot = Plot(stage, BOX, (0, 10), (0.01, 1), title="a title", log=log)
    check_layout(stage)
    for text in [text for text in stage.figure.texts if text.get_ha() == "right"]:
        y = stage.height - plot.axes.transData.transform((0, float(text.get_text())))[1] / stage.pixel
        assert (1 - text.get_position()[1]) * stage.height - 8 == pytest.approx(y, abs=0.01)


def test_ticks_are_whole_numbers_within_the_limits() -> None:
    assert whole_ticks(0, 10, most=5) == [0, 2, 4, 6, 8, 10]
    assert all(tick == round(tick) and 0.5 <= tick <= 2.2 for tick in whole_ticks(0.5, 2.2, most=9))


@pytest.mark.parametrize("width", [130, 200, 400, 1200])
@pytest.mark.parametrize("count", [1, 2, 3, 10, 40])
def test_a_legend_keeps_within_its_room(width: float, count: int) -> None:
    stage = Stage()
    names = [f"class {place}" for place in range(count)]
    legend = Legend(stage, names, stage.theme.palette(max(2, count))[:count], width, most=2)
    legend.put(30, 50)
    check_layout(stage)
    assert legend.height <= 2 * 32
    boxes = [text.get_window_extent().extents / stage.pixel for text in stage.figure.texts]
    assert max(box[2] for box in boxes) <= 30 + width + 2
    assert max(stage.height - box[1] for box in boxes) <= 50 + legend.height + 2
    written = texts(stage)
    shown = [name for name in names if name in written]
    assert shown == names[: len(shown)]
    if len(shown) < count and width > 150:
        assert written[-1] == f"and {count - len(shown)} more"


def test_a_legend_of_nothing_takes_no_room() -> None:
    assert Legend(Stage(), [], [], 300).height == 0


def test_a_legend_has_a_dot_of_its_colour_before_each_name() -> None:
    stage = Stage((640, 360))
    Legend(stage, ["red", "green"], ["#ff0000", "#00ff00"], 400).put(20, 20)
    frame = stage.frame()
    for text, channel in zip(stage.figure.texts, (0, 1), strict=True):
        left, top = text.get_position()[0] * stage.width - 17, (1 - text.get_position()[1]) * stage.height - 8
        pixel = frame[round(top * stage.pixel), round(left * stage.pixel)]
        assert pixel[channel] == 255
        assert pixel[1 - channel] == 0


def test_a_key_says_how_many_of_each_class_are_right(rings: Recording) -> None:
    stage = Stage()
    key = Key(stage, Box(40, 40, 400, 300), rings)
    state = rings.at(1.5)
    key.show(state)
    answers = rings.at(1.0).outputs()[:, 0] > 0.5
    shares = [100 * np.mean(answers[rings.labels == label] == bool(label)) for label in (0, 1)]
    assert [text for text in texts(stage) if text.endswith(" %")] == [f"{share:.1f} %" for share in shares]
    assert {"inner", "outer"} <= set(texts(stage))


def test_a_key_without_room_is_silent(rings: Recording) -> None:
    stage = Stage()
    for box in (None, Box(40, 40, 400, 20)):
        Key(stage, box, rings).show(rings.at(1))
    assert texts(stage) == []
