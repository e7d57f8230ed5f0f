"""matplotlib's settings while animviz draws: its defaults, whatever the session or a matplotlibrc says."""

from contextlib import ContextDecorator
from threading import Lock
from typing import Any, cast

from matplotlib import rcParams, rcParamsDefault

__all__ = ["own_settings"]

# As plain dictionaries: matplotlib's own `rc_context` checks every value anew, which takes 1.5 ms a frame.
_CURRENT, _DEFAULT = (cast("dict[str, Any]", settings) for settings in (rcParams, rcParamsDefault))
_OWN = dict(dict.items(_DEFAULT))


class _OwnSettings(ContextDecorator):
    """A block, or a function, in which `matplotlib.rcParams` are animviz's own; the backend stays the session's.

    matplotlib reads settings when artists are made and again when they are drawn, so both belong into it. Who enters
    first brings them, who leaves last gives the session's back: blocks can be nested, and entered by several threads.
    """

    def __init__(self) -> None:
        self._lock, self._inside = Lock(), 0
        self._sessions = _OWN

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                same = dict.__eq__(_CURRENT, self._with_backend(_OWN))
                self._sessions = _OWN if same else dict(dict.items(_CURRENT))
                dict.update(_CURRENT, _OWN)
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                dict.update(_CURRENT, self._with_backend(self._sessions))

    def _with_backend(self, settings: dict[str, Any]) -> dict[str, Any]:
        settings["backend"] = dict.__getitem__(_CURRENT, "backend")
        return settings


own_settings = _OwnSettings()
