"""Animate and live: Keras callbacks that record, and carry a watcher that draws."""

import tempfile
import weakref
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from animviz.errors import AnimvizError, InputError
from animviz.recorders.keras.callback import Recorder
from animviz.recorders.keras.fit_arguments import fit_arguments
from animviz.recorders.keras.intake import DATASET_SAMPLES, taken
from animviz.recorders.samples import Samples
from animviz.recorders.session import Session
from animviz.rendering.movie import Movie
from animviz.safety.aside import aside
from animviz.viewers.notebook import scrubber
from animviz.watchers.filming import Filming
from animviz.watchers.redrawing import Redrawing

__all__ = ["Animate", "Live", "live"]

NAMED = "name what is drawn: animviz.live(scene, inputs, labels)"


class Animate(Recorder):
    """Record a training run, and draw it with a scene when it ends.

    The scene's needs are looked at when training begins: what it cannot draw ends the training before the first epoch.
    If drawing fails in the end, a warning says so, and the recording is kept.

    Args:
        scene: name or path of a scene, see `animviz.render`.
        path: video to write; the recording lies beside it, with the extension .rec. For several models it holds
            "{fold}", "{trial}" or "{time}", see `animviz.Recorder`.
        inputs: what is drawn, see `animviz.Recorder`.
        labels: their labels or targets.
        output: of a model with several outputs, the one that is drawn and that the labels belong to.
        overwrite: replace a recording that is there already; without it that is refused.
        recorder: further arguments of `animviz.Recorder`.
        **options: options of `animviz.render` and of the scene.

    Raises:
        AnimvizError: the scene or the output cannot be had, or there is a recording already; before any training.
    """

    def __init__(
        self,
        scene: str,
        path: str | Path,
        inputs: Any = None,
        labels: Any = None,
        *,
        output: str | None = None,
        overwrite: bool = False,
        recorder: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        self._filming, self._suffix = Filming(scene, path, output=output, **options), Path(path).suffix
        further = {"output": output, "overwrite": overwrite, **(recorder or {})}
        further["watchers"] = [self._filming, *further.get("watchers", ())]
        super().__init__(Path(path).with_suffix(".rec"), inputs, labels, **further)

    @property
    def movie(self) -> Movie | None:
        """The video, once training has ended."""
        return self._filming.movie

    def _new_session(self) -> Session:
        session = super()._new_session()
        self._filming.target = session.path.with_suffix(self._suffix)
        return session


class Live(Recorder):
    """Record a training run, and redraw a scene's last state below the cell while it trains.

    Use it as ``model.fit(x, y, callbacks=[animviz.live("rings")])``. Drawing takes at most a sixth of the time: a
    picture waits until training has gone on for five times as long as the last picture took. A scene that cannot draw
    the model ends the training before the first epoch; one that breaks later says so once, and training and recording
    go on. Outside a notebook there is nothing to show, and it only records. As the last line of a cell it is the picture
    to move through, see `animviz.scrubber`.

    Args:
        scene: name or path of a scene.
        inputs: what is drawn, see `animviz.Recorder`; by default what was given to ``fit``, of which 2,000 samples
            at most. Generators, which can be read but once, are left to the training.
        labels: their labels or targets.
        path: folder to write; by default a temporary one for each model, which is removed with this callback.
        every: rhythm of capture, see `animviz.Recorder`.
        size: width and height in pixels, or as a text: "640x360", "16:9".
        theme: "dark", "light" or "print".
        output: of a model with several outputs, the one that is drawn and that the labels belong to.
        overwrite: replace a recording that is there already; without it that is refused.
        recorder: further arguments of `animviz.Recorder`.
        **options: the scene's options.

    Raises:
        AnimvizError: the scene cannot be had, an option does not fit, or there is a recording already; before any
            training.
    """

    def __init__(
        self,
        scene: str,
        inputs: Any = None,
        labels: Any = None,
        *,
        path: str | Path | None = None,
        every: int | float | str | Fraction = 1,
        size: tuple[int, int] | str = (640, 360),
        theme: str = "dark",
        output: str | None = None,
        overwrite: bool = False,
        recorder: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        self._look = {"size": size, "theme": theme, "output": output, **options}
        self._scene, self._redrawing = scene, Redrawing(scene, **self._look)
        further = {"every": every, "output": output, "overwrite": overwrite, **(recorder or {})}
        further["watchers"] = [self._redrawing, *further.get("watchers", ())]
        place = ExitStack()
        folder = place.enter_context(aside(Path(tempfile.gettempdir()))) if path is None else None
        super().__init__(path or f"{folder}/live-{{fold}}.rec", inputs, labels, **further)
        self._named, self._most = inputs is not None, further.get("samples") or DATASET_SAMPLES
        if folder is not None:
            weakref.finalize(self._paths, place.close)

    @property
    def pictures(self) -> int:
        """How many pictures were shown."""
        return self._redrawing.pictures

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Start the recording and show the untrained state."""
        why = None if self._named or self._goes_on() else self._take_training_data()
        try:
            super().on_train_begin(logs)
        except AnimvizError as error:
            raise error if why is None else type(error)(f"{error}; {why}") from None

    def _ipython_display_(self) -> None:
        """Show the recording, as the last line of a cell, in the same picture that one moves through.

        Raises:
            AnimvizError: nothing was recorded yet, or anywidget is not installed.
        """
        if not self.path.is_dir():
            raise InputError("animviz.live has recorded nothing yet; give it to model.fit(..., callbacks=[live]) first")
        scrubber(self._scene, self.path, **self._look)._ipython_display_()

    def _take_training_data(self) -> str | None:
        """Take samples of what `fit` trains on; return why there are none, or None."""
        x, y = fit_arguments()
        if hasattr(x, "__next__"):
            return f"fit is fed by a generator, which can be read but once; {NAMED}"
        try:
            fresh = Samples.of(*taken(x, y, self._most))
        except InputError as error:
            return f"{error}; {NAMED}"
        self._samples = replace(self._samples, inputs=fresh.inputs, labels=fresh.labels, targets=fresh.targets)
        return None


live = Live
