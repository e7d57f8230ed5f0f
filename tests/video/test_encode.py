"""What goes in comes out: frames, size, rate and colours of every format; and nothing is left when it goes wrong."""

import re
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_info

from animviz.errors import EncodeError
from animviz.stage.theme import THEMES
from animviz.video.encoder import Encoder
from animviz.video.ffmpeg import ffmpeg_exe, have_encoder
from animviz.video.formats import CODECS, FORMATS, Coding, default_fps, format_of, plays_in
from animviz.video.provenance import provenance_in
from animviz.video.targets import check_output
from helpers.videos import RAW, VIDEO, decoded, durations, stream_line

pytestmark = pytest.mark.contract

WIDTH, HEIGHT = 128, 72
SIZE = (WIDTH, HEIGHT)
FPS = 20
FRAMES = 12
SUFFIXES = [*FORMATS]
# Root mean square error after decoding that each format may have on soft pictures; absent means lossless.
LOSS = {".mp4": 3.5, ".m4v": 3.5, ".mov": 3.5, ".avif": 3.5, ".webm": 3.5, ".webp": 3.5, ".gif": 2.0}
PATCHES = [
    (255, 0, 0),
    (0, 255, 0),
    (0, 0, 255),
    (255, 255, 0),
    (255, 0, 255),
    (0, 255, 255),
    (255, 255, 255),
    (0, 0, 0),
]


def scene(index: int) -> np.ndarray:
    """Return a coloured background with a soft spot that moves to the right."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    spot = np.exp(-((x - 16 - 8 * index) ** 2 + (y - HEIGHT / 2) ** 2) / 200)[:, :, None]
    background = np.dstack([40 + x / 4, 60 + y / 2, np.full(x.shape, 120)])
    mixed = background + spot * (np.array([220, 130, 50]) - background)
    return np.dstack([mixed, np.full(x.shape, 255)]).astype(np.uint8)


def patches(count: int = 1, side: int = 48) -> Iterator[np.ndarray]:
    row = np.repeat(np.array(PATCHES, dtype=np.uint8), side, axis=0)[None].repeat(side, axis=0)
    for _ in range(count):
        yield np.dstack([row, np.full(row.shape[:2], 255, dtype=np.uint8)])


def written(path: Path, frames: Any = None, **options: Any) -> Path:
    """Encode frames, by default twelve of the moving disc."""
    with Encoder(path, **{"fps": FPS, "size": SIZE, **options}) as encoder:
        for frame in frames if frames is not None else map(scene, range(FRAMES)):
            encoder.write(frame)
    return path


def failing(error: Exception) -> Iterator[np.ndarray]:
    """Yield two frames, then fail as a scene may."""
    yield scene(0)
    yield scene(1)
    raise error


def atoms(contents: bytes) -> list[str]:
    """Return the names of the outermost atoms of an MP4 file in their order."""
    names, place = [], 0
    while place < len(contents):
        size, name = struct.unpack_from(">I4s", contents, place)
        if size == 1:
            (size,) = struct.unpack_from(">Q", contents, place + 8)
        assert size >= 8, "a broken atom"
        names.append(name.decode())
        place += size
    return names


def left_behind(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def fake_ffmpeg(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a shell script in ffmpeg's place."""
    folder.mkdir(exist_ok=True)
    exe = folder / "ffmpeg"
    exe.write_text(f"#!/bin/sh\n{script}\n")
    exe.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(exe))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_frames_that_go_in_come_out(suffix: str, tmp_path: Path) -> None:
    path = written(tmp_path / f"movie{suffix}")
    result = decoded(path)
    expected = np.stack([scene(index)[:, :, :3] for index in range(FRAMES)])
    assert result.shape == expected.shape
    errors = np.sqrt(((result.astype(float) - expected) ** 2).mean(axis=(1, 2, 3)))
    assert errors.max() <= LOSS.get(suffix, 0.0)
    assert left_behind(tmp_path) == [path.name]


