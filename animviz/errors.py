"""The exceptions of animviz: each message is one line that names the value, what was expected and the way out."""

__all__ = ["AnimvizError", "DivergedError", "EncodeError", "InputError", "RecordingError", "SceneError"]


class AnimvizError(Exception):
    """Anything a user can fix; the command line prints it as one line and exits with code 2."""


class InputError(AnimvizError, ValueError):
    """An option, an architecture or a data file that cannot be used."""


class RecordingError(AnimvizError):
    """A recording that is missing, damaged, or another than expected."""


class SceneError(AnimvizError):
    """A scene that cannot be found, defined, or drawn from this recording."""


class DivergedError(SceneError):
    """The weights of a snapshot are not finite; the renderer draws a marked frame instead of the scene."""


class EncodeError(AnimvizError):
    """Frames that cannot become a file: unknown format, odd size, missing encoder, full disk."""
