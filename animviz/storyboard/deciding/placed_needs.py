"""What a shot needs of the recording that is made for it, with the line that asks for it."""

from dataclasses import dataclass
from pathlib import Path

from animviz.errors import AnimvizError
from animviz.pictures.needs import Needs
from animviz.storyboard.file.lines import KeyPath, Lines

__all__ = ["PlacedNeeds"]


@dataclass(frozen=True)
class PlacedNeeds:
    """A watcher that ends a training which a shot could not show.

    Attributes:
        needs: of the shot's scene.
        lines: of the storyboard.
        key: where the scene is asked for.
    """

    needs: Needs
    lines: Lines
    key: KeyPath

    def begun(self, path: Path) -> None:
        """Check that the scene can draw the recording.

        Raises:
            InputError: it cannot; names the line, the shot and the key.
        """
        try:
            self.needs.begun(path)
        except AnimvizError as error:
            raise self.lines.error(self.key, str(error)) from None

    def captured(self, epoch: float) -> None:
        """Do nothing."""

    def ended(self) -> None:
        """Do nothing."""
