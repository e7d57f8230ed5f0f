"""What is this unit for? Its weights, the images that excite it, and what it answers to each class, while it learns.

After the pictures of single units in the teaching notebooks on MNIST, deepreplay's dying and saturating units (Godoy,
2018), and Olah et al., "Feature Visualization" (2017), who show a unit by what excites it most and least.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np

from animviz import Draw, Moment, Range, Recording, Stage, scene
from animviz.analysis.classifier import predictions, require_classifier
from animviz.analysis.labels import SampleLabels
from animviz.analysis.states import sampled_states
from animviz.analysis.tasks import LABELLED
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import ACCURACY, Sheet
from animviz.recording.replay.activations import BOUNDED
from animviz.recording.state import State
from animviz.sampling import numbers_in

from .families.blocks import Block, hidden_blocks
from .families.distributions import Glide, Measures, activations_of, by_unit
from .families.endings import in_title
from .families.unit_all import draw_all
from .families.unit_panels import One, Panels
from .families.unit_source import Source, source_of
from .families.unit_values import apart, eta_squared, saturation, unit_values

SMALL = 0.2  # standard deviations: an effect that Cohen (1988) calls small, below which a unit answers to all alike


@scene(experiment="digits_mlp", group="inside", tasks=(LABELLED,))
def unit(
    stage: Stage,
    recording: Recording,
    *,
    layer: str | None = None,
    unit: str = "best",
    by: Literal["true", "predicted"] = "true",
    images: Annotated[int, Range(1, 12)] = 6,
) -> Draw:
    """What one hidden unit is for: its weights, the images that excite it, its activations by class.

    A channel of a convolution counts as one unit, by its mean over the picture.

    Args:
        stage: where to draw.
        recording: of a model with hidden layers, whose samples have classes.
        layer: name of a hidden layer; by default the first dense one, else the first.
        unit: its number, or "best" for the one that tells the classes apart best in the end (by eta squared, the share of
            its variance that the class explains), or "all" for the weights of all units of the layer.
        by: count samples with their true or with their predicted class.
        images: how many of those that excite it most, and of those that do least, are shown; where more do least alike,
            these are counted.

    Raises:
        SceneError: there is no hidden layer, or none of that name.
        InputError: the layer has no such unit.
    """
    block, labels, last = _block(recording, layer), SampleLabels.of(recording), sampled_states(recording)[-1]
    if by == "predicted":
        require_classifier(recording, "unit")
    assert labels.classes is not None  # which the scene's tasks demand
    known, classes = labels.classes >= 0, labels.classes

    def groups(state: State) -> Array:
        return classes if by == "true" else np.where(known, predictions(state), -1)

    values, last_groups, source = unit_values(last, block.shown.name), groups(last)[known], source_of(recording, block)
    if unit == "all":
        return draw_all(stage, recording, block, source, values[known], last_groups, labels.names)
    shares = eta_squared(values[known], last_groups)
    chosen = int(shares.argmax()) if unit == "best" else numbers_in(unit, len(shares), name="--unit", most=1)[0]

    glide = Glide(recording, lambda state: {"groups": groups(state), **_measured(state, block, source, chosen)})
    ends = [glide.exact(state) for state in (sampled_states(recording)[0], last)]
    above = [apart(end["values"][known, None], end["groups"][known], len(labels.names))[0] for end in ends]
    title = _title(chosen, glide.over_epochs("share"), block, above, labels.names)
    among = f"of {len(shares)} units in the {block.words}" if len(shares) > 1 else f"the only unit of the {block.words}"
    among = f"tells classes apart best {among}" if unit == "best" and len(shares) > 1 else among
    accuracy = replace(ACCURACY, label=f"{recording.measured_on} accuracy")
    scored = "accuracy" in recording.noted(source="scores")
    sheet = Sheet(stage, recording, title, subtitle=among, numbers=["epoch", *([accuracy] if scored else [])])
    sheet.write_foot(
        source.foot if source is not None else "",
        "dot: a sample, box: the middle half of a class, bar: its median",
    )
    one = One(recording, block, glide, labels, source, by, images)
    panels = Panels(stage, sheet.room, one)

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        panels.show(state)
        sheet.show(state, **{accuracy.label: state.scores.get("accuracy", np.nan)})

    return draw


def _measured(state: State, block: Block, source: Source | None, chosen: int) -> Measures:
    values = by_unit(activations_of(state, [block.shown.name])[block.shown.name])[..., [chosen]]
    means = values.mean(axis=1, dtype=np.float64)[:, 0]
    bounded = block.activation in BOUNDED
    found = {"values": means, "share": saturation(values, block.activation)[0] if bounded else np.mean(means > 0)}
    if source is not None:
        found["source"] = source.of_units(state, np.array([chosen]), lambda: means[:, None])[0]
    return found


def _title(chosen: int, shares: Array, block: Block, above: Sequence[Array], names: Sequence[str]) -> str:
    """Say what became of the unit: it fell silent, or which class it answers to more or less than to all others.

    Args:
        chosen: its number.
        shares: of the samples on which it is active, at every snapshot.
        block: its layer.
        above: by how much each class lies above the others, first and last.
        names: of the classes.
    """
    shares = shares[np.isfinite(shares)]
    if block.activation not in BOUNDED and shares[-1] == 0:
        return f"Unit {chosen} falls silent" if shares.any() else f"Unit {chosen} is never active"
    if np.abs(above[-1]).max() < SMALL:
        return f"Unit {chosen} answers to all classes alike"
    first, most = (int(np.abs(each).argmax()) for each in above)
    kept = first == most and above[0][most] * above[-1][most] > 0
    verb = "answers" if kept else "learns to answer"
    return f"Unit {chosen} {verb} {'most' if above[-1][most] > 0 else 'least'} to {in_title(names[most])}"


def _block(recording: Recording, name: str | None) -> Block:
    blocks, missing = hidden_blocks(recording)
    if not blocks:
        way_out = (
            f" whose activations can be had ({missing}); name them: Recorder(..., layers=[...])" if missing else ""
        )
        raise SceneError(f"unit draws a unit of a hidden layer; {recording.path} has none{way_out}")
    if name is None:
        return next((block for block in blocks if block.layer.kind == "Dense"), blocks[0])
    found = [block for block in blocks if name in (block.layer.name, block.shown.name)]
    if not found:
        names = ", ".join(block.layer.name for block in blocks)
        raise SceneError(f"unit: no hidden layer {name!r}; {recording.path} has {names}")
    return found[0]
