"""Resuming: where in a recording that is there a model stands that was set back to what was saved of it."""

from collections.abc import Mapping

from animviz.arrays import Array
from animviz.errors import RecordingError
from animviz.recording.reader import load
from animviz.recording.recording import Recording

__all__ = ["require_same_samples", "snapshots_until"]


def snapshots_until(recording: Recording, weights: Mapping[str, Array], *, overwrite: bool) -> int | None:
    """Return how many snapshots there are until the last one at an epoch's end that has these weights, bit by bit.

    Args:
        recording: that is there.
        weights: of the model, by name.
        overwrite: whether a finished recording may lose snapshots, and one in which the model stands nowhere all of them.

    Returns:
        Their number, or None where the recording is to be replaced.

    Raises:
        RecordingError: the model stands nowhere in it, or going on would drop snapshots of a finished recording.
    """
    path, total = recording.path, len(recording)
    for place in reversed(range(total)):
        epoch = recording.epochs[place]
        if not epoch.is_integer() or not _are_equal(recording[place].weights, weights):
            continue
        if recording.manifest.finished and place + 1 < total and not overwrite:
            raise RecordingError(
                f"{path} is finished at epoch {recording.epochs[-1]:g}, and the model stands at epoch {epoch:g}; load its last "
                "weights to go on, or pass overwrite=True to drop what comes behind"
            )
        return place + 1
    if overwrite:
        return None
    raise RecordingError(
        f"{path} cannot be resumed: the model has the weights of none of its {total} snapshots; load those that were saved at "
        "the end of a recorded epoch, or pass overwrite=True to begin anew"
    )


def require_same_samples(recording: Recording, samples: Mapping[str, Array]) -> None:
    """Check that a recording was made from these samples.

    Args:
        recording: that is there.
        samples: inputs, targets, labels and extras, under the names that they have in its file.

    Raises:
        RecordingError: it was made from others.
    """
    path = recording.path / "inputs.safetensors"
    recorded = load(path)[0] if path.exists() else {}
    for name in sorted(recorded.keys() | samples.keys()):
        if not (name in recorded and name in samples and _equal(recorded[name], samples[name])):
            raise RecordingError(
                f"{recording.path} cannot be resumed: its {name} are not those that are given now; pass the same"
            )


def _are_equal(some: Mapping[str, Array], others: Mapping[str, Array]) -> bool:
    return some.keys() == others.keys() and all(_equal(array, others[name]) for name, array in some.items())


def _equal(one: Array, other: Array) -> bool:
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
