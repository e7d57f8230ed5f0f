"""The basis of a recording: what is the same at every moment of it."""

from functools import cached_property
from pathlib import Path

from animviz.arrays import Array
from animviz.errors import RecordingError
from animviz.recording.manifest import Manifest
from animviz.recording.reader import load
from animviz.recording.replay.layers import Layer

__all__ = ["Basis", "Inputs", "below"]

Inputs = Array | dict[str, Array]


class Basis:
    """The model and the samples of a recording, which all of its moments share.

    Attributes:
        path: folder of the recording.
        manifest: what it says of itself.
    """

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.path = path
        self.manifest = manifest

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The model's layers in order."""
        return self.manifest.layers

    @cached_property
    def inputs(self) -> Inputs:
        """The inputs that pictures are drawn from: one array (samples, ...), or several by name.

        Raises:
            RecordingError: none were recorded.
        """
        several = below("inputs", self._data)
        if "inputs" not in self._data and not several:
            raise RecordingError(f"{self.path} holds no inputs; record it with Recorder(..., inputs=x, labels=y)")
        return several or self._data["inputs"]

    @property
    def labels(self) -> Array:
        """Labels or targets of the inputs, shape (samples,) or one row per sample.

        Raises:
            RecordingError: none were recorded.
        """
        if "labels" not in self._data:
            raise RecordingError(f"{self.path} holds no labels; record it with Recorder(..., inputs=x, labels=y)")
        return self._data["labels"]

    @cached_property
    def extras(self) -> dict[str, Array]:
        """Further arrays by name."""
        return below("extras", self._data)

    def layer_index(self, name: str) -> int:
        """Return the place of a layer.

        Raises:
            RecordingError: there is none of that name; lists those there are.
        """
        names = [layer.name for layer in self.layers]
        if name not in names:
            raise RecordingError(f"{self.path} has no layer {name!r}; it has input, {', '.join(names)}")
        return names.index(name)

    def single_input(self, inputs: Inputs) -> Array:
        """Return the one input array.

        Raises:
            RecordingError: the model has several inputs.
        """
        if isinstance(inputs, dict):
            raise RecordingError(f"{self.path}: the model has several inputs ({', '.join(inputs)}); expected one")
        return inputs

    @cached_property
    def _data(self) -> dict[str, Array]:
        path = self.path / "inputs.safetensors"
        return load(path)[0] if path.exists() else {}


def below(kind: str, arrays: dict[str, Array]) -> dict[str, Array]:
    """Return the arrays "KIND/NAME" by NAME."""
    return {name.removeprefix(f"{kind}/"): array for name, array in arrays.items() if name.startswith(f"{kind}/")}
