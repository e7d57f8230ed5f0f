"""The manifest: what a recording says of itself."""

from collections.abc import Mapping
from math import prod
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from animviz.arrays import Array
from animviz.recording.meaning import Labels, Output, file_key
from animviz.recording.replay.layers import Layer

__all__ = ["FORMAT", "SCHEMA", "ArraySpec", "Entry", "Manifest"]

FORMAT, SCHEMA = "animviz-recording", 2


class ArraySpec(BaseModel):
    """Shape and dtype of a recorded array."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    shape: tuple[int, ...]
    dtype: str

    @property
    def parameters(self) -> int:
        """How many numbers a model learns or averages there; counters and the states of random numbers are none."""
        return 0 if self.dtype in ("int32", "int64", "uint32", "uint64") else prod(self.shape)


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
        outputs: what the model puts out, and what that means.
        main_output: name of the output that is drawn where nobody chooses one; None where they are of one rank.
        labels: what viewers see as colours, or None.
        layers: the model's layers in order.
        weights: the arrays that every snapshot holds.
        stored: activations that every snapshot holds, by layer.
        gradients: gradients of the loss that every snapshot holds, by weight.
        stored_outputs: what the model puts out, by output, as far as every snapshot holds it.
        model: text from which its framework can rebuild the model, or None.
        versions: packages that wrote the recording.
        random_seed: seed of the framework, where the script set one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["animviz-recording"] = "animviz-recording"
    schema_version: Literal[2] = 2
    id: str
    title: str
    finished: bool = False
    settings: dict[str, Any] | None = None
    arch: Annotated[str, Field(pattern=r"^[0-9]{1,9}(-[0-9]{1,9})*$", max_length=700)] | None = None
    outputs: tuple[Output, ...] = ()
    main_output: str | None = None
    labels: Labels | None = None
    layers: tuple[Layer, ...]
    weights: dict[str, ArraySpec]
    stored: dict[str, ArraySpec] = {}
    gradients: dict[str, ArraySpec] = {}
    stored_outputs: dict[str, ArraySpec] = {}
    model: str | None = None
    versions: dict[str, str] = {}
    random_seed: int | None = None

    @property
    def seed(self) -> Any:
        """The seed of the training, or None where it is not known."""
        return self.setting("training", "seed", self.random_seed)

    def setting(self, kind: str, name: str, default: Any = None) -> Any:
        """Return one of the settings with which animviz trained; those of a user's own may have any form.

        Args:
            kind: "data" or "training".
            name: of the setting.
            default: where there is none.
        """
        settings = (self.settings or {}).get(kind)
        return settings.get(name, default) if isinstance(settings, dict) else default

    @property
    def arrays(self) -> dict[str, ArraySpec]:
        """What every snapshot holds, under the names that it has in a snapshot's file."""
        kinds = {"weights": self.weights, "stored": self.stored, "gradients": self.gradients}
        named = {f"{kind}/{name}": spec for kind, specs in kinds.items() for name, spec in specs.items()}
        return named | {self.key("outputs", name): spec for name, spec in self.stored_outputs.items()}

    @property
    def main(self) -> Output | None:
        """The output that is drawn where nobody chooses one: the only one, or the main one; else None."""
        alone = self.outputs[0].name if len(self.outputs) == 1 else self.main_output
        return next((output for output in self.outputs if output.name == alone), None)

    @property
    def task(self) -> str:
        """What the main output answers, in words such as "sequence of multiclass"; "none" where there is none."""
        return self.main.kind if self.main else "none"

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the classes of the main output, else those of the labels."""
        return (self.main.class_names if self.main else ()) or (self.labels.names if self.labels else ())

    @property
    def loss(self) -> str | None:
        """The name in Keras of the main output's loss, or None."""
        return self.main.loss.name if self.main and self.main.loss else None

    def key(self, kind: str, output: str) -> str:
        """Return under which name a snapshot holds an array that belongs to an output; see `file_key`."""
        return file_key(kind, output, len(self.outputs))

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

    @model_validator(mode="after")
    def _names_agree(self) -> Self:
        names = [output.name for output in self.outputs]
        if len(set(names)) < len(names):
            raise ValueError(f"two outputs have one name: {', '.join(names)}")
        for name in {*self.stored_outputs, *filter(None, [self.main_output])} - set(names):
            raise ValueError(f"{name} is not among the outputs: {', '.join(names) or 'none'}")
        for layer in self.layers:
            for weight in (layer.kernel, layer.bias, *layer.variables.values()):
                if weight is not None and weight not in self.weights:
                    raise ValueError(f"layer {layer.name} names the weight {weight}, which is not among the weights")
        return self


class Entry(BaseModel):
    """One line of the index: when a snapshot was taken and what was known then."""

    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="constants")

    epoch: float
    step: int
    logs: dict[str, float] = {}
    scores: dict[str, float] = {}

    def follows(self, before: "Entry") -> bool:
        """Say whether this may be the snapshot behind another one: time goes on, and no step is taken back."""
        return self.epoch > before.epoch and self.step >= before.step
