"""Pages opened in a real browser, and taken apart without one."""

import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from animviz import Recording

__all__ = ["CHROMIUM", "HOSTILE", "IN_BROWSER", "Elements", "Window", "copied", "diverged"]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
HOSTILE = "</script><img src=x onerror=alert(1)>"
IN_BROWSER = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium"),
]


class Elements(HTMLParser):
    """Text of every element with an id, and the tags that were met."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        tag, attrs = self.tags[-1] if self.tags else ("", {})
        name = attrs.get("id") or tag
        self.texts[name] = self.texts.get(name, "") + data


class Window:
    """A page opened in Chromium, with what it printed and asked for."""

    def __init__(self, browser: Any, path: Path, script: str = "", **options: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 720}, "offline": True, **options})
        self.page = self.context.new_page()
        self.troubles: list[str] = []
        self.page.on("console", lambda message: self.troubles.append(message.text))
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("request", lambda request: self.troubles.append(request.url))
        self.page.on("dialog", lambda dialog: (self.troubles.append(dialog.message), dialog.dismiss()))
        if script:
            self.page.add_init_script(script)
        self.page.goto(path.as_uri())
        self.troubles.remove(path.as_uri())  # the page itself, all that may be asked for
        self.page.wait_for_selector("main" if not script else "#message")

    def settle(self) -> None:
        """Wait until nothing moves."""
        self.page.evaluate("async () => { do await new Promise(requestAnimationFrame); while (animviz.asked);  }")

    def places(self, count: int) -> np.ndarray:
        """Return where the samples are drawn, (samples, 2) in CSS pixels of the canvas."""
        return np.array(self.page.evaluate("Array.from(animviz.plane.at)")).reshape(-1, 2)[:count]

    def slide(self, epoch: float) -> None:
        self.page.evaluate(
            "e => { const s = document.getElementById('slider'); s.value = e; s.dispatchEvent(new Event('input')); }",
            epoch,
        )
        self.settle()

    def check_themes(self) -> None:
        """Require that the page follows the reader's system, until the reader chooses."""
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)
            self.settle()
            assert self.page.evaluate("animviz.dark") == (scheme == "dark")
        self.page.keyboard.press("t")
        color = self.page.evaluate("[animviz.dark, getComputedStyle(document.body).color]")
        assert color == [False, "rgb(27, 34, 48)"]

    def text(self, name: str) -> str:
        return str(self.page.inner_text(f"#{name}"))


def copied(recording: Recording, path: Path) -> Recording:
    shutil.copytree(recording.path, path, ignore=shutil.ignore_patterns("embeddings"))
    return Recording(path)


def diverged(recording: Recording, path: Path, index: int) -> Recording:
    """Return a copy whose weights are not finite at a snapshot."""
    file = copied(recording, path).path / "snapshots" / f"{index:06d}.safetensors"
    with safe_open(str(file), framework="numpy") as found:
        arrays = {name: found.get_tensor(name) for name in found.keys()}  # noqa: SIM118
        about = found.metadata()
    broken = {name: np.full_like(a, np.nan) if a.dtype.kind == "f" else a for name, a in arrays.items()}
    save_file(broken, file, about)
    return Recording(path)
