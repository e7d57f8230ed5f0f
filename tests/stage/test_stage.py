"""The stage: what stands still over moving artists is drawn once, and inks that are put together look as if laid in turn."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.lines import Line2D

from animviz import Box, Stage
from animviz.stage.ink import Ink
from animviz.stage.pixels import HALF, WHOLE

Array = np.ndarray
PAIRS = 40


def covered() -> tuple[Stage, Line2D, Line2D]:
    """A line that moves, and another over it that stands still."""
    stage = Stage((320, 180))
    axes = stage.axes(Box(0, 0, stage.width, stage.height), (0, 1), (0, 1))
    under = stage.line(axes, "red", 20)
    (over,) = axes.plot([0, 1], [0.5, 0.5], color="lime", linewidth=stage.points(20))
    stage.covers(over)
    under.set_data([0.2, 0.2], [0, 1])
    return stage, under, over


def test_what_covers_is_drawn_once_and_stays_on_top() -> None:
    stage, under, over = covered()
    first = stage.frame()
    assert tuple(first[90, 64]) == (0, 255, 0)
    assert tuple(first[30, 64]) == (255, 0, 0)
    drawn = []
    over.draw = lambda renderer: drawn.append(renderer)  # type: ignore[method-assign]
    under.set_data([0.8, 0.8], [0, 1])
    second = stage.frame()
    assert tuple(second[90, 256]) == (0, 255, 0)
    assert tuple(second[30, 256]) == (255, 0, 0)
    assert not drawn


def test_what_covers_is_drawn_anew_if_it_changes_after_all() -> None:
    stage, _, over = covered()
    stage.frame()
    over.set_ydata([0.9, 0.9])
    pixels = stage.frame()
    assert tuple(pixels[18, 200]) == (0, 255, 0)
    assert tuple(pixels[90, 200]) != (0, 255, 0)


def test_a_frame_stays_as_it_is_while_the_next_is_painted() -> None:
    stage, under, _ = covered()
    first = stage.paint()
    kept = first.copy()
    under.set_data([0.8, 0.8], [0, 1])
    second = stage.paint()
    assert np.array_equal(first, kept)
    assert not np.array_equal(second, kept)
    assert stage.buffer is not first
    assert np.array_equal(stage.paint_failure("no"), stage.buffer)
    assert np.array_equal(second[30, 256, :3], (255, 0, 0))


@st.composite
def inks(draw: st.DrawFn) -> Ink:
    pairs = np.array(sorted(draw(st.sets(st.integers(0, PAIRS - 1), min_size=1, max_size=12))))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    cover = random.integers(0, WHOLE + 1, 2 * len(pairs)) * random.integers(0, 2, 2 * len(pairs))
    colors = random.integers(0, 256, (2 * len(pairs), 4)).astype(np.uint16).view(np.uint64)[:, 0]
    return Ink(pairs, (WHOLE - cover).astype(np.uint64), colors * cover.astype(np.uint64) + HALF)


@given(parts=st.lists(inks(), min_size=1, max_size=4), seed=st.integers(0, 2**32))
def test_joined_inks_look_as_if_laid_in_turn(parts: list[Ink], seed: int) -> None:
    ground = np.random.default_rng(seed).integers(0, 256, (2, PAIRS, 4)).astype(np.uint8)
    one, other = ground.copy(), ground.copy()
    for ink in parts:
        ink.lay(one)
    joined = Ink.joined(parts)
    for ink in joined:
        ink.lay(other)
    assert np.array_equal(one, other)


def test_inks_on_different_pixels_become_one() -> None:
    left, right = (Ink(np.array([3]), np.array(k, np.uint64), np.array([HALF[0]] * 2)) for k in ((0, 256), (256, 9)))
    assert len(Ink.joined([left, right])) == 1
    assert len(Ink.joined([left, left])) == 2


def test_a_failure_leaves_the_head_and_nothing_else() -> None:
    stage = Stage((640, 360))
    stage.text(40, 46, "title")
    stage.text(40, 700, "foot")
    before = stage.frame()
    stage.head = 100
    after = stage.paint_failure("no")[:, :, :3]
    assert np.array_equal(after[:50], before[:50])
    assert np.ptp(before[330:], axis=(0, 1)).any()
    assert not np.ptp(after[330:], axis=(0, 1)).any()
