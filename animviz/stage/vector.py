"""Vectors: what stands on a stage as SVG or PDF, for print. Letters and lines stay vectors, pixels become images."""

import io
from typing import Any, Literal

import numpy as np
from matplotlib import rc_context
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.text import Text

from animviz.arrays import Pixels
from animviz.stage.alpha import GROUNDS, alpha_of
from animviz.stage.lettering import letter
from animviz.stage.pixels import DPI, NoPixelsError, canvas_of
from animviz.stage.settings import own_settings
from animviz.stage.stage import Stage

__all__ = ["vector_of"]

# Type 42 keeps letters as letters; publishers refuse Type 3. The salt makes the same names in every process.
SETTINGS: Any = {"pdf.fonttype": 42, "svg.hashsalt": "animviz"}


@own_settings
def vector_of(stage: Stage, kind: Literal["svg", "pdf"], text: str, *, clear: bool = False) -> bytes:
    """Return what stands on a stage as the contents of a file; the stage cannot be painted afterwards.

    Args:
        stage: with a moment drawn on it.
        kind: of the file.
        text: what the file says of its picture.
        clear: whether the background is left out.
    """
    figure, file = stage.figure, io.BytesIO()
    for written in figure.texts:
        letter(written)
    figure.patch.set_visible(not clear)
    figure.add_artist(_Moving(stage))
    with rc_context(SETTINGS):
        if kind == "svg":
            canvas: Any = FigureCanvasSVG(figure)
            canvas.print_svg(file, metadata={"Date": None, "Description": text})
        else:
            canvas = FigureCanvasPdf(figure)
            canvas.print_pdf(file, metadata={"CreationDate": None, "Subject": text})
    return file.getvalue()


class _Moving(Artist):
    """What moves on a stage, in its order, over all that stands still."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self._stage = stage
        self.set_zorder(1e9)

    def draw(self, renderer: Any) -> None:
        """Draw all artists, each as it can."""
        for artist in self._stage.moving:
            if isinstance(artist, Text):
                letter(artist)
            try:
                artist.draw(renderer)
            except NoPixelsError:
                self._lay(renderer, artist)

    def _lay(self, renderer: Any, artist: Artist) -> None:
        """Draw an artist that knows pixels alone, and put it into the file as an image with alpha."""
        image, left, below = _trimmed(alpha_of(*(self._sheet(artist, ground) for ground in GROUNDS)))
        if image.size:
            pen = renderer.new_gc()
            # Rows are counted from below, in points, of which there are 72 to an inch.
            renderer.draw_image(pen, left * 72 / DPI, below * 72 / DPI, image[::-1])

    def _sheet(self, artist: Artist, ground: str) -> Pixels:
        figure = self._stage.figure
        usual = figure.dpi
        sheet: Any = RendererAgg(*self._stage.size, DPI)  # type: ignore[no-untyped-call]
        canvas = canvas_of(sheet)
        canvas[:] = (*bytes.fromhex(ground[1:]), 255)
        figure.dpi = DPI  # in which the pixels of a stage are counted; a file counts points
        try:
            artist.draw(sheet)
        finally:
            figure.dpi = usual
        return canvas


def _trimmed(image: Pixels) -> tuple[Pixels, int, int]:
    """Return the part of an image that is seen, top row first, and its left and lower edge from the lower left corner."""
    rows, columns = np.flatnonzero(image[..., 3].any(axis=1)), np.flatnonzero(image[..., 3].any(axis=0))
    if not rows.size:
        return image[:0], 0, 0
    part = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return np.ascontiguousarray(part), int(columns[0]), int(image.shape[0] - 1 - rows[-1])
