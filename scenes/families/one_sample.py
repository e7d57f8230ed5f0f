"""What scenes that follow a single sample ask of it."""

from animviz import Recording
from animviz.analysis.classifier import labels_of
from animviz.errors import SceneError

__all__ = ["require_sample", "true_class"]


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
