"""A session around animviz changes no picture, and no picture changes the session: settings, names, locale, environment."""

import io
import logging
import os
import random
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest

from animviz import Box, Movie, Recording, Stage, frame_at, frames, render, scene
from animviz.files import place_of, spelled
from animviz.parts.tags import name_tags
from animviz.stage import lettering
from animviz.stage.fonts import family_with
from animviz.stage.lettering import UNKNOWN, families, in_order, one_line
from animviz.stage.settings import own_settings
from animviz.stage.theme import FAMILY
from animviz.stage.words import Words
from animviz.storyboard.film import text as math
from helpers.recordings import copied

SIZE = (320, 180)
NOBODY = "\U0010fffd"  # for private use: no font has it
KEPT = ("backend", "interactive", "date.epoch", "toolbar")  # not of how a picture looks


def strange() -> dict[str, Any]:
    """Every setting of matplotlib that can have another value than it has by default, with that value."""
    found: dict[str, Any] = {}
    for name, value in dict.items(matplotlib.rcParamsDefault):
        if name in KEPT:
            continue
        candidates = (
            [not value]
            if isinstance(value, bool)
            else [value * 3 + 1, value / 2]
            if isinstance(value, int | float)
            else []
        )
        for other in (*candidates, "red", "none", "butt", "bevel", "serif", "italic", "x-large", "left", "tight", True):
            try:
                with warnings.catch_warnings(action="ignore"):
                    changed = matplotlib.RcParams({name: other})
            except Exception:  # whatever it says of values that do not fit
                continue
            if changed[name] != value:
                found[name] = changed[name]
                break
    return {**found, "path.sketch": (1, 100, 2), "text.usetex": True, "axes.prop_cycle": matplotlib.cycler(color="g")}


STRANGE = strange()


@pytest.fixture
def strange_session() -> Iterator[None]:
    """A session in which every setting of matplotlib is another than by default."""
    with warnings.catch_warnings(action="ignore"), matplotlib.rc_context():
        matplotlib.rcParams.update(STRANGE)
        yield


def settings() -> dict[str, Any]:
    return dict(dict.items(matplotlib.rcParams))


def test_most_settings_are_strange_here() -> None:
    assert len(STRANGE) > 250
    assert {"text.hinting", "lines.antialiased", "font.size", "figure.autolayout", "text.parse_math"} <= set(STRANGE)


@pytest.mark.integration
@pytest.mark.parametrize("name", ["rings", "history", "confusion", "network"])
def test_settings_change_no_picture(rings_recording: Recording, name: str, request: pytest.FixtureRequest) -> None:
    usual = frame_at(name, rings_recording, 2.5, size=SIZE)
    request.getfixturevalue("strange_session")
    theirs = settings()
    assert np.array_equal(frame_at(name, rings_recording, 2.5, size=SIZE), usual)
    assert settings() == theirs


@pytest.mark.integration
def test_settings_are_the_sessions_between_two_frames(rings_recording: Recording, strange_session: None) -> None:
    theirs = settings()
    drawn = frames("history", rings_recording, size=SIZE, seconds=3, fps=1)
    for frame in drawn:
        assert frame.shape == (180, 320, 3)
        assert settings() == theirs


def test_stage_alone_keeps_its_own_settings(request: pytest.FixtureRequest) -> None:
    def drawn() -> tuple[np.ndarray, float]:
        stage = Stage(SIZE)
        axes = stage.axes(Box(100, 100, 300, 300), (0, 1), (0, 1), color="#123456")
        stage.line(axes, "red", 8).set_data([0, 1], [0, 1])
        stage.curve(axes, "lime", 3, 9).set_data([0, 1, 1], [1, 0, 1])
        stage.text(40, 60, "word", moves=True)
        stage.dot(50, 300, 20, "white")
        moving = math.write(stage, 40, 200, "so $x_1$", size=30)
        stage.moves(moving)
        return stage.frame(), stage.measure("word", 22) + math.measure(stage, "so $x_1$", 30)

    (usual, width) = drawn()
    request.getfixturevalue("strange_session")
    lettering.width_of.cache_clear()
    frame, again = drawn()
    assert np.array_equal(frame, usual)
    assert again == width


