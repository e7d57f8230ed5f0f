"""Storyboards: what is refused before anything is trained, what a film holds, and what is drawn again."""

import json
import re
import shutil
import wave
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest

from animviz import Recording
from animviz.analysis.landmarks import landmarks
from animviz.errors import InputError
from animviz.pictures.clock import LossClock
from animviz.storyboard.cache import Cache
from animviz.storyboard.deciding.decider import Decider, look_of
from animviz.storyboard.deciding.sources import sources_of
from animviz.storyboard.deciding.spans import frame_of, moments, spans_of
from animviz.storyboard.file import schema
from animviz.storyboard.file.board import SpanTable
from animviz.storyboard.file.reading import read
from animviz.storyboard.film.film import Film
from animviz.storyboard.film.take import TakePainter
from animviz.storyboard.film.text import plain
from animviz.video.ffmpeg import ffmpeg_exe, run_ffmpeg
from helpers.results import Result

LECTURE = Path(__file__).parents[2] / "docs" / "lecture.toml"
LEARNS = LECTURE.with_name("what-a-network-learns.toml")

FILM = """
title = "Small = film; of rings"
size = [320, 180]
fps = 10
fade = 0.3
recordings.three = { path = "three.rec" }
recordings.one = { path = "one.rec" }

[[shot]]
name = "opening"
title = "Rings"
seconds = 1

[[shot]]
name = "warp"
chapter = "Three units"
scene = "rings"
recording = "three"
seconds = 2
[[shot.captions]]
text = "First"
seconds = 0.8
[[shot.captions]]
text = "Then $x < 1$"
start = 1

[[shot]]
name = "both"
chapter = "Both"
title = "Both"
scene = "boundary"
split = [{ recording = "one" }, { recording = "three" }]
clock = "loss"
seconds = 1
"""
FRAMES = 10 + 3 + 20 + 3 + 10


@pytest.fixture(scope="module")
def rings(trained: Callable[..., Recording]) -> dict[str, Recording]:
    return {"one": trained("two_rings", arch="2-1-2-1"), "three": trained("two_rings", arch="2-3-2-1")}


@pytest.fixture
def board(tmp_path: Path, rings: dict[str, Recording]) -> Callable[[str], Path]:
    """Return a function that writes a storyboard beside two recordings."""
    for name, recording in rings.items():
        if not (tmp_path / f"{name}.rec").exists():
            shutil.copytree(recording.path, tmp_path / f"{name}.rec")

    def write(text: str) -> Path:
        path = tmp_path / "film.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def decided(path: Path, *, draft: bool = False) -> Film:
    storyboard = read(path)
    look = look_of(storyboard, draft=draft)
    decider = Decider(storyboard, look, sources_of(storyboard), None)
    decider.check()
    return decider.decide(Cache(path.parent / ".cache", look))


def metadata(path: Path) -> str:
    return run_ffmpeg(["-v", "error", "-i", str(path), "-f", "ffmetadata", "-"], culprit=path)


def chapters(path: Path) -> list[tuple[float, float, str]]:
    """Return start and end in seconds, and title, of a film's chapters."""
    found = re.findall(r"TIMEBASE=1/(\d+)\nSTART=(\d+)\nEND=(\d+)\ntitle=(.*)", metadata(path))
    return [(int(start) / int(base), int(stop) / int(base), title) for base, start, stop, title in found]


def sound(path: Path, seconds: float) -> Path:
    """Write a file of sound: a tone of mean loudness."""
    tone = (8000 * np.sin(np.arange(round(8000 * seconds)) * 0.3)).astype("<i2")
    with wave.open(str(path), "wb") as writer:
        writer.setparams((1, 2, 8000, 0, "NONE", ""))
        writer.writeframes(tone.tobytes())
    return path


# --- What is refused ---

