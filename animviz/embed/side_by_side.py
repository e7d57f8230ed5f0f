"""Work on several epochs at once: for any number of threads the results are the same, byte for byte."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Protocol, TypeVar

from threadpoolctl import threadpool_limits

__all__ = ["Mapper", "side_by_side"]

Item = TypeVar("Item")
Result = TypeVar("Result")


class Mapper(Protocol):
    """What applies a function to all items and returns the results in their order."""

    def __call__(self, function: Callable[[Item], Result], items: Iterable[Item], /) -> list[Result]:
        """Apply the function."""
        ...


@contextmanager
def side_by_side(threads: int) -> Iterator[Mapper]:
    """Give what applies a function to all items, in threads if there are several.

    Args:
        threads: items worked on at once; what is worth it releases the lock of the interpreter.
    """
    if threads == 1:
        yield lambda function, items: list(map(function, items))
        return
    # How many threads OpenMP takes is a setting of each thread, and sums depend on it.
    with ThreadPoolExecutor(threads, initializer=threadpool_limits, initargs=(1,)) as pool:
        yield lambda function, items: list(pool.map(function, items))