@pytest.mark.parametrize("suffix", VIDEO)
@pytest.mark.parametrize("fps", [1, 23.976, 30, 60])
def test_video_has_the_asked_rate(suffix: str, fps: float, tmp_path: Path) -> None:
    path = written(tmp_path / f"movie{suffix}", fps=fps)
    facts = iio.immeta(path.rename(tmp_path / "movie.mp4") if suffix == ".m4v" else path, plugin="FFMPEG")
    assert facts["fps"] == pytest.approx(fps, abs=0.01)
    assert facts["duration"] == pytest.approx(FRAMES / fps, abs=0.02)


@pytest.mark.parametrize("suffix", [".webp", ".apng", ".png", ".gif"])
@pytest.mark.parametrize("fps", [10, 25, 50])
def test_animated_picture_has_the_asked_rate(suffix: str, fps: float, tmp_path: Path) -> None:
    assert durations(written(tmp_path / f"movie{suffix}", fps=fps)) == pytest.approx([1000 / fps] * FRAMES, abs=0.01)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_picture_that_stands_still_is_shown_as_long_as_asked(suffix: str, tmp_path: Path) -> None:
    still = [scene(0)] * 10 + [scene(5)] * 15
    path = written(tmp_path / f"movie{suffix}", still)
    if suffix in VIDEO or not suffix:
        assert len(decoded(path)) == 25
    else:
        # Formats may melt equal frames into one that is shown longer.
        assert sum(durations(path)) == pytest.approx(1000 * 25 / FPS, abs=1)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_single_frame_is_a_video(suffix: str, tmp_path: Path) -> None:
    result = decoded(written(tmp_path / f"movie{suffix}", [scene(3)]))
    assert result.reshape(-1, HEIGHT, WIDTH, 3).shape[0] == 1


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_same_frames_give_the_same_bytes(suffix: str, tmp_path: Path) -> None:
    def contents(path: Path) -> list[bytes]:
        return [file.read_bytes() for file in (sorted(path.iterdir()) if path.is_dir() else [path])]

    first, second = written(tmp_path / f"one{suffix}"), written(tmp_path / f"two{suffix}")
    assert contents(first) == contents(second)


def test_extension_may_be_in_capitals(tmp_path: Path) -> None:
    assert "h264" in stream_line(written(tmp_path / "MOVIE.MP4"))


def test_lent_frames_arrive_though_two_buffers_are_used_in_turn(tmp_path: Path) -> None:
    frames = np.random.default_rng(0).integers(0, 256, (40, 360, 640, 4)).astype(np.uint8)
    with Encoder(tmp_path / "written.mp4", (640, 360), 30) as encoder:
        for frame in frames:
            encoder.write(frame)
    buffers = np.empty((2, *frames.shape[1:]), np.uint8)
    with Encoder(tmp_path / "lent.mp4", (640, 360), 30) as encoder:
        for number, frame in enumerate(frames):
            buffers[number % 2] = frame
            encoder.lend(buffers[number % 2])
    assert (tmp_path / "lent.mp4").read_bytes() == (tmp_path / "written.mp4").read_bytes()


def test_matrix_products_leave_the_cores_to_ffmpeg_while_frames_are_written(tmp_path: Path) -> None:
    def threads() -> set[int]:
        return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}

    before = threads()
    with Encoder(tmp_path / "movie.mp4", (64, 64), 30) as encoder:
        encoder.write(np.zeros((64, 64, 4), np.uint8))
        assert threads() == {1}
    assert threads() == before


def test_frames_need_not_be_contiguous(tmp_path: Path) -> None:
    frames = [np.asfortranarray(scene(index)) for index in range(3)]
    assert np.array_equal(decoded(written(tmp_path / "m.apng", frames))[2], scene(2)[:, :, :3])


def test_1080_lines_stay_1080(tmp_path: Path) -> None:
    path = written(tmp_path / "movie.mp4", [np.zeros((1080, 1920, 4), np.uint8)] * 2, size=(1920, 1080))
    assert decoded(path).shape == (2, 1080, 1920, 3)


