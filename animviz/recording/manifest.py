"""The manifest: what a recording says of itself."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer, model_validator

from animviz.arrays import Array
from animviz.recording.replay.layers import Layer

__all__ = ["SCHEMA", "ArraySpec", "Entry", "Manifest"]

SCHEMA = 1


class ArraySpec(BaseModel):
    """Shape and dtype of a recorded array."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    shape: tuple[int, ...]
    dtype: str


class Manifest(BaseModel):
    """What a recording says of itself.

    Attributes:
        format: always "animviz-recording".
        schema_version: version of this layout.
        id: 12 hex digits over settings, inputs and initial weights.
        title: what pictures call it.
        finished: whether the training came to its end.
        settings: experiment, data options and training settings, where animviz trained; else None.
        arch: widths such as "2-3-2-1" where the model is a chain of dense layers, else None.
        task: what the labels are, or None without labels.
        class_names: names of the classes in the order of the labels.
        loss: name of the loss in `animviz.recording.metrics`, or None.
        layers: the model's layers in order.
        weights: the arrays that every snapshot holds.
        stored: activations that every snapshot holds, by layer.
        gradients: gradients of the loss that every snapshot holds, by weight.
        outputs: the model's outputs that every snapshot holds, where activations are stored and there is one output.
        model: Keras' JSON of the model, where it has one.
        versions: packages that wrote the recording.
        random_seed: seed of the framework, where the script set one; left out where it is not known.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["animviz-recording"] = "animviz-recording"
    schema_version: Literal[1] = 1
    id: str
    title: str
    finished: bool = False
    settings: dict[str, Any] | None = None
    arch: str | None = None
    task: Literal["classification", "regression"] | None = None
    class_names: tuple[str, ...] = ()
    loss: str | None = None
    layers: tuple[Layer, ...]
    weights: dict[str, ArraySpec]
    stored: dict[str, ArraySpec] = {}
    gradients: dict[str, ArraySpec] = {}
    outputs: ArraySpec | None = None
    model: str | None = None
    versions: dict[str, str] = {}
    random_seed: int | None = None

    @property
    def seed(self) -> Any:
        """The seed of the training, or None where it is not known."""
        return (self.settings or {}).get("training", {}).get("seed", self.random_seed)

    @property
    def arrays(self) -> dict[str, ArraySpec]:
        """What every snapshot holds, under the names that it has in a snapshot's file."""
        kinds = {"weights": self.weights, "stored": self.stored, "gradients": self.gradients}
        named = {f"{kind}/{name}": spec for kind, specs in kinds.items() for name, spec in specs.items()}
        return named | ({} if self.outputs is None else {"outputs": self.outputs})

    def mismatch(self, arrays: Mapping[str, Array]) -> str | None:
        """Return the first thing in which arrays differ from what every snapshot holds, in words; None if nothing does.

        Args:
            arrays: of a snapshot, under the names that they have in its file.
        """
        expected = self.arrays
        for name in sorted(expected.keys() ^ arrays.keys()):
            return f"{name} is {'missing' if name in expected else 'not in the manifest'}"
        for name, spec in expected.items():
            array = arrays[name]
            if array.shape != spec.shape or array.dtype.name != spec.dtype:
                return f"{name} is {array.dtype.name} {array.shape}; the manifest says {spec.dtype} {spec.shape}"
        return None

    @model_serializer(mode="wrap")
    def _written(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # Recordings without it are the same bytes as before there was such a field.
        said: dict[str, Any] = write(self)
        if self.random_seed is None:
            del said["random_seed"]
        return said

    @model_validator(mode="after")
    def _names_agree(self) -> Self:
        for layer in self.layers:
            for name in (layer.kernel, layer.bias, *layer.variables.values()):
                if name is not None and name not in self.weights:
                    raise ValueError(f"layer {layer.name} names the weight {name}, which is not among the weights")
        return self


class Entry(BaseModel):
    """One line of the index: when a snapshot was taken and what was known then."""

    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="constants")

    epoch: float
    step: int
    logs: dict[str, float] = {}
    scores: dict[str, float] = {}
