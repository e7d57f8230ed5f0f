"""A number that stands beside a mark is that mark's own value, at any moment, also between two snapshots."""

from collections import Counter

import numpy as np
import pytest

import animviz
from animviz import Draw, Moment, Recording, Stage
from animviz.parts import pair
from animviz.pictures.picture import Picture
from helpers.drawn import Drawn
from helpers.pairs import agrees, changing_numbers, contradictions

MOMENTS = 5


def moments(recording: Recording) -> list[Moment]:
    first, last = recording.epochs[0], recording.epochs[-1]
    shares = np.random.default_rng(7).uniform(size=MOMENTS)
    return [Moment(0.0, float(first + share * (last - first)), float(share)) for share in shares]


@pytest.fixture(scope="module")
def glances(drawn: Drawn) -> tuple[list[str], set[str]]:
    """What contradicts its mark at some moments, and the numbers that change and stand beside none."""
    stage = Stage((1280, 720))
    painter = Picture.of(drawn.name, drawn.recording).painter(stage)
    names = set(drawn.recording.label_names)
    wrong: list[str] = []
    seen = []
    for moment in moments(drawn.recording):
        painter.paint(moment)
        wrong += [f"epoch {moment.epoch:.3f}, {text}" for text in contradictions(stage)]
        declared = Counter(text for one in stage.pairs for text in one.texts() if text)
        seen.append(set(Counter(changing_numbers(stage)) - declared) - names)
    return wrong, set.union(*seen) - set.intersection(*seen)


@pytest.mark.contract
def test_numbers_are_those_of_their_marks(glances: tuple[list[str], set[str]]) -> None:
    assert glances[0] == []


@pytest.mark.contract
def test_no_number_that_changes_stands_alone(glances: tuple[list[str], set[str]]) -> None:
    assert not glances[1], f"numbers beside no mark: {sorted(glances[1])}; declare them with animviz.parts.pair"


@animviz.scene()
def late(stage: Stage, recording: Recording) -> Draw:
    """A bar whose number lags behind, as it must not."""
    axes = stage.axes(animviz.Box(40, 300, 600, 40), (0, 4), (0, 1))
    bar = stage.line(axes, "white", 8)
    text = stage.text(700, 330, "", moves=True)
    pair(stage, "epoch", lambda: [text.get_text()], lambda: [bar.get_xdata()[-1]])

    def draw(moment: Moment) -> None:
        bar.set_data([0, moment.epoch], [0.5, 0.5])
        text.set_text(f"{np.floor(moment.epoch):.1f}")

    return draw


def test_a_number_that_lags_behind_its_mark_is_found(rings_recording: Recording) -> None:
    stage = Stage((1280, 720))
    painter = Picture.of(late, rings_recording).painter(stage)
    painter.paint(Moment(0.0, 2.0))
    assert contradictions(stage) == []
    assert changing_numbers(stage) == ["2.0"]
    painter.paint(Moment(0.0, 2.4))
    assert contradictions(stage) == ["epoch: '2.0' beside a mark at 2.4"]


@pytest.mark.parametrize(
    ("text", "value", "same"),
    [
        ("69.0 %", 69.04, True), ("69.0 %", 75.6, False), ("−0.5", -0.46, True), ("0.5", -0.5, False),
        ("1,024", 1024, True), ("1,024", 1025, False), ("<1", 0.4, True), ("<1", 1.2, False), ("–", np.nan, True),
        ("–", 3.0, False), ("1.2e-03", 0.00123, True), ("1.2e-03", 0.0013, False), ("recall 0.54", 0.63, False),
    ],
)  # fmt: skip
def test_a_text_agrees_with_a_value_to_its_last_digit(text: str, value: float, same: bool) -> None:
    assert agrees(text, value) is same
