"""Numba's compiler, with its machine code kept on disk where there is a place to keep it."""

from collections.abc import Callable
from typing import Any

import numba

__all__ = ["compiled", "is_kept"]


def compiled(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Return a decorator that compiles a function; where nothing can be kept, it is compiled anew in each process.

    Args:
        **options: of `numba.njit`.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        return numba.njit(cache=is_kept(function), **options)(function)

    return decorate


def is_kept(function: Callable[..., Any]) -> bool:
    """Say whether the machine code of a function can be kept: in the folder of its source, or in the user's cache."""
    try:
        numba.njit(cache=True)(function)
    except RuntimeError:
        return False
    return True
