"""The videos play where people look at them: in a browser, here Chromium."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest

import animviz
from animviz import Recording
from animviz.stage.theme import THEMES
from animviz.video.encoder import Encoder
from animviz.video.shown import shown
from animviz.video.snippets import snippet

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium"),
]

WIDTH, HEIGHT = 320, 180
SECONDS = 2.0
PLAY = """async () => {
    const video = document.querySelector('video');
    const settled = name => new Promise((done, fail) => {
        video.addEventListener(name, done, {once: true});
        video.addEventListener('error', () => fail(new Error(video.error.message)), {once: true});
    });
    if (video.readyState < 4) await settled('canplaythrough');
    const size = [video.videoWidth, video.videoHeight], duration = video.duration, start = video.currentTime;
    await video.play();
    await settled('ended');
    return {size, duration, start, end: video.currentTime, error: video.error && video.error.message,
            frames: video.getVideoPlaybackQuality().totalVideoFrames};
}"""
PIXELS = """async ([time, row]) => {
    const video = document.querySelector('video');
    video.pause();
    const sought = new Promise(done => video.addEventListener('seeked', done, {once: true}));
    video.currentTime = time;
    await sought;
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    const context = canvas.getContext('2d');
    context.drawImage(video, 0, 0);
    const [top, height] = row === null ? [0, canvas.height] : [row, 1];
    return [canvas.width, Array.from(context.getImageData(0, top, canvas.width, height).data)];
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required",
             "--allow-file-access-from-files", "--force-color-profile=srgb"]  # fmt: skip
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield chromium
        chromium.close()


@pytest.fixture
def show(browser: Any, tmp_path: Path) -> Iterator[Callable[[Path], Any]]:
    """Return a function that opens a page with a video, as a teacher would put it on one."""
    pages = []

    def open_page(video: Path) -> Any:
        page = browser.new_page()
        pages.append(page)
        (tmp_path / "page.html").write_text(
            f"<!doctype html><meta charset=utf-8><title>x</title><video src='{video.name}' muted preload=auto></video>"
        )
        page.goto((tmp_path / "page.html").as_uri())
        return page

    yield open_page
    for page in pages:
        page.close()


