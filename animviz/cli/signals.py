"""Signals that end a command: each is raised as Ctrl-C is, so that all is cleaned up, and the exit code tells which it was."""

import signal
from types import FrameType

__all__ = ["asked", "exit_code", "forget", "hear"]

ENDING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
_heard: list[int] = []


def hear() -> None:
    """Raise KeyboardInterrupt on each of these signals, but those that are ignored, as under nohup."""
    for sign in ENDING:
        if signal.getsignal(sign) is not signal.SIG_IGN:
            signal.signal(sign, _stop)


def forget() -> None:
    """Let the signals do what they do by default; what was heard does not count any more."""
    _heard.clear()
    for sign in ENDING:
        if signal.getsignal(sign) is _stop:
            signal.signal(sign, signal.default_int_handler if sign == signal.SIGINT else signal.SIG_DFL)


def asked() -> bool:
    """Say whether one came: what it raised may have been lost, as in imports of TensorFlow."""
    return bool(_heard)


def exit_code() -> int:
    """Return the exit code that a shell expects: 128 and the number of the signal, 130 for Ctrl-C."""
    return 128 + (_heard[-1] if _heard else int(signal.SIGINT))


def _stop(sign: int, frame: FrameType | None) -> None:
    _heard.append(sign)
    raise KeyboardInterrupt
