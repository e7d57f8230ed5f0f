"""The scrubber as a widget: it hears which moment is looked at, and sends its picture."""

import logging
import uuid
from importlib.resources import files
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from animviz.errors import AnimvizError, InputError
from animviz.pages.shell import FOLLOWING
from animviz.pages.telling import title_of
from animviz.pictures.picture import Picture
from animviz.pictures.refusing import scenes_for
from animviz.pictures.scene import Scene
from animviz.stage.theme import THEMES
from animviz.viewers.drawing import Drawing
from animviz.viewers.film import film_html
from animviz.viewers.options import fields_of, read

__all__ = ["Scrubber"]

log = logging.getLogger("animviz")

COLORS = ("background", "ink", "quiet", "grid")


def _asset(name: str) -> str:
    return (files(__package__) / "assets" / name).read_text(encoding="utf-8")


class Scrubber(anywidget.AnyWidget):
    """A picture in a notebook's cell, with a slider over the epochs, a button that plays, the scenes and their options.

    Make it by `animviz.scrubber`.

    Args:
        picture: what is drawn first.
        size: width and height in pixels.
        theme: name of the theme, or "auto" for that of the notebook.
        film: whether a film stands in for it in the saved notebook.

    Attributes:
        about: what the front end shows, as JSON types.

    Raises:
        AnimvizError: the scene cannot draw the recording.
    """

    _esm = _asset("asking.js") + _asset("scrubber.js")
    _css = _asset("scrubber.css")
    about = traitlets.Dict().tag(sync=True)

    def __init__(self, picture: Picture, size: tuple[int, int], theme: str, *, film: bool = True) -> None:
        self._theme = "" if theme == FOLLOWING else theme
        self._drawing = Drawing(picture, size, self._theme or "dark")
        self._has_film, self._name = film, f"animviz-film-{uuid.uuid4().hex[:12]}"
        self._scenes: dict[str, str | Scene] = {name: name for name in scenes_for(picture.recording)}
        self._epoch = float(picture.epochs[0])
        super().__init__(about=self._told())
        self.on_msg(self._hear)

    @property
    def scene(self) -> str:
        """Name of the scene that is shown, or path of its file."""
        return self._drawing.picture.scene.reference or self._drawing.picture.scene.name

    @property
    def options(self) -> dict[str, Any]:
        """Options of the scene that differ from their defaults."""
        return dict(self._drawing.picture.options)

    @property
    def epoch(self) -> float:
        """The moment that is shown, in epochs since the start; set it to go elsewhere.

        Raises:
            InputError: it is no number, or outside the recording.
        """
        return self._epoch

    @epoch.setter
    def epoch(self, epoch: float) -> None:
        self._drawing.picture.recording.check_epoch(epoch)
        self._epoch = float(epoch)
        self.send({"kind": "move", "epoch": self._epoch})

    def choose(self, scene: str | Path | Scene | None = None, /, **options: Any) -> None:
        """Show another scene, or the same one with other options.

        Args:
            scene: see `animviz.render`; by default the one that is shown.
            **options: of the scene; those that are not given have their defaults.

        Raises:
            AnimvizError: there is no such scene or option, or it cannot draw the recording; what was shown stays.
        """
        before = self._drawing
        picture = Picture.of(scene or before.picture.scene, before.picture.recording, options)
        self._drawing = Drawing(picture, before.size, before.theme)
        self.about = self._told()

    def _told(self) -> dict[str, Any]:
        picture, size = self._drawing.picture, self._drawing.size
        # A scene of one's own stays among the others, so that there is a way back to it.
        self._scenes.setdefault(self.scene, picture.scene.reference or picture.scene)
        return {
            "title": f"{picture.scene.name}, {title_of(picture.recording)}",
            "scene": self.scene,
            "scenes": list(self._scenes),
            "options": fields_of(picture.scene.options, dict(picture.options)),
            "epochs": picture.epochs.tolist(),
            "epoch": self._epoch,
            "size": list(size),
            "theme": self._theme,
            "film": self._name,
            "colors": {name: {color: getattr(theme, color) for color in COLORS} for name, theme in THEMES.items()},
        }

    def _hear(self, _: Any, message: Any, buffers: Any) -> None:
        """Answer a message of the front end, whatever it says."""
        try:
            {"draw": self._draw, "choose": self._take}[message["kind"]](message)
        except AnimvizError as error:
            self._refuse(message, error.line)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            line = f"the message is not understood ({type(error).__name__}: {error}); run the cell again"
            self._refuse(message if isinstance(message, dict) else {}, line)

    def _refuse(self, message: dict[str, Any], why: str) -> None:
        self.send({"kind": "refused", "of": message.get("kind"), "view": message.get("view"), "why": why})

    def _draw(self, message: dict[str, Any]) -> None:
        epoch, theme = float(message["epoch"]), self._theme or message["theme"]
        if theme not in THEMES:
            raise InputError(f"the theme is {theme!r}; expected one of {', '.join(THEMES)}")
        if theme != self._drawing.theme:
            self._drawing = Drawing(self._drawing.picture, self._drawing.size, theme)
        png = self._drawing.png(epoch)
        self._epoch = epoch
        self.send({"kind": "drawn", "view": message.get("view"), "epoch": epoch}, buffers=[png])

    def _take(self, message: dict[str, Any]) -> None:
        picture = self._drawing.picture
        scene = message.get("scene", self.scene)
        if scene == self.scene:
            self.choose(**read(picture.scene.options, dict(message["options"])))
        elif scene in self._scenes:  # no file is run because a message names it
            self.choose(self._scenes[scene])
        else:
            raise InputError(f"there is no scene {scene!r}; there are {', '.join(self._scenes)}")

    def _ipython_display_(self) -> None:
        """Show the film, which the living scrubber hides, and the scrubber."""
        from IPython.display import display

        try:
            html = film_html(self._drawing, self._name) if self._has_film else ""
        except AnimvizError as error:
            html = ""
            log.warning("there is no film for the saved notebook: %s", error.line)
        if html:
            display({"text/html": html, "text/plain": f"a film of {self.scene}"}, raw=True)  # type: ignore[no-untyped-call]
        found = self._repr_mimebundle_()
        if found is not None:
            display(found[0], metadata=found[1], raw=True)  # type: ignore[no-untyped-call]
