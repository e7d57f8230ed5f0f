"""What ``model.fit`` was called with, read from its frame on the stack: Keras hands callbacks no data."""

import inspect
from typing import Any

__all__ = ["fit_arguments"]


def fit_arguments() -> tuple[Any, Any]:
    """Return x and y of the ``fit`` that is running; a pair of None where there is none."""
    frame = inspect.currentframe()
    while frame is not None and not (frame.f_code.co_name == "fit" and {"x", "y"} <= frame.f_locals.keys()):
        frame = frame.f_back
    return (frame.f_locals["x"], frame.f_locals["y"]) if frame is not None else (None, None)
