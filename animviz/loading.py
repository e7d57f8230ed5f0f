"""Loading: large libraries are imported while the garbage collector rests."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["loading"]


@contextmanager
def loading() -> Iterator[None]:
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