def picture(page: Any, seconds: float, row: int | None = None) -> np.ndarray:
    """Return what the browser draws at a time, all of it or one row."""
    width, values = page.evaluate(PIXELS, [seconds, row])
    return np.array(values, dtype=np.uint8).reshape(-1, width, 4)[:, :, :3]


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_video_plays_to_its_end(
    suffix: str, show: Callable[[Path], Any], rings_recording: Recording, tmp_path: Path
) -> None:
    path = tmp_path / f"video{suffix}"
    options = {"size": (WIDTH, HEIGHT), "seconds": SECONDS, "hold_start": 0.2, "hold_end": 0.3}
    movie = animviz.render("rings", rings_recording, path, **options)
    played = show(path).evaluate(PLAY)
    assert played["error"] is None
    assert played["size"] == [WIDTH, HEIGHT]
    assert played["duration"] == pytest.approx(SECONDS, abs=0.05)
    assert played["start"] == 0
    assert played["end"] == pytest.approx(SECONDS, abs=0.1)
    # A busy machine may drop some, but a picture that stands still would show one.
    assert movie.frames // 2 <= played["frames"] <= movie.frames + 2


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_browser_shows_the_frames_that_were_drawn(
    suffix: str, show: Callable[[Path], Any], rings_recording: Recording, tmp_path: Path
) -> None:
    options: dict[str, Any] = {"size": (WIDTH, HEIGHT), "theme": "light"}
    path = tmp_path / f"video{suffix}"
    animviz.render("rings", rings_recording, path, **options, seconds=SECONDS, hold_start=0.5, hold_end=0.5)
    page = show(path)
    page.evaluate(PLAY)
    first, last = picture(page, 0.25), picture(page, SECONDS - 0.1)
    assert first.std() > 5, "a blank picture"
    for seen, epoch in ((first, 0.0), (last, 4.0)):
        drawn = animviz.frame_at("rings", rings_recording, epoch, **options).astype(float)
        assert np.sqrt(((seen - drawn) ** 2).mean()) < 8
    assert np.abs(first.astype(int) - last).max() > 40


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
@pytest.mark.parametrize("height", [360, 720])
def test_browser_shows_saturated_colours_right(
    suffix: str, height: int, show: Callable[[Path], Any], tmp_path: Path
) -> None:
    # Untagged video of these heights is taken for BT.601 or for BT.709; the tags leave no choice.
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 255, 255), (255, 0, 255), (255, 255, 0), (230, 120, 20)]
    frame = np.full((height, 64 * len(colours), 4), 255, np.uint8)
    for place, colour in enumerate(colours):
        frame[:, 64 * place : 64 * (place + 1), :3] = colour
    path = tmp_path / f"colours{suffix}"
    with Encoder(path, (frame.shape[1], height), 10) as encoder:
        for _ in range(10):
            encoder.write(frame)
    page = show(path)
    page.evaluate(PLAY)
    error = np.abs(picture(page, 0.5, row=height // 2)[0, 32::64].astype(int) - colours)
    assert error[:, :2].max() <= 3
    # Where it has no GPU, Chromium converts with libyuv, whose 8 bits cannot hold BT.709's factor for blue (2.11 becomes
    # 2.0): that is 12 of 255. Taken for BT.601, red would be off by 22 and green by more.
    assert error[:, 2].max() <= 13


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".apng", ".png"])
def test_animated_picture_moves_in_a_page(
    suffix: str, browser: Any, rings_recording: Recording, tmp_path: Path
) -> None:
    path = tmp_path / f"picture{suffix}"
    options = {"size": (WIDTH, HEIGHT), "seconds": 1.0, "hold_start": 0.1, "hold_end": 0.1}
    animviz.render("rings", rings_recording, path, **options)
    page = browser.new_page()
    (tmp_path / "page.html").write_text(f"<!doctype html><img src='{path.name}'>")
    page.goto((tmp_path / "page.html").as_uri())
    size = page.evaluate(
        "async () => { const i = document.images[0]; await i.decode(); return [i.naturalWidth, i.naturalHeight]; }"
    )
    assert size == [WIDTH, HEIGHT]
    image = page.locator("img")
    shots = set()
    for _ in range(8):
        shots.add(image.screenshot())
        page.wait_for_timeout(70)
    assert len(shots) > 2, "it stands still"
    page.close()


def drawn_over(browser: Any, file: Path, page_color: str) -> np.ndarray:
    """Return what the browser shows of a video or picture over a page of a colour, once it has played."""
    tag = "video muted playsinline" if file.suffix in (".webm", ".mp4") else "img"
    folder = file.parent
    (folder / "over.html").write_text(
        f"<!doctype html><style>body{{margin:0;background:{page_color}}}</style><{tag} src='{file.name}' style='display:block'>"
    )
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.goto((folder / "over.html").as_uri())
    if tag != "img":
        page.evaluate(PLAY)
    else:
        page.wait_for_timeout(1500)  # it plays once
    shot = iio.imread(page.screenshot())[..., :3]
    page.close()
    return shot


@pytest.mark.parametrize("suffix", [".webm", ".webp", ".apng", ".avif"])
def test_browser_lays_a_cutout_over_its_page(
    suffix: str, browser: Any, rings_recording: Recording, tmp_path: Path
) -> None:
    path = tmp_path / f"cutout{suffix}"
    options: dict[str, Any] = {
        "size": (WIDTH, HEIGHT), "seconds": 0.6, "fps": 10.0, "hold_start": 0.1, "hold_end": 0.3,
    }  # fmt: skip
    loop = "forever" if suffix == ".webm" else "once"
    animviz.render("rings", rings_recording, path, background="transparent", loop=loop, quiet=True, **options)
    for page_color in ("#202880", "#000000"):
        *_, drawn = animviz.frames("rings", rings_recording, background=page_color, **options)
        seen = drawn_over(browser, path, page_color).astype(float)
        assert tuple(seen[2, 2]) == tuple(drawn[2, 2])
        assert np.sqrt(((seen - drawn) ** 2).mean()) < 6, page_color


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
@pytest.mark.parametrize("theme", list(THEMES))
def test_no_box_is_seen_around_a_video_on_a_page_of_its_colour(
    suffix: str, theme: str, browser: Any, rings_recording: Recording, tmp_path: Path
) -> None:
    path = tmp_path / f"video{suffix}"
    options: dict[str, Any] = {"size": (WIDTH, HEIGHT), "seconds": 0.6, "hold_start": 0.1, "hold_end": 0.1}
    animviz.render("history", rings_recording, path, theme=theme, quiet=True, **options)
    edge = drawn_over(browser, path, "#808080")[:3].reshape(-1, 3)
    colors, counts = np.unique(edge, axis=0, return_counts=True)
    red, green, blue = colors[counts.argmax()]
    assert f"#{red:02x}{green:02x}{blue:02x}" == THEMES[theme].background
    assert np.abs(edge.astype(int) - edge[0]).max() <= 12, "no more than the codec's noise"


