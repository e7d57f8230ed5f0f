"""Draw the pictures of the parts that the reference shows: one small PNG for each, in docs/parts.

animviz record two_rings --arch 2-3-2-1 -o rings.rec
animviz record digits_mlp --data digits-8x8 --arch 64-12-8-10 --epochs 60 -o digits.rec
python docs/draw_parts.py rings.rec digits.rec
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from animviz import Box, Moment, Recording, Stage
from animviz.analysis.classifier import class_probabilities, labels_of, predictions
from animviz.analysis.decision import last_hidden
from animviz.arrays import Pixels
from animviz.embed import embed
from animviz.parts import (
    ACCURACY,
    LOSS,
    Answer,
    ColorScale,
    Diagram,
    Header,
    HiddenSpace,
    InputPlane,
    Key,
    Legend,
    Plot,
    Ruler,
    Sheet,
    Signs,
    Swarm,
    Trace,
    epoch_limits,
    epoch_number,
    grid_lines,
    heatmap,
    images_of,
    name_tags,
    planar_inputs,
    still,
    thumbnail,
    tiled,
)
from animviz.stage.sprites import Sprites

PLACE = Path(__file__).parent / "parts"
PIXEL = 0.75  # pixels per unit, so that letters are as large as in a film of 960x540
WIDTH = 480  # pixels
EDGE = 24.0  # units
SHOWN = 0.2  # share of the training of the rings that is over


def sheet(stage: Stage, rings: Recording, digits: Recording) -> None:
    """A sheet with its room in another tint."""
    drawn = Sheet(stage, rings, "what is seen", numbers=["epoch", "loss"], foot=["foot: what is seen, in plain words"])
    stage.axes(drawn.room, (0, 1), (0, 1), color=stage.theme.mix(stage.theme.grid, 0.35))
    stage.text(drawn.room.left + 20, drawn.room.top + 40, "room", color=stage.theme.quiet)
    drawn.show(rings.at(now(rings)))


def header(stage: Stage, rings: Recording, digits: Recording) -> None:
    """Title and numbers alone."""
    drawn, snapshot = Header(stage, "A title", [epoch_number(rings), LOSS, ACCURACY]), rings.at(now(rings)).snapshot
    drawn.show(snapshot.epoch, snapshot.scores["loss"], snapshot.scores["accuracy"])


def ruler(stage: Stage, rings: Recording, digits: Recording) -> None:
    """The loss on a ruler of time."""
    Ruler(stage, room(stage), rings, scale=True).show(now(rings))


def plot(stage: Stage, rings: Recording, digits: Recording) -> None:
    """A plot with a trace in it."""
    epochs, values = rings.history("accuracy", source="scores")
    drawn = Plot(stage, room(stage), epoch_limits(epochs), (0, 1), title="accuracy", percent=True, right=12)
    Trace(stage, drawn.axes, epochs, values, stage.theme.positive).show(now(rings))


def heat(stage: Stage, rings: Recording, digits: Recording) -> None:
    """Weights of a layer with the scale of their colours."""
    box, layer = room(stage), next(layer for layer in digits.layers if layer.kernel)
    weights = digits.at(digits.epochs[-1]).weights[layer.kernel or ""].T
    reach = float(np.abs(weights).max())
    artist, place = heatmap(
        stage, Box(box.left, box.top, box.width, box.height - 70), weights.shape, kind="signed", low=-reach, high=reach
    )
    artist.set_values(weights)
    scale = Box(place.left, place.bottom + 12, place.width, 60)
    ColorScale(stage, scale, "signed", (f"−{reach:.1f}", f"{reach:.1f}"), "weight")


def key(stage: Stage, rings: Recording, digits: Recording) -> None:
    """The classes with the share of right answers."""
    Key(stage, room(stage), rings).show(rings.at(now(rings)))


def legend(stage: Stage, rings: Recording, digits: Recording) -> None:
    """Names with colours."""
    names, box = digits.output.class_names, room(stage)
    Legend(stage, names, stage.theme.palette(len(names)), box.width).put(box.left, box.top)


def tags(stage: Stage, rings: Recording, digits: Recording) -> None:
    """Names of classes and images of samples."""
    names = digits.output.class_names
    _, pictures = name_tags(stage, names[:4], 1e6)
    palette, images = stage.theme.palette(len(names)), images_of(digits, "tags")
    pictures += [thumbnail(stage, images[k], palette[int(digits.labels[k])], 56) for k in range(4)]
    places = [(stage.width * (k % 4 + 0.5) / 4, stage.height * (0.3 + 0.4 * (k // 4))) for k in range(8)]
    Sprites(stage, pictures).set_middles(stage.pixel * np.array(places))


def swarm(stage: Stage, rings: Recording, digits: Recording) -> None:
    """Samples in their principal components; wrong answers have a rim."""
    state = digits.at(digits.epochs[-1])
    values, labels = state.activations(digits.layers[-2].name)[:300], labels_of(digits, "swarm")[:300]
    found = embed(np.stack([values, values]), "pca", epochs=np.arange(2), labels=labels)
    box, names = room(stage), digits.output.class_names
    drawn = Swarm(stage, box, found, labels, len(names), name_tags(stage, names, box.width * box.height))
    drawn.show(0.0, predictions(state)[:300] != labels)


def plane(stage: Stage, rings: Recording, digits: Recording) -> None:
    """The plane of the inputs, tinted by the answer."""
    drawn = InputPlane(stage, square(stage), rings, planar_inputs(rings, "plane"), points=True, line=3)
    drawn.show(rings.at(now(rings)))


def space(stage: Stage, rings: Recording, digits: Recording) -> None:
    """The space of the last hidden layer."""
    inputs = planar_inputs(rings, "space")
    drawn = HiddenSpace(rings, last_hidden(rings), inputs, grid_lines(inputs, 11))
    drawn.set_up(stage, square(stage))
    drawn.show(rings.at(now(rings)), Moment(0.0, now(rings)))


def diagram(stage: Stage, rings: Recording, digits: Recording) -> None:
    """The weights as links, and what each unit answers over the plane."""
    Diagram(stage, room(stage), rings, planar_inputs(rings, "diagram")).show(rings.at(now(rings)))


def answer(stage: Stage, rings: Recording, digits: Recording) -> None:
    """What a network says of one sample."""
    names, given = digits.output.class_names, class_probabilities(digits.at(digits.epochs[-1]))[0]
    Answer(stage, room(stage), names, int(digits.labels[0]), given).show(given)


def tiles(stage: Stage, rings: Recording, digits: Recording) -> None:
    """The units of a layer in rows and columns."""
    values = tiled(digits.at(digits.epochs[-1]).activations(digits.layers[-2].name)[0])
    artist, _ = heatmap(stage, room(stage), values.shape, high=float(np.nanmax(values)))
    artist.set_values(values)


def marks(stage: Stage, rings: Recording, digits: Recording) -> None:
    """Samples with a check or a cross."""
    images = images_of(digits, "marks")[:4]
    side = (stage.width - 5 * EDGE) / 4
    for place, image in enumerate(images):
        still(stage, Box(EDGE + place * (side + EDGE), EDGE, side, side), image)
    middles = [(EDGE + (place + 0.5) * side + place * EDGE, side + 3 * EDGE) for place in range(4)]
    Signs(stage, middles).show([True, True, False, True])


Drawing = Callable[[Stage, Recording, Recording], None]
PARTS: dict[str, tuple[Drawing, int]] = {  # how each part is drawn, and how many pixels high
    "sheet": (sheet, 300),
    "header": (header, 90),
    "ruler": (ruler, 150),
    "plot": (plot, 220),
    "heat": (heat, 190),
    "key": (key, 110),
    "legend": (legend, 72),
    "tags": (tags, 140),
    "swarm": (swarm, 260),
    "plane": (plane, 260),
    "space": (space, 260),
    "diagram": (diagram, 200),
    "answer": (answer, 260),
    "tiles": (tiles, 160),
    "marks": (marks, 160),
}


def now(recording: Recording) -> float:
    """Return the epoch that is shown."""
    first, last = recording.epochs[[0, -1]]
    return float(first + SHOWN * (last - first))


def room(stage: Stage) -> Box:
    """Return the whole stage but for an edge."""
    return Box(EDGE, EDGE, stage.width - 2 * EDGE, stage.height - 2 * EDGE)


def square(stage: Stage) -> Box:
    """Return the square in the middle of the stage."""
    side = stage.height - 2 * EDGE
    return Box((stage.width - side) / 2, EDGE, side, side)


def picture(part: str, rings: Recording, digits: Recording) -> Pixels:
    """Return the picture of a part, uint8 of shape (height, width, 3)."""
    drawing, height = PARTS[part]
    stage = Stage((WIDTH, height), "light", pixel=PIXEL)
    drawing(stage, rings, digits)
    return stage.frame()


def main(rings: str, digits: str) -> None:
    """Draw all parts."""
    PLACE.mkdir(exist_ok=True)
    for part in PARTS:
        Image.fromarray(picture(part, Recording(rings), Recording(digits))).save(PLACE / f"{part}.png", optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
