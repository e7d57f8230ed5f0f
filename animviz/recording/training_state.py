"""The state of a training, kept beside its last snapshot: from there a training that was cut short goes on.

    training.safetensors   optimizer, random states and whatever else the next step depends on

It is replaced as the training goes on, is there only while the recording is unfinished, and is never a snapshot.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors import SafetensorError

from animviz.arrays import Array
from animviz.errors import RecordingError
from animviz.recording import checksums
from animviz.recording.arrays_file import arrays_in, pieces_of
from animviz.recording.listing import STATE, files_in
from animviz.safety.limits import beyond

__all__ = ["TrainingState", "read_state", "write_state"]


@dataclass(frozen=True)
class TrainingState:
    """What a training needs to go on.

    Attributes:
        snapshots: how many snapshots there were; it goes on behind the last of these.
        arrays: by name, whatever the next step depends on.
        numbers: by name, such as the seconds that the training has taken.
    """

    snapshots: int
    arrays: Mapping[str, Array]
    numbers: Mapping[str, float]


class _About(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="constants")

    snapshots: Annotated[int, Field(ge=1)]
    numbers: dict[str, float]


def write_state(folder: Path, state: TrainingState) -> None:
    """Keep the state of a training in place of the one before, whole or not at all.

    Args:
        folder: of the recording.
        state: what is kept.

    Raises:
        RecordingError: it is beyond the limit on such files.
        OSError: the disk is full or the folder cannot be written.
    """
    if said := beyond("training", sum(array.nbytes for array in state.arrays.values())):  # nobody could read it
        raise RecordingError(f"{folder / STATE} would have {said}")
    about = _About(snapshots=state.snapshots, numbers=dict(state.numbers)).model_dump_json()
    checksums.put(folder, STATE, *pieces_of(state.arrays, {"about": about}))


def read_state(folder: Path) -> TrainingState:
    """Return the state of a training that was cut short, once all files are known to be as they were written.

    Args:
        folder: of the recording, which nobody writes.

    Raises:
        RecordingError: there is none, or a file of the recording is not as it was written.
    """
    path = folder / STATE
    if not path.exists():
        raise RecordingError("it keeps nothing to go on from")
    try:
        for fault in checksums.altered(folder, files_in(folder), finished=False):
            raise RecordingError(fault)
        arrays, metadata = arrays_in(path, "training")
        about = _About.model_validate_json(metadata["about"])
    except (ValidationError, KeyError):
        raise RecordingError(f"{STATE} does not say to which snapshot it belongs") from None
    except (SafetensorError, OSError, ValueError) as error:
        raise RecordingError(f"{STATE} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    return TrainingState(about.snapshots, arrays, about.numbers)
