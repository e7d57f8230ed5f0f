"""Vectors: what stands on a stage as SVG or PDF, for print. Letters and lines stay vectors, pixels become images."""

import io
import re
from typing import Any, Literal

import numpy as np
from matplotlib import rc_context
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.backends.backend_pdf import PdfFile, RendererPdf
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.text import Text

from animviz.arrays import Pixels
from animviz.stage.alpha import GROUNDS, alpha_of
from animviz.stage.lettering import letter
from animviz.stage.pixels import DPI, NoPixelsError, canvas_of
from animviz.stage.settings import own_settings
from animviz.stage.stage import Stage

__all__ = ["vector_of"]

# Type 42 keeps letters as letters; publishers refuse Type 3. The salt makes the same names in every process.
POINTS = 72 / DPI  # to a pixel of a stage
SETTINGS: Any = {"pdf.fonttype": 42, "svg.hashsalt": "animviz"}


@own_settings
def vector_of(
    stage: Stage, kind: Literal["svg", "pdf"], text: str, *, size: tuple[int, int] | None = None, clear: bool = False
) -> bytes:
    """Return what stands on a stage as the contents of a file; the stage cannot be painted afterwards.

    Args:
        stage: with a moment drawn on it.
        kind: of the file.
        text: what the file says of its picture.
        size: width and height in pixels, of the upper left part of the stage; by default all of it.
        clear: whether the background is left out.
    """
    figure = stage.figure
    for written in figure.texts:
        letter(written)
    figure.patch.set_visible(not clear)
    figure.add_artist(_Moving(stage))
    width, height = size or stage.size
    points = (width * POINTS, height * POINTS)
    with rc_context(SETTINGS):
        return _svg(figure, points, text) if kind == "svg" else _pdf(figure, points, text)


def _svg(figure: Figure, size: tuple[float, float], text: str) -> bytes:
    file = io.BytesIO()
    canvas: Any = FigureCanvasSVG(figure)
    canvas.print_svg(file, metadata={"Date": None, "Description": text})
    width, height = (f"{side:.10g}" for side in size)
    part = f'width="{width}pt" height="{height}pt" viewBox="0 0 {width} {height}"'
    return re.sub(rb'width="\S+pt" height="\S+pt" viewBox="[^"]*"', part.encode(), file.getvalue(), count=1)


def _pdf(figure: Figure, size: tuple[float, float], text: str) -> bytes:
    contents = io.BytesIO()
    figure.dpi = 72  # points to an inch
    width, height = figure.get_size_inches()
    file: Any = _Page(contents, size, {"CreationDate": None, "Subject": text})
    file.newPage(width, height)
    renderer: Any = RendererPdf(file, DPI, height, width)  # type: ignore[no-untyped-call]
    figure.draw(renderer)
    renderer.finalize()
    file.finalize()
    file.close()
    return contents.getvalue()


class _Page(PdfFile):
    """A PDF that shows the upper left part of its page.

    Args:
        file: where it is written.
        size: width and height of that part in points.
        metadata: what it says of itself.
    """

    def __init__(self, file: io.BytesIO, size: tuple[float, float], metadata: dict[str, Any]) -> None:
        self._size = size
        super().__init__(file, metadata=metadata)  # type: ignore[no-untyped-call]

    def writeObject(self, object: Any, contents: Any) -> None:  # noqa: N802
        """Write an object; the page's names the part that is shown."""
        if isinstance(contents, dict) and "MediaBox" in contents:
            (width, height), top = self._size, contents["MediaBox"][3]
            contents = contents | {"MediaBox": [0, top - height, width, top]}
        super().writeObject(object, contents)  # type: ignore[no-untyped-call]


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
            renderer.draw_image(pen, left * POINTS, below * POINTS, image[::-1])

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
