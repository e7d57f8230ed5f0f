"""Needs: whether a scene can draw what is being recorded, found out before the first epoch."""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from animviz.pictures.picture import Picture
from animviz.pictures.scene import Scene
from animviz.pictures.split import CellStage
from animviz.stage.stage import Stage

__all__ = ["Needs"]


@dataclass(frozen=True)
class Needs:
    """A watcher that ends a training which its scene could not draw.

    Attributes:
        scene: what will be drawn.
        options: the scene's options.
        size: width and height in pixels.
        theme: name of the theme.
    """

    scene: Scene
    options: dict[str, Any]
    size: tuple[int, int]
    theme: str

    def begun(self, path: Path) -> None:
        """Check that the scene can draw the recording: by the check that it declares, else by setting it up once.

        Raises:
            AnimvizError: it cannot; says why.
        """
        # An epoch that the picture is to show is still to come.
        options = {name: value for name, value in self.options.items() if name != "epoch"}
        picture = Picture.of(self.scene, path, options)
        # Of one snapshot alone, axes have no extent; that is worth no warning.
        with warnings.catch_warnings(action="ignore"):
            if self.scene.suits is None:
                frame = Stage(self.size, self.theme)
                picture.painter(CellStage(frame, self.size, [picture.recording]))  # which small forms need
            else:
                self.scene.suits(picture.recording, **self.scene.check(options))

    def captured(self, epoch: float) -> None:
        """Do nothing."""

    def ended(self) -> None:
        """Do nothing."""
