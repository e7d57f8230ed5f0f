"""What scenes that follow a single sample ask of it."""

import numpy as np

from animviz import Recording
from animviz.analysis.classifier import labels_of
from animviz.arrays import Array
from animviz.errors import SceneError

__all__ = ["require_sample", "true_class", "wanted_of"]


def require_sample(recording: Recording, sample: int, scene: str) -> None:
    """Refuse the number of a sample that is not there.

    Raises:
        SceneError: there are fewer samples.
    """
    count = recording.basis.sample_count
    if sample >= count:
        raise SceneError(f"{scene}: --sample is {sample}; {recording.path} has samples 0 to {count - 1}")


def true_class(recording: Recording, sample: int, scene: str) -> int:
    """Return the number of a sample's true class; -1 where it is ignored, or no class was recorded."""
    output = recording.output
    if not output.classifies or output.target is None:
        return -1
    return int(labels_of(recording, scene).reshape(-1)[sample])


def wanted_of(recording: Recording, sample: int, count: int, scene: str) -> Array | None:
    """Return what each output should be; None where that was not recorded for each of them.

    Args:
        recording: of any model.
        sample: its number.
        count: of the outputs.
        scene: name, for errors.
    """
    output = recording.output
    if output.classifies:
        true = true_class(recording, sample, scene)
        if true < 0:
            return None
        named = output.label_values if output.form == "values" and output.label_values else (0.0, 1.0)
        return np.eye(count)[true] if count > 1 else np.array([named[true]])
    target = np.asarray(recording.targets[sample], np.float64).reshape(-1)
    return target if target.size == count else None
