"""Places: what is drawn for each is within its limits, an option that is given holds, and what breaks a limit is said."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import animviz
from animviz import Recording
from animviz.errors import AnimvizError, EncodeError
from animviz.rendering.request import Request
from animviz.video.places import PUBLISHED, SHOWN_BY, Wish
from animviz.video.reading import Film
from animviz.video.snippets import PLACES
from helpers.results import Result

FORMATS = Path(__file__).parents[2] / "docs" / "formats.md"
KINDS = [(name, kind) for name, place in PUBLISHED.items() for kind in place.kinds]
NOTHING = Wish(None, None, None, None, "auto")


@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_what_is_chosen_can_be_drawn_and_breaks_no_limit(name: str, kind: str, tmp_path: Path) -> None:
    place, path = PUBLISHED[name], tmp_path / f"x{kind}"
    request = Request.of("rings", path, place=name)
    chosen = place.settled(path, NOTHING)
    assert not list(place.broken(path, chosen, request.max_size))
    assert (request.size, request.pacing.rate) == (chosen.size, chosen.fps)
    assert len(request.notes) == 1
    assert request.notes[0].startswith(
        f"for {name}: {request.size[0]}x{request.size[1]}, {request.pacing.rate:g} frames"
    )


def test_what_is_given_holds_and_broken_limits_are_said(tmp_path: Path) -> None:
    asked = {"size": (1920, 1080), "fps": 100, "seconds": 0.3, "codec": "hevc", "max_size": "600MB"}
    request = Request.of("rings", tmp_path / "x.mp4", place="x", **asked)
    assert (request.size, request.pacing.rate, request.coding.codec) == ((1920, 1080), 100, "hevc")
    assert request.max_size == 600_000_000
    told = "\n".join(request.notes[1:])
    for words in (
        "--size is 1920x1080, but x takes at most 1280x1024", "--fps is 100, but x takes at most 60",
        "--seconds is 0.3, but x takes 0.5 to 1200", "--codec is hevc, but x takes h264", "takes at most 512 MB",
    ):  # fmt: skip
        assert words in told
    wide = Request.of("rings", tmp_path / "x.mp4", place="shorts", size="16:9")
    assert "from any height to 1:1" in wide.notes[1]
    assert len(Request.of("rings", tmp_path / "x.mp4", place="x", size="1:1", fps=25, seconds=5).notes) == 1


def test_length_is_that_which_the_place_takes(rings_recording: Recording, tmp_path: Path) -> None:
    short = Request.of("rings", tmp_path / "x.mp4", place="linkedin", pace=1000.0)
    assert short.plan(rings_recording).timeline.seconds == 3
    assert "lengthened to 3 seconds: linkedin takes 3 to 600" in short.told(short.plan(rings_recording))[0]
    long = Request.of("rings", tmp_path / "x.mp4", place="shorts", pace=0.001)
    assert long.plan(rings_recording).timeline.seconds == 180
    assert "shortened to 180 seconds: shorts takes at most 180" in long.told(long.plan(rings_recording))[0]
    usual = Request.of("rings", tmp_path / "x.mp4", place="shorts")
    assert usual.told(usual.plan(rings_recording)) == ()
    given = Request.of("rings", tmp_path / "x.mp4", place="shorts", seconds=200)
    assert given.plan(rings_recording).timeline.seconds == 200
    assert "--seconds is 200" in given.notes[1]


@pytest.mark.integration
def test_files_have_size_rate_and_limit(rings_recording: Recording, tmp_path: Path) -> None:
    options = {"seconds": 1.0, "quiet": True}
    movie = animviz.render("rings", rings_recording, tmp_path / "x.gif", place="readme", **options)
    assert (movie.size, movie.fps, Film(movie.path).count) == ((800, 450), 12.5, 12)
    assert movie.path.stat().st_size <= 5_000_000
    movie = animviz.render("rings", rings_recording, tmp_path / "x.mp4", place="linkedin", **options)
    assert Film(movie.path).frames([0])[0].shape == (1350, 1080, 3)


@pytest.mark.integration
def test_command_says_it_in_one_line(rings_recording: Recording, tmp_path: Path, cli: Callable[..., Result]) -> None:
    command = ("render", "rings", "--from", rings_recording.path)
    done = cli(*command, "--for", "docs", "--seconds", "0.5", "-o", "x.mp4")
    assert done.out.splitlines()[0] == "for docs: 960x540, 30 frames a second, h264, at most 2 MB"
    done = cli(*command, "--for", "docs", "--seconds", "0.5", "--max-size", "none", "-o", "x.mp4")
    assert "at most" not in done.out.splitlines()[0]
    assert "--max-size is none, but docs takes at most 2 MB" in done.out
    done = cli(*command, "--for", "readme", "--seconds", "0.5")
    assert done.code == 0, done.err
    assert list((tmp_path / "renders").glob("*.gif"))
    for arguments, words in (
        (("--for", "nowhere"), "expected one of slides, readme, github, x"),
        (("--for", "powerpoint"), "for powerpoint draw --for slides"),
        (("--for", "readme", "-o", "y.mp4"), "readme does not play .mp4; expected .gif, .webp"),
        (("--for", "x", "--still", "2"), "--for cannot go with --still"),
        (("--for", "x", "--share", "1/2"), "--for cannot go with --share"),
    ):
        done = cli(*command, *arguments)
        assert (done.code, done.err.count("\n")) == (2, 1), done.err
        assert words in done.err
    assert not (tmp_path / "y.mp4").exists()


def test_render_and_embed_mean_the_same_by_a_word() -> None:
    for name, place in PUBLISHED.items():
        programs = SHOWN_BY.get(name, (name,))
        assert set(programs) <= PLACES.keys()
        for kind in place.kinds:
            assert any(kind in PLACES[program][0] for program in programs), (name, kind)
    for name in set(PLACES) - PUBLISHED.keys():
        assert any(name in programs for programs in SHOWN_BY.values())


def test_limits_are_those_of_the_table_with_its_sources() -> None:
    section = FORMATS.read_text(encoding="utf-8").partition("## Which file for which place")[2].partition("\n## ")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", section, re.MULTILINE))
    for name, place in PUBLISHED.items():
        drawn, kinds, taken, source = rows[name].split(" | ")
        assert drawn == f"{place.size[0]}x{place.size[1]}, {place.fps:g}/s"
        assert kinds == ", ".join(f"`{kind}`" if kind else "a folder" for kind in place.kinds)
        assert ("http" in source) == (name not in ("slides", "docs"))
        for limits in place.kinds.values():
            for value, unit in (
                (limits.size / 1e6, " MB"),
                (limits.seconds[1] / 60, " minutes"),
                (limits.fps[1], "/s"),
            ):
                assert value == float("inf") or f"{value:g}{unit}" in taken, (name, value, unit)


def test_folder_and_unknown_kinds_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(EncodeError, match=r"x does not play a folder; expected \.mp4, \.gif"):
        Request.of("rings", tmp_path / "frames", place="x")
    with pytest.raises(AnimvizError, match=r"does not play \.tiff; expected .*a folder of PNGs"):
        Request.of("rings", tmp_path / "x.tiff", place="slides")
