"""Trackers whose runs log media by name, as Weights & Biases has it: the tracker's `Video` and `Image`, handed to `run.log`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from animviz.errors import InputError
from animviz.integrations.drawing import check_step, drawn_film, drawn_still, needed
from animviz.pictures.scene import Scene
from animviz.recording.recording import Recording

__all__ = ["MediaTracker"]


@dataclass(frozen=True)
class MediaTracker:
    """Such a tracker.

    Attributes:
        package: by which it is imported and installed.
        current: returns the run that is open, or None.
    """

    package: str
    current: Callable[[], Any]

    def log_film(
        self, scene: str | Path | Scene, recording: str | Path | Recording, *, run: Any = None, name: str | None = None,
        step: int | None = None, **options: Any,
    ) -> None:  # fmt: skip
        """Log a film as an MP4.

        Args:
            scene: see `animviz.render`.
            recording: what to draw, or its path.
            run: what the tracker's `init` returned; by default the run that is open.
            name: under which it is shown; by default the scene's.
            step: by default the run's own.
            **options: of `animviz.render`.

        Raises:
            AnimvizError: the tracker is not installed, the step is not whole, no run is open, or the film cannot be drawn.
        """
        check_step(step)
        tracker = needed(self.package, self.package)
        opened = self._opened(run)
        with drawn_film(scene, recording, ".mp4", **options) as film:
            opened.log({name or film.name: tracker.Video(str(film.path), caption=film.alt, format="mp4")}, step=step)

    def log_still(
        self, scene: str | Path | Scene, recording: str | Path | Recording, epoch: float | str = "last", *,
        run: Any = None, name: str | None = None, step: int | None = None, **options: Any,
    ) -> None:  # fmt: skip
        """Log a moment as a PNG; see `log_film` and `animviz.still`.

        Raises:
            AnimvizError: the tracker is not installed, the step is not whole, no run is open, or the moment cannot be drawn.
        """
        check_step(step)
        tracker = needed(self.package, self.package)
        opened = self._opened(run)
        with drawn_still(scene, recording, epoch, **options) as picture:
            opened.log({name or picture.name: tracker.Image(str(picture.path), caption=picture.alt)}, step=step)

    def _opened(self, run: Any) -> Any:
        opened = run if run is not None else self.current()
        if opened is None:
            raise InputError(f"no run of {self.package} is open; call {self.package}.init() before, or give run=")
        return opened
