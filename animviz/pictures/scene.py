"""@scene: turn a function that sets up one picture into something that can be found, described and rendered."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from animviz.errors import SceneError
from animviz.moment import Draw
from animviz.options import Option, checked, options_of, summary_of
from animviz.recording.recording import Recording
from animviz.stage.stage import Stage

__all__ = ["Scene", "scene"]


@dataclass(frozen=True)
class Scene:
    """One picture of a recording.

    Attributes:
        name: what users type.
        function: called once per figure with (stage, recording, options); returns the draw function, which moves
            the artists to a moment.
        experiment: name of the experiment that is trained when no recording is given, or None.
        options: the function's keyword-only parameters.
        aspect: width over height that suits it where several share a frame.
    """

    name: str
    function: Callable[..., Draw]
    experiment: str | None
    options: tuple[Option, ...]
    aspect: float = 16 / 9

    @property
    def summary(self) -> str:
        """First line of the docstring."""
        return summary_of(self.function)

    def set_up(self, stage: Stage, recording: Recording, **options: Any) -> Draw:
        """Build the picture on a stage.

        Raises:
            InputError: an option is unknown or does not fit.
            SceneError: the recording cannot be drawn by this scene.
        """
        return self.function(stage, recording, **checked(self.options, options, f"scene {self.name!r}"))


def scene(
    *, experiment: str | None = None, name: str | None = None, aspect: float = 16 / 9
) -> Callable[[Callable[..., Draw]], Scene]:
    """Declare a function to be a scene.

    The function takes a stage, a recording and keyword-only options, sets up the picture, and returns a function of a
    moment that moves it. What it draws at a moment must depend on that moment alone.

    Args:
        experiment: what is trained when the scene is rendered without a recording.
        name: what users type; by default the function's name.
        aspect: width over height that suits it where several share a frame.

    Raises:
        SceneError: a parameter is missing or cannot be an option.
    """

    def declare(function: Callable[..., Draw]) -> Scene:
        parameters = list(inspect.signature(function).parameters.values())
        positional = [p for p in parameters if p.kind is not inspect.Parameter.KEYWORD_ONLY]
        if len(positional) != 2 or any(p.kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD for p in positional):
            raise SceneError(f"scene {function.__name__!r} must take (stage, recording, *, options...)")
        if not summary_of(function):
            raise SceneError(f"scene {function.__name__!r} needs a docstring: its first line is its help")
        return Scene(name or function.__name__, function, experiment, options_of(function), aspect)

    return declare
