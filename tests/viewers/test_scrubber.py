"""The scrubber of a notebook, spoken to as its front end does: by messages."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from comm.base_comm import BaseComm
from PIL import Image

import animviz
from animviz import Recording
from animviz.errors import InputError, SceneError
from animviz.pictures.discovery import find_scene
from animviz.pictures.picture import Picture
from animviz.viewers import widget
from helpers.breaking import BREAKING

SIZE = (320, 180)
ASSETS = Path(widget.__file__).parent / "assets"


class Front(BaseComm):
    """The other end of a widget's comm."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.heard: list[tuple[dict[str, Any], list[bytes]]] = []
        super().__init__(*args, **options)

    def publish_msg(
        self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **keys: Any
    ) -> None:
        self.heard.append((data or {}, buffers or []))

    def say(self, **message: Any) -> list[tuple[dict[str, Any], list[bytes]]]:
        """Send a message as the front end does, and return the answers."""
        before = len(self.heard)
        self.handle_msg({"content": {"data": {"method": "custom", "content": message}}, "buffers": []})
        answers = self.heard[before:]
        return [(data["content"], buffers) for data, buffers in answers if data.get("method") == "custom"]


@pytest.fixture(autouse=True)
def fronts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comm.create_comm", Front)


def picture_in(answers: list[tuple[dict[str, Any], list[bytes]]]) -> np.ndarray:
    ((said, (png,)),) = answers
    assert said["kind"] == "drawn"
    return np.asarray(Image.open(io.BytesIO(png)))


def refusal_in(answers: list[tuple[dict[str, Any], list[bytes]]]) -> str:
    ((said, buffers),) = answers
    assert (said["kind"], buffers) == ("refused", [])
    assert "\n" not in said["why"]
    return str(said["why"])


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_moment_is_drawn_when_it_is_asked_for_in_the_theme_of_the_notebook(
    theme: str, rings_recording: Recording
) -> None:
    scrubber = animviz.scrubber("boundary", rings_recording, size=SIZE)
    for epoch in (2.5, 0, 4):
        frame = picture_in(scrubber.comm.say(kind="draw", view="1", epoch=epoch, theme=theme))
        assert np.array_equal(frame, animviz.frame_at("boundary", rings_recording, epoch, size=SIZE, theme=theme))
        assert scrubber.epoch == epoch


def test_a_theme_that_was_asked_for_holds_whatever_the_notebook_is(rings_recording: Recording) -> None:
    scrubber = animviz.scrubber("boundary", rings_recording, size=SIZE, theme="print")
    frame = picture_in(scrubber.comm.say(kind="draw", epoch=1, theme="dark"))
    assert np.array_equal(frame, animviz.frame_at("boundary", rings_recording, 1, size=SIZE, theme="print"))
    assert scrubber.about["theme"] == "print"


def test_the_form_says_what_the_scene_takes_and_what_it_is_given(rings_recording: Recording) -> None:
    scrubber = animviz.scrubber("rings", rings_recording, size=SIZE, grid=9)
    about = scrubber.about
    json.dumps(about, allow_nan=False)
    assert about["scene"] == "rings"
    assert {"rings", "boundary", "history"} <= set(about["scenes"])
    assert "manifold" not in about["scenes"]  # which draws no classes
    (grid,) = [field for field in about["options"] if field["key"] == "grid"]
    assert (grid["kind"], grid["value"], grid["step"]) == ("number", 9, 1)
    assert grid["help"]
    assert grid["low"] is not None
    assert about["epochs"] == [0, 1, 2, 3, 4]


def test_scene_and_options_are_chosen_in_the_form(rings_recording: Recording) -> None:
    scrubber = animviz.scrubber("boundary", rings_recording, size=SIZE)
    scrubber.comm.say(kind="choose", scene="rings", options={})
    assert (scrubber.scene, scrubber.options, scrubber.about["scene"]) == ("rings", {}, "rings")
    written = {field["key"]: field["value"] for field in scrubber.about["options"]}
    scrubber.comm.say(kind="choose", options={**written, "grid": "7", "title": " "})
    assert scrubber.options == {"grid": 7}
    frame = picture_in(scrubber.comm.say(kind="draw", epoch=3, theme="dark"))
    assert np.array_equal(frame, animviz.frame_at("rings", rings_recording, 3, size=SIZE, grid=7))


