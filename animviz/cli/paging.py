"""What `animviz page --scene` takes: a scene with its options, as one would type them behind `animviz render`."""

import shlex
from typing import Any

from click.core import ParameterSource

from animviz.cli.render import RenderCommand
from animviz.errors import InputError
from animviz.options import options_of
from animviz.rendering.timeline import Pacing

__all__ = ["scene_options"]

DRAWING = {"size", "workers"}


def scene_options(text: str) -> dict[str, Any]:
    """Return the scene and its options by name.

    Args:
        text: such as "rings --grid 40 --seconds 12".

    Raises:
        AnimvizError: there is no such scene, or an option is not one of its film.
        ClickException: an option is unknown or has no value.
    """
    try:
        reference, *words = shlex.split(text)
    except ValueError:
        raise InputError(f"--scene is {text!r}; expected a scene with its options, such as 'rings --grid 40'") from None
    command = RenderCommand(reference)
    context = command.make_context(reference, words)
    given = {
        name: value
        for name, value in context.params.items()
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    known = DRAWING | {option.name for option in (*command.scene.options, *options_of(Pacing))}
    for name in given.keys() - known:
        flag = f"--{name.replace('_', '-')}"
        raise InputError(f"--scene {text!r}: {flag} is not one of a scene's film on a page; leave it out")
    return {"scene": command.reference, **given}
