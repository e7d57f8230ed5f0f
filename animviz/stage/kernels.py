"""When compiled code takes over from NumPy: once its start would have paid (the rule of ski rental).

Numba takes half a second and 120 MB to start, which a short video never earns back.
"""

from types import ModuleType

__all__ = ["compiled_code", "spend"]

START = 4000  # layers of coverage that NumPy looks through in the time that Numba's start takes
_spent = 0


def spend(layers: int) -> None:
    """Note that NumPy has looked, or is about to look, through so many layers of coverage that compiled code has not."""
    global _spent
    _spent += layers


def compiled_code() -> ModuleType | None:
    """Return `animviz.stage.kernels_numba` once it has taken over in this process: never where machine code cannot be kept."""
    if _spent <= START:
        return None
    from animviz.stage import kernels_numba as stamping

    return stamping if stamping.KEPT else None