HEAD = 'title = "T"\n[recordings.r]\nexperiment = "two_rings"\nepochs = 20\nsamples = 50\n'
SHOT = '[[shot]]\nname = "s"\nscene = "rings"\nrecording = "r"\nseconds = 6\n'
BAD = {
    'title = "T': "film.toml is no TOML: Unterminated string",
    HEAD: "line 1: the key 'shot' is missing",
    HEAD
    + SHOT.replace("rings", "rongs"): r'line 8: shot "s", scene: no scene \'rongs\'; there are attention, boundary',
    HEAD + SHOT + "options = { gird = 5 }": r'line 11: shot "s", options: scene \'rings\' has no option \'gird\'',
    HEAD + SHOT + "options = { grid = 500 }": r"line 11: .*--grid is 500; expected 0 to 101",
    HEAD + SHOT.replace('"r"', '"x"'): r'line 9: shot "s", recording: no recording \'x\'; there are r',
    HEAD + SHOT + "to = 21": r'line 6: shot "s": to: epoch 21 is outside the recording, which has epochs 0 to 20',
    HEAD + SHOT + "hold_end = 6": r"hold_start and hold_end leave no time for motion",
    HEAD + SHOT + "pace = 3": r"both 'seconds' and 'pace' are given",
    HEAD + SHOT + "sceen = 3": r"unknown key 'sceen'; expected one of .*scene",
    HEAD + SHOT.replace("6", '"6"'): r'line 10: shot "s", seconds: \'6\' is wrong: should be a number',
    HEAD + SHOT + SHOT: r'line 12: shot "s", name: a shot \'s\' is there already',
    HEAD + SHOT + 'captions = [{ text = "a", seconds = 3 }, { text = "b", start = 2 }]': (
        r"captions.2: it begins at 2.0 s, before the one before it has ended at 3.0 s"
    ),
    HEAD + SHOT + '[[shot.captions]]\ntext = "a"\n[[shot.captions]]\ntext = "b"\nstart = 6': (
        r"line 13: .*captions.2: it begins at 6.0 s, the shot ends at 6.0 s"
    ),
    HEAD + SHOT + 'captions = [{ text = "a", start = 3 }, { text = "b", start = 2 }]': (
        r"captions.2: it begins at 2.0 s, not after the one before it"
    ),
    HEAD + SHOT + '[[shot.captions]]\ntext = "a"\nat = 30': r"captions.1: at: 30 is not seen in the shot",
    HEAD + SHOT + f'[[shot.captions]]\ntext = "{"many words " * 20}"': r"does not fit into 2 lines; shorten it",
    HEAD + SHOT + '[[shot.captions]]\ntext = "$\\\\fracc{1}$"': r"mathematics in .* cannot be read",
    HEAD + SHOT + '[[shot.captions]]\ntext = "$\\\\frac{1}{2}$"': r"no plain form of .*add plain",
    HEAD + SHOT + "[[shot.highlights]]\nx = 0.95\ny = 0.5": r"the box leaves the picture",
    HEAD + SHOT + 'audio = "take1.wav"': r'line 11: shot "s", audio: no file .*take1.wav',
    'audio = "film.toml"\n' + HEAD + SHOT: r"line 1: audio: film.toml holds no sound",
    HEAD + 'like = "b"\n[recordings.b]\nlike = "r"\n' + SHOT: r"line 8: .*a cycle of references, r -> b -> r",
    HEAD + 'arch = "2-3-3"\n' + SHOT: r"line 2: recordings.r: .*2-3-3",
    HEAD + "epoch = 3\n" + SHOT: r"recordings.r: two_rings has no option 'epoch'",
    'poster = { shot = "x" }\n' + HEAD + SHOT: r"poster.shot: no shot 'x'; there are s",
    "size = [191, 108]\n" + HEAD + SHOT: r"line 1: size: .*191 is odd",
}


