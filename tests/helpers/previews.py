"""Scenes that are served and edited while somebody looks."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from animviz import Recording
from animviz.viewers.page import page_of
from animviz.viewers.previewed import Previewed
from animviz.viewers.server import PreviewServer

__all__ = ["SIZE", "edit", "serving", "written"]

SIZE = (320, 180)
SCENE = """
from animviz import Moment, Recording, Stage, scene
from shade import SHADE


@scene()
def mine(stage: Stage, recording: Recording, *, wide: int = 2):
    \"\"\"A square.\"\"\"
    square = stage.text(40, 60, SHADE, moves=True)

    def draw(moment: Moment) -> None:
        square.set_text(f"{SHADE} {moment.epoch:.1f}" * wide)

    return draw
"""


@contextmanager
def serving(
    scene: object, recording: Recording, *, size: tuple[int, int] = SIZE, **options: object
) -> Iterator[PreviewServer]:
    """Serve a scene from another thread."""
    previewed = Previewed(str(scene), recording, options, size)
    with PreviewServer(previewed, page_of(previewed, "mine", "auto")) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def written(folder: Path) -> Path:
    """Write a scene and a module beside it, and return the scene's file."""
    (folder / "shade.py").write_text("SHADE = 'one'")
    (folder / "mine.py").write_text(SCENE)
    return folder / "mine.py"


def edit(file: Path, old: str, new: str) -> None:
    """Change a file that has the old text in it."""
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
