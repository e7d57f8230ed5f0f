"""Artists that paint into the Agg buffer: compiled stamping paints the same pixels, and only takes over where it pays."""

import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes

from animviz import Box, Stage
from animviz.stage import kernels_numba
from animviz.stage.kernels import taking_over
from animviz.stage.points import PointCloud
from animviz.stage.sprites import Sprites

BACK_ENDS = {"numpy": math.inf, "compiled": -1}  # by the patience with which each paints everything
Array = np.ndarray
BOX = Box(60.5, 100.25, 500, 410.75)


def cloud(stage: Stage, points: int, classes: int, radius: float, seed: int = 0) -> PointCloud:
    """Points around the classes' middles, some of them outside the axes and some hidden."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, classes, points)
    places = random.normal(0, 1, (classes, 2))[labels] + random.normal(0, 0.4, (points, 2))
    places[random.random(points) < 0.1] = np.nan
    axes: Axes = stage.axes(BOX, (-2, 2), (-2, 2))
    made = PointCloud(axes, labels, stage.theme.palette(max(2, classes))[:classes], radius)
    stage.moves(made)
    made.set_positions(places.astype(random.choice(["f4", "f8"])))
    return made


def painted(stage: Stage) -> Array:
    return stage.paint().copy()


@settings(max_examples=40, deadline=None)
@given(
    points=st.integers(0, 3000), classes=st.integers(1, 80), radius=st.floats(0.6, 7.0), seed=st.integers(0, 2**31),
    size=st.sampled_from([(640, 360), (358, 642), (1280, 720)]),
)  # fmt: skip
def test_compiled_stamping_paints_the_same(
    points: int, classes: int, radius: float, seed: int, size: tuple[int, int]
) -> None:
    pictures = []
    for patience in BACK_ENDS.values():
        with taking_over(patience):
            stage = Stage(size)
            cloud(stage, points, classes, radius, seed)
            pictures.append(painted(stage))
    assert np.array_equal(*pictures)


def test_memory_does_not_grow_with_classes() -> None:
    stage = Stage((1280, 720))
    with taking_over(math.inf):
        cloud(stage, 4000, 2000, 3.0)
        tracemalloc.start()
        painted(stage)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 150e6  # the coverage of all of them is 1 GB


def back_ends(monkeypatch: pytest.MonkeyPatch, *, classes: int = 12, points: int = 50, patience: int = 50) -> list[str]:
    """Draw the same cloud at eight places; return which back end stamped each."""
    called: list[int] = []
    usual = kernels_numba.stamped
    monkeypatch.setattr(kernels_numba, "stamped", lambda *args: called.append(1) or usual(*args))
    stage, random, found = Stage(), np.random.default_rng(1), []
    swarm = cloud(stage, points, classes, 2.0)
    with taking_over(patience):
        for _ in range(8):
            before = len(called)
            swarm.set_positions(random.normal(0, 1, (points, 2)))
            painted(stage)
            found.append("compiled" if len(called) > before else "numpy")
    return found


def test_compiled_stamping_takes_over_once_its_start_would_have_paid(monkeypatch: pytest.MonkeyPatch) -> None:
    assert back_ends(monkeypatch) == ["numpy"] * 5 + ["compiled"] * 3


def test_numpy_stamps_on_where_machine_code_cannot_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels_numba, "KEPT", False)
    assert back_ends(monkeypatch) == ["numpy"] * 8


def test_two_classes_are_left_to_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    assert back_ends(monkeypatch, classes=2) == ["numpy"] * 8


@pytest.mark.parametrize("patience", BACK_ENDS.values(), ids=BACK_ENDS)
def test_points_that_stand_still_are_stamped_once(patience: float) -> None:
    stage = Stage()
    points = cloud(stage, 50, 3, 2.0)
    places = np.random.default_rng(1).normal(0, 1, (50, 2))
    with taking_over(patience) as takeover:
        points.set_positions(places)
        first = painted(stage)
        points.set_positions(places.copy())
        assert np.array_equal(painted(stage), first)
        assert takeover.spent == 1, "three classes spend a layer each time they are stamped"
        places[:] += 0.1  # an owner that changes its array in place
        points.set_positions(places)
        assert not np.array_equal(painted(stage), first)
        assert takeover.spent == 2


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**31), middle=st.tuples(st.floats(-20, 220), st.floats(-20, 120)))
def test_compiled_pictures_are_the_same(seed: int, middle: tuple[float, float]) -> None:
    random = np.random.default_rng(seed)
    picture = random.integers(0, 256, (*random.integers(1, 40, 2), 4)).astype(np.uint8)
    pictures = []
    for patience in BACK_ENDS.values():
        with taking_over(patience):
            stage = Stage((200, 100))
            Sprites(stage, [picture]).set_middles(np.array([middle]))
            pictures.append(painted(stage))
    assert np.array_equal(*pictures)


@pytest.mark.parametrize(
    ("points", "classes", "back_end"),
    [(1000, 1, "compiled"), (4000, 1, "numpy"), (1000, 2, "numpy"), (4000, 3, "compiled")],
)
def test_few_classes_stay_with_numpy_but_for_few_points_of_one(
    monkeypatch: pytest.MonkeyPatch, points: int, classes: int, back_end: str
) -> None:
    assert back_ends(monkeypatch, points=points, classes=classes, patience=-1) == [back_end] * 8


def test_points_too_many_for_sums_of_32_bits_stay_with_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels_numba, "MOST_POINTS", 40)
    assert back_ends(monkeypatch, patience=-1) == ["numpy"] * 8


def test_as_many_points_as_sums_hold_may_fall_on_one_pixel() -> None:
    count, pictures = kernels_numba.MOST_POINTS, []
    for patience in BACK_ENDS.values():
        stage = Stage((640, 360))
        swarm = PointCloud(stage.axes(BOX, (-2, 2), (-2, 2)), np.arange(count) % 3, np.eye(3, dtype=np.float32), 2.0)
        stage.moves(swarm)
        swarm.set_positions(np.zeros((count, 2)))
        with taking_over(patience):
            pictures.append(painted(stage))
    assert np.array_equal(*pictures)
    colors = pictures[0][..., :3].reshape(-1, 3)
    assert np.ptp(colors[colors.sum(axis=1).argmax()].astype(int)) <= 1  # a third of each, no sum has run over


@pytest.mark.parametrize(("classes", "places"), [([0, 1, 2], (3, 2)), ([0, 1], (3, 2))])
def test_classes_without_colour_and_too_many_places_are_refused(classes: list[int], places: tuple[int, int]) -> None:
    stage = Stage()
    with pytest.raises(ValueError, match=r"expected|colour"):
        PointCloud(stage.axes(BOX, (-2, 2), (-2, 2)), np.array(classes), stage.theme.palette(2), 2.0).set_positions(
            np.zeros(places)
        )
