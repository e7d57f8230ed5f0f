"""What is asked of a video: parted and checked in one place, before anything is trained or drawn."""

import pickle
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import animviz
from animviz import Pacing, Recording, Timeline
from animviz.errors import AnimvizError, InputError
from animviz.rendering.plan import Plan
from animviz.rendering.request import Request
from helpers.results import Result

SMALL = {"size": (160, 90), "seconds": 1.0, "hold_start": 0.0, "hold_end": 0.2, "fps": 10.0}


def test_options_are_parted(tmp_path: Path) -> None:
    request = Request.of("rings", tmp_path / "x.gif", theme="light", grid=5, pace=2.0, poster=tmp_path / "p.png")
    assert (request.scene.name, request.theme, request.options) == ("rings", "light", {"grid": 5})
    assert request.pacing == Pacing(fps=25.0, pace=2.0)
    assert (request.max_size, request.workers, request.poster) == (5_000_000, 1, tmp_path / "p.png")
    assert Request.of("rings", tmp_path / "x.mp4").max_size is None


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"gird": 5}, "scene 'rings' has no option 'gird'"),
        ({"grid": 500}, "--grid is 500"),
        ({"fps": 1000}, "--fps is 1000"),
        ({"size": (161, 90)}, "161x90 has an odd side"),
        ({"size": "161x90"}, "161x90 has an odd side"),
        ({"size": "big"}, "'big' is not a size; write width x height"),
        ({"size": (160,)}, r"\(160,\) is not a size"),
        ({"size": (160.0, 90.0)}, r"\(160\.0, 90\.0\) is not a size"),
        ({"size": 160}, "160 is not a size"),
        ({"target": "y.mp4"}, "scene 'rings' has no option 'target'"),
        ({"theme": "blue"}, "--theme is 'blue'"),
        ({"workers": 0}, "--workers is 0"),
        ({"max_size": "lots"}, "--max-size is .lots."),
        ({"poster": "p.tiff"}, "--poster p.tiff"),
    ],
)
def test_what_cannot_be_is_refused(asked: dict[str, object], said: str, tmp_path: Path) -> None:
    with pytest.raises(AnimvizError, match=said):
        Request.of("rings", tmp_path / "x.mp4", **asked)
    assert not list(tmp_path.iterdir())


def test_plan_is_small_and_equal_after_a_journey(rings_recording: Recording, tmp_path: Path) -> None:
    plan = Request.of("rings", tmp_path / "x.mp4", grid=5).plan(rings_recording)
    sent = pickle.dumps(plan)
    assert len(sent) < 1500
    arrived = pickle.loads(sent)
    assert isinstance(arrived, Plan)
    assert (arrived, hash(arrived)) == (plan, hash(plan))
    assert len({plan, arrived, Request.of("rings", tmp_path / "x.mp4", grid=7).plan(rings_recording)}) == 2


# --- Packages that animviz does not bring along ---


@pytest.fixture
def no_opentsne(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openTSNE", None)


@pytest.mark.usefixtures("no_opentsne")
@pytest.mark.parametrize(
    ("command", "who"),
    [
        (("render", "tsne"), "scene 'tsne'"),
        (("compare", "--arch", "*-8-*", "--arch", "*-4-*", "--scene", "tsne"), "scene 'tsne'"),
    ],
)
def test_missing_package_is_named_before_training(
    command: tuple[str, ...], who: str, cli: Callable[..., Result], tmp_path: Path
) -> None:
    done = cli(*command, "--data", "digits-8x8", "-o", "x.mp4")
    assert (done.code, done.out) == (2, "")
    assert done.err == f"animviz: {who} needs openTSNE; install it: pip install 'animviz[tsne]'\n"
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("no_opentsne")
def test_scene_whose_package_is_missing_stays_listed(cli: Callable[..., Result]) -> None:
    listed = cli("scenes").out
    assert "tsne" in listed
    assert "[broken]" not in listed


# --- Python as the command line ---


def test_render_keeps_5_mb_and_says_what_was_written(
    rings_recording: Recording, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    movie = animviz.render("rings", rings_recording, tmp_path / "x.gif", **SMALL)
    assert capsys.readouterr().out == f"{movie}\n"
    assert str(movie).startswith(f"{tmp_path / 'x.gif'}: 10 frames, 1.0 s, 160x90, ")
    size = movie.path.stat().st_size
    monkeypatch.setattr("animviz.video.budget.DEFAULT_LIMIT", size // 2)
    less = animviz.render("rings", rings_recording, tmp_path / "x.gif", quiet=True, **SMALL)
    assert capsys.readouterr().out == ""
    assert less.path.stat().st_size <= size // 2
    assert less.given_up
    assert str(less).endswith(f" (to fit: {less.given_up})")
    with Image.open(less.path) as picture:
        assert picture.size == less.size
    for limit in (None, "none"):
        whole = animviz.render("rings", rings_recording, tmp_path / "x.gif", max_size=limit, quiet=True, **SMALL)
        assert (whole.path.stat().st_size > size // 2, whole.given_up) == (True, "")


def test_stills_and_frames_take_paths_and_frames_need_no_timeline(rings_recording: Recording) -> None:
    path, look = rings_recording.path, {"size": (160, 90), "theme": "light"}
    pacing = {name: SMALL[name] for name in ("hold_start", "hold_end", "fps")} | {"pace": 8.0}
    timeline = Timeline(rings_recording.epochs, Pacing(**pacing))
    known = list(animviz.frames("rings", rings_recording, timeline, **look))
    found = list(animviz.frames("rings", path, **look, **pacing))
    assert np.array_equal(known, found)
    assert np.array_equal(animviz.frame_at("rings", str(path), 4.0, **look), known[-1])
    with pytest.raises(InputError, match="scene 'rings' has no option 'fps'"):
        animviz.frames("rings", path, timeline, fps=5.0)


@pytest.mark.parametrize("scene", ["rings", "history"])
@pytest.mark.parametrize("epoch", [float("nan"), float("inf"), -1.0, 4.5])
def test_still_outside_the_recording_is_refused(scene: str, epoch: float, rings_recording: Recording) -> None:
    with pytest.raises(InputError, match=f"epoch {epoch:g} is outside the recording, which spans 0 to 4"):
        animviz.frame_at(scene, rings_recording, epoch, size=(160, 90))


def test_size_is_a_pair_or_a_text(rings_recording: Recording, tmp_path: Path) -> None:
    assert Request.of("rings", tmp_path / "x.mp4", size="1:1").size == (720, 720)
    assert Request.of("rings", tmp_path / "x.mp4", size=np.array([160, 90])).size == (160, 90)
    assert animviz.frame_at("history", rings_recording, 0.0, size="160x90").shape == (90, 160, 3)