def test_switches_and_emptied_fields_are_read(rings_recording: Recording) -> None:
    scrubber = animviz.scrubber("boundary", rings_recording, size=SIZE, title="Mine")
    written = {field["key"]: field["value"] for field in scrubber.about["options"]}
    scrubber.comm.say(kind="choose", options={**written, "points": False, "title": ""})
    assert scrubber.options == {"points": False}


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({"kind": "draw", "epoch": 99, "theme": "dark"}, "epoch 99 is outside the recording"),
        ({"kind": "draw", "epoch": float("nan"), "theme": "dark"}, "epoch nan is outside the recording"),
        ({"kind": "draw", "epoch": 1, "theme": "pink"}, "the theme is 'pink'; expected one of dark, light"),
        ({"kind": "draw"}, "the message is not understood (KeyError: 'epoch')"),
        ({"kind": "draw", "epoch": "x", "theme": "dark"}, "the message is not understood"),
        ({"kind": "dance"}, "the message is not understood"),
        ({"kind": "choose", "options": {"grid": "many"}}, "--grid is 'many'; expected int"),
        ({"kind": "choose", "options": {"grid": "100000"}}, "--grid is 100000; expected"),
        ({"kind": "choose", "options": {"nonsense": "1"}}, "there is no option 'nonsense'"),
        ({"kind": "choose", "options": 3}, "the message is not understood"),
        ({"kind": "choose", "scene": "nosuch"}, "there is no scene 'nosuch'; there are "),
        ({"kind": "choose", "scene": "/tmp/evil.py"}, "there is no scene '/tmp/evil.py'"),
        ({"kind": "choose", "scene": "landscape", "options": {}}, None),
    ],
)
def test_what_cannot_be_is_one_line_and_all_stays(
    message: dict[str, Any], said: str | None, rings_recording: Recording
) -> None:
    scrubber = animviz.scrubber("rings", rings_recording, size=SIZE)
    answers = scrubber.comm.say(view="7", **message)
    if said is None:
        assert answers == []
        return
    assert said in refusal_in(answers)
    assert answers[0][0]["view"] == "7"
    assert (scrubber.scene, scrubber.options) == ("rings", {})
    picture_in(scrubber.comm.say(kind="draw", epoch=1, theme="dark"))


def test_a_scene_that_breaks_while_it_is_drawn_says_so(tmp_path: Path, rings_recording: Recording) -> None:
    (tmp_path / "breaking.py").write_text(BREAKING)
    scrubber = animviz.scrubber(tmp_path / "breaking.py", rings_recording, size=SIZE)
    assert str(tmp_path / "breaking.py") in scrubber.about["scenes"]
    said = refusal_in(scrubber.comm.say(kind="draw", epoch=2, theme="dark"))
    assert said == "scene 'breaking' failed at epoch 2: ZeroDivisionError: one over zero"


def test_a_scene_of_ones_own_stays_among_the_others(tmp_path: Path, rings_recording: Recording) -> None:
    (tmp_path / "mine.py").write_text(BREAKING)
    for own in (tmp_path / "mine.py", replace(find_scene("rings"), name="given", reference="", finder=None)):
        scrubber = animviz.scrubber(own, rings_recording, size=SIZE)
        name = scrubber.scene
        for scene in ("boundary", name):
            assert scrubber.comm.say(kind="choose", scene=scene, options={}) == []
            assert scrubber.scene == scrubber.about["scene"] == scene
            assert name in scrubber.about["scenes"]


