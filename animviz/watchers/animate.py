"""Animate: the Keras callback that records a training run and renders it when training ends."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from animviz.recorders.keras.callback import Recorder
from animviz.rendering.film import Movie, render
from animviz.rendering.request import Request

__all__ = ["Animate"]


class Animate(Recorder):
    """Record a training run, and draw it with a scene when it ends.

    Args:
        scene: name or path of a scene, see `animviz.render`.
        path: video to write; the recording lies beside it, with the extension .rec.
        inputs: what is drawn, see `animviz.Recorder`.
        labels: their labels or targets.
        recorder: further arguments of `animviz.Recorder`.
        **options: options of `animviz.render` and of the scene.

    Attributes:
        movie: the video, once training has ended.

    Raises:
        AnimvizError: the scene or the output cannot be had; before any training.
    """

    def __init__(
        self,
        scene: str,
        path: str | Path,
        inputs: Any = None,
        labels: Any = None,
        *,
        recorder: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        self.scene, self.target, self.options = scene, Path(path), options
        Request.of(scene, path, **options)
        self.movie: Movie | None = None
        super().__init__(self.target.with_suffix(".rec"), inputs, labels, **{"overwrite": True, **(recorder or {})})

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Finish the recording and render it."""
        super().on_train_end(logs)
        self.movie = render(self.scene, self.path, self.target, **self.options)
