"""MLflow: films and stills among the artifacts of a run."""

from pathlib import Path
from typing import Any

from animviz.errors import InputError
from animviz.integrations.drawing import drawn_film, drawn_still, needed
from animviz.pictures.scene import Scene
from animviz.recording.recording import Recording

__all__ = ["log_film", "log_still"]


def log_film(
    scene: str | Path | Scene, recording: str | Path | Recording, *, run_id: str | None = None,
    folder: str | None = None, **options: Any,
) -> None:  # fmt: skip
    """Log a film as an MP4, which is called as its scene.

    Args:
        scene: see `animviz.render`.
        recording: what to draw, or its path.
        run_id: of the run; by default the run that is open.
        folder: among the artifacts; by default none.
        **options: of `animviz.render`.

    Raises:
        AnimvizError: mlflow is not installed, no run is open, or the film cannot be drawn.
    """
    mlflow = needed("mlflow", "mlflow")
    run = _opened(mlflow, run_id)
    with drawn_film(scene, recording, ".mp4", **options) as film:
        mlflow.log_artifact(str(film.path), folder, run_id=run)


def log_still(
    scene: str | Path | Scene, recording: str | Path | Recording, epoch: float | str = "last", *,
    run_id: str | None = None, folder: str | None = None, **options: Any,
) -> None:  # fmt: skip
    """Log a moment as a PNG; see `log_film` and `animviz.still`.

    Raises:
        AnimvizError: mlflow is not installed, no run is open, or the moment cannot be drawn.
    """
    mlflow = needed("mlflow", "mlflow")
    run = _opened(mlflow, run_id)
    with drawn_still(scene, recording, epoch, **options) as picture:
        mlflow.log_artifact(str(picture.path), folder, run_id=run)


def _opened(mlflow: Any, run_id: str | None) -> str:
    """Return the run; MLflow itself would open one that nobody closes."""
    active = mlflow.active_run()
    if run_id is None and active is None:
        raise InputError("no run of mlflow is open; call mlflow.start_run() before, or give run_id=")
    return run_id if run_id is not None else str(active.info.run_id)
