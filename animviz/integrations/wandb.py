"""Weights & Biases: films and stills among the media of a run."""

from pathlib import Path
from typing import Any

from animviz.errors import InputError
from animviz.integrations.drawing import drawn_film, drawn_still, needed
from animviz.pictures.scene import Scene
from animviz.recording.recording import Recording

__all__ = ["log_film", "log_still"]


def log_film(
    scene: str | Path | Scene, recording: str | Path | Recording, *, run: Any = None, name: str | None = None,
    step: int | None = None, **options: Any,
) -> None:  # fmt: skip
    """Log a film as an MP4.

    Args:
        scene: see `animviz.render`.
        recording: what to draw, or its path.
        run: what `wandb.init` returned; by default the run that is open.
        name: under which it is shown; by default the scene's.
        step: by default the run's own.
        **options: of `animviz.render`.

    Raises:
        AnimvizError: wandb is not installed, no run is open, or the film cannot be drawn.
    """
    wandb = needed("wandb", "wandb")
    opened = _opened(wandb, run)
    with drawn_film(scene, recording, ".mp4", **options) as film:
        opened.log({name or film.name: wandb.Video(str(film.path), caption=film.alt, format="mp4")}, step=step)


def log_still(
    scene: str | Path | Scene, recording: str | Path | Recording, epoch: float | str = "last", *, run: Any = None,
    name: str | None = None, step: int | None = None, **options: Any,
) -> None:  # fmt: skip
    """Log a moment as a PNG; see `log_film` and `animviz.still`.

    Raises:
        AnimvizError: wandb is not installed, no run is open, or the moment cannot be drawn.
    """
    wandb = needed("wandb", "wandb")
    opened = _opened(wandb, run)
    with drawn_still(scene, recording, epoch, **options) as picture:
        opened.log({name or picture.name: wandb.Image(str(picture.path), caption=picture.alt)}, step=step)


def _opened(wandb: Any, run: Any) -> Any:
    opened = run if run is not None else wandb.run
    if opened is None:
        raise InputError("no run of wandb is open; call wandb.init() before, or give run=")
    return opened
