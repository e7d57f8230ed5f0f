"""The stage: a headless figure whose background is painted once, and over which only moving artists are repainted.

Places and sizes are in units of 1/720 of the frame's shorter side, from the top left corner, so that a picture looks
the same at every resolution: 1280x720 has 1280 by 720 units, and 640x360 too.
"""

from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Ellipse
from matplotlib.text import Text
from numpy.typing import NDArray

from animviz.stage.box import LEAST, Box, size_of
from animviz.stage.curve import Curve
from animviz.stage.ink import Ink
from animviz.stage.lettering import families, letter, one_line, width_of
from animviz.stage.numerals import Numerals, is_number
from animviz.stage.pairs import Pair
from animviz.stage.pixels import DPI, canvas_of
from animviz.stage.settings import own_settings
from animviz.stage.strokes import Strokes
from animviz.stage.theme import Theme, theme_named
from animviz.stage.wording import Wording

__all__ = ["Stage"]

Weight = Literal["regular", "medium", "semibold"]


class Stage:
    """A headless figure of even pixel size.

    Args:
        size: width and height in pixels, or as a text: "1280x720", "16:9".
        theme: "dark", "light" or "print", or a theme itself.
        pixel: pixels per unit, for parts of a frame and for what is only measured, which may be of any even size; by
            default 1/720 of the shorter side.

    Attributes:
        theme: colours, see `animviz.stage.theme.Theme`.
        width: width in units.
        height: height in units.
        pixel: pixels per unit.
        wording: what the user wants to read around the picture.
        pairs: numbers in words and the marks beside which they stand, as scenes declare them.
        pace: the epochs at each whole second of the film, shape (seconds,); None in stills.
        head: units from the upper edge that title and numbers take; a failure leaves them and takes the rest.

    Raises:
        InputError: an odd or absurd size, or no such theme.
    """

    @own_settings
    def __init__(
        self, size: tuple[int, int] | str = (1280, 720), theme: str | Theme = "dark", *, pixel: float | None = None
    ) -> None:
        self.size = size = size_of(size, LEAST if pixel is None else 2)
        self.theme = theme if isinstance(theme, Theme) else theme_named(theme)
        self.wording = Wording()
        self.pairs: list[Pair] = []
        self.pace: NDArray[np.float64] | None = None
        self.head = 0.0
        self.pixel = pixel or min(size) / 720
        self.width, self.height = size[0] / self.pixel, size[1] / self.pixel
        self.figure = Figure((size[0] / DPI, size[1] / DPI), dpi=DPI, facecolor=self.theme.background)
        self.canvas = FigureCanvasAgg(self.figure)
        # Two, so that one frame can be on its way to the encoder while the next is painted.
        self._renderer: Any = self.canvas.get_renderer()  # type: ignore[no-untyped-call]
        self._other: Any = RendererAgg(*size, DPI)  # type: ignore[no-untyped-call]
        self._moving: list[Artist] = []
        self._background: NDArray[np.uint8] | None = None
        self._covering: set[Artist] = set()
        self._inks: dict[Artist, list[Ink]] = {}
        self._numerals = Numerals(self.figure, size, self.lift, width_of)
        self._sheet: Any = RendererAgg(*size, DPI)  # type: ignore[no-untyped-call]
        canvas_of(self._sheet)[:] = 0  # it begins white, though clear

    def points(self, units: float) -> float:
        """Return typographic points, in which matplotlib measures lines and letters, for a length in units."""
        return units * self.pixel * 72 / DPI

    @own_settings
    def axes(self, box: Box, x: tuple[float, float], y: tuple[float, float], *, color: Any = None) -> Axes:
        """Add bare axes: no ticks, no frame, fixed limits.

        Args:
            box: where, in units.
            x: limits of the horizontal axis in data coordinates.
            y: limits of the vertical axis.
            color: of the ground; by default the stage's own.
        """
        place = (box.left / self.width, 1 - box.bottom / self.height, box.width / self.width, box.height / self.height)
        axes = self.figure.add_axes(place, xlim=x, ylim=y, facecolor=color or self.theme.background)
        axes.set_axis_off()
        if color is not None:
            axes.set_axis_on()
            axes.tick_params(bottom=False, left=False, labelbottom=False, labelleft=False)
            axes.spines[:].set_visible(False)
        return axes

    def overlay(self) -> Axes:
        """Add bare axes over the whole stage, which count in its units from the top left corner."""
        return self.axes(Box(0, 0, self.width, self.height), (0, self.width), (self.height, 0))

    @own_settings
    def text(
        self,
        left: float,
        top: float,
        text: str,
        *,
        size: float = 22,
        color: str | None = None,
        weight: Weight = "regular",
        align: Literal["left", "center", "right"] = "left",
        moves: bool = False,
    ) -> Text:
        """Add a line of text whose baseline is `top` units below the upper edge.

        Args:
            left: anchor in units from the left edge; `align` says which part of the text it holds.
            top: baseline in units from the upper edge.
            text: what it says, without mathematics; line breaks become spaces.
            size: height of the type in units.
            color: by default the theme's ink.
            weight: of the type.
            align: where the anchor is.
            moves: whether it is changed from frame to frame.
        """
        line = one_line(text)
        artist = self.figure.text(
            left / self.width, 1 - top / self.height, line, color=color or self.theme.ink, ha=align, va="baseline",
            fontproperties=self.font(size, weight, line), parse_math=False,
        )  # fmt: skip
        if moves:
            self.moves(artist)
        return artist

    @own_settings
    def dot(self, left: float, top: float, size: float, color: str) -> None:
        """Add a disc that stands still.

        Args:
            left: centre in units from the left edge.
            top: centre in units from the upper edge.
            size: diameter in units.
            color: of the disc.
        """
        disc = Ellipse(
            (left / self.width, 1 - top / self.height), size / self.width, size / self.height,
            transform=self.figure.transFigure, facecolor=color, edgecolor="none",
        )  # fmt: skip
        self.figure.add_artist(disc)

    @own_settings
    def measure(self, text: str, size: float, weight: Weight = "regular") -> float:
        """Return the width in units of a line of text in a size given in units."""
        line = one_line(text)
        return width_of(line, self.font(size, weight, line)) / self.pixel

    @own_settings
    def font(self, size: float, weight: Weight = "regular", line: str = "") -> FontProperties:
        """Return the typeface in a size given in units, and the fonts for what it lacks of a line."""
        numeric = {"regular": 400, "medium": 500, "semibold": 600}[weight]
        return FontProperties(family=families(line), weight=numeric, size=self.points(size))

    @own_settings
    def line(self, axes: Axes, color: Any, width: float, **style: Any) -> Line2D:
        """Add a moving line, or many in one: NaN separates them.

        Args:
            axes: where.
            color: of the stroke.
            width: of the stroke in units.
            **style: further properties of `matplotlib.lines.Line2D`.
        """
        style = {"solid_capstyle": "round", **style}
        line = Line2D([], [], color=color, linewidth=self.points(width), **style)
        axes.add_line(line)
        self.moves(line)
        return line

    @own_settings
    def curve(self, axes: Axes, color: Any, width: float, dot: float, dash: tuple[float, ...] = ()) -> Curve:
        """Add a curve that grows, with a dot at its end: `Curve.set_data` takes the points up to now.

        Args:
            axes: where.
            color: of line and dot.
            width: of the line in units.
            dot: diameter of the dot in units.
            dash: lengths of dashes and gaps, in widths of the line; by default the line is solid.
        """
        curve = Curve(axes, color, self.points(width), self.points(dot), dash)
        self.moves(curve)
        return curve

    @own_settings
    def strokes(self, axes: Axes, color: Any, width: float) -> Strokes:
        """Add moving thin lines of one colour, for many or long ones: `Strokes.set_lines` takes them all at once.

        Args:
            axes: where.
            color: of the strokes.
            width: of the strokes in units.
        """
        strokes = Strokes(axes, color, width * self.pixel)
        self.moves(strokes)
        return strokes

    def moves(self, *artists: Artist) -> None:
        """Declare artists that change from frame to frame; they are painted in this order, over all that stands still."""
        for artist in artists:
            artist.set_animated(True)
            self._moving.append(artist)

    def covers(self, *artists: Artist) -> None:
        """Declare artists that stand still over those that move and were declared before: they are drawn once."""
        self.moves(*artists)
        self._covering.update(artists)

    @property
    def moving(self) -> tuple[Artist, ...]:
        """What moves, in the order in which it is painted."""
        return tuple(self._moving)

    @property
    def buffer(self) -> NDArray[np.uint8]:
        """What was painted last, the stage's own uint8 array of shape (height, width, 4)."""
        return canvas_of(self._renderer)

    @own_settings
    def paint(self) -> NDArray[np.uint8]:
        """Paint the moving artists over the background.

        Returns:
            The stage's own buffer, uint8 of shape (height, width, 4); the next call but one paints over it.
        """
        buffer = self._cleared()
        for artist in self._moving:
            if isinstance(artist, Text) or artist in self._covering:
                for ink in self._ink(artist):
                    ink.lay(buffer)
            else:
                artist.draw(self._renderer)
        return buffer

    def _cleared(self) -> NDArray[np.uint8]:
        """Return the buffer that was not painted last, with the background on it."""
        if self._background is None:
            for text in self.figure.texts:
                letter(text)
            self.canvas.draw()  # type: ignore[no-untyped-call]
            self._background = canvas_of(self.canvas.get_renderer()).copy()  # type: ignore[no-untyped-call]
        self._renderer, self._other = self._other, self._renderer
        buffer = self.buffer
        buffer[:] = self._background
        return buffer

    def _ink(self, artist: Artist) -> list[Ink]:
        """Return an artist as ink, drawn anew only where it has changed: matplotlib takes a millisecond for a text."""
        if artist.stale or artist not in self._inks:
            if isinstance(artist, Text) and is_number(artist):
                self._inks[artist] = self._numerals.inks(artist)
            else:
                self._inks[artist] = [self.lift([artist])]
            artist.stale = False  # an empty or hidden text leaves it set
        return self._inks[artist]

    @own_settings
    def lift(self, artists: Iterable[Artist]) -> Ink:
        """Draw artists on a clear sheet of the stage's size, and return them as ink."""
        for artist in artists:
            if isinstance(artist, Text):
                letter(artist)
            artist.draw(self._sheet)
        return Ink.lifted(canvas_of(self._sheet))

    def frame(self) -> NDArray[np.uint8]:
        """Paint, and return a copy: uint8 of shape (height, width, 3)."""
        return self.paint()[:, :, :3].copy()

    @own_settings
    def paint_failure(self, message: str) -> NDArray[np.uint8]:
        """Paint a message in place of all that is below the head; see `paint`."""
        buffer = self._cleared()
        ground = np.array(self.theme.mix(self.theme.background, 1))
        buffer[round(self.head * self.pixel) :, :, :3] = np.rint(255 * ground)
        middle = (self.head + self.height) / 2
        note = self.text(self.width / 2, middle, message, size=24, weight="medium", align="center", moves=True)
        self._moving.pop()
        frame = {"facecolor": self.theme.background, "edgecolor": self.theme.positive, "boxstyle": "round,pad=0.6"}
        note.set_bbox(frame)
        note.set_wrap(True)  # the stage may be a small part of a frame
        note.draw(self._renderer)
        note.remove()
        return buffer


def joined(lines: Iterable[NDArray[Any]]) -> NDArray[np.float64]:
    """Join polylines of shape (points, 2) into one array with NaN rows between them, for `Stage.line`."""
    gap = np.full((1, 2), np.nan)
    parts = [part for line in lines for part in (np.asarray(line, dtype=np.float64), gap)]
    return np.concatenate(parts[:-1]) if parts else np.empty((0, 2))
