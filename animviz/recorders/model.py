"""The model of a recording: listed in the manifest before the first snapshot, and required in every further fit."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from animviz.arrays import Array
from animviz.errors import RecordingError
from animviz.recorders.description import Captured, Description
from animviz.recorders.samples import Samples
from animviz.recording.manifest import ArraySpec, Manifest
from animviz.recording.writer import recording_id

__all__ = ["Take", "manifest_of", "require_same"]

Take = Callable[[], Captured]
"""Hands over the state of the model; called only where a capture is due, or a further fit begins."""


def manifest_of(
    model: Description, samples: Samples, state: Captured, *, title: str | None, settings: dict[str, Any] | None
) -> Manifest:
    """Return what a recording says of itself.

    Args:
        model: what is trained.
        samples: what pictures are drawn from.
        state: the untrained one; every other has arrays of the same names, shapes and dtypes.
        title: what pictures call the run; by default the model's name.
        settings: where animviz trains.

    Raises:
        RecordingError: a layer names a weight that is not in the state.
    """
    identity = (settings, [layer.model_dump() for layer in model.layers])
    meaning = model.meaning
    try:
        manifest = Manifest(
            id="",
            title=title or model.name,
            settings=settings,
            arch=model.arch,
            outputs=meaning.outputs,
            main_output=meaning.main_output,
            labels=meaning.labels,
            layers=model.layers,
            weights={name: _spec(array) for name, array in state.weights.items()},
            stored={name: _spec(array) for name, array in state.activations.items()},
            gradients={name: _spec(array) for name, array in state.gradients.items()},
            stored_outputs={name: _spec(array) for name, array in state.outputs.items()},
            model=model.model,
            versions=dict(model.versions),
            random_seed=model.seed if settings is None else None,
        )
        arrays = {**samples.inputs, **meaning.arrays, **state.arrays(manifest)}
        return manifest.model_copy(update={"id": recording_id(identity, arrays)})
    except ValidationError as error:
        raise RecordingError(
            f"the model cannot be recorded: {error.errors()[0]['msg'].removeprefix('Value error, ')}"
        ) from None


def require_same(path: Path, manifest: Manifest, model: Description, take: Take) -> None:
    """Check that a recording can go on with a model: its layers and arrays have the recorded names, shapes and dtypes.

    Args:
        path: of the recording.
        manifest: what it says of itself.
        model: what is to be trained.
        take: hands over its state.

    Raises:
        RecordingError: it is another model.
    """
    recorded, given = ([layer.name for layer in layers] for layers in (manifest.layers, model.layers))
    wrong = None if recorded == given else f"its layers are {', '.join(recorded)}, now {', '.join(given)}"
    # The layers come first: a door takes activations by their names.
    if wrong := wrong or manifest.mismatch(take().arrays(manifest)):
        raise RecordingError(
            f"this recorder has recorded another model in {path} ({wrong}); give each model a recorder and a path of its own"
        )


def _spec(array: Array) -> ArraySpec:
    return ArraySpec(shape=array.shape, dtype=array.dtype.name)
