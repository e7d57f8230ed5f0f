"""Redrawing: a picture below a notebook's cell that is drawn anew while a model trains."""

import logging
import time
from pathlib import Path
from typing import Any

from animviz.errors import AnimvizError
from animviz.pictures.discovery import find_scene
from animviz.pictures.needs import Needs
from animviz.recording.recording import Recording
from animviz.rendering.film import frame_at
from animviz.rendering.request import check_look
from animviz.video.images import image_bytes
from animviz.watchers.notebook import Show, display_below_cell

__all__ = ["Redrawing"]

PAUSE = 0.3  # seconds between pictures at least
FACTOR = 5.0  # times as long as a picture takes, training goes on before the next
log = logging.getLogger("animviz")


class Redrawing:
    """A watcher that shows the last state below the cell; for any recorder.

    A scene that cannot draw the model ends the training before its first epoch. A scene that breaks later says so once,
    and training and recording go on. Outside a notebook there is nothing to show.

    Args:
        scene: name or path of a scene.
        size: width and height in pixels, or as a text.
        theme: "dark", "light" or "print".
        output: name of the output that is drawn, or None for the main one.
        **options: the scene's options.

    Attributes:
        pictures: how many were shown.

    Raises:
        AnimvizError: the scene cannot be had, or an option does not fit.
    """

    def __init__(
        self, scene: str, *, size: tuple[int, int] | str, theme: str, output: str | None = None, **options: Any
    ) -> None:
        self._scene = find_scene(scene)
        size = check_look(self._scene, options, size, theme)
        self._needs = Needs(self._scene, options, size, theme, output)
        self._look = {"size": size, "theme": theme, "output": output, **options}
        self._show: Show | None = None
        self._recording = Path()
        self._last: float | None = None  # epoch of the last snapshot
        self._shown: float | None = None  # epoch of the picture
        self._due = 0.0
        self.pictures = 0

    def begun(self, path: Path) -> None:
        """Check that the scene can draw the recording, and show the untrained state.

        Raises:
            AnimvizError: it cannot.
        """
        self._needs.begun(path)
        self._recording, self._show, self._shown = path, display_below_cell(), None
        self._last = Recording(path).entries[-1].epoch
        if self._show is None:
            log.warning("animviz.live shows pictures in notebooks only; this run is just recorded, in %s", path)
        self._redraw()
        self._due = 0.0  # the first picture loads what drawing needs, and says nothing about the next

    def captured(self, epoch: float) -> None:
        """Show the snapshot, unless the picture before it was drawn just now."""
        self._last = epoch
        if time.perf_counter() >= self._due:
            self._redraw()

    def ended(self) -> None:
        """Show the last state."""
        self._redraw()

    def _redraw(self) -> None:
        """Show the last snapshot in place of the picture before it; never a reason for training to end."""
        if self._show is None or self._last == self._shown:
            return
        self._shown = self._last
        start = time.perf_counter()
        try:
            recording = Recording(self._recording)
            frame = frame_at(self._scene, recording, recording.epochs[-1], **self._look)
            self._show(image_bytes(frame, ".png"))
            self.pictures += 1
        except Exception as error:  # whatever a scene or a display raises
            self._show = None
            cause = str(error) if isinstance(error, AnimvizError) else f"{type(error).__name__}: {error}"
            log.warning("animviz.live draws no more; training and recording go on: %s", cause)
        now = time.perf_counter()
        self._due = now + max(PAUSE, FACTOR * (now - start))
