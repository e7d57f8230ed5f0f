"""Numbers put together from glyphs stand where matplotlib writes them, whatever was written before."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.patheffects import Stroke
from matplotlib.text import Text

from animviz import Stage
from animviz.stage import numerals, stage
from animviz.stage.numerals import is_number
from animviz.stage.stage import Weight

Array = np.ndarray
NUMBERS = st.builds("{:.{}f}{}".format, st.floats(-999, 999), st.integers(0, 3), st.sampled_from(["", " %"]))


def written(*numbers: str, left: float = 320.3, align: str = "right", weight: Weight = "medium") -> Array:
    """Write numbers one after the other in one place; return how bright the last one is, (height, width)."""
    board = Stage((640, 360))
    text = board.text(left * 2, 200.0, "", align=align, weight=weight, moves=True)  # type: ignore[arg-type]
    for number in numbers:
        text.set_text(number)
        pixels = board.frame()
    return pixels.astype(float).sum(axis=2) - sum(pixels[-1, -1].astype(float))


def by_matplotlib(number: str, **options: object) -> Array:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage, "is_number", lambda text: False)
        return written(number, **options)  # type: ignore[arg-type]


@settings(max_examples=30, deadline=None)
@given(number=NUMBERS, align=st.sampled_from(["left", "center", "right"]), left=st.floats(100, 500))
def test_numbers_stand_where_matplotlib_writes_them(number: str, align: str, left: float) -> None:
    ours, theirs = written(number, align=align, left=left), by_matplotlib(number, align=align, left=left)
    assert ours.sum() == pytest.approx(theirs.sum(), rel=0.02)
    middles = [(np.indices(ink.shape) * ink).sum(axis=(1, 2)) / ink.sum() for ink in (ours, theirs)]
    assert abs(middles[0] - middles[1]).max() < 0.3
    assert np.array_equal(ours.any(axis=1), theirs.any(axis=1)), "on the same line"


@settings(max_examples=20, deadline=None)
@given(number=NUMBERS, before=st.lists(NUMBERS, max_size=5))
def test_number_does_not_depend_on_those_before(number: str, before: list[str]) -> None:
    assert np.array_equal(written(*before, number), written(number))


@pytest.mark.parametrize(("left", "side"), [(12.0, slice(0, 20)), (639.0, slice(620, 640))])
def test_number_beyond_the_edge_is_cut_off(left: float, side: slice) -> None:
    ink = written("1234.567", left=left, align="left" if left > 320 else "right")
    assert ink[:, side].any()
    ink[:, side] = 0
    assert not ink.any(), "it must not come in again at the other side"


def test_a_number_is_laid_out_once_per_glyph(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    usual = Text.draw
    monkeypatch.setattr(Text, "draw", lambda self, *rest: drawn.append(self.get_text()) or usual(self, *rest))
    written(*(f"{number:.2f}" for number in np.arange(0, 30, 0.05)))
    assert len(drawn) <= 11 * 4 + 1, "eleven glyphs at four places within a pixel"


def test_glyphs_of_texts_that_rise_and_fade_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numerals, "MOST", 100)
    board = Stage((640, 360))
    text = board.text(640, 200.0, "12", moves=True)
    for number in range(150):
        text.set(y=0.1 + 0.005 * number, color=(1, 1, number / 150))
        pixels = board.frame().astype(float).sum(axis=2)
        rows = np.nonzero(pixels - pixels[0, 0])[0]
        if rows.size:  # the last ones have left the frame
            assert abs(rows.max() - 360 * (0.9 - 0.005 * number)) < 2
    assert len(board._numerals._glyphs) <= 100


@pytest.mark.parametrize("text", ["epoch 12", "1e-5", "12 of 20", "", "5-NN", "1/2", "v1.2"])
def test_other_texts_are_left_to_matplotlib(text: str) -> None:
    assert np.array_equal(written(text), by_matplotlib(text))


@pytest.mark.parametrize(
    "look", [{"rotation": 90}, {"va": "top"}, {"path_effects": [Stroke(linewidth=3)]}, {"bbox": {"facecolor": "red"}}]
)
def test_numbers_that_are_dressed_up_are_left_to_matplotlib(look: dict[str, object]) -> None:
    text = Stage((640, 360)).text(640, 200.0, "12.5", moves=True)
    assert is_number(text)
    text.set(**look)
    assert not is_number(text)


def test_color_may_be_an_array() -> None:
    board = Stage((640, 360))
    board.text(640, 200.0, "12.5", moves=True).set_color(np.array([1.0, 0.5, 0.0]))
    red, green, blue = board.frame().reshape(-1, 3).max(axis=0).astype(int)
    assert red > 200 > green > 100 > blue


def test_text_that_moves_leaves_the_rest_of_the_frame_alone() -> None:
    board = Stage((640, 360))
    text = board.text(640, 200, "first text", moves=True)
    board.paint()
    pairs = sum(len(ink.pairs) for ink in board._ink(text))
    assert 0 < pairs < 2000, "ink of a few letters"
