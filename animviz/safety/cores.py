"""How many cores there are for this process: a share of a large machine may be all that it has."""

import os

__all__ = ["cores"]


def cores() -> int:
    """Return how many cores this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)  # there is none on macOS and Windows
    return len(allowed(0)) if allowed else os.cpu_count() or 1
