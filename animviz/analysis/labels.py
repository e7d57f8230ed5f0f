"""Labels of samples: what viewers see as colours, whatever the network answers."""

from dataclasses import dataclass

from animviz.arrays import Array
from animviz.recording.recording import Recording

__all__ = ["SampleLabels"]


@dataclass(frozen=True)
class SampleLabels:
    """One label for each sample of a recording.

    Attributes:
        values: class numbers, int64, -1 where they are ignored, or floating values, (samples,); None where there are
            none.
        names: of the classes in the order of their numbers; empty for values.
        beside: whether they are those of one of several outputs, and not of the recording.
    """

    values: Array | None = None
    names: tuple[str, ...] = ()
    beside: bool = False

    @property
    def classes(self) -> Array | None:
        """Class numbers, int64 (samples,), or None where the labels are no classes."""
        return self.values if self.names else None

    @classmethod
    def of(cls, recording: Recording) -> "SampleLabels":
        """Return the labels of a recording; of an output that is not the main one, what it is compared with.

        Args:
            recording: of any model.
        """
        manifest, name = recording.manifest, recording.output_name
        beside = len(manifest.outputs) > 1 and name not in (None, manifest.main_output)
        if manifest.labels is not None and not (beside and recording.output.target == "targets"):
            if manifest.labels.kind == "values":
                return cls(recording.labels)
            compared = [output for output in manifest.outputs if output.target == "labels"]
            labels = compared[0].without_ignored(recording.labels) if compared else recording.labels
            return cls(labels, recording.label_names)
        if name is None or recording.output.target != "targets":
            return cls()
        output, targets = recording.output, recording.targets
        if output.classifies:
            return cls(output.without_ignored(targets), output.class_names, beside=True)
        return cls(targets, beside=True) if output.task == "regression" and targets.ndim == 1 else cls()