@pytest.mark.parametrize("suffix", VIDEO)
def test_video_is_yuv420p_and_all_three_tags_say_bt709(suffix: str, tmp_path: Path) -> None:
    # ffmpeg writes the three tags as a/b/c where they differ, and once where they agree.
    line = stream_line(written(tmp_path / f"movie{suffix}"))
    pixels = "yuv444p1[02]le" if suffix == ".mov" else "yuv420p"
    assert re.search(rf"{pixels}\(tv, bt709\b(?!/)", line), line


def test_mp4_says_bt709_in_container_and_in_stream(tmp_path: Path) -> None:
    path = written(tmp_path / "movie.mp4")
    # colr: primaries, transfer and matrix are 1 (BT.709), the highest bit of the last byte is the full range flag.
    assert b"colrnclx\x00\x01\x00\x01\x00\x01\x00" in path.read_bytes()
    bare = tmp_path / "bare.h264"
    subprocess.run([ffmpeg_exe(), "-v", "error", "-i", path, "-c", "copy", bare], check=True)
    assert re.search(r"yuv420p\(tv, bt709\b(?!/)", stream_line(bare))


def test_mp4_starts_with_its_index(tmp_path: Path) -> None:
    names = atoms(written(tmp_path / "movie.mp4").read_bytes())
    assert names[0] == "ftyp"
    assert names.index("moov") < names.index("mdat")


