"""The `preview` command: a scene in the browser, drawn as it is looked at and as its file stands."""

import webbrowser
from collections.abc import Sequence
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING, Any

import click

from animviz.cli.flags import OUTPUT_NAME, SIZE, Sectioned, Sections, as_click
from animviz.cli.places import PLACE
from animviz.cli.render import described, require_distinct
from animviz.cli.saying import say
from animviz.pictures.outline import Outline
from animviz.pictures.renamed import current

if TYPE_CHECKING:
    from animviz.pictures.scene import Scene

__all__ = ["PreviewCommand"]

THEMES = ("auto", "dark", "light")


class PreviewCommand(Sectioned):
    """``animviz preview SCENE|FILE.py --from RECORDING``.

    Raises:
        SceneError: no such scene, it cannot be imported, or one of its options has a name that is taken.
    """

    def __init__(self, reference: str) -> None:
        self.reference = current(reference)
        self.scene: Scene | Outline = described(self.reference)
        super().__init__(self.reference, self.scene.summary)

    def sections(self, arguments: Sequence[str]) -> Sections:
        """Return the options of the scene, the recording and the page."""
        sections = {
            f"Scene {self.scene.name}": as_click(self.scene.options),
            "Recording": [_FROM, OUTPUT_NAME],
            "Page": [SIZE, _THEME, _OPEN],
        }
        require_distinct(self.scene, sections)
        return sections

    def run(self, **values: Any) -> None:
        """Draw the first picture, serve, and open the browser."""
        from animviz.recording.recording import Recording
        from animviz.viewers.page import page_of
        from animviz.viewers.previewed import Previewed
        from animviz.viewers.server import PreviewServer

        source, output, opens = values.pop("source"), values.pop("output_name"), values.pop("open")
        size, theme = values.pop("size"), values.pop("theme")
        recording = Recording(source, output=output)
        previewed = Previewed(self.reference, recording, values, size)
        # What cannot be drawn is refused before a browser is opened; what is drawn once is there at once.
        previewed.png(float(recording.epochs[0]), "dark" if theme == "auto" else theme)
        with PreviewServer(previewed, page_of(previewed, self.scene.name, theme)) as server:
            say(f"{server.address} (Ctrl-C ends it)")
            if opens:
                Thread(
                    target=webbrowser.open, args=[server.address], daemon=True
                ).start()  # some browsers keep the thread
            with suppress(KeyboardInterrupt):
                server.serve_forever(poll_interval=0.2)
        raise click.Abort


_FROM = click.Option(["--from", "source"], type=PLACE, required=True, help="Recording that is drawn.")
_THEME = click.Option(
    ["--theme"], type=click.Choice(THEMES), default="auto", show_default=True, help="Colours; auto: the system's."
)
_OPEN = click.Option(["--open/--no-open"], default=True, help="Open the browser, or just print the address.")
