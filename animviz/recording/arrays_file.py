"""Files of arrays: safetensors, written without a copy; their head is looked at before memory is taken for the rest."""

import errno
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors import safe_open

from animviz.arrays import Array
from animviz.safety.limits import beyond, require_size
from animviz.safety.plain import require_file

__all__ = ["DTYPES", "arrays_in", "pieces_of"]

LENGTH = 8  # bytes, little-endian, in which the file says how long its head is; the head takes a multiple of as many
# Kinds of numbers, as NumPy and as the format name them, in the order in which it has them, so that all are aligned.
DTYPES = {
    "uint64": "U64", "int64": "I64", "float64": "F64", "complex64": "C64", "float32": "F32", "uint32": "U32", "int32": "I32",
    "float16": "F16", "uint16": "U16", "int16": "I16", "int8": "I8", "uint8": "U8", "bool": "BOOL",
}  # fmt: skip
PLACES = {name: place for place, name in enumerate(DTYPES)}


def pieces_of(arrays: Mapping[str, Array], metadata: Mapping[str, str]) -> list[bytes | memoryview]:
    """Return what a file of arrays consists of, one after the other: the head, and the arrays' own memory.

    These are the bytes of `safetensors.numpy.save`, which copies all arrays twice, while no other thread can run.

    Args:
        arrays: by name, of the kinds in `DTYPES`; they must not change until the file is written.
        metadata: texts by name.

    Raises:
        KeyError: the format lacks the kind of an array.
    """
    head: dict[str, object] = {"__metadata__": dict(metadata)} if metadata else {}
    pieces: list[bytes | memoryview] = []
    end = 0
    for name, array in sorted(arrays.items(), key=lambda item: (PLACES[item[1].dtype.name], item[0])):
        start, end = end, end + array.nbytes
        head[name] = {"dtype": DTYPES[array.dtype.name], "shape": array.shape, "data_offsets": (start, end)}
        plain = np.asarray(array, array.dtype.newbyteorder("<"), order="C")
        pieces.append(plain.reshape(-1).view(np.uint8).data)
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % LENGTH)
    return [len(text).to_bytes(LENGTH, "little") + text, *pieces]


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