@pytest.mark.parametrize("suffix", VIDEO)
def test_saturated_colours_decode_right_under_bt709(suffix: str, tmp_path: Path) -> None:
    side = 48
    path = written(tmp_path / f"movie{suffix}", patches(3, side), size=(side * len(PATCHES), side))
    width = side * len(PATCHES)
    raw = subprocess.run(
        [ffmpeg_exe(), "-v", "error", "-i", path, *RAW, "yuv420p", "-"],
        capture_output=True, check=True,
    ).stdout  # fmt: skip
    # The planes as they are stored, and the arithmetic of the standard: ffmpeg's own idea of colours is not asked.
    planes = np.frombuffer(raw, np.uint8)[: width * side * 3 // 2]
    luma = planes[: width * side].reshape(side, width)
    chroma = planes[width * side :].reshape(2, side // 2, width // 2)
    for place, colour in enumerate(PATCHES):
        middle = place * side + side // 2
        y = (float(luma[side // 2, middle]) - 16) / 219
        u, v = ((float(plane[side // 4, middle // 2]) - 128) / 224 for plane in chroma)
        rgb = np.array([y + 1.5748 * v, y - 0.1873 * u - 0.4681 * v, y + 1.8556 * u]) * 255
        assert np.abs(rgb - colour).max() <= 4, colour


@pytest.mark.parametrize("suffix", [".webp", ".apng", ".gif", ""])
def test_saturated_colours_survive_in_pictures(suffix: str, tmp_path: Path) -> None:
    side = 48
    picture = decoded(written(tmp_path / f"movie{suffix}", patches(2, side), size=(side * len(PATCHES), side)))[
        0
    ].astype(float)
    middles = picture[side // 2, side // 2 :: side]
    assert np.abs(middles - PATCHES).max() <= (6 if suffix == ".webp" else 0)


def test_gif_spends_its_palette_on_all_frames(tmp_path: Path) -> None:
    frames = []
    for colour in PATCHES:
        frame = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
        frame[:, :, :3] = colour
        frames.append(frame)
    shown = decoded(written(tmp_path / "movie.gif", frames))
    assert [tuple(frame[5, 5]) for frame in shown] == PATCHES


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_exception_inside_leaves_nothing(suffix: str, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="mine"):
        written(tmp_path / f"m{suffix}", failing(RuntimeError("mine")))
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_zero_frames_are_refused_and_leave_nothing(suffix: str, tmp_path: Path) -> None:
    for _ in range(5):
        with pytest.raises(EncodeError, match="no frames"):
            written(tmp_path / f"m{suffix}", [])
        assert left_behind(tmp_path) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((HEIGHT, WIDTH, 3), np.uint8),
        np.zeros((WIDTH, HEIGHT, 4), np.uint8),
        np.zeros((HEIGHT, WIDTH + 2, 4), np.uint8),
        np.zeros((HEIGHT, WIDTH, 4), np.float32),
        np.zeros((HEIGHT, WIDTH, 4), np.int8),
    ],
    ids=lambda wrong: f"{wrong.dtype}{wrong.shape}",
)
def test_frame_of_wrong_shape_or_type_is_refused(suffix: str, wrong: np.ndarray, tmp_path: Path) -> None:
    said = re.escape(f"frame 1 is {wrong.dtype} {wrong.shape}; expected uint8 {(HEIGHT, WIDTH, 4)}")
    with pytest.raises(EncodeError, match=said):
        written(tmp_path / f"m{suffix}", [scene(0), wrong])
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_earlier_video_stays_as_it_was_when_a_render_fails(suffix: str, tmp_path: Path) -> None:
    path = written(tmp_path / f"m{suffix}")
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    before = [(file, file.read_bytes()) for file in files]
    with pytest.raises(ZeroDivisionError):
        written(path, failing(ZeroDivisionError()))
    assert [(file, file.read_bytes()) for file in files] == before
    assert left_behind(tmp_path) == [path.name]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_video_takes_the_place_of_an_earlier_one(suffix: str, tmp_path: Path) -> None:
    path = written(tmp_path / f"m{suffix}")
    assert len(decoded(written(path, map(scene, range(5))))) == 5
    assert left_behind(tmp_path) == [path.name]


def test_unfinished_video_is_not_seen_under_its_name(tmp_path: Path) -> None:
    path = tmp_path / "m.mp4"
    with Encoder(path, SIZE, FPS) as encoder:
        for index in range(FRAMES):
            encoder.write(scene(index))
            assert not path.exists()
    assert path.exists()


def test_missing_folders_are_made(tmp_path: Path) -> None:
    assert written(tmp_path / "one" / "two" / "m.mp4").stat().st_size > 0


def test_folder_with_other_things_is_never_removed(tmp_path: Path) -> None:
    # Somebody may put a file there while frames are drawn, long after check_output.
    target = tmp_path / "frames"

    def frames() -> Iterator[np.ndarray]:
        yield scene(0)
        target.mkdir()
        (target / "thesis.txt").write_text("years of work")

    with pytest.raises(EncodeError, match="other things"):
        written(target, frames())
    assert (target / "thesis.txt").read_text() == "years of work"
    assert left_behind(tmp_path) == ["frames"]


@pytest.mark.parametrize("suffix", [".mp4", ".gif", ""])
def test_names_that_look_like_something_else_to_ffmpeg(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("10:30", "-y", "%03d", "a b", "räder→雪"):
        folder = Path(f"to {name}") if name == "-y" else Path(name)
        path = written(folder / f"{name}{suffix}", [scene(0), scene(1)], provenance={"made_by": "test"})
        assert len(list(folder.iterdir())) == 1
        if suffix == ".mp4":
            assert provenance_in(path) == {"made_by": "test"}


def test_provenance_is_read_from_a_name_with_a_colon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("at 10:30.mp4", "10:30.mp4", "-10.mp4"):
        assert provenance_in(written(Path(name), provenance={"made_by": name})) == {"made_by": name}


@pytest.mark.parametrize("suffix", VIDEO)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.one_of(st.sampled_from("=;#\\\n\r\"'%{}[],:\t\0 "), st.characters(codec="utf-8")), max_size=60))
def test_provenance_comes_back_as_it_went_in(suffix: str, text: str, tmp_path: Path) -> None:
    facts = {"made_by": "animviz", "command": text, text + "key": {"deep": [text, 1, None, 0.1]}}
    assert provenance_in(written(tmp_path / f"m{suffix}", [scene(0)], provenance=facts)) == facts


@pytest.mark.parametrize("suffix", VIDEO)
@pytest.mark.parametrize(
    "text",
    [
        "a=b",
        "a;b",
        "#a",
        "\\",
        "\\\\n",
        "two\nlines",
        "comment=no",
        "\ncomment={}\n",
        "\"quoted\" 'too'",
        "ünïcödé 雪 🎬",
    ],
)
def test_awkward_texts_in_provenance(suffix: str, text: str, tmp_path: Path) -> None:
    facts = {"made_by": text, "command": f"animviz render {text} --theme light"}
    assert provenance_in(written(tmp_path / f"m{suffix}", [scene(0)], provenance=facts)) == facts


@pytest.mark.parametrize("suffix", [".mp4", ".gif", ".apng"])
def test_video_without_provenance_says_so(suffix: str, tmp_path: Path) -> None:
    with pytest.raises(EncodeError, match="does not say what made it"):
        provenance_in(written(tmp_path / f"m{suffix}", [scene(0)]))


def test_provenance_of_something_that_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no video at all")
    with pytest.raises(EncodeError, match=r"notes\.txt is neither a recording nor a video"):
        provenance_in(path)


@pytest.mark.parametrize("suffix", [".mp4", ".webm", ".webp", ".apng", ".gif"])
def test_ffmpeg_that_dies_is_quoted(suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_ffmpeg(tmp_path / "bin", monkeypatch, "echo first >&2; echo 'No space left on device' >&2; exit 1")
    target = tmp_path / "out" / f"m{suffix}"
    with pytest.raises(EncodeError, match=rf"m\{suffix}: ffmpeg failed: No space left on device"):
        written(target, map(scene, range(200)))
    assert left_behind(target.parent) == []


def test_ffmpeg_that_dies_after_the_last_frame_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_ffmpeg(tmp_path / "bin", monkeypatch, "cat >/dev/null; echo 'Disk quota exceeded' >&2; exit 1")
    with pytest.raises(EncodeError, match="Disk quota exceeded"):
        written(tmp_path / "out" / "m.mp4")
    assert left_behind(tmp_path / "out") == []


def test_ffmpeg_that_dies_in_silence_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_ffmpeg(tmp_path / "bin", monkeypatch, "cat >/dev/null; exit 3")
    with pytest.raises(EncodeError, match="without a word"):
        written(tmp_path / "out" / "m.mp4")


def test_gif_whose_palette_fails_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = ffmpeg_exe()
    fake_ffmpeg(
        tmp_path / "bin", monkeypatch,
        f'case "$*" in *palettegen*) echo "Palette is lost" >&2; exit 1;; esac\nexec {real} "$@"',
    )  # fmt: skip
    with pytest.raises(EncodeError, match="Palette is lost"):
        written(tmp_path / "out" / "m.gif")
    assert left_behind(tmp_path / "out") == []


def test_ffmpeg_that_is_not_there_is_an_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "nowhere"))
    with pytest.raises(EncodeError, match="cannot be run"):
        written(tmp_path / "out" / "m.mp4")
    assert left_behind(tmp_path / "out") == []
    with pytest.raises(EncodeError, match="cannot be run"):
        check_output(tmp_path / "m.mp4", FPS)


def test_missing_ffmpeg_names_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> str:
        raise RuntimeError("No ffmpeg exe could be found")

    monkeypatch.setattr("imageio_ffmpeg.get_ffmpeg_exe", absent)
    with pytest.raises(EncodeError, match="reinstall imageio-ffmpeg"):
        check_output(tmp_path / "m.mp4", FPS)
    with pytest.raises(EncodeError, match="reinstall imageio-ffmpeg"):
        written(tmp_path / "m.mp4")
    assert left_behind(tmp_path) == []


def test_missing_encoder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_ffmpeg(tmp_path / "bin", monkeypatch, "echo ' V..... libx264 H.264 (not libvpx-vp9)'")
    check_output(tmp_path / "m.mp4", FPS)
    with pytest.raises(EncodeError, match=r"no encoder 'libvpx-vp9'.*another extension than \.webm"):
        check_output(tmp_path / "m.webm", FPS)


def test_encoders_are_looked_up_by_their_whole_name() -> None:
    assert have_encoder("libx264")
    assert not have_encoder("libx26")
    assert not have_encoder("nonsense")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_check_of_a_good_output_leaves_nothing(suffix: str, tmp_path: Path) -> None:
    check_output(tmp_path / f"m{suffix}", 25)
    check_output(tmp_path / "deep" / "deeper" / f"m{suffix}", 25)
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("name", ["m.avi", "m.mkv", "m.mp3", "m.jpg", "m.mp4.txt"])
def test_unknown_extension_is_refused_with_the_known_ones(name: str, tmp_path: Path) -> None:
    with pytest.raises(
        EncodeError, match=r"expected \.mp4, \.m4v, \.mov, \.webm, \.webp, \.apng, \.avif, \.gif, \.png"
    ):
        check_output(tmp_path / "new" / name, FPS)
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("name", ["/dev/null/x.mp4", "/dev/null/deep/x.gif", "/dev/null/frames", "/proc/x.mp4"])
def test_folder_that_cannot_be_written_is_refused(name: str) -> None:
    with pytest.raises(EncodeError, match="cannot be written"):
        check_output(Path(name), 25)


def test_folder_under_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    with pytest.raises(EncodeError, match="cannot be written"):
        check_output(tmp_path / "file" / "new" / "m.mp4", 25)
    assert left_behind(tmp_path) == ["file"]


def test_encoder_itself_refuses_a_folder_that_cannot_be_written() -> None:
    with pytest.raises(EncodeError, match="cannot be written"):
        written(Path("/dev/null/x.mp4"))


@pytest.mark.parametrize("length", [245, 251, 300])
def test_name_too_long_for_the_disk_is_refused_before_any_frame(length: int, tmp_path: Path) -> None:
    path = tmp_path / f"{'m' * (length - 4)}.mp4"
    try:
        check_output(path, FPS)
    except EncodeError:
        assert length > 200
    else:
        written(path, [scene(0)])


@pytest.mark.parametrize("fps", [30, 24, 60, 100, 15, 23.976, 240])
def test_gif_refuses_rates_that_it_cannot_keep(fps: float, tmp_path: Path) -> None:
    with pytest.raises(EncodeError, match="expected 10, 20, 25 or 50"):
        check_output(tmp_path / "m.gif", fps)
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("fps", [1, 5, 10, 12.5, 20, 25, 50])
def test_gif_takes_rates_that_divide_a_hundred(fps: float, tmp_path: Path) -> None:
    check_output(tmp_path / "m.gif", fps)
    assert durations(written(tmp_path / "m.gif", map(scene, range(4)), fps=fps)) == [1000 / fps] * 4


def test_default_rate_suits_the_format() -> None:
    assert default_fps(Path("m.GIF")) == 25
    assert default_fps(Path("m.mp4")) == 30
    check_output(Path("m.gif"), default_fps(Path("m.gif")))


def test_target_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.mp4").mkdir()
    with pytest.raises(EncodeError, match="is a folder"):
        check_output(tmp_path / "m.mp4", FPS)
    with pytest.raises(EncodeError, match="cannot be written"):
        written(tmp_path / "m.mp4")
    assert left_behind(tmp_path) == ["m.mp4"]
    assert left_behind(tmp_path / "m.mp4") == []


@pytest.mark.parametrize("other", ["notes.txt", "poster.png", "0001.jpg", ".hidden"])
def test_png_folder_that_holds_other_things_is_refused(other: str, tmp_path: Path) -> None:
    folder = written(tmp_path / "frames")
    check_output(folder, FPS)
    (folder / other).write_text("mine")
    before = left_behind(folder)
    with pytest.raises(EncodeError, match="other things than frames"):
        check_output(folder, FPS)
    assert left_behind(folder) == before


def test_file_in_the_place_of_a_png_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "frames").write_text("mine")
    with pytest.raises(EncodeError, match="choose a new folder"):
        check_output(tmp_path / "frames", FPS)
    assert (tmp_path / "frames").read_text() == "mine"


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_folder_in_which_we_stand_is_refused(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    with pytest.raises(EncodeError):
        check_output(Path(name), FPS)
    assert here.is_dir()
    assert left_behind(tmp_path) == ["here"]


def test_png_folder_replaces_longer_frames_of_an_earlier_run(tmp_path: Path) -> None:
    folder = written(tmp_path / "frames")
    written(folder, map(scene, range(3)))
    assert left_behind(folder) == ["000000.png", "000001.png", "000002.png"]


def test_every_format_is_known_by_its_name() -> None:
    assert format_of(Path("folder")).encoder == ""
    assert all(format_of(Path(f"m{suffix}")) is FORMATS[suffix] for suffix in SUFFIXES)


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
@pytest.mark.parametrize("theme", list(THEMES))
def test_backgrounds_of_themes_survive_the_way_through_yuv(suffix: str, theme: str, tmp_path: Path) -> None:
    color = [int(THEMES[theme].background[place : place + 2], 16) for place in (1, 3, 5)]
    frame = np.full((HEIGHT, WIDTH, 4), [*color, 255], np.uint8)
    path = written(tmp_path / f"movie{suffix}", [frame] * 3)
    raw = subprocess.run(
        [ffmpeg_exe(), "-v", "error", "-i", path, *RAW, "yuv420p", "-"], capture_output=True, check=True
    ).stdout
    pixels = np.frombuffer(raw, np.uint8).astype(float)
    luma, u, v = pixels[0], pixels[WIDTH * HEIGHT], pixels[WIDTH * HEIGHT * 5 // 4]
    y, u, v = (luma - 16) / 219, (u - 128) / 224, (v - 128) / 224
    rgb = np.array([y + 1.5748 * v, y - 0.1873 * u - 0.4681 * v, y + 1.8556 * u]) * 255
    assert np.rint(rgb).clip(0, 255).tolist() == color


@pytest.mark.parametrize(
    ("name", "codec", "stream"),
    [("m.mp4", "av1", "av1"), ("m.mp4", "hevc", "hevc .*hvc1"), ("m.webm", "av1", "av1"), ("m.m4v", "hevc", "hevc")],
)
def test_codec_is_the_one_that_was_asked_for(name: str, codec: str, stream: str, tmp_path: Path) -> None:
    if not have_encoder(CODECS[Path(name).suffix][codec].encoder):
        pytest.skip("this ffmpeg has no such encoder")
    path = written(tmp_path / name, coding=Coding(codec), provenance={"made_by": "test"})
    assert re.search(stream, stream_line(path))
    assert re.search(r"yuv420p\(tv, bt709\b(?!/)", stream_line(path))
    assert provenance_in(path) == {"made_by": "test"}
    expected = np.stack([scene(index)[:, :, :3] for index in range(FRAMES)])
    assert np.sqrt(((decoded(path).astype(float) - expected) ** 2).mean()) < 4


def plays(path: Path) -> int:
    """Return how often a picture plays by its own bytes, 0 for ever; read as the formats say it, by no library."""
    found = path.read_bytes()
    if path.suffix == ".gif":
        place = found.find(b"NETSCAPE2.0\x03\x01")
        if place < 0:
            return 1
        repeats = int.from_bytes(found[place + 13 : place + 15], "little")
        return repeats and repeats + 1
    if path.suffix == ".webp":
        place = found.index(b"ANIM") + 12
        return int.from_bytes(found[place : place + 2], "little")
    place = found.index(b"acTL") + 8
    return int.from_bytes(found[place : place + 4], "big")


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".apng", ".png"])
@pytest.mark.parametrize(("text", "count"), [("once", 1), ("2", 2), ("7", 7), ("forever", 0)])
def test_picture_plays_as_often_as_asked(suffix: str, text: str, count: int, tmp_path: Path) -> None:
    assert plays(written(tmp_path / f"m{suffix}", coding=Coding(plays=plays_in(text)))) == count
