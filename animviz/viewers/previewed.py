"""A scene as it stands now: where it is a file that changes, its picture changes too."""

import traceback
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any

from animviz.errors import AnimvizError, SceneError
from animviz.pictures.picture import Picture
from animviz.pictures.scene import file_in
from animviz.pictures.sources import own_files
from animviz.recording.recording import Recording
from animviz.viewers.drawing import Drawing

__all__ = ["Previewed"]


class Previewed:
    """A scene of a recording, drawn by whichever thread asks, one at a time.

    Args:
        reference: name of the scene, or path of its file.
        recording: what is drawn.
        options: of the scene, by name.
        size: width and height in pixels.
    """

    def __init__(self, reference: str, recording: Recording, options: Mapping[str, Any], size: tuple[int, int]) -> None:
        self.recording, self.size = recording, size
        self._reference, self._options = reference, dict(options)
        self._lock = Lock()
        self._files: list[Path] = []
        self._drawings: dict[str, Drawing] = {}
        self._trouble: AnimvizError | None = None
        self._loaded = ""
        self._renew()

    @property
    def version(self) -> str:
        """What changes when the scene's file does, or one beside it that it imports."""
        return " ".join(map(_stamp, self._files))

    def png(self, epoch: float, theme: str) -> bytes:
        """Return a moment as a PNG file, drawn with the scene as it stands now.

        Args:
            epoch: the moment, in epochs since the start.
            theme: name of the theme.

        Raises:
            AnimvizError: the scene cannot be imported or drawn; in one line, with the place where it broke.
        """
        with self._lock:
            if self.version != self._loaded:
                self._renew()
            try:
                return self._drawing(theme).png(epoch)
            except AnimvizError as error:
                raise SceneError(f"{error.line}{self._place(error)}") from error

    def _renew(self) -> None:
        """Forget what was drawn with the scene as it was."""
        file = file_in(self._reference)
        if file is not None:
            self._files = _watched(file.resolve(), self._files)
        self._loaded, self._trouble = self.version, None
        self._drawings.clear()

    def _drawing(self, theme: str) -> Drawing:
        """Return the picture in a theme; what could not be set up is not tried again before it changes."""
        if self._trouble is not None:
            raise self._trouble
        if theme not in self._drawings:
            try:
                picture = Picture.of(self._reference, self.recording, self._options)
                self._drawings[theme] = Drawing(picture, self.size, theme)
            except AnimvizError as error:
                self._trouble = error
                raise
        return self._drawings[theme]

    def _place(self, error: AnimvizError) -> str:
        """Say in which line of the user's files a scene broke."""
        steps = traceback.extract_tb(error.broken.__traceback__) if error.broken is not None else []
        own = [step for step in steps if Path(step.filename) in self._files]
        return f" ({Path(own[-1].filename).name}, line {own[-1].lineno})" if own else ""


def _watched(file: Path, before: list[Path]) -> list[Path]:
    """Return the files on which a scene depends; where they cannot be read now, those known before."""
    try:
        return own_files(file)
    except (AnimvizError, OSError):
        return sorted({file, *before})


def _stamp(file: Path) -> str:
    try:
        about = file.stat()
    except OSError:
        return "-"
    return f"{about.st_mtime_ns}.{about.st_size}"
