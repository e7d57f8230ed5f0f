"""Stills as files: letters and lines are vectors, and what is seen is what the film shows; films and stills in words."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import animviz
from animviz import Recording
from animviz.errors import AnimvizError, EncodeError
from animviz.pictures.alt import alt_of
from animviz.pictures.picture import Picture
from animviz.video.ffmpeg import ffmpeg_exe
from animviz.video.provenance import provenance_in
from helpers.results import Result

LOOK = {"size": (320, 180), "theme": "print"}
SHORT = {"size": (320, 180), "seconds": 0.4, "fps": 10.0}
NUMBER = r"(?:(?:rises|falls) from [\d.]+(?: %)? to|stays at) [\d.]+"
ALT = re.compile(rf"From epoch 0 to 4 the loss {NUMBER} and the accuracy {NUMBER} %\.")


@pytest.mark.parametrize("scene", ["rings", "boundary", "network", "confusion", "history", "hidden", "scores"])
def test_letters_and_lines_are_vectors(scene: str, rings_recording: Recording, tmp_path: Path) -> None:
    path = animviz.still(scene, rings_recording, "last", tmp_path / "still.svg", **LOOK)
    text = path.read_text()
    assert len(re.findall(r"<use ", text)) > 30, "glyphs are drawn once each, and used"
    assert "<path" in text
    assert text.count("<image") <= 60
    again = animviz.still(scene, rings_recording, "last", tmp_path / "again.svg", **LOOK)
    assert again.read_bytes() == path.read_bytes()


def test_strokes_are_lines_and_clouds_are_images(rings_recording: Recording, tmp_path: Path) -> None:
    text = animviz.still("rings", rings_recording, 2, tmp_path / "x.svg", **LOOK).read_text()
    assert "<image" in text
    curves = [path for path in re.findall(r'<path d="([^"]+)"', text) if path.count("L ") > 100]
    assert curves, "the bent grid"


def test_pdf_has_letters_that_publishers_take(rings_recording: Recording, tmp_path: Path) -> None:
    contents = animviz.still("history", rings_recording, 2.5, tmp_path / "x.pdf", **LOOK).read_bytes()
    assert contents.startswith(b"%PDF-")
    assert b"/CIDFontType2" in contents
    assert b"/Type3" not in contents
    assert b"At epoch 2.5 the loss is" in contents


@pytest.mark.parametrize("suffix", [".png", ".webp", ".avif", ".jpg"])
def test_picture_is_that_of_the_moment(suffix: str, rings_recording: Recording, tmp_path: Path) -> None:
    path = animviz.still("rings", rings_recording, 3, tmp_path / f"x{suffix}", **LOOK)
    with Image.open(path) as image:
        shown = np.asarray(image.convert("RGB")).astype(float)
    drawn = animviz.frame_at("rings", rings_recording, 3, **LOOK)
    assert np.abs(shown - drawn).mean() <= (0 if suffix == ".png" else 4)


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_still_without_a_background(suffix: str, rings_recording: Recording, tmp_path: Path) -> None:
    path = animviz.still("history", rings_recording, 3, tmp_path / f"x{suffix}", background="transparent", **LOOK)
    if suffix == ".png":
        with Image.open(path) as image:
            assert image.convert("RGBA").getpixel((1, 1)) == (0, 0, 0, 0)
    else:
        whole = 'd="M 0 129.6'  # a rectangle as high as the picture
        opaque = animviz.still("history", rings_recording, 3, tmp_path / "opaque.svg", **LOOK)
        assert whole in opaque.read_text()
        assert whole not in path.read_text()


def test_what_cannot_be_is_refused(rings_recording: Recording, tmp_path: Path) -> None:
    for epoch, name, options, words in (
        (9, "x.svg", {}, "epoch 9 is outside"),
        ("soon", "x.svg", {}, "expected an epoch, such as 5"),
        (None, "x.svg", {}, "--still is None; expected an epoch, such as 5"),
        ([1], "x.svg", {}, r"--still is \[1\]; expected an epoch, such as 5"),
        (1, "x.gif", {}, "a still is one of .svg, .pdf"),
        (1, "x.jpg", {"background": "transparent"}, "cannot be transparent"),
        (1, "x.svg", {"background": "nocolour"}, "expected transparent or a colour"),
        (1, "x.svg", {"nothing": 1}, "nothing"),
    ):
        with pytest.raises(AnimvizError, match=words):
            animviz.still("rings", rings_recording, epoch, tmp_path / name, **options)
    assert not list(tmp_path.iterdir())


def test_a_moment_outside_a_film_that_does_not_go_through_epochs_says_what_it_goes_through(
    rings_recording: Recording, tmp_path: Path, cli: Callable[..., Result]
) -> None:
    done = cli("render", "signal", "--from", rings_recording.path, "--still", "90", "-o", "x.png")
    last = rings_recording.epochs[-1]
    assert done.code == 2
    assert (
        f"--still is 90; the film of signal goes through rounds of a sample, from 0 at its begin to {last:g}"
        in done.err
    )
    assert not (tmp_path / "x.png").exists()


def test_command_draws_a_still(rings_recording: Recording, tmp_path: Path, cli: Callable[..., Result]) -> None:
    command = ("render", "rings", "--from", rings_recording.path, "--size", "320x180")
    done = cli(*command, "--still", "2", "--alt", "-o", "x.svg")
    assert done.code == 0, done.err
    assert "At epoch 2" in (tmp_path / "x.alt.txt").read_text()
    for arguments in (("--seconds", "3"), ("--poster", "p.png"), ("--loop", "once"), ("--workers", "2")):
        done = cli(*command, "--still", "2", "-o", "y.svg", *arguments)
        assert done.code == 2
        assert f"{arguments[0]} cannot go with --still" in done.err
    assert not (tmp_path / "y.svg").exists()


def test_words_say_what_is_drawn_and_what_becomes_of_the_numbers(rings_recording: Recording) -> None:
    said = alt_of(Picture.of("rings", rings_recording))
    losses = rings_recording.history("loss", source="scores")[1]
    assert said.startswith("Hidden space of a ring classifier")
    assert "2-3-2-1" in said
    assert ALT.search(said), said
    for loss in (losses[0], losses[-1]):
        assert f"{loss:.3f}" in said
    assert f"At epoch 2 the loss is {losses[2]:.3f}" in alt_of(Picture.of("rings", rings_recording), 2.0)
    titled = alt_of(Picture.of("rings", rings_recording, {"title": "Two rings part", "caption": "Look at the grid"}))
    assert titled.startswith("Two rings part. Hidden space")
    assert "Look at the grid." in titled


@pytest.mark.integration
@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".webm", ".gif", ".apng", ".webp", ""])
def test_film_says_it_in_its_bytes_and_beside_it(suffix: str, rings_recording: Recording, tmp_path: Path) -> None:
    path = tmp_path / f"x{suffix}"
    animviz.render("rings", rings_recording, path, alt=True, quiet=True, **SHORT)
    said = (tmp_path / "x.alt.txt").read_text().strip()
    assert ALT.search(said)
    if suffix in (".mp4", ".mov", ".webm"):
        assert provenance_in(path)["alt"] == said
    if suffix in (".mp4", ".webm"):
        listed = subprocess.run([ffmpeg_exe(), "-i", path], capture_output=True, text=True).stderr
        assert re.search(r"description *: Hidden space", listed, re.IGNORECASE), json.dumps(listed)
    elif suffix and suffix != ".mov":
        with Image.open(path) as image:
            frames = image.n_frames
            image.seek(0)
            told = (
                image.info.get("comment", b"").decode()
                if suffix == ".gif"
                else image.text.get("Description")
                if suffix == ".apng"
                else said
            )
        assert told == said
        assert frames > 2


@pytest.mark.integration
def test_words_count_in_the_limit(rings_recording: Recording, tmp_path: Path) -> None:
    path = tmp_path / "x.gif"
    movie = animviz.render("rings", rings_recording, path, quiet=True, **SHORT)
    size = path.stat().st_size
    fitted = animviz.render("rings", rings_recording, path, quiet=True, max_size=size - 1, **SHORT)
    assert path.stat().st_size < size
    assert fitted.given_up
    assert not movie.given_up


def test_words_have_no_place_where_a_folder_is(rings_recording: Recording, tmp_path: Path) -> None:
    (tmp_path / "x.alt.txt").mkdir()
    with pytest.raises(EncodeError, match="is a folder, where --alt writes a file"):
        animviz.render("rings", rings_recording, tmp_path / "x.mp4", alt=True)
