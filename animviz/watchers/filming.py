"""Filming: a recording is drawn into a video as soon as its training has ended."""

import logging
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from animviz.errors import AnimvizError
from animviz.rendering.film import render
from animviz.rendering.movie import Movie
from animviz.rendering.request import Request

__all__ = ["Filming"]

log = logging.getLogger("animviz")


class Filming:
    """A watcher that draws a video when the training ends; for any recorder.

    A scene that cannot draw the model ends the training before its first epoch. If drawing fails afterwards, a warning
    says so: the training is done, and its recording is kept.

    Args:
        scene: name or path of a scene, see `animviz.render`.
        target: video to write.
        command: see `animviz.render`, as are the next three.
        executor: draws the segments.
        on_frame: called with the number of frames done.
        quiet: whether the line that says what was written is left out.
        **options: further options of `animviz.render` and of the scene.

    Attributes:
        target: video to write.
        movie: the video, once it is drawn.

    Raises:
        AnimvizError: the scene or the output cannot be had; before any training.
    """

    def __init__(
        self, scene: str, target: str | Path, /, *, command: str | None = None, executor: Executor | None = None,
        on_frame: Callable[[int], None] | None = None, quiet: bool = False, **options: Any,
    ) -> None:  # fmt: skip
        request = Request.of(scene, target, **options)
        self._needs = request.needs
        drawing = {"command": command, "executor": executor, "on_frame": on_frame, "quiet": quiet}
        self._scene, self._options = scene, {**options, **drawing}
        self._recording = Path()
        self.target = request.target
        self.movie: Movie | None = None

    def begun(self, path: Path) -> None:
        """Check that the scene can draw the recording.

        Raises:
            AnimvizError: it cannot.
        """
        self._needs.begun(path)
        self._recording = path

    def captured(self, epoch: float) -> None:
        """Wait for the end."""

    def ended(self) -> None:
        """Draw the video."""
        try:
            self.movie = render(self._scene, self._recording, self.target, **self._options)
        except Exception as error:  # whatever a scene raises: `fit` must return its history
            cause = str(error) if isinstance(error, AnimvizError) else f"{type(error).__name__}: {error}"
            log.warning("%s was not drawn, but its recording %s is kept: %s", self.target, self._recording, cause)
