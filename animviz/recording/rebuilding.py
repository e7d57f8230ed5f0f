"""Rebuilding: layers that are neither stored nor replayable are computed by the framework that trained them.

Frameworks are found by the entry points of `GROUP`, so that nothing that draws imports one.
"""

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Protocol

from animviz.arrays import Array
from animviz.errors import RecordingError
from animviz.recording.manifest import Manifest

__all__ = ["GROUP", "Framework", "framework_of"]

GROUP = "animviz.frameworks"


class Framework(Protocol):
    """What an entry point names: a module that rebuilds recorded models."""

    def activations(
        self, model: str, weights: Mapping[str, Array], layer: str, inputs: Array | dict[str, Array]
    ) -> Array:
        """Return what a layer puts out, shape (samples, ...).

        Args:
            model: text of the model, as its recorder wrote it into the manifest.
            weights: arrays by recorded name, in the order of the model.
            layer: name of the layer.
            inputs: an array, or several by name.

        Raises:
            RecordingError: the model cannot be rebuilt.
        """
        ...

    def outputs(
        self, model: str, weights: Mapping[str, Array], inputs: Array | dict[str, Array]
    ) -> Mapping[str, Array]:
        """Return what the model puts out, shape (samples, ...), by output; see `activations`."""
        ...


def framework_of(manifest: Manifest) -> Framework:
    """Return who can rebuild a recorded model: the one among the packages that wrote it.

    Raises:
        RecordingError: no such framework is known, or it is not installed.
    """
    known = {entry.name: entry for entry in entry_points(group=GROUP)}
    name = next((package for package in manifest.versions if package in known), None)
    if name is None:
        there = ", ".join(known) or "none"
        raise RecordingError(
            f"no framework here can rebuild the recorded model (known: {there}); record the layers you need"
        )
    try:
        framework: Framework = known[name].load()
    except ImportError as error:
        raise RecordingError(
            f"{name} is needed to rebuild the recorded model ({error}); install it, or record the layers you need"
        ) from None
    return framework