def test_settings_are_given_back_after_an_error_and_by_the_last_thread_alone() -> None:
    own, inside, leave = matplotlib.rcParamsDefault["font.size"], threading.Event(), threading.Event()

    def stay() -> float:
        with own_settings:
            inside.set()
            leave.wait(10)
            return float(matplotlib.rcParams["font.size"])

    with matplotlib.rc_context({"font.size": 33.0}), ThreadPoolExecutor(1) as pool:
        other = pool.submit(stay)
        inside.wait(10)
        with pytest.raises(ZeroDivisionError), own_settings:
            1 / 0  # noqa: B018
        assert matplotlib.rcParams["font.size"] == own
        leave.set()
        assert other.result() == own
        assert matplotlib.rcParams["font.size"] == 33.0


def test_what_a_scene_sets_is_gone_after_it(rings_recording: Recording) -> None:
    @scene()
    def loud(stage: Stage, recording: Recording) -> Any:
        """A scene that sets what it likes."""
        matplotlib.rcParams["lines.linewidth"] = 99
        return lambda moment: matplotlib.rcParams.update({"text.color": "red"})

    before = settings()
    frame_at(loud, rings_recording, 1, size=SIZE)
    assert settings() == before


@pytest.mark.slow
@pytest.mark.integration
def test_drawing_leaves_the_session_alone(rings_recording: Recording) -> None:
    def session() -> list[Any]:
        states = [random.getstate(), *map(str, np.random.get_state()), np.geterr(), np.get_printoptions()]
        return [*states, list(warnings.filters), settings(), logging.getLogger().handlers[:], dict(os.environ)]

    def draw() -> None:
        for name in ("boundary", "umap", "importance"):
            frame_at(name, rings_recording, 1, size=SIZE)

    draw()  # SciPy sets filters of warnings when it is imported
    before = session()
    draw()
    assert session() == before


@pytest.mark.parametrize(
    ("given", "drawn"),
    [
        ("two\nlines", "two lines"), ("a \r\n\t b\x07c\u2028d", "a b c d"), ("\x1b[31mred", " [31mred"),
        ("$x^2$ a_b \\frac{1}", "$x^2$ a_b \\frac{1}"), ("e\u0301", "é"), ("a\u202eb\u2066c\ufeff\u00ad", "abc"),
        ("x\U000e0101", "x"), ("", ""), ("x" * 5000, "x" * 1000 + "…"), ("  x ", "  x "),
        (f"a{NOBODY}b", f"a{UNKNOWN}b"), ("   ·   ", "   ·   "),
    ],
)  # fmt: skip
def test_name_is_drawn_in_one_line_of_letters(given: str, drawn: str) -> None:
    assert one_line(given) == drawn


def test_undecoded_bytes_of_an_ascii_locale_are_letters() -> None:
    assert spelled("\udcc3\udca9t\udcc3\udca9") == "été"
    assert one_line("\udcc3\udca9t\udcc3\udca9") == "été"
    assert spelled("été \ud800") == "été \ud800"


def test_characters_that_the_typeface_lacks_come_from_a_font_that_has_them() -> None:
    assert family_with("A") == family_with("é") == FAMILY
    assert family_with("ش") not in (FAMILY, None)
    assert family_with(NOBODY) is None
    assert families("plain – ελ Жук") == (FAMILY,)
    assert families("شبكة") == (FAMILY, family_with("ش"))
    stage = Stage(SIZE)
    assert stage.measure("شبكة", 22) != stage.measure(4 * UNKNOWN, 22) > 0
    assert stage.measure("two\nwords", 22) == stage.measure("two words", 22)


def written(text: str, way: str) -> np.ndarray:
    stage = Stage((320, 180))
    if way == "still":
        stage.text(400, 300, text, size=60)
    elif way == "moving":
        stage.text(400, 300, "", size=60, moves=True).set_text(text)
    elif way == "words":
        Words(stage, [(400, 300)], size=60).set_words([text])
    else:
        _, (tag, *_) = name_tags(stage, [text, "b"], 1e6)
        return tag[..., :3]
    return stage.frame()


@pytest.mark.parametrize("way", ["still", "moving", "words", "tag"])
def test_every_way_to_write_takes_any_name(way: str) -> None:
    # Warnings are errors here, and matplotlib warns of what it cannot draw.
    plain, arabic, unknown = written("x", way), written("شبكة", way), written(4 * NOBODY, way)
    assert not np.array_equal(arabic, plain)
    assert not np.array_equal(arabic, unknown)
    assert np.array_equal(written("a\nb", way), written("a b", way))
    assert np.array_equal(written(NOBODY, way), written(UNKNOWN, way))
    assert not np.array_equal(written("$x$", way), plain)


