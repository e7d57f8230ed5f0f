"""How TensorFlow is started: without what is not used, without its lines on the terminal, in a thread of its own."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["muted_stderr", "warm_up", "without"]


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


@contextmanager
def muted_stderr() -> Iterator[None]:
    """Keep what native libraries print to file descriptor 2 from the user, unless the block fails."""
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as taken:
        os.dup2(taken.fileno(), 2)
        try:
            yield
        except Exception:
            taken.seek(0)
            os.write(kept, taken.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def warm_up() -> None:
    """Let TensorFlow look for devices now: what it prints then can be muted with its import."""
    import tensorflow as tf

    tf.config.list_logical_devices()
