"""Needs: whether a scene can draw what is being recorded, found out before the first epoch."""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from animviz.errors import AnimvizError
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
        output: name of the output that is drawn, or None for the main one.
    """

    scene: Scene
    options: dict[str, Any]
    size: tuple[int, int]
    theme: str
    output: str | None = None

    def begun(self, path: Path) -> None:
        """Check that the scene can draw the recording: by the check that it declares, else by setting it up once.

        Raises:
            AnimvizError: it cannot; says why.
        """
        picture = Picture.of(self.scene, path, self.options, output=self.output)
        try:
            self._check(picture)
        except AnimvizError:
            epochs, epoch = picture.epochs, self.options.get("epoch")
            if not isinstance(epoch, int | float) or epochs[0] <= epoch <= epochs[-1]:
                raise
            # The moment that the picture is to show is still to come.
            rest = {name: value for name, value in self.options.items() if name != "epoch"}
            self._check(Picture.of(self.scene, path, rest, output=self.output))

    def _check(self, picture: Picture) -> None:
        # Of one snapshot alone, axes have no extent; that is worth no warning.
        with warnings.catch_warnings(action="ignore"):
            if self.scene.suits is None:
                frame = Stage(self.size, self.theme)
                picture.painter(CellStage(frame, self.size, [picture.recording]))  # which small forms need
            else:
                self.scene.refuse_other_kinds(picture.recording)
                self.scene.suits(picture.recording, **self.scene.check(dict(picture.options)))

    def captured(self, epoch: float) -> None:
        """Do nothing."""

    def ended(self) -> None:
        """Do nothing."""
