"""What is computed once from a recording and kept in its folder, under a digest of all that it depends on."""

import json
import os
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import save
from threadpoolctl import threadpool_limits

from animviz.arrays import Array
from animviz.errors import RecordingError
from animviz.files import replace_file
from animviz.recording.arrays_file import arrays_in

__all__ = ["digest_of", "kept", "require_writable"]


def kept(
    folder: Path, kind: str, about: Mapping[str, Any], compute: Callable[[], dict[str, Array]]
) -> dict[str, Array]:
    """Return arrays that a recording holds, or compute and keep them.

    Args:
        folder: of the recording.
        kind: name of the folder in it, such as "landscapes".
        about: all that they depend on, JSON types.
        compute: called where the recording does not hold them.

    Raises:
        RecordingError: they cannot be written; as far as possible this is found before anything is computed.
    """
    path = folder / kind / f"{digest_of(about, {})}.safetensors"
    try:
        return arrays_in(path)[0]
    except (SafetensorError, OSError, ValueError):
        pass
    require_writable(path)
    with threadpool_limits(1):  # sums are split among threads: their last bits would tell how many there are
        found = {name: np.ascontiguousarray(array) for name, array in compute().items()}
    try:
        path.parent.mkdir(exist_ok=True)
        replace_file(path, save(found, {"about": json.dumps(about)}))
    except OSError as error:
        raise _write_error(path, error.strerror or str(error)) from error
    return found


def digest_of(about: Mapping[str, Any], data: Mapping[str, Array | dict[str, Array] | None]) -> str:
    """Return a digest of what something is of and of the arrays that go into it, 16 hex digits.

    Args:
        about: what it is of, JSON types.
        data: the arrays, by name.
    """
    digest = sha256(json.dumps(about, sort_keys=True).encode())
    for name, value in data.items():
        parts = value if isinstance(value, dict) else {"": value}
        for part, array in parts.items():
            if array is not None:
                digest.update(f"{name}/{part}: {array.dtype.str} {array.shape}".encode())
                digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()[:16]


def require_writable(path: Path) -> None:
    """Refuse a file of a recording that could not be written.

    Args:
        path: in a folder of the recording.

    Raises:
        RecordingError: names the folder, and the way out.
    """
    folder = path.parent if path.parent.exists() else path.parents[1]
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise _write_error(path, f"{folder} is not a folder that can be written")


def _write_error(path: Path, reason: str) -> RecordingError:
    way_out = "make that possible, or copy the recording to another folder and draw it from there"
    return RecordingError(f"cannot write {path}: {reason}; {way_out}")
