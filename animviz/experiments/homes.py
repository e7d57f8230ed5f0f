"""Homes: where the recording of a run is kept, so that a finished one is never replaced by one of other settings."""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from animviz.errors import RecordingError
from animviz.experiments.experiment import Run
from animviz.recording.manifest import Manifest
from animviz.recording.reader import read_manifest

__all__ = ["RENDERS", "difference", "home_of"]

RENDERS = Path("renders")


def home_of(run: Run, beside: Path | None = None) -> Path:
    """Return where the recording of a run is kept: all commands share it.

    It is the first of a few names that holds no finished recording of other settings. Equal settings find their
    recording again.

    Args:
        run: what is trained.
        beside: video that the recording lies beside; by default it lies in the folder `RENDERS`.
    """
    names = list(_names_beside(beside, run) if beside else _names_in_renders(run))
    digest = sha256(json.dumps(run.settings(), sort_keys=True).encode()).hexdigest()[:8]
    last = names[-1].with_name(f"{names[-1].stem}-{digest}.rec")
    return next((name for name in names if not _is_of_another(name, run)), last)


def difference(manifest: Manifest, run: Run) -> str | None:
    """Return in words the first setting in which a recording is not of this run, or None if it is.

    Args:
        manifest: of the recording.
        run: what is asked for.
    """
    then, now = ({"restore_best": False, **_flat(settings)} for settings in (manifest.settings or {}, run.settings()))
    return next(
        (f"{name} {then.get(name)}, asked for is {now[name]}" for name in now if then.get(name) != now[name]), None
    )


def _names_in_renders(run: Run) -> Iterator[Path]:
    # Earlier versions named recordings without the settings that differ from the defaults.
    short = RENDERS / f"{'-'.join(filter(None, [run.experiment.name, run.label]))}.rec"
    found = _finished(short)
    if found is not None and difference(found, run) is None:
        yield short
    named = RENDERS / f"{'-'.join(filter(None, [run.experiment.name, run.name]))}.rec"
    yield named
    if named == short:
        yield short.with_name(f"{short.stem}-defaults.rec")


def _names_beside(video: Path, run: Run) -> Iterator[Path]:
    yield video.with_suffix(".rec")
    yield video.with_name(f"{video.stem}-{run.changes or 'defaults'}.rec")


def _is_of_another(path: Path, run: Run) -> bool:
    found = _finished(path)
    return found is not None and found.settings is not None and difference(found, run) is not None


def _finished(path: Path) -> Manifest | None:
    """Return the manifest of a finished recording; None where there is none."""
    try:
        manifest = read_manifest(path)
    except RecordingError:
        return None
    return manifest if manifest.finished else None


def _flat(settings: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in settings.items():
        found |= value if isinstance(value, dict) else {name: value}
    return found
