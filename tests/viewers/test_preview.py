"""A preview: a real server that answers this machine alone, and a scene that is drawn as its file stands."""

import http.client
import io
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image

import animviz
from animviz import Recording
from animviz.viewers.server import PreviewServer
from helpers.pages import Elements
from helpers.previews import SIZE, edit, serving, written

TRYING = """    with open({file!r}, "a") as tried:
        tried.write("x")
    1 / 0
    square = """


def ask(
    server: PreviewServer, path: str, *, method: str = "GET", hosts: tuple[str, ...] | None = None
) -> tuple[int, bytes, http.client.HTTPMessage]:
    """Ask for a path below the token, or for any that begins with a slash."""
    whole = path if path.startswith("/") else f"/{server.token}/{path}"
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=30)
    connection.putrequest(method, whole, skip_host=True)
    for host in (f"127.0.0.1:{server.server_port}",) if hosts is None else hosts:
        connection.putheader("Host", host)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body, answer.headers


def picture(server: PreviewServer, epoch: object = 2, theme: str = "dark") -> np.ndarray | str:
    """Return the picture, or the line that says why there is none."""
    status, body, headers = ask(server, f"picture?epoch={epoch}&theme={theme}")
    if status == 200:
        assert headers["Content-Type"] == "image/png"
        return np.asarray(Image.open(io.BytesIO(body)))
    assert status == 422
    assert b"\n" not in body
    return body.decode()


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    return written(tmp_path)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_pictures_are_those_of_the_film(theme: str, rings_recording: Recording) -> None:
    with serving("boundary", rings_recording, points=False) as server:
        for epoch in (0, 2.5, 4):
            frame = animviz.frame_at("boundary", rings_recording, epoch, size=SIZE, theme=theme, points=False)
            assert np.array_equal(picture(server, epoch, theme), frame)


def test_nothing_is_answered_without_the_token_or_to_another_name(rings_recording: Recording) -> None:
    with serving("boundary", rings_recording) as server:
        port = server.server_port
        assert server.server_address[0] == "127.0.0.1"
        assert re.fullmatch(rf"http://127\.0\.0\.1:{port}/[\w-]{{20,}}/", server.address)
        for path in (
            "/",
            "/x/",
            "/favicon.ico",
            f"/{server.token[:-1]}/",
            "//",
            "/../",
            "/%00/",
            "/%FC/",
        ):
            status, body, _ = ask(server, path)
            assert (status, b"<" in body) == (404, False)
        for hosts in (("evil.example",), (f"evil.example:{port}",), ("127.0.0.1",), (), (f"localhost:{port}", "evil.example"),
                      (f"127.0.0.1:{port + 1}",)):  # fmt: skip
            assert ask(server, "", hosts=hosts)[0] == 403
        assert ask(server, "", hosts=(f"localhost:{port}",))[0] == 200
        assert ask(server, "secrets")[0] == 404
        for method in ("POST", "PUT", "OPTIONS"):
            assert ask(server, "", method=method)[0] == 501
    with serving("boundary", rings_recording) as other:
        assert other.token != server.token


