"""A picture at the moment that is asked for, as an image file: what a scrubber and a preview show."""

from animviz.moment import Moment
from animviz.pictures.picture import Picture
from animviz.rendering.timeline import MOTION
from animviz.stage.stage import Stage
from animviz.video.images import image_bytes

__all__ = ["Drawing"]

FAST = 1  # of zlib's levels: the file lives for as long as it is looked at


class Drawing:
    """A picture that stays set up, so that any moment of it is drawn at once.

    Args:
        picture: what is drawn.
        size: width and height in pixels.
        theme: name of the theme.

    Raises:
        AnimvizError: the scene cannot draw the recording.
    """

    def __init__(self, picture: Picture, size: tuple[int, int], theme: str) -> None:
        self.picture, self.size, self.theme = picture, size, theme
        self._painter = picture.painter(Stage(size, theme))

    def png(self, epoch: float) -> bytes:
        """Return the moment as a PNG file; what turns with time turns as in a film that passes the epochs evenly.

        Args:
            epoch: the moment, in epochs since the start.

        Raises:
            AnimvizError: the moment is outside the recording, or the scene breaks.
        """
        self.picture.recording.check_epoch(epoch)
        progress = self.picture.progress(epoch)
        frame = self._painter.paint(Moment(progress * (self.picture.motion or MOTION), epoch, progress))
        return image_bytes(frame[:, :, :3], ".png", compress_level=FAST)
