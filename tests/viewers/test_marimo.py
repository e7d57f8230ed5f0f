"""The scrubber in a real marimo: the same front end, and Python's answers find their way there too."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from animviz import Recording
from helpers.pages import IN_BROWSER

pytestmark = IN_BROWSER
APP = """
import marimo

app = marimo.App()


@app.cell
def _():
    import animviz

    scrubber = animviz.scrubber("rings", {path!r}, size=(320, 180))
    scrubber
    return
"""


@pytest.mark.skipif(os.name != "posix", reason="ends the server by a signal")
def test_it_slides_and_takes_another_scene(tmp_path: Path, browser: Any, rings_recording: Recording) -> None:
    (tmp_path / "app.py").write_text(APP.format(path=str(rings_recording.path)))
    command = [sys.executable, "-m", "marimo", "run", "app.py", "--headless", "--no-token", "--host", "127.0.0.1"]
    places = {name: str(tmp_path) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")}
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(
            command, cwd=tmp_path, env={**os.environ, **places, "PYTHONUNBUFFERED": "1"}, stdout=log, stderr=log
        )
    try:
        page = browser.new_page()
        page.goto(address(tmp_path / "log"))
        root = page.locator(".animviz-scrubber[data-drawn]")
        root.wait_for(timeout=90_000)
        page.focus(".animviz-scrubber .clock input")
        page.keyboard.press("End")
        page.wait_for_selector("[aria-label='rings at epoch 4.00']")
        page.get_by_label("Scene", exact=True).select_option("boundary")
        page.wait_for_selector("[aria-label='boundary at epoch 4.00']")
        page.close()
    finally:
        server.terminate()
        server.wait(20)


def address(log: Path) -> str:
    """Wait until the server says where it is."""
    begun = time.monotonic()
    while not (found := re.search(r"http://[\w.]+:\d+", log.read_text(encoding="utf-8"))):
        assert time.monotonic() - begun < 60, log.read_text(encoding="utf-8")
        time.sleep(0.2)
    return found[0]
