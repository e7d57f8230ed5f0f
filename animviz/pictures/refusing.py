"""Refusing: a recording of a kind that a scene cannot draw, and which scenes draw it."""

from collections.abc import Sequence, Set
from importlib.metadata import entry_points
from typing import Any

from animviz.analysis.flow import is_flow
from animviz.analysis.labels import SampleLabels
from animviz.analysis.models import is_models
from animviz.analysis.tasks import CURVE, FLOW, LABELLED, MODELS, in_words
from animviz.errors import SceneError
from animviz.pictures.outline import GROUP, outlines
from animviz.recording.recording import Recording

__all__ = ["refuse_other_kinds", "scenes_for", "scenes_that_draw"]


def refuse_other_kinds(scene: str, tasks: Sequence[str], recording: Recording) -> None:
    """Refuse a recording whose output is of another kind.

    Args:
        scene: name.
        tasks: kinds of output that it draws, `CURVE`, `FLOW`, `MODELS` or `LABELLED`; none where it draws all.
        recording: what it is to draw.

    Raises:
        SceneError: names the kind, and the scenes that draw it.
        RecordingError: it has several outputs of which none was chosen.
    """
    if not tasks or (LABELLED in tasks and _is_labelled(recording)):
        return
    kinds = _kinds(recording)
    if not kinds.isdisjoint(tasks):
        return
    kind = next(iter(kinds)) if kinds == {MODELS} else recording.output.kind if recording.manifest.outputs else "none"
    called = "no task" if kind == "none" else kind
    raise SceneError(
        f"{scene} draws {in_words(tasks)}; {recording.path} was recorded with {called}; "
        f"for that there are {', '.join(scenes_that_draw(kinds, recording)) or 'none'}"
    )


def scenes_that_draw(kinds: Set[str], recording: Recording) -> list[str]:
    """Return the names of the installed scenes that draw a recording; nothing is drawn to find out.

    Args:
        kinds: that it is of, such as "multilabel" or "sequence of multiclass".
        recording: which.
    """
    return [name for name in _of_kinds(kinds) if _accepts(name, recording)]


def scenes_for(recording: Recording) -> list[str]:
    """Return the names of the installed scenes that draw recordings of this kind; none of them is imported to find out."""
    return _of_kinds(_kinds(recording))


def _of_kinds(kinds: Set[str]) -> list[str]:
    return [outline.name for outline in outlines() if not outline.tasks or not kinds.isdisjoint(outline.tasks)]


class _BeginsToDraw(Exception):  # noqa: N818  # it is no error
    """A scene has not refused, and is about to draw."""


class _NoStage:
    """Stands for a stage until a scene draws on it: it refuses what it cannot draw before that."""

    def __getattr__(self, name: str) -> Any:
        raise _BeginsToDraw(name)


def _accepts(name: str, recording: Recording) -> bool:
    """Say whether a scene takes a recording, as far as it checks before it draws."""
    try:
        (entry,) = entry_points(group=GROUP, name=name)
        scene = entry.load()
        if scene.suits is None:
            scene.set_up(_NoStage(), recording)
        else:
            scene.suits(recording, **scene.check({}))
    except _BeginsToDraw:
        return True
    except Exception:  # whatever it is, it is no way out for the user
        return False
    return True


def _kinds(recording: Recording) -> set[str]:
    """Return all kinds that a recording is of: that of its output, and what else can be drawn."""
    if is_models(recording):
        return {MODELS}
    kinds = {recording.output.kind if recording.manifest.outputs else "none"}
    if _is_labelled(recording):
        kinds.add(LABELLED)
    if "regression" in kinds and _is_curve(recording):
        kinds.add(CURVE)
    if "regression" in kinds and is_flow(recording):
        kinds.add(FLOW)
    return kinds


def _is_labelled(recording: Recording) -> bool:
    return SampleLabels.of(recording).classes is not None


def _is_curve(recording: Recording) -> bool:
    if not recording.basis.has_one_input or recording.single_input(recording.inputs).shape[1:] != (1,):
        return False
    return recording.output.target is not None and recording.targets.ndim == 1