@pytest.mark.parametrize(("text", "message"), BAD.items(), ids=range(len(BAD)))
def test_bad_storyboard_gives_one_line_and_trains_nothing(
    text: str, message: str, cli: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "film.toml").write_text(text, encoding="utf-8")
    done = cli("storyboard", "film.toml", "-o", "film.mp4")
    assert done.code == 2
    assert re.search(message, done.err), done.err
    assert done.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["film.toml"]


def test_schema_is_that_of_the_board() -> None:
    assert schema.PATH.read_text(encoding="utf-8") == schema.schema_text(), "python -m animviz.storyboard.file.schema"


def test_keys_of_docs_are_those_of_the_board() -> None:
    text = (LECTURE.parent / "storyboards.md").read_text(encoding="utf-8")
    facts = json.loads(schema.schema_text())
    tables = [facts, *facts["$defs"].values()]
    for key in {key for table in tables for key in table.get("properties", {})}:
        assert f"`{key}`" in text or f"{key} =" in text, key


def test_film_in_the_docs_is_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = (LECTURE.parent / "storyboards.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```toml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    (tmp_path / "film.toml").write_text(block, encoding="utf-8")
    storyboard = read(tmp_path / "film.toml")
    Decider(storyboard, look_of(storyboard, draft=False), sources_of(storyboard), None).check()


@pytest.mark.integration
def test_lecture_is_good_before_anything_is_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    storyboard = read(LECTURE)
    sources = sources_of(storyboard)
    assert [source.label() for source in sources.values()] == ["2-1-2-1", "2-2-2-1", "2-3-2-1", "2-4-2-1"]
    Decider(storyboard, look_of(storyboard, draft=False), sources, None).check()
    assert not list(tmp_path.iterdir())


# --- The film ---


def test_film_has_chapters_subtitles_poster_and_handout(
    board: Callable[[str], Path], cli: Callable[..., Result], tmp_path: Path
) -> None:
    done = cli("storyboard", board(FILM), "-o", "out/film.mp4")
    assert done.code == 0, done.err
    assert f"{FRAMES} frames" in done.out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        ".film.cache", "film.mp4", "film.pdf", "film.png", "film.srt", "film.vtt",
    ]  # fmt: skip
    raw = tmp_path / "raw"
    run_ffmpeg(
        ["-v", "error", "-i", str(tmp_path / "out/film.mp4"), "-f", "rawvideo", "-pix_fmt", "rgb24", str(raw)],
        culprit=raw,
    )
    frames = np.fromfile(raw, np.uint8).reshape(FRAMES, 180, 320, 3).astype(float)
    goes, fade, comes = frames[9], frames[11], frames[13]
    assert np.abs(fade - (goes + comes) / 2).mean() < 4 < np.abs(goes - comes).mean()
    facts = metadata(tmp_path / "out/film.mp4")
    assert re.search(r"^title=Small \\= film\\; of rings$", facts, re.MULTILINE)
    assert chapters(tmp_path / "out/film.mp4") == [(0, 3.6, "Three units"), (3.6, 4.6, "Both")]
    for name in ("film.srt", "film.vtt"):
        said = run_ffmpeg(["-v", "error", "-i", str(tmp_path / "out" / name), "-f", "srt", "-"], culprit=name)
        assert re.findall(r"(\S+) --> (\S+)\n(.*)", said) == [
            ("00:00:01,300", "00:00:02,100", "First"),
            ("00:00:02,300", "00:00:03,300", "Then x < 1"),
        ]
    assert iio.imread(tmp_path / "out/film.png").shape == (180, 320, 3)
    handout = (tmp_path / "out/film.pdf").read_bytes()
    assert b"CreationDate" not in handout
    assert len(re.findall(rb"/Type /Page\b", handout)) == 2
    assert "storyboard film.toml" in cli("info", "out/film.mp4").out


