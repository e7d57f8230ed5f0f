"""What is stored of an embedding does not tell how many threads or cores there were, nor which hashes."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from animviz import Recording

PLACES: dict[str, tuple[str, dict[str, str]]] = {
    "as it is": ("3", {}),
    "one thread": ("1", {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}),
    "other hashes and letters": ("2", {"PYTHONHASHSEED": "7", "LC_ALL": "C", "OMP_NUM_THREADS": "3"}),
}


@pytest.mark.slow
@pytest.mark.parametrize("method", ["umap", "pca", "tsne"])
def test_embeddings_are_the_same_bytes_for_any_number_of_threads(
    method: str, trained: Callable[..., Recording], animviz: Callable[..., object], tmp_path: Path
) -> None:
    recording = trained("digits_mlp", arch="64-16-8-10")
    found = []
    for place, (threads, settings) in PLACES.items():
        copy = tmp_path / place
        shutil.copytree(recording.path, copy, ignore=shutil.ignore_patterns("embeddings"))
        options = ("--method", method, "--samples", "1200", "--embed-threads", threads)
        done = animviz("neighbours", str(copy), *options, env=os.environ | settings)
        assert done.returncode == 0, done.stderr  # type: ignore[attr-defined]
        found.append({file.name: file.read_bytes() for file in sorted((copy / "embeddings").iterdir())})
    assert len(found[0]) == 3
    assert all(one == found[0] for one in found)
