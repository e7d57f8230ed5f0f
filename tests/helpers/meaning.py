"""What a manifest says of outputs and labels, for recordings that tests write by hand."""

from typing import Any

from animviz import Recording
from animviz.recording.losses import Loss
from animviz.recording.meaning import Labels, Output

__all__ = ["answering", "said"]


def answering(*class_names: str, loss: str | None = None, units: int | None = None) -> dict[str, Any]:
    """Return the outputs and labels of a classifier with these classes, or of a regression without any.

    Args:
        *class_names: two of them mean a single unit, unless `units` says otherwise.
        loss: its name in Keras, or None.
        units: of the output.
    """
    task = ("binary" if len(class_names) == 2 and units in (None, 1) else "multiclass") if class_names else "regression"
    output = Output(
        name="output", task=task, form="probabilities" if class_names else "values", target="labels",
        class_names=class_names, loss=Loss(name=loss) if loss else None,
    )  # fmt: skip
    return {
        "outputs": (output,),
        "main_output": "output",
        "labels": Labels(kind="classes" if class_names else "values", names=class_names),
    }


def said(recording: Recording, **output: Any) -> dict[str, Any]:
    """Return what a manifest says of its output and labels, with something else in it.

    Args:
        recording: of one output.
        **output: attributes of the output that are to be others.
    """
    changed = Output.model_validate(recording.output.model_dump() | output)
    labels = Labels(kind="classes" if changed.classifies else "values", names=tuple(changed.class_names))
    return {"outputs": [changed.model_dump()], "labels": labels.model_dump()}