def test_page_is_locked(rings_recording: Recording) -> None:
    with serving("boundary", rings_recording) as server:
        status, page, headers = ask(server, "")
    assert status == 200
    (policy,) = [a["content"] for tag, a in Elements(page).tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "connect-src 'self';" in policy
    assert headers["Content-Security-Policy"] == "frame-ancestors 'none'"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in headers
    assert headers["Server"].strip() == "animviz"


@pytest.mark.parametrize(
    ("epoch", "theme", "said"),
    [
        (99, "dark", "epoch 99 is outside the recording, which spans 0 to 4"),
        ("nan", "dark", "epoch nan is outside"),
        ("", "dark", "epoch is ''; expected a number"),
        ("x", "dark", "epoch is 'x'; expected a number"),
        (1, "pink", "theme is 'pink'; expected one of dark, light"),
    ],
)
def test_bad_requests_are_answered_in_one_line(
    epoch: object, theme: str, said: str, rings_recording: Recording
) -> None:
    with serving("boundary", rings_recording) as server:
        assert said in str(picture(server, epoch, theme))
        assert isinstance(picture(server), np.ndarray)


def test_an_edit_draws_anew(scene: Path, rings_recording: Recording) -> None:
    with serving(scene, rings_recording, wide=1) as server:
        first, version = picture(server), ask(server, "version")[1]
        assert np.array_equal(picture(server), first)
        assert ask(server, "version")[1] == version
        edit(scene, "40, 60", "90, 60")
        assert ask(server, "version")[1] != version
        second = picture(server)
        assert not np.array_equal(first, second)
        (scene.parent / "shade.py").write_text("SHADE = 'another'")  # a module beside it
        assert not np.array_equal(picture(server), second)
        edit(scene, "90, 60", "40, 60")
        (scene.parent / "shade.py").write_text("SHADE = 'one'")
        assert np.array_equal(picture(server), first)


def test_a_scene_that_breaks_is_one_line_and_comes_back(scene: Path, rings_recording: Recording) -> None:
    whole = scene.read_text()
    line = whole.splitlines().index('        square.set_text(f"{SHADE} {moment.epoch:.1f}" * wide)') + 1
    with serving(scene, rings_recording, wide=1) as server:
        first = picture(server)
        for old, new, said in (
            ("square.set_text", "square.nosuch", f"has no attribute 'nosuch' (mine.py, line {line})"),
            (
                "    square = ",
                "    square = 1 / 0 or ",
                f"ZeroDivisionError: division by zero (mine.py, line {line - 3})",
            ),
            ("def draw", "def (", "mine.py"),
            ("import SHADE", "import NOSUCH", "cannot import name 'NOSUCH'"),
            ("wide: int", "narrow: int", "has no option 'wide'"),
            ("@scene()", "", "has no scene"),
            ("from animviz", "raise SystemExit(3)\nfrom animviz", "SystemExit: 3"),
        ):
            edit(scene, old, new)
            assert said in str(picture(server)), new
            assert said in str(picture(server)), new  # and again
            scene.write_text(whole)
            assert np.array_equal(picture(server), first)
        scene.unlink()
        assert "no file" in str(picture(server))
        scene.write_text(whole)
        assert np.array_equal(picture(server), first)


def test_what_cannot_be_set_up_is_not_tried_again_before_an_edit(
    scene: Path, rings_recording: Recording, tmp_path: Path
) -> None:
    edit(scene, "    square = ", TRYING.format(file=str(tmp_path / "tried")))
    with serving(scene, rings_recording) as server:
        said = {str(picture(server, epoch)) for epoch in (0, 1, 2, 1)}
    assert len(said) == 1
    assert (tmp_path / "tried").read_text() == "x"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("boundary",), "Missing option '--from'"),
        (("nosuch", "--from", "rings.rec"), "no scene 'nosuch'"),
        (("boundary", "--from", "nowhere.rec"), "nowhere.rec"),
        (("manifold", "--from", "rings.rec"), "manifold draws reconstruction"),
        (("rings", "--from", "rings.rec", "--grid", "100000"), "--grid is 100000; expected"),
        (("rings", "--from", "rings.rec", "--output-name", "nosuch"), "nosuch"),
        (("rings", "--from", "rings.rec", "--size", "641x360"), "odd"),
    ],
)
def test_what_cannot_be_drawn_is_refused_before_a_browser_is_opened(
    arguments: tuple[str, ...], said: str, cli: Callable[..., Any], rings_recording: Recording, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("webbrowser.open", lambda address: pytest.fail("a browser was opened"))
    (tmp_path / "rings.rec").symlink_to(rings_recording.path, target_is_directory=True)
    done = cli("preview", *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert "Traceback" not in done.err


@pytest.mark.integration
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("opens", [True, False])
def test_command_opens_the_browser_and_ends_quietly(opens: bool, tmp_path: Path, rings_recording: Recording) -> None:
    program = tmp_path / "browser"
    program.write_text(
        f'#!/bin/sh\necho "$1" > {tmp_path}/opened.part && mv {tmp_path}/opened.part {tmp_path}/opened\n'
    )
    program.chmod(0o755)
    command = [
        sys.executable,
        "-m",
        "animviz",
        "preview",
        "boundary",
        "--from",
        rings_recording.path,
        "--size",
        "320x180",
    ]
    process = subprocess.Popen(
        [*command, *([] if opens else ["--no-open"])], cwd=tmp_path, env={**os.environ, "BROWSER": f"{program} %s"},
        text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.fullmatch(r"(http://127\.0\.0\.1:\d+/[\w-]+/) \(Ctrl-C ends it\)\n", line)
    assert found is not None, line
    parts = urlsplit(found[1])
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    connection.request("GET", parts.path)
    with connection.getresponse() as answer:
        assert answer.status == 200
    connection.close()
    if opens:
        begun = time.monotonic()
        while not (tmp_path / "opened").exists():
            assert time.monotonic() - begun < 20
            time.sleep(0.05)
        assert (tmp_path / "opened").read_text().strip() == found[1]
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, "", "")
    assert (tmp_path / "opened").exists() is opens
