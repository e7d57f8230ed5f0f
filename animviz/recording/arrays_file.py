"""Files of arrays: safetensors, whose head is looked at before memory is taken for the rest."""

import errno
from pathlib import Path

from safetensors import safe_open

from animviz.arrays import Array
from animviz.safety.limits import beyond, require_size
from animviz.safety.plain import require_file

__all__ = ["arrays_in"]

LENGTH = 8  # bytes, little-endian, in which the file says how long its head is


def arrays_in(path: Path, most: str = "arrays") -> tuple[dict[str, Array], dict[str, str]]:
    """Return the arrays of a file, and its metadata.

    Args:
        path: of the file. Safetensors are not packed: the file is as large as all of its arrays.
        most: name of the limit on its size.

    Raises:
        SafetensorError: it is damaged.
        OSError: it is beyond a limit, cannot be read, or is no file.
        ValueError: it holds numbers that NumPy lacks.
    """
    require_file(path)
    require_size(path, most)
    with path.open("rb") as file:
        head = int.from_bytes(file.read(LENGTH), "little")
    if head <= path.stat().st_size and (said := beyond("text", head)):
        raise OSError(errno.EFBIG, f"its head has {said}", str(path))
    with safe_open(str(path), framework="numpy") as opened:
        return {name: opened.get_tensor(name) for name in opened.keys()}, opened.metadata() or {}  # noqa: SIM118
