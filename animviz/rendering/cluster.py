"""Beyond one machine: the segments of a video mapped over a Dask cluster (extra `cluster`)."""

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from animviz.errors import InputError, SceneError
from animviz.files import resolved

__all__ = ["cluster"]

PATIENCE = 10  # seconds to wait for a scheduler
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of the GNU C library's mallopt, in bytes


@contextmanager
def cluster(address: str, recording: Path) -> Iterator[Executor]:
    """Connect to a Dask scheduler and return an executor whose tasks outlive a killed worker.

    Args:
        address: such as "tcp://host:8786".
        recording: must be seen by every worker under the same path.

    Raises:
        SceneError: workers keep dying while they draw.
        InputError: Dask is not installed, the scheduler cannot be reached, the workers' versions differ, there is no
            worker, or a worker cannot see the recording.
    """
    try:
        from distributed import Client, KilledWorker
    except ImportError:
        raise InputError("--cluster needs Dask: pip install 'animviz[cluster]'") from None
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError, AssertionError) as error:
        first = str(error).partition("\n")[0]
        raise InputError(
            f"--cluster {address}: no scheduler answers ({first}); start one with 'dask scheduler'"
        ) from None
    with client:
        _require_workers(client, address, recording)
        client.run(_keep_memory)
        try:
            yield client.get_executor(retries=3, pure=False)
        except KilledWorker as error:
            first = str(error).partition("\n")[0]
            raise SceneError(f"--cluster {address}: workers died again and again while drawing ({first})") from None


def _require_workers(client: Any, address: str, recording: Path) -> None:
    """Refuse a cluster on which the work would fail or come out different."""
    try:
        seen = client.run(_look, str(resolved(recording)))
    except Exception as error:  # whatever a worker without animviz, or of another Python, raises
        cause = f"{type(error).__name__}: {error}".partition("\n")[0]
        raise InputError(f"--cluster {address}: a worker cannot import animviz ({cause}); install it there") from None
    if not seen:
        raise InputError(f"--cluster {address}: the scheduler has no workers; start some with 'dask worker {address}'")
    mine = _look(str(resolved(recording)))
    for worker, theirs in seen.items():
        for name, number in mine["versions"].items():
            if theirs["versions"].get(name) != number:
                found = theirs["versions"].get(name)
                raise InputError(f"--cluster: worker {worker} has {name} {found}, here is {number}; install the same")
        if not theirs["sees"]:
            raise InputError(
                f"--cluster: worker {worker} does not see {recording}; put it on a path that all machines share"
            )


def _look(recording: str) -> dict[str, Any]:
    """Run on a worker: say whether it sees the recording, and the versions that decide the pixels."""
    from importlib.metadata import PackageNotFoundError, version
    from pathlib import Path

    versions = {}
    for name in ("animviz", "matplotlib", "numpy", "imageio-ffmpeg"):
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "none"
    return {"sees": (Path(recording) / "manifest.json").is_file(), "versions": versions}


def _keep_memory() -> None:
    """Run on a worker: let what one frame took be used for the next.

    Dask has its workers give memory back at once (MALLOC_TRIM_THRESHOLD_), and to get it again for each frame takes as
    long as to draw it.
    """
    import ctypes
    import sys

    if sys.platform == "linux" and (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)) is not None:
        mallopt(M_TRIM_THRESHOLD, 2**28)
        mallopt(M_MMAP_THRESHOLD, 2**25)
