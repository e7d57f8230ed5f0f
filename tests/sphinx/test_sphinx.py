"""The Sphinx extension on real builds, and the site of the documentation."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest
from PIL import Image

from animviz import Recording, frame_at
from animviz.pictures.discovery import scene_names
from animviz.sphinx import media
from animviz.video.reading import Film

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PAGE = """\
A page
======

.. animviz:: rings
   :from: ../run.rec
   :size: 160x90
   :seconds: 1
   :hold-start: 0
   :hold-end: 0.2
   :fps: 10
   :poster: 2
   :alt: Rings "part" & bend
   :caption: How *two* rings part
"""


@pytest.fixture
def project(tmp_path: Path, rings_recording: Recording) -> Path:
    """A project of one page in a folder, with a recording beside it."""
    (tmp_path / "source" / "deep").mkdir(parents=True)
    shutil.copytree(rings_recording.path, tmp_path / "source" / "run.rec")
    (tmp_path / "source" / "conf.py").write_text('project = "Test"\nextensions = ["animviz.sphinx"]\n')
    (tmp_path / "source" / "index.rst").write_text("Test\n====\n\n.. toctree::\n\n   deep/page\n")
    (tmp_path / "source" / "deep" / "page.rst").write_text(PAGE)
    return tmp_path


def build(project: Path, builder: str, *flags: str) -> int:
    """Build in this process, with doctrees that all builders share."""
    from sphinx.cmd.build import main

    folders = [str(project / "source"), str(project / builder), "-d", str(project / "doctrees")]
    return main(["-q", "-b", builder, *flags, *folders])


def drawn(project: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in (project / "doctrees" / "animviz").glob("*/*.*")}


def test_html_has_a_video_and_the_other_builders_its_poster(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert build(project, "html", "-W") == 0
    page = (project / "html" / "deep" / "page.html").read_text(encoding="utf-8")
    video = re.search(r"<video.*?</video>", page)
    assert video
    assert 'aria-label="Rings &quot;part&quot; &amp; bend"' in video[0]
    assert 'width="160" height="90"' in video[0]
    places = [project / "html" / "deep" / place for place in re.findall(r'(?:src|poster)="([^"]+)"', video[0])]
    assert [place.suffix for place in places] == [".png", ".mp4", ".gif"]
    assert all(place.is_file() for place in places)
    for place in places[::2]:
        with Image.open(place) as picture:
            assert picture.size == (160, 90)
    assert "How <em>two</em> rings part" in page
    before = drawn(project)
    assert len(before) == 3

    # Nothing is drawn from here on: neither for pages that are read anew, nor for another builder.
    monkeypatch.setattr(media, "film", None)
    assert build(project, "html", "-W", "-E") == 0
    assert build(project, "latex", "-W") == 0
    assert drawn(project) == before
    text = (project / "latex" / "test.tex").read_text(encoding="utf-8")
    found = re.search(r"\\sphinxincludegraphics(?:\[.*?\])?\{\{(\w+)\}(\.png)\}", text)
    assert found
    assert (project / "latex" / (found[1] + found[2])).read_bytes() == places[0].read_bytes()


def test_switches_and_aspects_are_read_as_on_the_command_line(project: Path) -> None:
    page = project / "source" / "deep" / "page.rst"
    page.write_text(PAGE.replace(":size: 160x90", ":size: 160x160\n   :no-points:"))
    assert build(project, "html", "-W") == 0
    (bare,) = (path for path in drawn(project) if path.name == "poster.png")
    recording, look = Recording(project / "source" / "run.rec"), {"size": (160, 160)}
    assert np.array_equal(iio.imread(bare), frame_at("rings", recording, 2.0, points=False, **look))
    assert not np.array_equal(iio.imread(bare), frame_at("rings", recording, 2.0, **look))


def test_background_is_that_of_the_page(project: Path) -> None:
    page = project / "source" / "deep" / "page.rst"
    page.write_text(PAGE.replace(":size: 160x90", ":size: 160x90\n   :theme: light\n   :background: #fdf6e3"))
    assert build(project, "html", "-W") == 0
    for path in drawn(project):
        (frame,) = Film(path).frames([0])
        assert np.abs(frame[-1, -1].astype(int) - (0xFD, 0xF6, 0xE3)).max() <= 3, path.name


@pytest.mark.integration
def test_another_option_or_recording_is_drawn_anew(project: Path, trained: Callable[..., Recording]) -> None:
    assert build(project, "html", "-W") == 0
    page, count = project / "source" / "deep" / "page.rst", len(drawn(project))
    page.write_text(PAGE.replace(":poster: 2", ":theme: light"))
    assert build(project, "html", "-W") == 0
    assert len(drawn(project)) == 2 * count
    shutil.rmtree(project / "source" / "run.rec")
    shutil.copytree(trained("two_rings", arch="2-2-2-1").path, project / "source" / "run.rec")
    (project / "source" / "run.rec" / "index.jsonl").touch()
    assert build(project, "html", "-W") == 0
    assert len(drawn(project)) == 3 * count


MISTAKES = {
    (
        "",
        ":gird: 10",
    ): "--gird is no option of scene 'rings'; it has fps, .*grid, points, no-points, title, .*, size",
    ("", ":no-grid:"): "--no-grid is no option of scene 'rings'",
    ("", ":grid: many"): "--grid is 'many'; expected int",
    ("", ":points: maybe"): "--points is 'maybe'; expected yes, no, or nothing",
    (":size: 160x90", ":size: big"): "'big' is not a size; write width x height in pixels",
    (":fps: 10", ":fps: 1000"): "--fps is 1000.0; expected 0.1 to 240",
    (":poster: 2", ":poster: 7"): "the poster's epoch is 7; expected 0 to 4",
    ("run.rec", "none.rec"): "none.rec",
    ("", ":arch: 2-2-1"): "--arch cannot go with --from",
    ("", ":workers: 2"): "workers cannot be given here",
    (":: rings", ":: ring"): "no scene 'ring'",
}


def test_mistakes_fail_the_build_each_in_one_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    title, directive = PAGE.split("\n\n", 1)
    wrong = [directive.replace(old, new) if old else f"{directive}   {new}\n" for old, new in MISTAKES]
    page = project / "source" / "deep" / "page.rst"
    page.write_text("\n\n".join([title, *wrong]))
    numbers = [number for number, line in enumerate(page.read_text().splitlines(), 1) if line.startswith("..")]
    for _ in range(2):  # what was built before hides nothing
        capsys.readouterr()
        assert build(project, "html") == 2
        lines = [line for line in capsys.readouterr().err.splitlines() if line]
        assert len(lines) == len(wrong)
        for line, number, said in zip(lines, numbers, MISTAKES.values(), strict=True):
            assert re.search(rf"page\.rst:{number}: ERROR: animviz: .*{said}", line)
    assert not list((project / "doctrees").glob("animviz/*"))


LOOK = """async () => {
    const pictures = [...document.images].filter(image => !image.closest('video'));
    pictures.forEach(image => image.loading = 'eager');
    await Promise.all(pictures.map(image => image.decode()));
    const videos = [...document.querySelectorAll('video')];
    for (const video of videos) {
        await video.play();
        while (video.currentTime < 0.3) await new Promise(done => setTimeout(done, 50));
    }
    return [pictures.length, videos.length];
}"""


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium")
def test_site_builds_without_warnings_and_opens_without_errors(tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", str(ROOT / "docs"), str(tmp_path / "site")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    pages = [path for path in sorted((tmp_path / "site").glob("*.html")) if path.stem not in ("genindex", "search")]
    assert len(pages) >= 18
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page, errors = chromium.new_page(), []
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        # It must work from disk, so it asks for nothing elsewhere.
        page.on("request", lambda request: errors.append(request.url) if request.url.startswith("http") else None)
        seen: dict[str, Any] = {}
        for path in pages:
            page.goto(path.as_uri())
            seen[path.stem] = page.evaluate(LOOK)
            assert not errors, f"{path.name}: {errors}"
        chromium.close()
    assert seen["gallery"][0] == len(scene_names())
    assert seen["tutorial"][1] == 2


SCENE = '''
import animviz as av
from lib.style import COLOR

@av.scene()
def plain(stage: av.Stage, recording: av.Recording):
    """One colour."""
    return lambda moment: None
'''


def test_page_depends_on_the_modules_beside_its_scene(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = project / "source" / "deep"
    (page / "lib").mkdir()
    for name, text in {"plain.py": SCENE, "lib/style.py": "COLOR = 'red'\n", "other.py": ""}.items():
        (page / name).write_text(text)
    monkeypatch.setattr(media, "_once", lambda place, make: None)  # what is drawn is of no matter here
    made = media.media_for("plain.py", {"from": "../run.rec"}, beside=page, cache=project / "cache")
    assert {path.resolve() for path in made.sources} == {
        page / "plain.py",
        page / "lib" / "style.py",
        project / "source" / "run.rec" / "index.jsonl",
    }
    (page / "lib" / "style.py").write_text("COLOR = 'blue'\n")
    again = media.media_for("plain.py", {"from": "../run.rec"}, beside=page, cache=project / "cache")
    assert again.files != made.files
