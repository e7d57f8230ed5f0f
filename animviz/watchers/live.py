"""live: a picture below a notebook's cell that is redrawn while the model trains."""

import inspect
import logging
import shutil
import sys
import tempfile
import time
import weakref
from base64 import b64encode
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeGuard

import imageio.v3 as iio
import numpy as np
from numpy.typing import NDArray

from animviz.errors import AnimvizError
from animviz.pictures.discovery import find_scene
from animviz.recorders.keras.callback import Recorder
from animviz.recording.recording import Recording
from animviz.rendering.film import frame_at
from animviz.rendering.request import check_look
from animviz.sampling import evenly

__all__ = ["Live", "live"]

Show = Callable[[bytes], None]

PAUSE = 0.3  # seconds between pictures at least
FACTOR = 5.0  # times as long as a picture takes, training goes on before the next
MOST = 2000  # samples of the training data that are drawn
log = logging.getLogger("animviz")


class Live(Recorder):
    """Record a training run, and redraw a scene's last state below the cell while it trains.

    Use it as ``model.fit(x, y, callbacks=[animviz.live("rings")])``. Drawing takes at most a sixth of the time: a
    picture waits until training has gone on for five times as long as the last picture took. A scene that breaks says
    so once, and training and recording go on. Outside a notebook there is nothing to show, and it only records.

    Args:
        scene: name or path of a scene.
        inputs: what is drawn, see `animviz.Recorder`; by default the arrays given to ``fit``, of which 2,000 samples
            at most.
        labels: their labels or targets.
        path: folder to write, in place of a recording that is there; by default a temporary one, which is removed
            with this callback.
        every: rhythm of capture, see `animviz.Recorder`.
        size: width and height in pixels.
        theme: "dark", "light" or "print".
        recorder: further arguments of `animviz.Recorder`.
        **options: the scene's options.

    Attributes:
        pictures: how many were shown.

    Raises:
        AnimvizError: the scene cannot be had, or an option does not fit; before any training.
    """

    def __init__(
        self,
        scene: str,
        inputs: Any = None,
        labels: Any = None,
        *,
        path: str | Path | None = None,
        every: int | float | str | Fraction = 1,
        size: tuple[int, int] = (640, 360),
        theme: str = "dark",
        recorder: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        self.scene = find_scene(scene)
        check_look(self.scene, options, size, theme)
        self._look = {"size": size, "theme": theme, **options}
        self.pictures = 0
        self._show: Show | None = None
        self._shown: float | None = None  # epoch of the picture
        self._due = 0.0
        settings = {"every": every, "overwrite": True, **(recorder or {})}
        super().__init__(path or self._own_folder(), inputs, labels, **settings)

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Start the recording and show the untrained state."""
        if not self.inputs:
            self._take_training_data()
        super().on_train_begin(logs)
        self._show, self._shown = _display(), None
        if self._show is None:
            log.warning("animviz.live shows pictures in notebooks only; this run is just recorded, in %s", self.path)
        self._redraw()
        self._due = 0.0  # the first picture loads what drawing needs, and says nothing about the next

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Finish the recording and show its last state."""
        super().on_train_end(logs)
        self._redraw()

    def _capture(self, epoch: float, logs: dict[str, float]) -> None:
        super()._capture(epoch, logs)
        if time.perf_counter() >= self._due:
            self._redraw()

    def _redraw(self) -> None:
        """Show the last snapshot in place of the picture before it; never a reason for training to end."""
        if self._show is None or self._captured == self._shown:
            return
        self._shown = self._captured
        start = time.perf_counter()
        try:
            recording = Recording(self.path)
            frame = frame_at(self.scene, recording, recording.epochs[-1], **self._look)
            self._show(iio.imwrite("<bytes>", frame, extension=".png"))
            self.pictures += 1
        except Exception as error:  # whatever a scene or a display raises
            self._show = None
            cause = str(error) if isinstance(error, AnimvizError) else f"{type(error).__name__}: {error}"
            log.warning("animviz.live draws no more; training and recording go on: %s", cause)
        now = time.perf_counter()
        self._due = now + max(PAUSE, FACTOR * (now - start))

    def _own_folder(self) -> Path:
        folder = Path(tempfile.mkdtemp(prefix="animviz-"))
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return folder / "live.rec"

    def _take_training_data(self) -> None:
        """Take the arrays that ``fit`` was called with from its frame: Keras hands callbacks no data."""
        frame = inspect.currentframe()
        while frame is not None and not (frame.f_code.co_name == "fit" and {"x", "y"} <= frame.f_locals.keys()):
            frame = frame.f_back
        x, y = (frame.f_locals["x"], frame.f_locals["y"]) if frame is not None else (None, None)
        if _is_numbers(x):
            chosen = evenly(len(x), MOST)
            taken = Recorder(self.path, x[chosen], y[chosen] if _is_numbers(y) else None, overwrite=True)
            self.inputs, self.labels = taken.inputs, taken.labels


def _is_numbers(values: Any) -> TypeGuard[NDArray[Any]]:
    return isinstance(values, np.ndarray) and values.dtype.kind in "fiub"


def _display() -> Show | None:
    """Return what shows a PNG, each in place of the one before it; None outside a notebook."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if getattr(shell, "kernel", None) is None:
        return None
    from IPython.display import display

    handle = None

    def show(png: bytes) -> None:
        nonlocal handle
        picture = {"image/png": b64encode(png).decode()}
        if handle is None:
            handle = display(picture, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        else:
            handle.update(picture, raw=True)

    return show


live = Live
