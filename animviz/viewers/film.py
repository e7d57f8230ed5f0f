"""A short film that stands in for a scrubber where Python does not run: in a saved notebook, and in what is made of one."""

import tempfile
import time
from html import escape
from pathlib import Path

from animviz.pictures.alt import alt_of
from animviz.rendering.film import film
from animviz.rendering.request import Request
from animviz.video.html import html_of
from animviz.viewers.drawing import Drawing

__all__ = ["film_html"]

SECONDS = 5.0
FPS = 12.0
PATIENCE = 3.0  # seconds that drawing may take: a scene that draws slowly gets fewer frames


def film_html(drawing: Drawing, name: str) -> str:
    """Return HTML with a film of a picture.

    Args:
        drawing: of the picture.
        name: by which the page finds it.

    Raises:
        AnimvizError: the film cannot be drawn or encoded.
    """
    picture = drawing.picture
    drawing.png(float(picture.epochs[0]))  # what a scene does once is no part of its pace
    start = time.perf_counter()
    drawing.png(float(picture.epochs[-1]))
    fps = min(FPS, max(1.0, PATIENCE / SECONDS / (time.perf_counter() - start)))
    with tempfile.TemporaryDirectory(prefix="animviz-") as folder:
        request = Request.of(
            picture.scene, Path(folder) / "film.mp4", size=drawing.size, theme=drawing.theme, pace=1.0, seconds=SECONDS,
            fps=fps, **dict(picture.options),
        )  # fmt: skip
        movie = film(request.plan_of(picture), request, command="animviz.scrubber(...)")
        html = html_of(movie.path, movie.size, movie.frames, alt_of(picture))
    words = f"{picture.scene.name}: run the cell again to move through it by hand"
    return f'{_STYLE}<figure id="{name}" class="animviz-film">{html}<figcaption>{escape(words)}</figcaption></figure>'


# JupyterLab says below the film that there is no scrubber any more; that line alone is a panel without elements.
_STYLE = (
    "<style>.jp-OutputArea-child:has(.animviz-film) + .jp-OutputArea-child .jupyter-widgets:not(:has(*))"
    "{display:none}</style>"
)
