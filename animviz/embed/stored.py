"""Embeddings kept in a recording: computed once, then read on any machine, without umap.

    run.rec/embeddings/<key>.safetensors    positions, placed, epochs and scores; the metadata says what they are of

The key is a digest of all that the result depends on: run, layers, snapshots, samples, labels, method and settings.
Coordinates of a stochastic layout differ between machines. Only a stored one gives the same picture again.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import save
from threadpoolctl import threadpool_limits

from animviz.embed.embedding import Embedding
from animviz.embed.scores import Scores
from animviz.errors import RecordingError
from animviz.files import replace_file
from animviz.recording.arrays_file import arrays_in
from animviz.recording.recording import Recording
from animviz.recording.state import Inputs

__all__ = ["key_of", "stored_embeddings", "stored_or_computed"]

FORMAT = 5
"""Part of every key, and of every file: raised when a method changes what it computes."""


def stored_or_computed(
    recording: Recording, about: Mapping[str, Any], data: Mapping[str, Inputs | None], compute: Callable[[], Embedding]
) -> Embedding:
    """Return an embedding that the recording holds, or compute and store it.

    Args:
        recording: in whose folder it is kept.
        about: what it is of: recording, layer, method, settings, snapshots; JSON types.
        data: the arrays that go into it, by name.
        compute: called where the recording does not hold it.

    Raises:
        RecordingError: it cannot be written; as far as possible this is found before anything is computed.
    """
    path = recording.path / "embeddings" / f"{key_of(about, data)}.safetensors"
    if (known := _read(path)) is not None:
        return known[1]
    folder = path.parent if path.parent.exists() else recording.path
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise _write_error(path, f"{folder} is not a folder that can be written")
    with threadpool_limits(1):  # sums are split among threads: their last bits would tell how many there are
        done = compute()
    _write(path, done, about)
    return done


def stored_embeddings(recording: Recording) -> Iterator[tuple[dict[str, Any], Embedding]]:
    """Give every embedding that the recording holds, after what it is of: layer, method, settings, snapshots."""
    for path in sorted((recording.path / "embeddings").glob("*.safetensors")):
        if (known := _read(path)) is not None:
            yield known


def key_of(about: Mapping[str, Any], data: Mapping[str, Inputs | None]) -> str:
    """Return a digest of what an embedding is of and of the arrays that go into it, 16 hex digits.

    Args:
        about: what it is of, JSON types.
        data: the arrays, by name.
    """
    digest = sha256(json.dumps({"format": FORMAT, **about}, sort_keys=True).encode())
    for name, value in data.items():
        parts = value if isinstance(value, dict) else {"": value}
        for part, array in parts.items():
            if array is not None:
                digest.update(f"{name}/{part}: {array.dtype.str} {array.shape}".encode())
                digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()[:16]


def _read(path: Path) -> tuple[dict[str, Any], Embedding] | None:
    """Return what a stored embedding is of and the embedding; None where it is missing, damaged or of another version."""
    try:
        arrays, metadata = arrays_in(path)
        told: dict[str, Any] = json.loads(metadata["embedding"])
        if told["format"] != FORMAT:
            return None
        scores = Scores(**{n.removeprefix("scores/"): a for n, a in arrays.items() if n.startswith("scores/")})
        about = told["about"]
        return about, Embedding(
            about["method"], about["settings"], arrays["epochs"], arrays["positions"], scores, arrays["held"],
            arrays.get("placed"), arrays.get("shares"),
        )  # fmt: skip
    except (SafetensorError, OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, done: Embedding, about: Mapping[str, Any]) -> None:
    arrays = {name: getattr(done, name) for name in ("positions", "epochs", "held", "placed", "shares")}
    arrays |= {f"scores/{name}": values for name, values in vars(done.scores).items()}
    contents = save(
        {name: np.ascontiguousarray(array) for name, array in arrays.items() if array is not None},
        {"embedding": json.dumps({"format": FORMAT, "about": about})},  # of several, safetensors keeps no order
    )
    try:
        path.parent.mkdir(exist_ok=True)
        replace_file(path, contents)
    except OSError as error:
        raise _write_error(path, error.strerror or str(error)) from error


def _write_error(path: Path, reason: str) -> RecordingError:
    way_out = "make that possible, or copy the recording to another folder and draw it from there"
    return RecordingError(f"cannot write the embedding {path}: {reason}; {way_out}")
