"""Refusing: a recording of a kind that a scene cannot draw, and which scenes draw it."""

from collections.abc import Sequence
from importlib.metadata import entry_points

from animviz.analysis.labels import SampleLabels
from animviz.analysis.tasks import LABELLED, in_words
from animviz.errors import SceneError
from animviz.pictures.outline import GROUP, outline_of
from animviz.recording.recording import Recording

__all__ = ["refuse_other_kinds", "scenes_that_draw"]


def refuse_other_kinds(scene: str, tasks: Sequence[str], recording: Recording) -> None:
    """Refuse a recording whose output is of another kind.

    Args:
        scene: name.
        tasks: kinds of output that it draws, or `LABELLED`; none where it draws all.
        recording: what it is to draw.

    Raises:
        SceneError: names the kind, and the scenes that draw it.
        RecordingError: it has several outputs of which none was chosen.
    """
    if not tasks or (LABELLED in tasks and _is_labelled(recording)):
        return
    kind = recording.output.kind if recording.manifest.outputs else "none"
    if kind in tasks:
        return
    called = "no task" if kind == "none" else kind
    others = ", ".join(scenes_that_draw(kind, labelled=_is_labelled(recording)))
    raise SceneError(
        f"{scene} draws {in_words(tasks)}; {recording.path} was recorded with {called}; for that there are {others}"
    )


def scenes_that_draw(kind: str, *, labelled: bool) -> list[str]:
    """Return the names of the installed scenes that draw a kind of recording, without importing them.

    Args:
        kind: of the output, such as "multilabel" or "sequence of multiclass".
        labelled: whether the samples have a class each.
    """
    names = sorted({entry.name for entry in entry_points(group=GROUP)})
    outlines = [outline for outline in map(outline_of, names) if outline is not None]
    kinds = {kind, LABELLED} if labelled else {kind}
    return [outline.name for outline in outlines if not outline.tasks or kinds & set(outline.tasks)]


def _is_labelled(recording: Recording) -> bool:
    return SampleLabels.of(recording).classes is not None
