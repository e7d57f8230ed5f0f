"""Subtitles of a film: what is drawn and what happens when, as files beside it that players and pages take."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import animviz
from animviz import Recording
from animviz.analysis.landmarks import landmarks
from animviz.video.shown import shown
from animviz.video.snippets import snippet
from helpers.results import Result

SMALL = {"size": (160, 90), "seconds": 4.0, "quiet": True}


@pytest.mark.integration
def test_landmarks_are_said_when_they_are_seen(rings_recording: Recording, tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    movie = animviz.render("rings", rings_recording, path, subtitles=True, **SMALL)
    text = (tmp_path / "x.vtt").read_text()
    times = re.findall(r"00:00:(\d\d\.\d{3}) --> 00:00:(\d\d\.\d{3})", text)
    assert re.match(r"WEBVTT\n\nNOTE animviz: rings of [0-9a-f]{12}\n\n00:00:00.000 --> ", text)
    assert [start for start, _ in times[1:]] == [stop for _, stop in times[:-1]]
    assert float(times[-1][1]) == pytest.approx(movie.seconds)
    assert "The untrained network." in text
    told = (tmp_path / "x.srt").read_text()
    assert told.startswith("1\n00:00:00,000 --> ")
    for landmark in landmarks(rings_recording):
        assert landmark.text in told
    html = snippet(shown(path), "html")
    assert '<track kind="captions" srclang="en" label="English" src="' in html
    (tmp_path / "x.vtt").unlink()
    assert "<track" not in snippet(shown(path), "html")


@pytest.mark.integration
def test_command_writes_the_same_film_with_and_without(
    rings_recording: Recording, tmp_path: Path, cli: Callable[..., Result]
) -> None:
    command = ("render", "rings", "--from", rings_recording.path, "--size", "160x90", "--seconds", "1")
    assert cli(*command, "-o", "a.mp4", "--subtitles").code == cli(*command, "-o", "b.mp4").code == 0
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    assert (tmp_path / "a.srt").exists()
    assert not (tmp_path / "b.srt").exists()
    (tmp_path / "c.vtt").mkdir()
    for arguments in (("-o", "c.mp4"), ("--still", "2", "-o", "d.png"), ("--share", "1/2", "-o", "e.mp4")):
        done = cli("render", "rings", "--from", rings_recording.path, "--subtitles", *arguments)
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert "--subtitles" in done.err
    assert not (tmp_path / "c.mp4").exists()
