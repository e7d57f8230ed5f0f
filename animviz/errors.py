"""The exceptions of animviz: each message is one line that names the value, what was expected and the way out."""

__all__ = ["AnimvizError", "DivergedError", "EncodeError", "InputError", "RecordingError", "SceneError"]


class AnimvizError(Exception):
    """Anything a user can fix; the command line prints it as one line and exits with code 2, a notebook shows that line."""

    @property
    def line(self) -> str:
        """The message in one line."""
        return " ".join(str(self).split())

    @property
    def broken(self) -> BaseException | None:
        """What a scene's author must see as a whole: the error of the code that broke, or None."""
        return None

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows in a cell instead of a traceback through animviz."""
        import traceback  # which the start of a command does without

        cause = [] if self.broken is None else "".join(traceback.format_exception(self.broken)).splitlines()
        return [*cause, f"{type(self).__name__}: {self.line}"]


class InputError(AnimvizError, ValueError):
    """An option, an architecture or a data file that cannot be used."""


class RecordingError(AnimvizError):
    """A recording that is missing, damaged, or another than expected."""


class SceneError(AnimvizError):
    """A scene that cannot be found, defined, or drawn from this recording."""

    @property
    def broken(self) -> BaseException | None:
        """The error that the scene's code raised, or None."""
        return None if isinstance(self.__cause__, AnimvizError) else self.__cause__


class DivergedError(SceneError):
    """The weights of a snapshot are not finite; the renderer draws a marked frame instead of the scene."""


class EncodeError(AnimvizError):
    """Frames that cannot become a file: unknown format, odd size, missing encoder, full disk."""