LOOPS = """async () => {
    const videos = [...document.querySelectorAll('video')];
    const state = video => ({time: video.currentTime, paused: video.paused, size: [video.clientWidth, video.clientHeight]});
    const start = performance.now();
    let last = 0, turns = 0;
    while (performance.now() - start < 2500) {
        const now = videos[0].currentTime;
        if (now < last) turns += 1;
        last = now;
        await new Promise(done => setTimeout(done, 30));
    }
    return {turns, videos: videos.map(state)};
}"""


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_snippet_plays_and_repeats_but_for_readers_who_want_no_motion(
    motion: str, browser: Any, rings_recording: Recording, tmp_path: Path
) -> None:
    for suffix in (".mp4", ".webm", ".gif"):
        path = tmp_path / f"my film{suffix}"
        animviz.render("rings", rings_recording, path, size=(WIDTH, HEIGHT), seconds=0.6, quiet=True, hold_end=0.1)
    films = [shown(tmp_path / f"my film{suffix}", 'Rings "part"') for suffix in (".mp4", ".webm", ".gif")]
    films = [replace(film, path=Path(film.path.name), poster=Path(film.poster.name)) for film in films]
    raw = snippet(films[1], "quarto").splitlines()[1:-1]  # what Quarto puts into its page as it is
    snippets = "\n".join([snippet(films[0], "html"), *raw, snippet(films[2], "html")])
    (tmp_path / "page.html").write_text(f"<!doctype html><meta charset=utf-8><title>x</title>{snippets}")
    page = browser.new_page(reduced_motion=motion)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfailed", lambda request: said.append(request.url))
    page.goto((tmp_path / "page.html").as_uri())
    found = page.evaluate(LOOPS)
    shows = page.evaluate("document.images[0].currentSrc")
    assert not said
    assert [video["size"] for video in found["videos"]] == [[WIDTH, HEIGHT]] * 2
    if motion == "reduce":
        assert all(video["paused"] and video["time"] == 0 for video in found["videos"])
        assert shows.endswith("-poster.png")
    else:
        assert found["turns"] >= 2
        assert not any(video["paused"] for video in found["videos"])
        assert shows.endswith(".gif")
    page.close()


def test_svg_still_looks_as_the_picture(browser: Any, rings_recording: Recording, tmp_path: Path) -> None:
    """Letters, lines and images lie where they lie in the film."""
    for scene in ("rings", "network", "confusion"):
        path = animviz.still(scene, rings_recording, "last", tmp_path / f"{scene}.svg", size=(1280, 720), theme="print")
        (tmp_path / "page.html").write_text(
            f"<!doctype html><style>body{{margin:0}}</style><img src='{path.name}' style='display:block;width:1280px'>"
        )
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto((tmp_path / "page.html").as_uri())
        shot = iio.imread(page.screenshot())[..., :3].astype(float)
        page.close()
        drawn = animviz.frame_at(scene, rings_recording, 4.0, size=(1280, 720), theme="print").astype(float)
        assert np.abs(shot - drawn).mean() < 4.5, scene
        # Letters of a film stand on whole pixels, so that the end of a long line may be three pixels off.
        blurred = [image.reshape(36, 20, 64, 20, 3).mean(axis=(1, 3)) for image in (shot, drawn)]
        assert np.abs(blurred[0] - blurred[1]).max() < 50, f"{scene}: something is missing, or elsewhere"
