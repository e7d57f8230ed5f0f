"""Migrating: a recording of an earlier schema, written anew in the present one. Nothing that was recorded is lost."""

import shutil
from contextlib import ExitStack
from pathlib import Path

from animviz.errors import RecordingError
from animviz.files import left_as_it_was, replace_file
from animviz.recording import checksums
from animviz.recording.claim import NAME as CLAIM
from animviz.recording.claim import require_unclaimed
from animviz.recording.manifest import SCHEMA
from animviz.recording.reader import read_manifest
from animviz.recording.verifying import schema_of, verify
from animviz.recording.writer import replaced, require_replaceable
from animviz.safety.aside import aside

__all__ = ["migrate"]


def migrate(source: Path, target: Path | None = None) -> bool:
    """Write a recording anew in the present schema, with checksums, beside the target; then put it there, whole.

    Args:
        source: folder of the recording, which must be sound.
        target: where to; by default in place of the source, which goes only when the new one was found to be sound.

    Returns:
        Whether there was something to do; a recording of the present schema is left as it is.

    Raises:
        RecordingError: the source is damaged, is being written, or has no place to go. It stays as it was.
    """
    manifest = read_manifest(source)
    if schema_of(source) == SCHEMA:
        if target is not None:
            raise RecordingError(f"{source} is of schema {SCHEMA} already; copy the folder if you need another one")
        return False
    if target is not None and target.exists():
        raise RecordingError(f"{target} exists; choose another name, or move it away")
    target = source if target is None else target
    require_unclaimed(source)
    if faults := verify(source).faults:
        raise RecordingError(f"{source} is not sound ({faults[0]}); animviz verify {source} lists all faults")
    with left_as_it_was(target.parent), ExitStack() as stack:
        try:
            require_replaceable(target)
            target.parent.mkdir(parents=True, exist_ok=True)
            beside = stack.enter_context(aside(target.parent)) / target.name
            shutil.copytree(source, beside, ignore=shutil.ignore_patterns(CLAIM, checksums.NAME, ".*.part"))
            replace_file(beside / "manifest.json", manifest.model_dump_json(indent=1).encode())
            checksums.settle(beside)
            if faults := verify(beside).faults:
                raise RecordingError(f"{source} stays as it is: as schema {SCHEMA} it would not be sound ({faults[0]})")
            with replaced(target, beside):
                pass
        except OSError as error:
            raise RecordingError(f"cannot write the recording {target}: {error.strerror or error}") from None
    return True
