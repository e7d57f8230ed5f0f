"""The gallery shows every scene, with commands that are really carried out."""

import re
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PIL import Image

from animviz.cli import gallery
from animviz.cli.record import RecordCommand
from animviz.cli.render import RenderCommand
from animviz.pictures.discovery import scene_names
from helpers.results import Result

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "renders" / "gallery"


def shown(page: str) -> list[list[str]]:
    return [shlex.split(command) for command in re.findall(r"^\$ (.*)$", page, re.MULTILINE)]


def test_page_in_the_docs_is_what_the_command_writes() -> None:
    written = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
    assert written == gallery.markdown_of(scene_names(), "../renders/gallery")


def test_every_command_on_the_page_is_understood() -> None:
    recordings = set()
    for program, command, name, *words in shown(gallery.markdown_of(gallery.scenes_to_show(), ".")):
        assert program == "animviz"
        parsed = {"render": RenderCommand, "record": RecordCommand}[command](name).make_context(name, words).params
        if command == "record":
            recordings.add(parsed["output"])
        else:
            assert parsed["source"] in recordings


def test_every_scene_has_a_picture_that_moves_and_the_gallery_is_light() -> None:
    pictures = {path.stem: path for path in PICTURES.glob("*.gif")}
    assert sorted(pictures) == scene_names()
    for path in pictures.values():
        assert path.stat().st_size <= 1_000_000
        with Image.open(path) as picture:
            assert picture.n_frames >= 30
            assert picture.width >= 480
    assert sum(path.stat().st_size for path in pictures.values()) <= 18_000_000


def test_what_is_shown_is_what_is_carried_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cli: Callable[..., Result]
) -> None:
    done: list[str] = []

    def carry_out(words: Sequence[str]) -> None:
        assert {Path(word).parent for word in words if word.endswith((".rec", ".gif"))} <= {Path("kept"), Path("out")}
        done.append(shlex.join(Path(word).name if word.endswith((".rec", ".gif")) else word for word in words))
        if words[1] == "render":
            Path(words[-1]).parent.mkdir(exist_ok=True)
            Path(words[-1]).touch()

    monkeypatch.setattr(gallery, "carry_out", carry_out)
    assert cli("gallery", "-o", "out", "--recordings", "kept").code == 0
    page = (tmp_path / "out" / "gallery.md").read_text(encoding="utf-8")
    assert sorted(done) == sorted(shlex.join(words) for words in shown(page))
    assert len(done) == len(set(done)) >= 25


def test_gallery_of_the_project_is_drawn_only_where_one_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cli: Callable[..., Result]
) -> None:
    monkeypatch.setattr(gallery, "carry_out", lambda words: None)
    assert cli("gallery", "rings").out.strip() == "renders/gallery-new/gallery.md"
    assert [path.name for path in (tmp_path / "renders").iterdir()] == ["gallery-new"]


@pytest.mark.slow
def test_a_scene_is_recorded_and_drawn(tmp_path: Path, cli: Callable[..., Result]) -> None:
    done = cli("gallery", "history", "-o", "out", "--page", "pages/all.md")
    assert done.code == 0, done.err
    with Image.open(tmp_path / "out" / "history.gif") as picture:
        assert picture.n_frames >= 30
    page = (tmp_path / "pages" / "all.md").read_text(encoding="utf-8")
    assert "](../out/history.gif)" in page
    assert "## rings" not in page
    assert cli("gallery", "nothing").err.startswith("animviz: no scene 'nothing'")
