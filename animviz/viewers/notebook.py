"""A scrubber in a notebook's cell; what it is made of is imported when it is asked for."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from animviz.errors import InputError
from animviz.pages.shell import FOLLOWING
from animviz.pictures.picture import Picture
from animviz.pictures.scene import Scene
from animviz.recording.recording import Recording
from animviz.rendering.request import check_look
from animviz.stage.theme import THEMES

if TYPE_CHECKING:
    from animviz.viewers.widget import Scrubber

__all__ = ["scrubber"]


def scrubber(
    scene: str | Path | Scene,
    recording: str | Path | Recording,
    *,
    size: tuple[int, int] | str = (640, 360),
    theme: str = FOLLOWING,
    output: str | None = None,
    film: bool = True,
    **options: Any,
) -> "Scrubber":
    """Return a widget that moves through a recording, in JupyterLab, VS Code, Colab or marimo.

    It needs ``pip install "animviz[notebook]"``. As the last line of a cell it shows itself: a slider over the epochs,
    a button that plays, the scenes that draw this kind of recording, and their options. Each picture is drawn when it is
    looked at. A film of five seconds is saved with the notebook, and is seen where Python does not run.

    Args:
        scene: see `animviz.render`.
        recording: what to draw, or its path.
        size: width and height in pixels, even numbers; or as a text: "640x360", "16:9".
        theme: "dark", "light" or "print"; by default "auto", as the notebook is.
        output: name of the output that is drawn, of a model that has several; by default the main one.
        film: whether a film is saved with the notebook.
        **options: the scene's options.

    Raises:
        AnimvizError: anywidget is not installed, an option does not fit, or the scene cannot draw the recording.
    """
    if find_spec("anywidget") is None:
        raise InputError("animviz.scrubber needs anywidget; install it: pip install 'animviz[notebook]'")
    if theme not in (FOLLOWING, *THEMES):
        raise InputError(f"theme is {theme!r}; expected one of {', '.join((FOLLOWING, *THEMES))}")
    picture = Picture.of(scene, recording, options, output=output)
    look = "dark" if theme == FOLLOWING else theme
    pixels = check_look(picture.scene, options, size, look)
    from animviz.viewers.widget import Scrubber

    return Scrubber(picture, pixels, theme, film=film)
