"""When compiled code takes over from NumPy: once its start would have paid (the rule of ski rental).

Numba takes half a second and 120 MB to start, which a short video never earns back.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType

__all__ = ["PATIENCE", "Takeover", "compiled_code", "spend", "taking_over"]

PATIENCE = 4000  # layers of coverage that NumPy looks through in the time that Numba's start takes


@dataclass
class Takeover:
    """When compiled code takes over.

    Attributes:
        patience: as many layers of coverage are left to NumPy; -1: none, infinity: all.
        spent: layers that NumPy has looked through.
    """

    patience: float = PATIENCE
    spent: int = 0


_takeover = Takeover()


@contextmanager
def taking_over(patience: float) -> Iterator[Takeover]:
    """Draw with another patience for a while, counted from here on; the pixels are the same.

    Args:
        patience: see `Takeover`.

    Yields:
        What is counted.
    """
    global _takeover
    before, _takeover = _takeover, Takeover(patience)
    try:
        yield _takeover
    finally:
        _takeover = before


def spend(layers: int) -> None:
    """Note that NumPy has looked, or is about to look, through so many layers of coverage that compiled code has not."""
    _takeover.spent += layers


def compiled_code() -> ModuleType | None:
    """Return `animviz.stage.kernels_numba` once it has taken over in this process: never where machine code cannot be kept."""
    if _takeover.spent <= _takeover.patience:
        return None
    from animviz.stage import kernels_numba

    return kernels_numba if kernels_numba.KEPT else None
