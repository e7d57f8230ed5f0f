"""File descriptor 2 turned away for a while: native libraries print past ``sys.stderr``."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from animviz.errors import AnimvizError

__all__ = ["muted_stderr"]


@contextmanager
def muted_stderr() -> Iterator[None]:
    """Keep what native libraries print to file descriptor 2 from the user, unless the block fails."""
    if sys.stderr is not None:
        sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # closed: there is nothing to be muted
        yield
        return
    with tempfile.TemporaryFile() as taken:
        os.dup2(taken.fileno(), 2)
        try:
            yield
        except AnimvizError:  # says itself what is wrong
            raise
        except Exception:
            taken.seek(0)
            os.write(kept, taken.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
