"""The layers of a model as a table: what each is, what it puts out, and how many parameters it has."""

from animviz.recording.recording import Recording
from animviz.tables import Column

__all__ = ["layer_table"]


def layer_table(recording: Recording) -> list[Column]:
    """Return name, kind, output shape and number of parameters of each layer, and of all of them.

    Args:
        recording: of any model. Weights that belong to no layer that was recorded are counted in a row of their own.
    """
    sizes = {layer.name: 0 for layer in recording.layers}
    said = {weight: layer.name for layer in recording.layers for weight in layer.weight_names}
    others = 0
    for name, spec in recording.manifest.weights.items():
        size = spec.parameters
        owner = said.get(name) or _owner(name, list(sizes))
        if owner is None:
            others += size
        else:
            sizes[owner] += size
    rows = [(layer.name, layer.kind, _shape(layer.output_shape), sizes[layer.name]) for layer in recording.layers]
    rows += [("(others)", "", "", others)] if others else []
    rows.append(("all", "", "", sum(sizes.values()) + others))
    names, kinds, shapes, counts = zip(*rows, strict=True)
    return [
        Column("layer", names), Column("kind", kinds), Column("puts out", shapes), Column("parameters", counts, ",d"),
    ]  # fmt: skip


def _owner(weight: str, layers: list[str]) -> str | None:
    """Return the layer with the longest name that a weight's name begins with: "layer/kernel", "layer.weight"."""
    return max((layer for layer in layers if weight.startswith((f"{layer}/", f"{layer}."))), key=len, default=None)


def _shape(shape: tuple[int | None, ...] | None) -> str:
    return " x ".join("?" if length is None else str(length) for length in shape) if shape else ""
