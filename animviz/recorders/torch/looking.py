"""A look at a module before it is trained: a few samples go through, and show its layers and outputs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from animviz.arrays import Array
from animviz.recorders.samples import Samples
from animviz.recorders.torch.chain import Taken, chain_of, first_tensor, kind_of
from animviz.recorders.torch.following import Call, is_leaf, outputs_by_name
from animviz.recorders.torch.fusing import fused
from animviz.recorders.torch.modules import Names, of_module
from animviz.recorders.torch.naming import as_array, as_column, clean
from animviz.recorders.torch.running import run
from animviz.recorders.torch.translating import ACTIVATING, translated
from animviz.recording.replay.layers import SILENT, Layer

__all__ = ["Seen", "looked_at", "unseen"]

FEW = 13  # samples; a number that hardly any other axis has


@dataclass(frozen=True)
class Seen:
    """What a look has shown.

    Attributes:
        layers: in the order in which they ran.
        outputs: what the module put out for a few samples, by output.
        makers: the layer that made each output, where it is known.
        parts: the layers that activations became part of, by the name of the activation's call.
    """

    layers: tuple[Layer, ...]
    outputs: Mapping[str, Array] = field(default_factory=dict)
    makers: Mapping[str, Layer] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)


def looked_at(module: Any, names: Names, weights: Mapping[str, Array], samples: Samples) -> Seen:
    """Run a few samples through a module and return what is seen.

    Args:
        module: without wrappers.
        names: of its weights.
        weights: arrays by name.
        samples: of the recording, with inputs.

    Raises:
        RecordingError: the module does not take them.
    """
    taken, fewer = Taken(), Taken()
    fed, value = run(module, samples.first(FEW), taken.note)
    again, other = run(module, samples.first(max(1, len(fed[0]) // 2)), fewer.note)
    found, others = outputs_by_name(value), outputs_by_name(other)

    def by_sample(name: str, here: Mapping[str, Any], there: Mapping[str, Any]) -> bool:
        """Say whether there is a row for each sample, whatever their number."""
        return (
            name in there and here[name].shape[:1] == fed[0].shape[:1] and there[name].shape[:1] == again[0].shape[:1]
        )

    floating = [name for name, tensor in found.items() if tensor.is_floating_point() and by_sample(name, found, others)]
    outputs = {name: as_array(found[name]) for name in floating}
    chain = None
    if len(fed) == 1 and len(found) == 1 and outputs:
        chain = chain_of(taken, fed[0], next(iter(found.values())), names, weights)
    if chain:
        layers, parts = fused(chain)
        return Seen(layers, outputs, dict.fromkeys(outputs, _last(layers)), parts)
    stored = {name for name in taken.values if by_sample(name, taken.values, fewer.values)}
    loose, by_output = _loose(taken.calls, names, stored, taken.values)
    makers = {name: by_output[id(tensor)] for name, tensor in found.items() if id(tensor) in by_output}
    if not loose:
        whole = as_column(next(iter(outputs.values()))).shape[1:] if outputs else None
        loose = [Layer(name=type(module).__name__, kind=type(module).__name__, output_shape=whole)]
    return Seen(tuple(loose), outputs, makers)


def unseen(module: Any, names: Names) -> Seen:
    """Return the layers of a module that has nothing to run on, in the order in which they are defined.

    Args:
        module: without wrappers.
        names: of its weights.
    """
    layers = []
    for path, part in module.named_modules():
        if is_leaf(part):
            name = clean(path) or type(part).__name__.lower()
            layers.append(Layer(name=name, **(of_module(part, names) or {"kind": type(part).__name__})))
    return Seen(tuple(layers))


def _last(layers: Sequence[Layer]) -> Layer:
    """Return the last layer that changes what it takes."""
    working = [layer for layer in layers if layer.kind not in SILENT]
    return working[-1] if working else layers[-1]


def _loose(
    calls: Sequence[Call], names: Names, stored: set[str], values: Mapping[str, Array]
) -> tuple[list[Layer], dict[int, Layer]]:  # fmt: skip
    """Return the layers of a model that is no chain, none of them replayable; and who made each tensor.

    Layers are the modules without parts that ran, and activation functions between them.
    """
    layers, by_output = [], {}
    layouts: dict[int, Any] = {}
    for call in calls:
        function = str(getattr(call.what, "__name__", "")).strip("_")
        made = first_tensor(call.output)
        if call.within or made is None or not (call.is_module or function in ACTIVATING):
            continue
        fields = translated(call, names) or {"kind": kind_of(call)}
        fed = call.tensors[0] if call.tensors else None
        layout = (
            fields.get("layout") or layouts.get(id(fed)) or ("channels_first" if made.ndim == 4 else "channels_last")
        )
        layouts[id(made)] = layout
        shape = values[call.name].shape[1:] if call.name in stored else None
        layer = Layer(name=call.name, **fields | {"layout": layout}, output_shape=shape)
        by_output[id(made)] = layer
        if fields["kind"] not in SILENT:
            layers.append(layer)
    return layers, by_output
