"""Snippets: what is printed is what each place takes, with size, still and words, and nothing hostile gets through."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from PIL import Image

import animviz
from animviz import Recording
from animviz.errors import AnimvizError, EncodeError
from animviz.video.encoder import Encoder
from animviz.video.formats import CLEAR, FORMATS, Coding
from animviz.video.html import IMAGES
from animviz.video.shown import shown
from animviz.video.snippets import PLACES, snippet
from helpers.results import Result

HOSTILE = "a \"b\" <script>alert(1)</script> & 'c' \\ {d} %\n# e"


def film(path: Path, frames: int = 6) -> Path:
    with Encoder(path, (64, 36), 20) as encoder:
        for number in range(frames):
            encoder.write(np.full((36, 64, 4), 40 * number, np.uint8))
    return path


def cutout(path: Path) -> Path:
    """Write a film with two red squares over nothing; one of them lets half of the page through."""
    frame = np.zeros((36, 64, 4), np.uint8)
    frame[..., :3] = (200, 30, 30)
    frame[:16, :16, 3], frame[:16, 48:, 3] = 255, 128
    with Encoder(path, (64, 36), 20, {"theme": "light", "made_by": "animviz"}, Coding(transparent=True)) as encoder:
        for shade in (10, 0):
            encoder.write(frame - np.array([shade, 0, 0, 0], np.uint8))
    return path


class Tags(HTMLParser):
    """The tags of a snippet with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize("place", ["html", "reveal", "quarto", "mkdocs", "myst", "sphinx"])
def test_video_has_size_still_words_and_loops(place: str, tmp_path: Path) -> None:
    path = film(tmp_path / "my film.mp4")
    text = snippet(shown(path, HOSTILE), place).partition(".. only::")[0]
    assert place not in ("myst", "sphinx") or "Put my film.mp4, my film-mp4-poster.png into _static" in text
    video = next(attributes for tag, attributes in Tags(text).tags if tag == "video")
    assert (video["width"], video["height"]) == ("64", "36")
    assert video["aria-label"] == re.sub(r"\s+", " ", HOSTILE)
    assert str(video["poster"]).endswith("my%20film-mp4-poster.png")
    assert {"loop", "muted", "playsinline", "controls"} <= video.keys()
    assert "autoplay" in video or "data-autoplay" in video
    assert [tag for tag, _ in Tags(text).tags].count("script") == 1  # for readers who want no motion
    assert "loop" not in next(a for t, a in Tags(snippet(shown(path, "x"), place, once=True)).tags if t == "video")
    assert np.abs(np.asarray(Image.open(tmp_path / "my film-mp4-poster.png")).astype(int) - 200).max() <= 4


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".apng"])
def test_picture_stands_still_for_readers_who_want_no_motion(suffix: str, tmp_path: Path) -> None:
    text = snippet(shown(film(tmp_path / f"x{suffix}"), HOSTILE), "github")
    (_, _), (_, source), (_, image) = Tags(text).tags
    assert source["media"] == "(prefers-reduced-motion: reduce)"
    assert str(source["srcset"]).endswith(f"x-{suffix[1:]}-poster.png")
    assert image["alt"] == re.sub(r"\s+", " ", HOSTILE)
    assert (image["width"], image["height"]) == ("64", "36")


@pytest.mark.parametrize("suffix", [".mp4", ".gif"])
def test_jupyter_lines_are_python(suffix: str, tmp_path: Path) -> None:
    tree = ast.parse(snippet(shown(film(tmp_path / f"x{suffix}"), HOSTILE), "jupyter"))
    call = tree.body[-1]
    assert isinstance(call, ast.Expr)
    assert isinstance(call.value, ast.Call)
    assert ast.literal_eval(call.value.args[0]) == (tmp_path / f"x{suffix}").as_posix()


def test_beamer_counts_the_pictures_of_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = snippet(shown(film(Path("frames")), "Rings"), "beamer", fps=12)
    assert r"\animategraphics[autoplay,controls=play,loop,width=\linewidth]{12}{frames/}{000000}{000005}" in text
    assert all(Path(f"frames/{number:06d}.png").exists() for number in (0, 5))


@pytest.mark.parametrize("place", list(PLACES))
def test_every_place_takes_its_first_kind_and_says_the_words(place: str, tmp_path: Path) -> None:
    path = film(tmp_path / f"x{PLACES[place][0][0]}")
    assert "Two rings are parted" in snippet(shown(path, "Two rings are parted"), place)


