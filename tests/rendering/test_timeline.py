"""From frame numbers to moments."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from animviz.errors import InputError
from animviz.rendering.timeline import EASINGS, Pacing, Timeline

FPS = st.sampled_from([1, 5, 12.5, 24, 25, 29.97, 30, 50, 60, 120])
GAPS = st.lists(st.sampled_from([0.01, 0.25, 1 / 3, 1, 2, 5]), min_size=1, max_size=30)
EPOCHS = st.builds(
    lambda start, gaps: start + np.concatenate([[0], np.cumsum(gaps)]), st.sampled_from([0.0, 3.0]), GAPS
)
HOLD = st.floats(0, 3)
EASE = st.sampled_from(sorted(EASINGS))
TWEEN = st.sampled_from(["state", "none"])
PACING = st.builds(Pacing, fps=FPS, pace=st.floats(0.1, 50), hold_start=HOLD, hold_end=HOLD, ease=EASE, tween=TWEEN)


@settings(deadline=None)
@given(epochs=EPOCHS, pacing=PACING)
def test_time_and_epoch_never_run_backwards(epochs: np.ndarray, pacing: Pacing) -> None:
    moments = list(Timeline(epochs, pacing))
    seconds = [moment.seconds for moment in moments]
    assert seconds == pytest.approx([frame / pacing.rate for frame in range(len(moments))])
    assert all(a.epoch <= b.epoch for a, b in pairwise(moments))
    assert all(epochs[0] <= moment.epoch <= epochs[-1] for moment in moments)


@settings(deadline=None)
@given(epochs=EPOCHS, pacing=PACING)
def test_the_first_frame_shows_the_first_state_and_the_last_frame_the_last(epochs: np.ndarray, pacing: Pacing) -> None:
    timeline = Timeline(epochs, pacing)
    assert timeline[0].epoch == epochs[0]
    assert timeline[-1].epoch == epochs[-1]


@settings(deadline=None)
@given(epochs=EPOCHS, pacing=PACING)
def test_holds_stand_still_for_their_time(epochs: np.ndarray, pacing: Pacing) -> None:
    shown = [moment.epoch for moment in Timeline(epochs, pacing)]
    before = round(pacing.holds[0] * pacing.rate)
    assert shown.count(epochs[0]) >= before
    assert shown.count(epochs[-1]) >= max(1, round(pacing.holds[1] * pacing.rate))
    assert shown[: before + 1] == [epochs[0]] * (before + 1)


@settings(deadline=None)
@given(epochs=EPOCHS, pace=st.floats(0.1, 50), holds=st.tuples(HOLD, HOLD), rates=st.tuples(FPS, FPS))
def test_the_frame_rate_changes_the_duration_by_rounding_only(
    epochs: np.ndarray, pace: float, holds: tuple[float, float], rates: tuple[float, float]
) -> None:
    nominal = holds[0] + (epochs[-1] - epochs[0]) / pace + holds[1]
    for fps in rates:
        timeline = Timeline(epochs, Pacing(fps=fps, pace=pace, hold_start=holds[0], hold_end=holds[1]))
        assert timeline.seconds == pytest.approx(len(timeline) / fps)
        # Half a frame for either hold (a whole one where it is shorter than a frame), one for the motion.
        assert abs(timeline.seconds - nominal) <= 2.5 / fps


@settings(deadline=None)
@given(epochs=EPOCHS, fps=FPS, ease=EASE)
def test_motion_takes_the_pace(epochs: np.ndarray, fps: float, ease: str) -> None:
    timeline = Timeline(epochs, Pacing(fps=fps, pace=2, hold_start=0, hold_end=0, ease=ease))  # type: ignore[arg-type]
    moving = math.ceil((epochs[-1] - epochs[0]) / 2 * fps - 1e-9)
    assert len(timeline) == moving + 1


@settings(deadline=None)
@given(epochs=EPOCHS, fps=FPS, seconds=st.floats(0.5, 60), holds=st.tuples(st.floats(0, 0.4), st.floats(0, 0.4)))
def test_seconds_are_honoured_to_the_frame(
    epochs: np.ndarray, fps: float, seconds: float, holds: tuple[float, float]
) -> None:
    before, after = round(holds[0] * fps), max(1, round(holds[1] * fps))
    assume(round(seconds * fps) > before + after)
    timeline = Timeline(epochs, Pacing(fps=fps, seconds=seconds, hold_start=holds[0], hold_end=holds[1]))
    assert len(timeline) == len(list(timeline)) == round(seconds * fps)
    assert timeline[0].epoch == epochs[0]
    assert timeline[-1].epoch == epochs[-1]


@settings(deadline=None)
@given(fps=FPS, seconds=st.floats(3, 60), tween=TWEEN)
def test_a_single_snapshot_fills_the_seconds(fps: float, seconds: float, tween: str) -> None:
    timeline = Timeline([7.0], Pacing(fps=fps, seconds=seconds, tween=tween))  # type: ignore[arg-type]
    assert len(timeline) == round(seconds * fps)
    assert {moment.epoch for moment in timeline} == {7.0}


@settings(deadline=None)
@given(pacing=PACING)
def test_a_single_snapshot_stands_for_both_holds(pacing: Pacing) -> None:
    timeline = Timeline([0.0], pacing)
    held = round(pacing.holds[0] * pacing.rate) + max(1, round(pacing.holds[1] * pacing.rate))
    assert len(timeline) == held
    assert {moment.epoch for moment in timeline} == {0.0}


@settings(deadline=None)
@given(epochs=EPOCHS, fps=FPS, pace=st.floats(0.1, 50), ease=EASE)
def test_without_tween_only_true_epochs_are_shown(epochs: np.ndarray, fps: float, pace: float, ease: str) -> None:
    held = Timeline(epochs, Pacing(fps=fps, pace=pace, ease=ease, tween="none"))  # type: ignore[arg-type]
    blended = Timeline(epochs, Pacing(fps=fps, pace=pace, ease=ease))  # type: ignore[arg-type]
    assert len(held) == len(blended)
    for still, moving in zip(held, blended, strict=True):
        assert still.epoch in epochs
        assert still.epoch <= moving.epoch + 1e-9
        assert not np.any((epochs > still.epoch) & (epochs < moving.epoch - 1e-9))


def test_a_slow_pace_without_tween_shows_every_epoch() -> None:
    timeline = Timeline([0, 1, 2, 3.5], Pacing(fps=30, pace=1, tween="none"))
    assert sorted({moment.epoch for moment in timeline}) == [0, 1, 2, 3.5]


@pytest.mark.parametrize("ease", sorted(EASINGS))
def test_an_easing_leads_from_zero_to_one_without_going_back(ease: str) -> None:
    ease_of = EASINGS[ease]
    values = [ease_of(share) for share in np.linspace(0, 1, 1001)]
    assert ease_of(0) == 0
    assert ease_of(1) == 1
    assert all(a <= b for a, b in pairwise(values))
    assert 0 <= min(values) <= max(values) <= 1


def test_easings_are_slow_where_their_name_says() -> None:
    third = {name: ease_of(1 / 3) for name, ease_of in EASINGS.items()}
    assert third["in"] < third["linear"] < third["out"]
    assert third["in-out"] < third["linear"]
    assert EASINGS["in-out"](2 / 3) > 2 / 3
    assert set(EASINGS) == {"linear", "in", "out", "in-out"}


def test_the_motion_takes_six_and_a_half_seconds_unless_the_pace_says_otherwise() -> None:
    timeline = Timeline(range(101))
    assert timeline.pacing.rate == 30
    assert len(timeline) == 15 + 195 + 45
    assert len(Timeline(range(101), Pacing(pace=10.0))) == 15 + 300 + 45
    assert Timeline(range(101), Pacing(pace=10.0))[15 + 30].epoch == pytest.approx(10)


@settings(deadline=None)
@given(epochs=EPOCHS, pacing=PACING, cut=st.slices(40))
def test_a_timeline_is_a_sequence(epochs: np.ndarray, pacing: Pacing, cut: slice) -> None:
    timeline = Timeline(epochs, pacing)
    moments = list(timeline)
    assert timeline[cut] == moments[cut]
    assert timeline[-1] == timeline[len(timeline) - 1] == moments[-1]
    with pytest.raises(IndexError):
        timeline[len(timeline)]
    with pytest.raises(IndexError):
        timeline[-len(timeline) - 1]


@pytest.mark.parametrize("seconds", [0.01, 1.0, 2.0])
def test_holds_that_leave_no_time_for_motion_are_refused(seconds: float) -> None:
    with pytest.raises(
        InputError, match=rf"--seconds is {seconds:g}; --hold-start 0.5 and --hold-end 1.5 leave no time"
    ):
        Timeline(range(5), Pacing(seconds=seconds, hold_start=0.5, hold_end=1.5))


@pytest.mark.parametrize(
    ("seconds", "holds"), [(None, (0.5, 1.5)), (20, (0.5, 1.5)), (4, (0.25, 0.75)), (1, (0.0625, 0.1875))]
)
def test_holds_that_nobody_gave_take_a_quarter_of_a_short_video(
    seconds: float | None, holds: tuple[float, float]
) -> None:
    assert Pacing(seconds=seconds).holds == holds
    assert Pacing(seconds=seconds, hold_start=0.4).holds == (0.4, holds[1])
    if seconds:
        assert Timeline(range(5), Pacing(seconds=seconds)).seconds == seconds


@pytest.mark.parametrize(
    ("name", "value"),
    [("fps", -3.0), ("fps", "30"), ("pace", 0.0), ("seconds", math.nan), ("ease", "x"), ("tween", None)],
)
def test_a_pacing_that_cannot_be_is_refused(name: str, value: object) -> None:
    with pytest.raises(InputError, match=rf"--{name} is {value!r}; expected "):
        Pacing(**{name: value})


@pytest.mark.parametrize("epochs", [[], [3, 2, 1], [0, math.nan], [0, math.inf], [0, *range(100, 0, -1)]])
def test_epochs_that_are_none_or_fall_are_refused(epochs: list[float]) -> None:
    with pytest.raises(InputError, match=r"^epochs are \[.*\]; expected at least one, finite and in rising order$"):
        Timeline(epochs)


def test_more_than_a_million_frames_are_refused() -> None:
    with pytest.raises(InputError, match=r"1,000,\d+ frames; raise --pace or give --seconds"):
        Timeline([0, 1e6], Pacing(fps=1, pace=1))
    with pytest.raises(InputError, match="frames"):
        Timeline([0, 1], Pacing(fps=240, seconds=86_400))
    assert len(Timeline([0, 999_990], Pacing(fps=1, pace=1, hold_start=0, hold_end=0))) == 999_991


@pytest.mark.parametrize("fps", [0.3, 12.5, 29.97])
@pytest.mark.parametrize("seconds", [2.6, 3.0, 3.04])
def test_whole_seconds_lie_within_a_film_of_any_rate(fps: float, seconds: float) -> None:
    knots = (np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    timeline = Timeline([0.0, 3.0], Pacing(fps=fps, seconds=seconds + 10, hold_start=0, hold_end=0), knots)
    epochs = timeline.whole_seconds
    assert epochs is not None
    assert (epochs[0], epochs[-1] <= 3.0) == (0.0, True)
