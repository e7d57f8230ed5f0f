"""Timing on a noisy machine: rounds in turn, medians, and ratios within one run."""

import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

__all__ = ["command_seconds", "in_turn", "peak_memory", "timed"]


def in_turn(rounds: int, *functions: Callable[[], object]) -> list[float]:
    """Run functions in turn, A B A B ..., and return the median seconds of each; the first round is not counted."""
    taken: list[list[float]] = [[] for _ in functions]
    for number in range(rounds + 1):
        for times, function in zip(taken, functions, strict=True):
            started = time.perf_counter()
            function()
            if number:
                times.append(time.perf_counter() - started)
    return [median(times) for times in taken]


def timed(thing: Any, *methods: str) -> list[float]:
    """Time an object's methods: the returned list gets the seconds of each call."""
    spent: list[float] = []

    def timing(method: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            started = time.perf_counter()
            try:
                return method(*args, **kwargs)
            finally:
                spent.append(time.perf_counter() - started)

        return run

    for name in methods:
        setattr(thing, name, timing(getattr(thing, name)))
    return spent


def command_seconds(*command: str) -> Callable[[], None]:
    """Return a function that runs a Python command line in a cold process."""

    def run() -> None:
        subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    return run


def peak_memory(code: str) -> float:
    """Run code in a fresh process and return its peak memory in MB.

    Read from /proc (Linux): the peak of `getrusage` includes that of the parent.
    """
    mark = "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    done = subprocess.run([sys.executable, "-c", f"{code}\n{mark}"], check=True, capture_output=True, text=True)
    return int(done.stdout.split()[-1]) / 1e3