def test_missing_character_is_named_once(caplog: pytest.LogCaptureFixture) -> None:
    mine = "\U0010fff0\U0010fff1"
    lettering.said.clear()
    stage = Stage(SIZE)
    stage.text(0, 100, f"a {mine}")
    stage.measure(f"b {mine}", 22)
    stage.frame()
    stage.text(0, 100, "\U0010fff2")
    first, second = [record.getMessage() for record in caplog.records]
    assert "(U+10FFF0)" in first
    assert "(U+10FFF1)" in first
    assert "fontlist" in first
    assert "fontlist" not in second
    assert "(U+10FFF2)" in second


@pytest.mark.integration
def test_names_of_all_kinds_are_drawn(rings_recording: Recording, tmp_path: Path) -> None:
    title = "شبكة 训练 $5\n\\alpha_b " + "x" * 300
    recording = copied(rings_recording, tmp_path / "named.rec", title=title)
    for name in ("rings", "confusion", "history"):
        assert frame_at(name, recording, 2, size=SIZE).std() > 1


def test_letters_that_a_terminal_lacks_are_escaped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", terminal)
    Movie(tmp_path / "é猫.mp4", 10, 5, SIZE).tell()
    terminal.flush()
    said = terminal.buffer.getvalue().decode("cp1252")  # type: ignore[attr-defined]
    assert "é\\u732b.mp4: 10 frames, 2.0 s" in said
    assert place_of("é猫") == Path("é猫")


SCRIPT = """
print("the script runs")
import sys
import matplotlib
matplotlib.rcParams.update({"text.usetex": True, "path.sketch": (1, 100, 2), "lines.antialiased": False})
from animviz import render
render("history", sys.argv[1], "\\u732b.mp4", size=(320, 180), fps=1, seconds=4, workers=2)
"""
NOWHERE = {
    "HOME": "/nonexistent", "XDG_CACHE_HOME": "/nonexistent", "MPLCONFIGDIR": "/proc/nowhere", "TMPDIR": "/nonexistent",
    "MPLBACKEND": "module://not_there", "PATH": "", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.skipif(sys.platform == "win32", reason="folders and locales of Unix")
def test_bare_script_in_a_bare_environment_makes_the_same_film(rings_recording: Recording, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")
    there = str(rings_recording.path.resolve())
    command = [sys.executable, "script.py", there]
    done = subprocess.run(command, capture_output=True, cwd=tmp_path, env={**os.environ, **NOWHERE}, timeout=300)
    said = done.stdout.decode("utf-8")
    assert done.returncode == 0, done.stderr.decode()
    assert said.count("the script runs") == 1
    assert "猫.mp4: 4 frames" in said
    usual = render("history", there, tmp_path / "usual.mp4", size=(320, 180), fps=1, seconds=4, quiet=True)
    assert (tmp_path / "猫.mp4").read_bytes() == usual.path.read_bytes()


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.skipif(sys.platform == "win32", reason="locales of Unix")
def test_commands_in_an_ascii_locale_take_and_write_all_letters(rings_recording: Recording, tmp_path: Path) -> None:
    copied(rings_recording, tmp_path / "猫.rec", title="训练 é")
    ascii_only = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

    def run(*words: str, **environment: str) -> str:
        command = [sys.executable, "-m", "animviz", *words]
        done = subprocess.run(command, capture_output=True, cwd=tmp_path, env=ascii_only | environment, timeout=300)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode(environment.get("PYTHONIOENCODING", "utf-8"))

    assert "鸟.mp4: " in run(
        "render", "history", "--from", "猫.rec", "-o", "鸟.mp4", "--size", "320x180", "--seconds", "3"
    )
    assert "训练 é" in run("info", "鸟.mp4")
    assert "训练 é" in run("info", "猫.rec")
    assert "\\u8bad\\u7ec3 é" in run("info", "猫.rec", PYTHONIOENCODING="latin-1")


@pytest.mark.parametrize("between", [" → ", " ≠ ", " taken for "])
def test_names_that_run_from_right_to_left_keep_their_order(between: str) -> None:
    first, second = "כלב", "חתול"
    alone, ground = written(first, "words"), written("", "words")
    ink = np.flatnonzero((alone != ground).any(axis=(0, 2)))
    for line, keeps in ((in_order(first, between, second), True), (first + between + second, False)):
        assert np.array_equal(written(line, "words")[:, : ink[-1]], alone[:, : ink[-1]]) == keeps
    assert in_order("dog", between.replace(" ", ""), "cat").startswith("dog")