def test_words_come_from_beside_or_from_the_film(tmp_path: Path) -> None:
    path = tmp_path / "x.gif"
    with Encoder(path, (64, 36), 20, {"alt": "said inside"}) as encoder:
        encoder.write(np.zeros((36, 64, 4), np.uint8))
        encoder.write(np.full((36, 64, 4), 255, np.uint8))
    (tmp_path / "x.alt.txt").write_text("said\nbeside\n")
    assert shown(path).alt == "said inside"  # what lies beside may be of an earlier film
    assert shown(path, "said here").alt == "said here"
    assert shown(film(tmp_path / "x.webp")).alt == "said beside"


@pytest.mark.integration
def test_sphinx_shows_what_its_lines_say(rings_recording: Recording, tmp_path: Path) -> None:
    source, static = tmp_path / "source", tmp_path / "source" / "_static"
    static.mkdir(parents=True)
    look = {"size": (128, 72), "seconds": 0.5, "fps": 10, "hold_start": 0.0, "hold_end": 0.1}
    path = animviz.render("rings", rings_recording, tmp_path / "my film.mp4", subtitles=True, **look).path
    said = snippet(shown(path), "sphinx")
    for name in re.match(r"\.\. Put (.*) into _static", said)[1].split(", "):  # type: ignore[index]
        (static / name).write_bytes((tmp_path / name).read_bytes())
    (source / "index.rst").write_text(f"Rings\n=====\n\n{said}\n")
    (source / "conf.py").write_text("html_static_path = ['_static']\n")
    for builder in ("html", "text"):
        subprocess.run([sys.executable, "-m", "sphinx", "-qW", "-b", builder, source, tmp_path / builder], check=True)
    page = tmp_path / "html"
    named = [value for _, found in Tags((page / "index.html").read_text()).tags for value in
             (found.get("poster"), found.get("src")) if value and "film" in value]  # fmt: skip
    assert len(named) == 3
    assert all((page / unquote(name)).is_file() for name in named)


def test_films_of_one_name_have_posters_of_their_own(tmp_path: Path) -> None:
    posters = [shown(film(tmp_path / f"x{suffix}"), "x").poster for suffix in (".gif", ".mp4")]
    assert posters[0] != posters[1]
    assert all(poster.exists() for poster in posters)


def test_subtitles_of_another_film_are_left_out(rings_recording: Recording, tmp_path: Path) -> None:
    look = {"size": (128, 72), "seconds": 0.5, "fps": 10, "hold_start": 0.0, "hold_end": 0.1}
    path = animviz.render("rings", rings_recording, tmp_path / "x.mp4", subtitles=True, **look).path
    assert shown(path).subtitles == tmp_path / "x.vtt"
    animviz.render("history", rings_recording, path, **look)
    assert shown(path).subtitles is None
    assert "curves" in shown(path).alt
    (tmp_path / "x.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nmine\n")
    assert shown(path).subtitles == tmp_path / "x.vtt"


def test_old_poster_is_renewed_and_a_newer_one_stays(tmp_path: Path) -> None:
    path, poster = film(tmp_path / "x.mp4"), tmp_path / "x-mp4-poster.png"
    shown(path, "x")
    poster.write_bytes(b"mine")
    shown(path, "x")
    assert poster.read_bytes() == b"mine"
    os.utime(poster, ns=(1, 1))
    shown(path, "x")
    assert poster.read_bytes()[:4] == b"\x89PNG"


@pytest.mark.parametrize("suffix", [suffix for suffix in CLEAR if suffix])
def test_poster_of_a_cutout_is_as_clear_as_the_film(suffix: str, tmp_path: Path) -> None:
    film = shown(cutout(tmp_path / f"x{suffix}"), "x")
    poster = np.asarray(Image.open(film.poster)).astype(int)
    assert poster.shape == (36, 64, 4)
    assert np.abs(poster[8, [8, 56]] - [(200, 30, 30, 255), (200, 30, 30, 128)]).max() <= 12
    assert poster[30, 32, 3] <= 2


