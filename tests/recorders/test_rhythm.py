"""When snapshots are taken."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from animviz.errors import InputError
from animviz.recorders.rhythm import Rhythm


def captures(rhythm: Rhythm, epochs: int, steps: int) -> list[Fraction]:
    """The moments of all captures after the untrained state, in epochs, as a recorder makes them."""
    found = []
    for epoch in range(epochs):
        found += [epoch + Fraction(stop, steps) for stop in rhythm.steps(epoch, steps)]
        if rhythm.due_after(epoch):
            found.append(Fraction(epoch + 1))
    return found


RHYTHMS = st.one_of(
    st.integers(1, 30).map(Rhythm.parse),
    st.integers(1, 300).map(lambda k: Rhythm.parse(f"1/{k}")),
    st.just(Rhythm(None)),
)


@settings(deadline=None)
@given(rhythm=RHYTHMS, epochs=st.integers(1, 60), steps=st.integers(1, 400))
def test_captures_rise_strictly_and_lie_within_the_run(rhythm: Rhythm, epochs: int, steps: int) -> None:
    moments = captures(rhythm, epochs, steps)
    assert all(before < after for before, after in pairwise(moments))
    assert all(0 < moment <= epochs for moment in moments)


@settings(deadline=None)
@given(rhythm=RHYTHMS, epoch=st.integers(0, 1000), steps=st.integers(1, 400))
def test_captures_within_an_epoch_leave_out_its_end(rhythm: Rhythm, epoch: int, steps: int) -> None:
    assert all(1 <= stop < steps for stop in rhythm.steps(epoch, steps))


@settings(deadline=None)
@given(rhythm=RHYTHMS, epochs=st.integers(0, 40), steps=st.one_of(st.none(), st.integers(1, 400)))
def test_count_is_the_number_of_captures_and_the_untrained_state(
    rhythm: Rhythm, epochs: int, steps: int | None
) -> None:
    ends = sum(rhythm.due_after(epoch) for epoch in range(epochs))
    assert rhythm.count(epochs, steps) == 1 + (len(captures(rhythm, epochs, steps)) if steps else ends)


@settings(deadline=None)
@given(rhythm=RHYTHMS, moments=st.lists(st.floats(0, 1e5), min_size=2, max_size=2).map(sorted))
def test_the_next_capture_lies_ahead_and_never_falls_back(rhythm: Rhythm, moments: list[float]) -> None:
    early, late = moments
    assert rhythm.after(early) > early
    assert rhythm.after(early) <= rhythm.after(late)


@settings(deadline=None)
@given(parts=st.integers(1, 200), epoch=st.integers(0, 5000), extra=st.integers(0, 500))
def test_one_kth_gives_k_captures_in_every_epoch(parts: int, epoch: int, extra: int) -> None:
    rhythm, steps = Rhythm.parse(Fraction(1, parts)), parts + extra
    stops = rhythm.steps(epoch, steps)
    assert len(stops) == parts - 1
    assert stops == [-(-part * steps // parts) for part in range(1, parts)]
    assert rhythm.due_after(epoch)


@settings(deadline=None)
@given(parts=st.integers(1, 200), steps=st.integers(1, 200))
def test_more_captures_than_steps_means_every_step(parts: int, steps: int) -> None:
    if parts >= steps:
        assert Rhythm.parse(Fraction(1, parts)).steps(3, steps) == list(range(1, steps))


@settings(deadline=None)
@given(every=st.integers(1, 50), epochs=st.integers(1, 300))
def test_every_k_epochs_is_just_that(every: int, epochs: int) -> None:
    assert captures(Rhythm.parse(every), epochs, 10) == list(range(every, epochs + 1, every))


def test_log_takes_ten_captures_a_decade_from_a_hundredth_of_the_first_epoch() -> None:
    rhythm, moments = Rhythm.parse("log"), [0.01]
    while moments[-1] < 999:
        moments.append(rhythm.after(moments[-1]))
    assert moments == pytest.approx([10 ** (k / 10 - 2) for k in range(len(moments))])
    assert len(moments) == 51
    assert rhythm.after(0) == 0.01


def test_log_grows_sparser() -> None:
    moments = captures(Rhythm.parse("log"), 1000, 1000)
    assert moments[0] == Fraction(1, 100)
    assert [moment for moment in moments if moment <= 1][-1] == 1
    assert len([moment for moment in moments if moment <= 1]) == 21
    assert len([moment for moment in moments if 100 < moment <= 1000]) == 10
    # Ten a decade are finer than whole epochs here: 1.3 and 1.6 are both taken at the end of the second epoch.
    assert [moment for moment in moments if 1 < moment <= 10] == [2, 3, 4, 6, 7, 8, 10]


@pytest.mark.parametrize(
    ("every", "step"),
    [
        (1, 1), (5, 5), ("5", 5), (" 5 ", 5), (2.0, 2), (0.25, Fraction(1, 4)), ("0.25", Fraction(1, 4)),
        ("1/4", Fraction(1, 4)), (1 / 3, Fraction(1, 3)), (0.1, Fraction(1, 10)), (Fraction(1, 7), Fraction(1, 7)),
        ("log", None), (" log ", None),
    ],
)  # fmt: skip
def test_rhythms_are_read_from_numbers_and_text(every: object, step: object) -> None:
    assert Rhythm.parse(every).step == step  # type: ignore[arg-type]


def test_a_rhythm_stays_what_it_is() -> None:
    rhythm = Rhythm.parse("1/4")
    assert Rhythm.parse(rhythm) is rhythm


@pytest.mark.parametrize(
    "every",
    [0, -1, 0.0, -0.25, "0", "-1", "", "x", "1/0", "2/3", 0.3, 1.5, "5/2", float("nan"), float("inf"), "nan", "inf",
     "logs", None, [], 1e-9, "1e400"],
)  # fmt: skip
def test_other_rhythms_are_refused_by_name(every: object) -> None:
    with pytest.raises(InputError) as caught:
        Rhythm.parse(every)  # type: ignore[arg-type]
    message = str(caught.value)
    assert message.startswith(f"--every is {str(every)!r}; expected")
    assert "\n" not in message