@pytest.mark.integration
def test_changed_caption_draws_one_shot_and_gives_the_bytes_of_a_full_render(
    board: Callable[[str], Path], cli: Callable[..., Result], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert cli("storyboard", board(FILM), "-o", "again/film.mp4").code == 0
    path = board(FILM.replace("First", "Before"))
    caplog.clear()
    done = cli("-v", "storyboard", path, "-o", "again/film.mp4")
    assert "1 of 3 shots drawn" in done.out
    assert [message for message in caplog.messages if message.startswith("shot ")] == [
        "shot opening: kept", "shot warp: drawn", "shot both: kept",
    ]  # fmt: skip
    assert cli("storyboard", path, "-o", "afresh/film.mp4", "--workers", 1).code == 0
    for suffix in (".mp4", ".srt", ".vtt", ".png", ".pdf"):
        again, afresh = ((tmp_path / folder / "film").with_suffix(suffix) for folder in ("again", "afresh"))
        assert again.read_bytes() == afresh.read_bytes(), suffix
    kept = [
        {file.name for file in (tmp_path / folder / ".film.cache/320x180-10").iterdir()}
        for folder in ("again", "afresh")
    ]
    assert kept[0] == kept[1], "what is no longer needed is removed"
    assert "0 of 3 shots drawn" in cli("storyboard", path, "-o", "again/film.mp4").out


@pytest.mark.integration
def test_one_shot_and_a_draft_leave_what_is_kept(
    board: Callable[[str], Path], cli: Callable[..., Result], tmp_path: Path
) -> None:
    path = board(FILM)
    assert "20 frames, 2.0 s" in cli("storyboard", path, "--shot", "warp").out
    assert (tmp_path / "renders/film-warp.mp4").exists()
    done = cli("storyboard", path, "--draft", "--shot", "warp")
    assert "renders/film-warp-draft.mp4: 5 frames, 2.0 s, 320x180" in done.out
    assert "0 of 1 shots drawn" in cli("storyboard", path, "--shot", "warp").out
    refused = cli("storyboard", path, "--shot", "wrap")
    assert "--shot is 'wrap'; film.toml has opening, warp, both" in refused.err


@pytest.mark.integration
def test_ctrl_c_keeps_what_is_drawn(
    board: Callable[[str], Path], cli: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from animviz.storyboard.making import make as making

    path, draw, count = board(FILM), making.draw, iter(range(99))

    def stopped(*task: Any) -> int:
        if next(count) == 1:
            raise KeyboardInterrupt
        return draw(*task)

    monkeypatch.setattr(making, "draw", stopped)
    done = cli("storyboard", path, "-o", "film.mp4")
    assert done.code == 130
    assert done.err.count("\n") == 1
    assert "what was drawn is kept" in done.err
    assert not (tmp_path / "film.mp4").exists()
    assert "2 of 3 shots drawn" in cli("storyboard", path, "-o", "film.mp4").out


def test_captions_never_touch_the_picture_and_fades_are_between(board: Callable[[str], Path]) -> None:
    film = decided(board(FILM.replace("[320, 180]", "[640, 360]")))
    opening, warp, _ = film.takes
    painter = TakePainter(warp)
    height = film.look.picture(True)[1]
    for frame in (3, 15):
        bare = painter.paint(frame, captions=False, marks=False).copy()
        spoken = painter.paint(frame)
        assert np.array_equal(bare[:height], spoken[:height])
        assert (bare[height:] != spoken[height:]).sum() > 500
        assert (bare[height:] == spoken[height:])[[0, 1, -1, -2]].all(), "the letters have room in the band"
    assert len(np.unique(painter.paint(9)[height:].reshape(-1, 4), axis=0)) == 1, "no caption, an even band"
    assert film.starts == [0, 13, 36]
    assert opening.band is False


def test_marks_are_where_they_should_be(board: Callable[[str], Path]) -> None:
    mark = "\n[[shot.highlights]]\nstart = 0.5\nseconds = 0.5\nx = 0.5\ny = 0.25\nwidth = 0.25\nheight = 0.5\n"
    film = decided(
        board(FILM.replace('name = "both"', 'name = "both"', 1).replace("start = 1\n", "start = 1\n" + mark))
    )
    painter = TakePainter(film.takes[1])
    width, height = film.look.picture(True)
    bare = painter.paint(7, marks=False, captions=False).copy()
    changed = (painter.paint(7, captions=False) != bare).any(axis=2)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    assert np.allclose([rows[0], rows[-1]], [0.25 * height, 0.75 * height], atol=3)
    assert np.allclose([columns[0], columns[-1]], [0.5 * width, 0.75 * width], atol=3)
    assert np.array_equal(painter.paint(4, captions=False), painter.paint(4, captions=False, marks=False))


# --- Time ---


def test_spans_follow_each_other_and_the_last_frame_is_the_end() -> None:
    still = SpanTable.model_validate({"from": 8.0, "to": 8.0, "seconds": 1.0})
    spans = [SpanTable(to=4.0, seconds=2.0, hold_start=0.5), SpanTable(to=10.0, pace=3.0), still]
    parts = spans_of(spans, (0.0, 20.0), lambda value, otherwise: float(value), by_ratio=False)
    assert [span.seconds for span in parts] == [2.0, 2.0, 1.0]
    shown = moments(parts, 101, lambda span: pytest.fail("nothing here goes by change"))
    readings, progress = np.array(shown).T
    assert readings[:11].tolist() == [0.0] * 11
    assert np.all(np.diff(readings[:80]) >= 0)
    assert readings[40] == pytest.approx(4)
    assert readings[60] == pytest.approx(7)
    assert set(readings[80:].tolist()) == {8.0}
    assert (progress[0], progress[-1]) == (0, 1)
    assert frame_of(shown, 4.0) == 40
    with pytest.raises(InputError, match="12 is not seen in the shot"):
        frame_of(shown, 12.0)


STEP = '''
from animviz import Box, scene

@scene()
def step(stage, recording):
    """A bar that grows between the epochs 2 and 3 alone."""
    axes = stage.axes(Box(0, 0, stage.width, stage.height), (0, 1), (0, 1))
    line = stage.line(axes, stage.theme.ink, 200)
    return lambda moment: line.set_data([0, min(max(moment.epoch - 2, 0), 1)], [0.5, 0.5])
'''


def test_pace_by_change_spends_its_time_where_the_picture_moves(board: Callable[[str], Path], tmp_path: Path) -> None:
    (tmp_path / "step.py").write_text(STEP, encoding="utf-8")
    text = FILM + '[[shot]]\nname = "step"\nscene = "step.py"\nrecording = "three"\nseconds = 10\npace = "change"\n'
    path = board(text + '[[shot.captions]]\nat = 2.5\ntext = "Now"\n')
    film = decided(path)
    readings = np.array(film.takes[-1].moments)[:, 0]
    assert ((readings > 2) & (readings < 3)).mean() > 0.6
    assert (np.diff(readings) > 0).all(), "plateaus pass too"
    cue = film.captions[-1][0]
    assert readings[cue.first - 1] < 2.5 <= readings[cue.first] + 1e-6
    draft = decided(path, draft=True)
    assert draft.seconds == pytest.approx(film.seconds, abs=0.3)
    assert draft.captions[-1][0].first / draft.look.fps == pytest.approx(cue.first / 10, abs=0.45)


@pytest.mark.integration
def test_landmarks_are_found_in_the_recording(board: Callable[[str], Path], trained: Callable[..., Recording]) -> None:
    recording = trained("two_rings", arch="2-3-2-1", optimizer="adam", learning_rate=0.03, epochs=30)
    landmark = landmarks(recording)[-1]
    text = 'title = "T"\nsize = [320, 180]\nfps = 10\nrecordings.r = { path = "PATH" }\n[[shot]]\nname = "s"\n'
    text += 'scene = "boundary"\nrecording = "r"\nseconds = 4\n[[shot.captions]]\ntext = "Now"\nat = "NAME"\n'
    text = text.replace("PATH", recording.path.as_posix())
    film = decided(board(text.replace("NAME", landmark.name)))
    readings = np.array(film.takes[0].moments)[:, 0]
    cue = film.captions[0][0]
    assert readings[cue.first - 1] < landmark.epoch <= readings[cue.first] + 1e-6
    with pytest.raises(InputError, match=r"captions.1: at: no landmark 'class x learned' in .*found: '"):
        decided(board(text.replace("NAME", "class x learned")))


def test_clock_by_loss_shows_when_each_run_was_as_good(rings: dict[str, Recording]) -> None:
    recordings = list(rings.values())
    clock = LossClock(recordings)
    lowest = [recording.history("loss", source="scores")[1].min() for recording in recordings]
    assert clock.last == min(lowest)
    middle = clock.reading(0.5)
    assert middle == pytest.approx(np.sqrt(clock.first * clock.last))
    assert clock.share(middle) == pytest.approx(0.5)
    for place, recording in enumerate(recordings):
        epochs, losses = recording.history("loss", source="scores")
        for index in (1, 3, 4):
            first = epochs[np.flatnonzero(losses <= losses[index])[0]]
            assert clock.epochs(losses[index])[place] <= first + 1e-9
            if losses[index] < losses[:index].min():
                assert clock.epochs(losses[index])[place] == pytest.approx(first)
    assert clock.ended(clock.last) == [True, True]


# --- Sound ---


@pytest.mark.integration
def test_narration_stretches_its_shot_and_begins_with_it(
    board: Callable[[str], Path], cli: Callable[..., Result], tmp_path: Path
) -> None:
    sound(tmp_path / "take1.wav", 2.74)
    path = board(FILM.replace('recording = "three"\n', 'recording = "three"\naudio = "take1.wav"\n', 1))
    assert f"{FRAMES + 8} frames" in cli("storyboard", path, "-o", "spoken.mp4").out
    raw = tmp_path / "raw"
    run_ffmpeg(["-v", "error", "-i", str(tmp_path / "spoken.mp4"), "-ac", "1", "-f", "s16le", str(raw)], culprit=raw)
    heard = np.abs(np.fromfile(raw, "<i2").astype(float))
    rate = 48_000
    assert heard[: int(1.25 * rate)].mean() < 20 < 3000 < heard[int(1.35 * rate) : int(4.0 * rate)].mean()
    assert heard[int(4.15 * rate) :].mean() < 20


def test_last_picture_is_held_while_the_sound_of_the_film_goes_on(board: Callable[[str], Path], tmp_path: Path) -> None:
    sound(tmp_path / "music.wav", 6.0)
    film = decided(board('audio = "music.wav"\n' + FILM))
    assert film.seconds == 6.0
    assert len(set(film.takes[-1].moments[-15:])) == 1
    assert [one.start for one in film.sounds] == [0.0]


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        (r"$\sigma(W_1 x + b_{12})^2$", "σ(W₁ x + b₁₂)²"),
        (r"costs \$5, $h = \tanh(w \cdot x)$, $a \leq \Lambda$", "costs $5, h = tanh(w·x), a ≤ Λ"),
    ],
)
def test_mathematics_in_subtitles(text: str, spoken: str) -> None:
    assert plain(text) == spoken


