"""Numba's compiler, with its machine code cached on disk where a folder can be written."""

from collections.abc import Callable
from typing import Any

import numba

__all__ = ["compiled", "is_kept"]


def compiled(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Return a decorator that compiles a function. Where no cache can be written, each process compiles it anew.

    Args:
        **options: of `numba.njit`.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        return numba.njit(cache=is_kept(function), **options)(function)

    return decorate


def is_kept(function: Callable[..., Any]) -> bool:
    """Say whether the machine code of a function can be cached: beside its source, or in the user's cache."""
    try:
        numba.njit(cache=True)(function)
    except RuntimeError:
        return False
    return True