def test_command_answers_in_one_line(tmp_path: Path, cli: Callable[..., Result]) -> None:
    for name in ("x.mp4", "x.mov", "x.gif", "frames"):
        film(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no film")
    before = sorted(tmp_path.iterdir())
    for arguments, words in (
        (("x.mp4", "--for", "nowhere"), "expected one of html, reveal"),
        (("x.mp4", "--for", "readme"), "readme does not play .mp4; expected .gif"),
        (("x.mp4", "--for", "slides"), "name what shows it: reveal, quarto, beamer, powerpoint, keynote"),
        (("x.mov", "--for", "html"), "html does not play .mov"),
        (("x.mp4", "--for", "beamer"), "a folder of PNGs"),
        (("x.mp4", "--for", "html"), "give --alt-text"),
        (("frames", "--for", "html"), "does not play a folder"),
        (("nothing.mp4", "--for", "html"), "is not there"),
        (("notes.txt", "--for", "html"), "does not play .txt"),
        (("x.mp4",), "--for"),
    ):
        done = cli("embed", *arguments)
        assert (done.code, done.err.count("\n")) == (2, 1), done.err
        assert words in done.err
    assert sorted(tmp_path.iterdir()) == before
    assert cli("embed", "x.gif", "--for", "html", "--alt-text", "x", "--once").code == 2
    done = cli("embed", "x.mp4", "--for", "html", "--alt-text", "Rings")
    assert done.out.startswith("<video width=")


def test_folder_of_other_things_is_refused_in_one_line(tmp_path: Path, cli: Callable[..., Result]) -> None:
    for name, contents in (("text", b"no picture"), ("cut", (film(tmp_path / "x") / "000000.png").read_bytes()[:60])):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").write_bytes(contents)
        for command in (("embed", name, "--for", "beamer", "--alt-text", "x"), ("sheet", name)):
            done = cli(*command)
            assert (done.code, done.err.count("\n")) == (2, 1), done.err
            assert f"{name}/a.png cannot be read as a picture" in done.err
    (tmp_path / "x" / "000005.png").rename(tmp_path / "x" / "last.png")
    done = cli("embed", "x", "--for", "beamer", "--alt-text", "x")
    assert (done.code, "by their numbers" in done.err) == (2, True), done.err


def test_present_folder_is_shown_as_any_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(film(tmp_path / "frames"))
    (tmp_path / "frames.alt.txt").write_text("said beside")
    assert "% said beside\n" in snippet(shown(Path()), "beamer")
    assert "{./}{000000}{000005}" in snippet(shown(Path()), "beamer")


@pytest.mark.parametrize("suffix", [suffix for suffix in FORMATS if suffix])
def test_film_under_a_foreign_name_is_refused(suffix: str, tmp_path: Path) -> None:
    path = film(tmp_path / f"x{suffix}")
    foreign = path.rename(tmp_path / ("y.mp4" if suffix in IMAGES else "y.gif"))
    with pytest.raises(EncodeError, match=rf"{foreign.name} is of the kind \w+, .* rename it to y\.\w+"):
        shown(foreign, "x")
    assert list(tmp_path.iterdir()) == [foreign]


def test_still_picture_under_the_name_of_a_film_is_refused(tmp_path: Path) -> None:
    Image.new("RGB", (64, 36)).save(tmp_path / "x.jpg")
    path = (tmp_path / "x.jpg").rename(tmp_path / "x.gif")
    with pytest.raises(EncodeError, match=r"x\.gif is no gif file"):
        shown(path, "x")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("suffix", [suffix for suffix in FORMATS if suffix])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.98])
def test_cut_film_is_refused_and_nothing_is_left(suffix: str, share: float, tmp_path: Path) -> None:
    path = tmp_path / f"x{suffix}"
    noise = np.random.default_rng(0).integers(0, 256, (6, 90, 160, 4), np.uint8)
    with Encoder(path, (160, 90), 20) as encoder:
        for frame in noise:
            encoder.write(frame)
    whole = path.read_bytes()
    path.write_bytes(whole[: round(share * len(whole))])
    with pytest.raises(EncodeError, match=rf"x\{suffix}") as refused:
        shown(path, "x")
    assert len(refused.value.line) < 200 + len(str(path))
    assert list(tmp_path.iterdir()) == [path]


def test_name_that_latex_does_not_take_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AnimvizError, match="rename it"):
        snippet(shown(film(Path("a}b")), "x"), "beamer")
