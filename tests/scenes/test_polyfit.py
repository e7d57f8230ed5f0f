"""`polyfit`: what is drawn of each unit adds up to the answer, and no more is claimed than was reached."""

from pathlib import Path

import numpy as np
import pytest

from animviz import Moment, Recording, Stage
from animviz.analysis.decision import last_hidden
from animviz.pictures.discovery import find_scene
from animviz.scenes.families.terms import terms_of
from animviz.stage.strokes import Strokes
from helpers.layout import check_layout, texts
from helpers.recordings import made

SIZES = [(1280, 720), (720, 720), (720, 1280), (960, 720)]


@pytest.fixture(scope="module")
def curve(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return made("polynomial", tmp_path_factory.mktemp("curve") / "curve.rec", arch="1-3-12-1", samples=60)


@pytest.mark.parametrize("epoch", [0.0, 0.3, 1.7, 3.0])
def test_units_times_weights_and_the_bias_add_up_to_the_answer(curve: Recording, epoch: float) -> None:
    state, x = curve.at(epoch), np.linspace(-2, 2, 50, dtype=np.float32)[:, None]
    terms = terms_of(state, last_hidden(curve), x)
    assert terms.shape == (50, 13)
    np.testing.assert_allclose(terms.sum(axis=1), state.outputs(x)[:, 0], atol=1e-4)


@pytest.mark.parametrize("epoch", [0.4, 2.9])
def test_the_curves_that_are_drawn_add_up_too(curve: Recording, epoch: float) -> None:
    stage = Stage()
    find_scene("polyfit").set_up(stage, curve)(Moment(0.0, epoch))
    strokes = [artist for artist in stage._moving if isinstance(artist, Strokes)]
    terms_axes, (terms, answer) = strokes[0].axes, (artist._xy for artist in strokes)
    lines = np.split(terms, np.flatnonzero(np.isnan(terms[:, 0])))
    zeros = np.array([line.get_ydata()[0] for line in terms_axes.lines])
    heights = [zero - line[~np.isnan(line[:, 0]), 1] for zero, line in zip(zeros, lines, strict=False)]
    assert len(heights) == len(zeros) - 1 == 7  # five units, seven more as one, the bias; and the answer
    np.testing.assert_allclose(np.sum(heights, axis=0), zeros[-1] - answer[:, 1], atol=1e-2)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_terms_are_named_at_every_aspect(curve: Recording, size: tuple[int, int]) -> None:
    stage = Stage(size)
    find_scene("polyfit").set_up(stage, curve)(Moment(0.0, 2.0))
    check_layout(stage)
    written = texts(stage)
    assert {"+ 7 more", "+ bias", "= answer"} <= set(written)
    assert sum(text.lstrip("+ ").startswith("unit ") for text in written) == 5
    assert "12 units do not reach the curve" not in written  # numbers up to twelve are words
    assert "Twelve units do not reach the curve" in written  # its weights are drawn at random


def test_without_a_hidden_layer_a_straight_line_is_all_there_is(tmp_path: Path) -> None:
    line = made("polynomial", tmp_path / "line.rec", arch="1-1", samples=60)
    stage = Stage()
    find_scene("polyfit").set_up(stage, line)(Moment(0.0, 2.0))
    assert "One straight line does not reach the curve" in texts(stage)
