"""The painter: a scene set up on a stage, that paints one moment at a time."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from animviz.errors import AnimvizError, DivergedError, SceneError
from animviz.moment import Moment
from animviz.pictures.scene import Scene
from animviz.recording.recording import Recording
from animviz.stage.settings import own_settings
from animviz.stage.stage import Stage

__all__ = ["Painter", "Paints"]


class Paints(Protocol):
    """What paints the frames of a video: a `Painter`, or several behind one frame."""

    def paint(self, moment: Moment) -> NDArray[np.uint8]:
        """Paint a moment; see `Painter.paint`."""
        ...


class Painter:
    """A scene on a stage, ready to paint.

    Args:
        scene: what to draw.
        recording: from which.
        stage: where; the painter's own from now on.
        options: the scene's options.

    Raises:
        InputError: an option is unknown or does not fit.
        SceneError: the scene cannot draw this recording, or breaks; the cause is chained.
    """

    def __init__(self, scene: Scene, recording: Recording, stage: Stage, options: Mapping[str, Any]) -> None:
        self._name = scene.name
        self._stage = stage
        self._shown: tuple[float, float] | None = None  # what the buffer holds, unless the seconds moved it
        try:
            self._draw = scene.set_up(self._stage, recording, **options)
        except AnimvizError:
            raise
        except Exception as error:
            cause = f"{type(error).__name__}: {error}"
            raise SceneError(f"scene {self._name!r} failed while it was set up: {cause}") from error

    @own_settings
    def paint(self, moment: Moment) -> NDArray[np.uint8]:
        """Paint a moment; a state that is not finite becomes a marked frame. An unchanged picture is not drawn twice.

        Returns:
            The stage's own buffer, uint8 of shape (height, width, 4); the next call but one paints over it.

        Raises:
            SceneError: the scene breaks; names the epoch, the cause is chained.
        """
        still = (moment.epoch, moment.progress)
        if self._shown == still:
            return self._stage.buffer
        self._shown = None
        glance = _Glance(moment.seconds, moment.epoch, moment.progress)
        try:
            with self._named(moment):
                self._draw(glance)
                pixels = self._stage.paint()
            self._shown = None if glance.at_clock else still
            return pixels
        except DivergedError as error:
            return self._stage.paint_failure(str(error))

    @own_settings
    def pose(self, moment: Moment) -> None:
        """Bring all that moves to a moment, without painting.

        Raises:
            DivergedError: a state is not finite.
            SceneError: the scene breaks; names the epoch, the cause is chained.
        """
        self._shown = None
        with self._named(moment):
            self._draw(moment)

    @contextmanager
    def _named(self, moment: Moment) -> Iterator[None]:
        """Name scene and epoch where the block breaks."""
        try:
            yield
        except AnimvizError:
            raise
        except Exception as error:
            cause = f"{type(error).__name__}: {error}"
            raise SceneError(f"scene {self._name!r} failed at epoch {moment.epoch:.3g}: {cause}") from error


class _Glance(Moment):
    """A moment that notes whether its seconds were looked at: a picture that does not need them can stand still."""

    at_clock = False

    def __getattribute__(self, name: str) -> Any:
        if name == "seconds":
            object.__setattr__(self, "at_clock", True)
        return super().__getattribute__(name)
