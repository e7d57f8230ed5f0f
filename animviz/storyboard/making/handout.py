"""The handout: key frames in a PDF, two to a page, with their captions as text."""

import io
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import imageio.v3 as iio
from matplotlib.backends.backend_pdf import FigureCanvasPdf, PdfPages
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from animviz.stage.lettering import families, one_line
from animviz.stage.settings import own_settings

__all__ = ["write_handout"]

WIDTH, HEIGHT = 8.27, 11.69  # inches, A4
MARGIN = 0.75
PICTURE = 4.1  # most height of a picture
INK, QUIET = "#1b2230", "#5f6979"
PER_PAGE = 2


@own_settings
def write_handout(path: Path, title: str, pages: Sequence[tuple[Path, str]]) -> None:
    """Write the handout; the same pictures and words give the same bytes.

    Args:
        path: of the PDF.
        title: stands at the head of each page.
        pages: picture and words of each key frame; what has no words stands alone.
    """
    facts: dict[str, Any] = {"Title": title, "CreationDate": None, "Producer": None, "Creator": "animviz"}
    contents = io.BytesIO()  # where writing fails midway, PdfPages would end with an error of its own
    with PdfPages(contents, metadata=facts) as pdf:
        count = -(-len(pages) // PER_PAGE)
        for number in range(count):
            figure = Figure((WIDTH, HEIGHT))
            FigureCanvasPdf(figure)
            _write(figure, MARGIN, HEIGHT - 0.62, title, 13, INK)
            _write(figure, WIDTH - MARGIN, HEIGHT - 0.62, f"{number + 1} / {count}", 10, QUIET, "right")
            for row, (picture, text) in enumerate(pages[PER_PAGE * number : PER_PAGE * (number + 1)]):
                _place(figure, HEIGHT - 0.9 - 5.2 * row, picture, text)
            pdf.savefig(figure)
    path.write_bytes(contents.getvalue())


def _place(figure: Figure, top: float, picture: Path, text: str) -> None:
    """Place a picture and its words below a height, in inches from the lower edge."""
    pixels = iio.imread(picture)
    room = WIDTH - 2 * MARGIN
    scale = min(room / pixels.shape[1], PICTURE / pixels.shape[0])
    width, height = scale * pixels.shape[1], scale * pixels.shape[0]
    axes = figure.add_axes(((WIDTH - width) / 2 / WIDTH, (top - height) / HEIGHT, width / WIDTH, height / HEIGHT))
    axes.imshow(pixels, aspect="auto", interpolation="none")
    axes.set_axis_off()
    for row, line in enumerate(textwrap.wrap(text, 84)):
        _write(figure, MARGIN, top - height - 0.32 - 0.25 * row, line, 12, INK)


def _write(figure: Figure, left: float, bottom: float, text: str, size: float, color: str, align: str = "left") -> None:
    line = one_line(text)
    font = FontProperties(family=families(line), size=size)
    figure.text(left / WIDTH, bottom / HEIGHT, line, fontproperties=font, color=color, ha=align, parse_math=False)
