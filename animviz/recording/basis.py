"""The basis of a recording: what is the same at every moment of it."""

from functools import cached_property
from pathlib import Path

from animviz.arrays import Array
from animviz.errors import InputError, RecordingError
from animviz.recording.manifest import Manifest
from animviz.recording.meaning import Output, numbers, target_key
from animviz.recording.plausibility import faults_of_samples
from animviz.recording.reader import load
from animviz.recording.replay.layers import Layer

__all__ = ["Basis", "Inputs", "below"]

Inputs = Array | dict[str, Array]


class Basis:
    """The model and the samples of a recording, which all of its moments share.

    Attributes:
        path: folder of the recording.
        manifest: what it says of itself.

    Args:
        path: folder of the recording.
        manifest: what it says of itself.
        output: name of the output that is drawn; by default the only one, or the main one.

    Raises:
        InputError: there is no output of that name.
    """

    def __init__(self, path: Path, manifest: Manifest, output: str | None = None) -> None:
        self.path = path
        self.manifest = manifest
        self._chosen = output or manifest.main_output
        names = [one.name for one in manifest.outputs]
        if output is not None and output not in names:
            raise InputError(f"{path} has no output {output!r}; it has {', '.join(names) or 'none'}")

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
    def sample_count(self) -> int:
        """How many samples were recorded.

        Raises:
            RecordingError: none were.
        """
        stored = next(iter(self.manifest.stored.values()), None)
        if stored is not None:
            return stored.shape[0]
        inputs = self.inputs
        return len(next(iter(inputs.values())) if isinstance(inputs, dict) else inputs)

    @property
    def has_one_input(self) -> bool:
        """Whether the inputs are one array: not several, and not text, which is not kept."""
        return "inputs" in self._data

    @property
    def output_name(self) -> str | None:
        """Name of the output that is drawn: the one that was chosen, the main one or the only one, or None."""
        outputs = self.manifest.outputs
        return outputs[0].name if self._chosen is None and len(outputs) == 1 else self._chosen

    @property
    def output(self) -> Output:
        """The output that is drawn.

        Raises:
            RecordingError: there is none, or there are several of one rank and none was chosen.
        """
        outputs, chosen = self.manifest.outputs, self.output_name
        if chosen is None:
            names = ", ".join(output.name for output in outputs)
            way_out = (
                f"choose one of its outputs: {names} (--output-name where a command has it, else Recording(path, output=NAME))"
                if outputs
                else "record it with Recorder(..., task=)"
            )
            raise RecordingError(f"{self.path} does not say which output is meant; {way_out}")
        return next(one for one in outputs if one.name == chosen)

    @cached_property
    def labels(self) -> Array:
        """What viewers see as colours: int64 class numbers or floating values, shape (samples,).

        Raises:
            RecordingError: none were recorded.
        """
        if self.manifest.labels is None or "labels" not in self._data:
            raise RecordingError(f"{self.path} holds no labels; record it with Recorder(..., inputs=x, labels=y)")
        return numbers(self._data["labels"], classes=self.manifest.labels.kind == "classes")

    @cached_property
    def targets(self) -> Array:
        """What the loss compares the output that is drawn with.

        Class numbers, int64 of shape (samples,), where it answers with a class, and (samples, positions...) where it does so at
        each position; 0 or 1 of shape (samples, labels) where it answers for each label; else numbers as they were recorded.

        Raises:
            RecordingError: none were recorded.
        """
        return numbers(self.loss_targets, classes=self.output.answers_classes, sequence=self.output.sequence)

    @property
    def loss_targets(self) -> Array:
        """What the loss compares the output that is drawn with, as it was recorded; see `animviz.recording.metrics`.

        Raises:
            RecordingError: none was recorded.
        """
        output = self.output
        key = target_key(output, len(self.manifest.outputs))
        if key is None:
            raise RecordingError(
                f"{self.path} holds nothing to compare output {output.name!r} with; "
                "record it with Recorder(..., inputs=x, labels=y)"
            )
        if key == "inputs":
            return self.single_input(self.inputs)
        if key not in self._data:
            raise RecordingError(f"{self.path / 'inputs.safetensors'} does not hold {key}; record the run again")
        return self._data[key]

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
        data = load(path)[0] if path.exists() else {}
        for fault in faults_of_samples(self.manifest, data):
            raise RecordingError(f"{path}: {fault}; `animviz verify` lists all faults")
        return data


def below(kind: str, arrays: dict[str, Array]) -> dict[str, Array]:
    """Return the arrays "KIND/NAME" by NAME."""
    return {name.removeprefix(f"{kind}/"): array for name, array in arrays.items() if name.startswith(f"{kind}/")}