# --- The lecture, and many workers ---


UNFIT = """
title = "A curve among rings"
size = [320, 180]
recordings.curve = { experiment = "polynomial", arch = "1-3-1", epochs = 2 }
[[shot]]
name = "fits"
scene = "polyfit"
recording = "curve"
seconds = 1
[[shot]]
name = "cells"
title = "Two cells"
scene = "history"
seconds = 1
[[shot.split]]
recording = "curve"
[[shot.split]]
recording = "curve"
scene = "confusion"
"""


def test_shot_that_cannot_be_drawn_is_refused_before_the_first_epoch(
    cli: Callable[..., Result], tmp_path: Path
) -> None:  # fmt: skip
    (tmp_path / "film.toml").write_text(UNFIT, encoding="utf-8")
    result = cli("storyboard", "film.toml", "--draft")
    assert result.code == 2
    assert result.err.startswith('animviz: film.toml, line 19: shot "cells", split')
    assert "confusion draws classifiers" in result.err
    assert not list(tmp_path.rglob("*.rec"))
    assert cli("storyboard", "film.toml", "--draft", "--shot", "fits").code == 0


@pytest.mark.slow
def test_lecture_in_draft(cli: Callable[..., Result], tmp_path: Path) -> None:
    # A sixth of the frames: the time of a draft of three minutes, shortened for those who wait for the tests.
    (tmp_path / "lecture.toml").write_text(LECTURE.read_text(encoding="utf-8").replace("fps = 30", "fps = 5"), "utf-8")
    done = cli("storyboard", "lecture.toml", "-o", "lecture.mp4", "--draft")
    assert done.code == 0, done.err
    assert re.search(r"1[789]\d\.\d s, 640x360", done.out)
    found = chapters(tmp_path / "lecture.mp4")
    assert [title for *_, title in found] == [
        "The question", "One unit", "Two units", "Three units", "Four units", "Side by side", "What to remember",
    ]  # fmt: skip
    assert all(stop == start for (_, stop, _), (start, _, _) in pairwise(found))
    said = run_ffmpeg(["-v", "error", "-i", str(tmp_path / "lecture.srt"), "-f", "srt", "-"], culprit=ffmpeg_exe())
    assert said.count("-->") == LECTURE.read_text(encoding="utf-8").count("[[shot.captions]]")


