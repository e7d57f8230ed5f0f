"""Workers: processes that draw segments, on one machine or many."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import lru_cache
from importlib.machinery import ModuleSpec
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any

from animviz.errors import SceneError
from animviz.pictures.painter import Paints
from animviz.rendering.plan import Plan
from animviz.rendering.segments import segments, write_part
from animviz.safety.cores import cores
from animviz.stage.lettering import said

__all__ = ["ATTEMPTS", "default_workers", "draw_all", "draw_segment", "spread"]

ATTEMPTS = 3  # to draw a segment whose worker died
OF_TERMINALS = [getattr(signal, name) for name in ("SIGINT", "SIGHUP") if hasattr(signal, name)]
_STARTING = threading.Lock()


def default_workers(count: int) -> int:
    """Return how many processes to use for so many segments if nobody says.

    One encoder keeps about one core busy beside the drawing, and a process costs as much to start as about a hundred
    frames to draw; hence half the cores, and never more than segments.
    """
    return max(1, min(cores() // 2, count))


def draw_segment(plan: Plan, number: int, folder: Path) -> int:
    """Draw one segment of a video into a folder, in a worker; return how many frames it has.

    Args:
        plan: the video.
        number: which segment, counted from 0.
        folder: where parts are kept.

    Raises:
        AnimvizError: the recording cannot be read, or the scene cannot draw it.
    """
    timeline = plan.timeline
    frames = segments(len(timeline), plan.pacing.rate)[number]
    painter = _painter(plan, threading.get_ident())
    write_part(painter, timeline, frames, folder, number, plan.target, plan.size, coding=plan.coding)
    return len(frames)


def draw_all(
    plan: Plan, numbers: range, folder: Path, *, workers: int = 1, executor: Executor | None = None,
    on_frame: Callable[[int], None] | None = None,
) -> None:  # fmt: skip
    """Draw segments of a video in other processes; a segment whose worker died is drawn again.

    Args:
        plan: the video.
        numbers: which segments.
        folder: where parts are kept; every worker must see it under this path.
        workers: processes to start, if no executor is given.
        executor: any `concurrent.futures.Executor`, such as a Dask client's.
        on_frame: called with the number of frames done.

    Raises:
        SceneError: the scene breaks, or workers keep dying.
    """
    done = 0

    def finished(frames: int) -> None:
        nonlocal done
        done += frames
        if on_frame is not None:
            on_frame(done)

    tasks = [(plan, number, folder) for number in numbers]
    spread(draw_segment, tasks, workers=workers, executor=executor, on_done=finished)


def spread(
    work: Callable[..., int], tasks: Sequence[tuple[Any, ...]], *, workers: int = 1, executor: Executor | None = None,
    on_done: Callable[[int], None],
) -> None:  # fmt: skip
    """Carry tasks out in other processes; one whose worker died is carried out again.

    Args:
        work: a function that can be found by its name.
        tasks: its arguments.
        workers: processes to start, if no executor is given.
        executor: any `concurrent.futures.Executor`.
        on_done: called with what each task returns.

    Raises:
        SceneError: workers keep dying.
    """
    missing = dict(enumerate(tasks))

    def finished(place: int, result: int) -> None:
        del missing[place]
        on_done(result)

    for _ in range(ATTEMPTS):
        try:
            if executor is not None:
                _map(executor, work, missing, finished)
            else:
                with _pool(workers) as pool:
                    _map(pool, work, missing, finished)
            return
        except BrokenProcessPool:
            continue
    raise SceneError(f"workers died {ATTEMPTS} times while drawing segments {sorted(missing)}; try --workers 1")


def _map(
    executor: Executor, work: Callable[..., int], tasks: Mapping[int, tuple[Any, ...]],
    finished: Callable[[int, int], None],
) -> None:  # fmt: skip
    with _left_to_the_parent(), _script_left_out():
        waiting: Mapping[Future[int], int] = {executor.submit(work, *task): place for place, task in tasks.items()}
    try:
        for future in as_completed(waiting):
            finished(waiting[future], future.result())
    finally:
        for future in waiting:
            future.cancel()


@contextmanager
def _pool(workers: int) -> Iterator[Executor]:
    """Return a pool of processes that do not outlive the block.

    Spawned, not forked: a fork after TensorFlow has started its threads can deadlock.
    """
    with _left_to_the_parent():  # a process that looks after semaphores is started here
        pool = ProcessPoolExecutor(
            workers, mp_context=get_context("spawn"), initializer=_start_worker, initargs=(frozenset(said),)
        )
    try:
        yield pool
        pool.shutdown()
    except BaseException:
        # Waiting would mean to draw the segments that are under way to their end.
        for process in list((getattr(pool, "_processes", None) or {}).values()):
            process.kill()
        pool.shutdown(cancel_futures=True)
        raise


@contextmanager
def _left_to_the_parent() -> Iterator[None]:
    """Start processes that ignore what a terminal sends to all of a command: the parent ends them.

    They do so from their first moment. Only the parent's main thread can see to that.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    usual = {sign: signal.signal(sign, signal.SIG_IGN) for sign in OF_TERMINALS}
    try:
        yield
    finally:
        for sign, handler in usual.items():
            signal.signal(sign, handler)


@contextmanager
def _script_left_out() -> Iterator[None]:
    """Start processes that do not run the user's script again: it may train, or draw with workers itself.

    They need nothing of it. multiprocessing imports the main module of this process into each new one, unless that is
    the `__main__` of a package.
    """
    main: Any = sys.modules["__main__"]
    with _STARTING:
        usual = getattr(main, "__spec__", None)
        main.__spec__ = ModuleSpec("animviz.__main__", None)
        try:
            yield
        finally:
            main.__spec__ = usual


def _start_worker(known: frozenset[str]) -> None:
    """Leave signals to the parent; end with it, however that ends.

    Args:
        known: characters of which the parent has said that no font has them.
    """
    said.update(known)
    threading.Thread(target=_end_with, args=(parent_process(),), daemon=True).start()
    for sign in OF_TERMINALS:
        signal.signal(sign, signal.SIG_IGN)


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


@lru_cache(maxsize=8)
def _painter(plan: Plan, thread: int) -> Paints:
    """Set a video up once for each thread that draws: a stage is one canvas."""
    return plan.set_up()
