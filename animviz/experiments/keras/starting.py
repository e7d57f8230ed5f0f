"""How TensorFlow is started: without what is not used, and with its devices found early."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["uncollected", "warm_up", "without"]


@contextmanager
def uncollected() -> Iterator[None]:
    """Let the garbage collector rest inside the block, for imports.

    Modules stay; to look for garbage among them takes a fifth of TensorFlow's start. What was made inside is left out of
    later searches as well.
    """
    rested = not gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if not rested:
            gc.enable()


@contextmanager
def without(*packages: str) -> Iterator[None]:
    """Make packages look as if they were not installed, for imports inside the block that can do without them.

    Keras imports scikit-learn and pandas where they are there, for wrappers that animviz does not use: more than a
    quarter of its start. What was imported before stays as it is, and later imports work as ever.

    Args:
        *packages: top-level names.
    """
    hidden = [name for name in packages if name not in sys.modules]
    # None in place of a module makes its import fail as if it were missing (Python's import system, sys.modules).
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            sys.modules.pop(name, None)


def warm_up() -> None:
    """Let TensorFlow look for devices now: what it prints then can be muted with its import."""
    import tensorflow as tf

    tf.config.list_logical_devices()