def test_python_moves_it_too(rings_recording: Recording) -> None:
    scrubber = animviz.scrubber("rings", rings_recording, size=SIZE)
    scrubber.epoch = 2
    assert scrubber.comm.heard[-1][0]["content"] == {"kind": "move", "epoch": 2.0}
    with pytest.raises(InputError, match="epoch 9 is outside"):
        scrubber.epoch = 9
    for epoch in ("x", None):
        with pytest.raises(InputError, match=rf"the epoch is {epoch!r}; expected a number from 0 to 4"):
            scrubber.epoch = epoch
    assert scrubber.epoch == 2
    scrubber.choose("boundary", points=False)
    assert (scrubber.scene, scrubber.options, scrubber.about["scene"]) == ("boundary", {"points": False}, "boundary")
    with pytest.raises(SceneError, match="no scene"):
        scrubber.choose("nosuch")
    assert scrubber.scene == "boundary"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"nonsense": 1}, "no option 'nonsense'"),
        ({"size": (641, 360)}, "odd"),
        ({"theme": "pink"}, "theme is 'pink'; expected one of auto, dark, light, print"),
        ({"grid": "x"}, "--grid is 'x'; expected int"),
        ({"output": "nosuch"}, "nosuch"),
    ],
)
def test_bad_values_are_refused_in_one_line(options: dict[str, Any], message: str, rings_recording: Recording) -> None:
    with pytest.raises(animviz.AnimvizError, match=message) as refused:
        animviz.scrubber("rings", rings_recording, **options)
    (line,) = refused.value._render_traceback_()
    assert line.startswith("InputError: ")
    assert "\n" not in line


def test_a_broken_scene_shows_where_it_broke(tmp_path: Path, rings_recording: Recording) -> None:
    """Its author is the one who reads it."""
    (tmp_path / "mine.py").write_text(BREAKING.replace("def draw", "nosuchname\n    def draw"))
    with pytest.raises(SceneError) as refused:
        animviz.scrubber(tmp_path / "mine.py", rings_recording)
    lines = refused.value._render_traceback_()
    assert any("mine.py" in line for line in lines)
    assert lines[-1].startswith("SceneError: ")


def test_without_anywidget_one_line_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, rings_recording: Recording
) -> None:
    monkeypatch.setattr("animviz.viewers.notebook.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"needs anywidget; install it: pip install 'animviz\[notebook\]'"):
        animviz.scrubber("rings", rings_recording)


def test_the_name_alone_imports_no_widget() -> None:
    code = "import sys, animviz; animviz.scrubber; assert not {'anywidget', 'ipywidgets', 'keras', 'torch'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_film_is_shown_before_it_for_where_python_does_not_run(
    rings_recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr("IPython.display.display", lambda data, **_: shown.append(data))
    scrubber = animviz.scrubber("rings", rings_recording, size=SIZE)
    scrubber._ipython_display_()
    film, living = shown
    assert f'id="{scrubber.about["film"]}"' in film["text/html"]
    assert 'src="data:video/mp4;base64,' in film["text/html"]
    assert 'aria-label="' in film["text/html"]
    assert living["application/vnd.jupyter.widget-view+json"]["model_id"] == scrubber.model_id
    shown.clear()
    animviz.scrubber("rings", rings_recording, size=SIZE, film=False)._ipython_display_()
    (living,) = shown
    assert "application/vnd.jupyter.widget-view+json" in living


def test_the_front_end_is_short_and_plain() -> None:
    program = "".join((ASSETS / name).read_text() for name in ("asking.js", "scrubber.js"))
    assert program == widget.Scrubber._esm
    assert program.count("\n") < 300
    assert "import " not in program
    assert "innerHTML" not in program  # texts of recordings stay texts


def test_a_picture_stays_set_up(trained: Callable[..., Recording], monkeypatch: pytest.MonkeyPatch) -> None:
    set_up: list[str] = []
    painter = Picture.painter
    monkeypatch.setattr(Picture, "painter", lambda self, stage: set_up.append(self.scene.name) or painter(self, stage))
    scrubber = animviz.scrubber("rings", trained("two_rings", arch="2-3-2-1"))
    for epoch in np.random.default_rng(0).uniform(0, 4, 5):
        picture_in(scrubber.comm.say(kind="draw", epoch=epoch, theme="dark"))
    assert set_up == ["rings"]
