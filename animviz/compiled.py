"""Numba's compiler, with its machine code kept on disk where there is a place to keep it."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numba

__all__ = ["compiled", "is_kept"]


def compiled(**options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that compiles a function; where nothing can be kept, it is compiled anew in each process.

    Args:
        **options: of `numba.njit`.
    """
    compiler: Callable[[Callable[..., Any]], Callable[..., Any]] = numba.njit(cache=is_kept(), **options)
    return compiler


@lru_cache
def is_kept() -> bool:
    """Say whether machine code can be kept: in the package's folder, or in the user's cache."""
    try:
        numba.njit(cache=True)(compiled)
    except RuntimeError:
        return False
    return True
