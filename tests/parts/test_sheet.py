"""Title, numbers, foot, and the room between them, at every aspect."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from animviz import Box, Recording, Stage
from animviz.errors import SceneError
from animviz.parts import ACCURACY, LOSS, MARGIN, Header, Number, Sheet, cut, epoch_number, foot, header, of_network
from animviz.pictures.discovery import find_scene
from helpers.layout import check_layout, texts
from helpers.recordings import copied

SIZES = [(1280, 720), (640, 360), (720, 720), (720, 1280), (960, 720), (2560, 640)]
LONG = ["the first part of a foot line that is long", "a second one", "a third one that needs another line", "a fourth"]


def written(stage: Stage) -> list[Box]:
    """Return where the texts stand, in units."""
    height, boxes = stage.size[1], []
    for text in stage.figure.texts:
        left, low, right, high = text.get_window_extent().extents / stage.pixel
        boxes.append(Box(left, height / stage.pixel - high, right - left, high - low))
    return boxes


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("parts", [[], ["one line"], LONG], ids=["no foot", "a line", "many lines"])
def test_room_touches_neither_header_nor_foot(size: tuple[int, int], parts: list[str], rings: Recording) -> None:
    stage = Stage(size)
    sheet = Sheet(stage, rings, "what is seen", foot=parts)
    sheet.show(rings.at(2))
    assert check_layout(stage) >= 7 + (len(parts) > 0)
    room = sheet.room
    assert (room.left, room.right) == (MARGIN, pytest.approx(stage.width - MARGIN))
    assert room.height > 0.5 * stage.height
    for box in written(stage):
        assert box.bottom <= room.top or box.top >= room.bottom
        assert box.left >= MARGIN - 3
        assert box.right <= stage.width - MARGIN + 3


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_foot_that_comes_later_takes_the_same_room(size: tuple[int, int], rings: Recording) -> None:
    at_once = Sheet(Stage(size), rings, foot=[*LONG, ""], air=20)
    later = Sheet(Stage(size), rings, air=20)
    before = later.room
    later.write_foot(*LONG, "")
    assert later.room == at_once.room
    assert later.room.top == before.top
    assert later.room.bottom < before.bottom


def test_air_is_kept_between_room_and_foot(rings: Recording) -> None:
    narrow, wide = (Sheet(Stage(), rings, foot=["foot"], air=air).room for air in (10, 50))
    assert narrow.bottom - wide.bottom == 40


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_numbers_keep_their_places(size: tuple[int, int], rings: Recording) -> None:
    stage = Stage(size)
    sheet = Sheet(stage, rings, numbers=["epoch", "accuracy", Number("samples", ",.0f", "10,000")])
    rights = set()
    for values in ({"accuracy": 1.0, "samples": 10_000}, {"accuracy": 0.05, "samples": 3}, {"accuracy": np.nan}):
        sheet.show(rings.at(3), **values)
        numbers = [text for text in stage.figure.texts if text.get_ha() == "right"]
        rights.add(tuple(round(float(text.get_window_extent().x1)) for text in numbers))
        check_layout(stage)
    assert len(rights) <= 2  # the shape of the last letter alone moves the ink
    assert np.ptp(np.array(list(rights)), axis=0).max() <= 2


def test_values_are_those_of_the_moment_or_given(rings: Recording) -> None:
    stage = Stage()
    sheet = Sheet(stage, rings, numbers=["epoch", "loss", "accuracy", Number("seen", ".0f", "100", " of 100")])
    sheet.show(rings.at(1.7), seen=7)
    scores = {name: 0.3 * value + 0.7 * rings[2].scores[name] for name, value in rings[1].scores.items()}
    assert texts(stage)[1:8:2] == ["1.7", f"{scores['loss']:.3f}", f"{100 * scores['accuracy']:.1f} %", "7 of 100"]
    sheet.show(rings.at(1.7), accuracy=0.5)
    assert texts(stage)[5:8:2] == ["50.0 %", "–"]


def test_default_numbers_are_those_that_were_recorded(rings: Recording, tmp_path: Path) -> None:
    unscored = tmp_path / "unscored.rec"
    shutil.copytree(rings.path, unscored)
    lines = (unscored / "index.jsonl").read_text().splitlines()
    bare = [json.dumps({**json.loads(line), "scores": {}}) for line in lines]
    (unscored / "index.jsonl").write_text("\n".join(bare) + "\n")
    for recording, expected in ((rings, {"epoch", "loss", "accuracy"}), (Recording(unscored), {"epoch"})):
        stage = Stage()
        Sheet(stage, recording)
        assert {"epoch", "loss", "accuracy"} & set(texts(stage)) == expected


def test_other_recorded_scores_are_numbers_too_and_unknown_ones_are_refused(rings: Recording) -> None:
    with pytest.raises(SceneError, match=r"no number 'los'; .* has epoch, loss, accuracy"):
        Sheet(Stage(), rings, numbers=["epoch", "los"])


def test_the_subtitle_says_of_what_and_of_which_samples(rings: Recording) -> None:
    count = f"{rings.basis.sample_count:,}"
    about = f"2-3-2-1, measured on {count} {rings.measured_on} samples"
    for title, above, below in (("what happens", "what happens", f"Two rings, {about}"), ("", "Two rings", about)):
        stage = Stage()
        Sheet(stage, rings, title)
        assert {above, below} <= set(texts(stage))


def test_a_long_subtitle_keeps_its_first_and_its_last_part(rings: Recording) -> None:
    said = ["PCA", "a title that is rather long and says a lot of things", "2-3-2-1", "measured on 1,000 test samples"]
    stage = Stage((720, 720))
    Header(stage, "A title", [LOSS], ", ".join(said))
    assert "PCA, 2-3-2-1, measured on 1,000 test samples" in texts(stage)


def test_the_users_words_stand_in_place_of_the_scenes(rings: Recording) -> None:
    stage = Stage()
    find_scene("rings").set_up(stage, rings, title="My title", subtitle="", caption="A line of mine")
    written = set(texts(stage))
    assert {"My title", "A line of mine"} <= written
    assert not any("measured on" in text or "bent by the network" in text for text in written)


def test_titles_name_the_network_where_the_recording_does(rings: Recording, tmp_path: Path) -> None:
    nameless = copied(rings, tmp_path / "nameless.rec", arch=None)
    assert of_network(rings, "confusion") == "confusion of 2-3-2-1"
    assert of_network(nameless, "confusion") == "confusion"


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_long_title_is_shrunk_and_cut(size: tuple[int, int]) -> None:
    stage = Stage(size)
    header = Header(stage, "A title that goes on and on " * 30, [Number("epoch", ".0f", "100"), LOSS, ACCURACY])
    header.show(7, 0.5, 0.9)
    check_layout(stage)
    assert any(text.endswith("…") for text in texts(stage))


def test_numbers_are_written_in_their_form() -> None:
    assert LOSS.text(0.12345) == "0.123"
    assert ACCURACY.text(0.9876) == "98.8 %"
    assert ACCURACY.text(float("nan")) == LOSS.text(float("inf")) == "–"
    assert LOSS.text(1508.9) == "1509"
    assert LOSS.text(123456.7) == "1.2e5"  # there is no room for so many digits
    assert [LOSS.text(loss) for loss in (0.0, 0.00042, 0.0006)] == ["0.000", "4e−4", "0.001"]


def test_epochs_are_whole_where_all_snapshots_are(rings: Recording) -> None:
    number = epoch_number(rings)
    assert (number.text(2), number.text(1.96), number.text(1.7), number.widest) == ("2", "2", "1.7", "3.0")


@pytest.mark.parametrize(("factor", "texts"), [(0.25, ("0.25", "0.75")), (4.1, ("4.1", "12.3"))])
def test_epochs_between_whole_ones_have_as_many_decimals_as_say_something(
    factor: float, texts: tuple[str, str], rings: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    epochs = factor * rings.epochs
    monkeypatch.setitem(rings.__dict__, "epochs", epochs)
    number = epoch_number(rings)
    assert (number.text(epochs[1]), number.text(epochs[-1])) == texts


def test_epochs_of_very_many_snapshots_are_whole_between_two_of_them(
    rings: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(header, "MANY_EPOCHS", len(rings))
    number = epoch_number(rings)
    assert (number.text(2), number.text(2.999), number.widest) == ("2", "2", "3")


def test_a_foot_breaks_between_its_parts() -> None:
    stage = Stage((720, 1280))
    top = foot(stage, *LONG)
    lines = texts(stage)
    assert "   ·   ".join(LONG).replace("   ·   ", "") == "".join(lines).replace("   ·   ", "")
    assert len(lines) >= 2
    assert min(box.top for box in written(stage)) >= top - 2


@pytest.mark.parametrize("room", [5, 30, 100, 185, 300])
def test_cut_text_is_as_long_as_fits(room: float) -> None:
    stage, whole = Stage(), "a text that may be too long"
    text = cut(stage, whole, room)
    longer = [whole[:letters].rstrip() + "…" for letters in range(len(text), len(whole) - 1)]
    assert stage.measure(text, 22) <= room or text == "…"
    assert all(stage.measure(other, 22) > room for other in longer if other != text)
    assert whole.startswith(text.removesuffix("…"))
