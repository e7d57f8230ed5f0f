"""Behind a training: large snapshots are written by a thread of their own, while it goes on."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

__all__ = ["Behind", "settle_all"]


class Behind:
    """Does one thing at a time; a process that ends waits for it."""

    def __init__(self) -> None:
        self._begun: tuple[Future[None], Callable[[], None]] | None = None

    def do(self, work: Callable[[], None], then: Callable[[], None]) -> None:
        """Begin with something, once what was begun before is done.

        Args:
            work: is called in the thread.
            then: is called by `settle`, in the thread of the training, if the work did not fail.

        Raises:
            Exception: what was begun before has failed.
        """
        self.settle()
        self._begun = _thread().submit(work), then

    def settle(self, *, wait: bool = True) -> None:
        """Take note of what is done.

        Args:
            wait: until it is.

        Raises:
            Exception: it has failed.
        """
        if self._begun is None:
            return
        task, then = self._begun
        if wait or task.done():
            self._begun = None
            task.result()
            then()


def settle_all() -> None:
    """Wait for what trainings that were broken off have left behind."""
    if _thread.cache_info().currsize:
        _thread().submit(lambda: None).result()


@cache
def _thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "animviz")