@pytest.mark.slow
def test_film_of_two_minutes_in_draft(cli: Callable[..., Result], tmp_path: Path) -> None:
    text = LEARNS.read_text(encoding="utf-8")
    (tmp_path / "learns.toml").write_text(text.replace("fps = 30", "fps = 5"), "utf-8")
    done = cli("storyboard", "learns.toml", "-o", "learns.mp4", "--draft")
    assert done.code == 0, done.err
    assert re.search(r"1[12]\d\.\d s, 640x360", done.out)
    assert [title for *_, title in chapters(tmp_path / "learns.mp4")] == re.findall(r'chapter = "(.*)"', text)
    assert len(set(re.findall(r'scene = "(.*)"', text))) == 6


@pytest.mark.slow
def test_workers_make_the_same_bytes(board: Callable[[str], Path], cli: Callable[..., Result], tmp_path: Path) -> None:
    path = board(FILM)
    for workers in (1, 2):
        assert cli("storyboard", path, "-o", f"{workers}/film.mp4", "--workers", workers).code == 0
    assert (tmp_path / "1/film.mp4").read_bytes() == (tmp_path / "2/film.mp4").read_bytes()


def test_a_single_shot_runs_no_code_of_others(
    cli: Callable[..., Result], rings_recording: Recording, tmp_path: Path
) -> None:
    (tmp_path / "mine.py").write_text("raise SystemExit('code of a shot that nobody asked for')\n")
    shots = "".join(
        f'[[shot]]\nname = "{name}"\nscene = "{scene}"\nrecording = "r"\nseconds = 0.4\n'
        for name, scene in (("a", "rings"), ("b", "mine.py"))
    )
    table = f'[recordings.r]\npath = "{rings_recording.path}"\n'
    (tmp_path / "film.toml").write_text(f'title = "x"\nsize = [160, 90]\nfps = 5\n{table}{shots}')
    done = cli("storyboard", "film.toml", "--shot", "a", "-o", "a.mp4")
    assert done.code == 0, done.err
    assert "1 of 1 shots drawn" in done.out
