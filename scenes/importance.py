"""Which pixels speak for a class and which for its likeliest rival, while the network learns; and which matter to a forest.

Evidence is gradient times input (Shrikumar et al., "Not Just a Black Box", 2016). The forest's map is the notebooks' way
to choose pixels (Breiman, "Random Forests", 2001).
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from matplotlib.colors import to_rgb

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.tasks import CLASSES
from animviz.arrays import Array
from animviz.errors import SceneError
from animviz.parts import LABEL, Sheet, Words, color_map, cut, heatmap, pair

from .families.endings import in_title
from .families.evidence import Evidence
from .families.inputs import InputPlaces, forest_values, ground, mark_pixels, training_images

Weight = Literal["regular", "medium"]
MOST = 7
HEAD, BALANCE = 34.0, 54.0  # over and under an image
GAP = 28.0  # units between images


@scene(experiment="digits_mlp", group="inside", tasks=CLASSES)
def importance(stage: Stage, recording: Recording, *, samples: str = "", forest: bool = False) -> Draw:
    """Pixels of a few images that speak for their class, and those that speak for its likeliest rival at the moment.

    Args:
        stage: where to draw.
        recording: of a classifier of images that is a chain of dense layers.
        samples: numbers of up to seven, such as "7" or "0-4", the first one large; by default images of different
            classes that are told in the end, and were taken for a rival before.
        forest: also show which pixels matter to a random forest, and how much evidence each gives on average.
    """
    places = InputPlaces(recording, "importance")
    found = Evidence(recording, places, samples, MOST)
    names = recording.output.class_names
    maps = found.all_maps()
    until = "" if np.nansum(np.abs(maps[-1, 0])) else ", until no pixel does"
    foot = _foot(
        "" if places.chosen is None else f"framed: the {len(places.chosen)} values that the network reads", until
    )
    sheet = Sheet(stage, recording, None, foot=foot, air=16)
    large, small, whole = _layout(stage, sheet.room, forest)
    if samples and len(found.chosen) > 1 + len(small):
        room = f"in this frame there is room for {1 + len(small)}"
        raise SceneError(f"importance: --samples names {len(found.chosen)}; {room}")
    seen = maps[:, : 1 + len(small)]
    large_names = [
        (names[found.true[0]], names[found.rivals(recording.at(recording.epochs[end]))[0]]) for end in (0, -1)
    ]
    sheet.write_title(f"Green speaks for the true class{until}" if until else _title(seen[[0, -1], 0], large_names))
    most = float(max(part.max() for part in _sums(seen))) or 1.0
    views = [
        _View(stage, box, places, int(number), names[true], _scale(maps[:, place]), most)
        for place, (box, number, true) in enumerate(zip([large, *small], found.chosen, found.true, strict=False))
    ]
    everywhere = _Everywhere(stage, whole, recording, places, found) if whole else None

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        for view, *now in zip(views, found.maps(state), found.answers(state), found.rivals(state), strict=False):
            values, answer, rival = now
            view.show(values, names[answer], names[rival])
        if everywhere:
            everywhere.show(found.mean(state))
        sheet.show(state)

    return draw


def _title(maps: Array, names: Sequence[tuple[str, str]]) -> str:
    """Say for which class more speaks in the large image, first and last.

    Args:
        maps: its evidence first and last.
        names: of its class and of the rival then.
    """
    sums = [[float(part) for part in _sums(one)] for one in maps]
    first, last = (_leading(both, *each)[0] for both, each in zip(names, sums, strict=True))
    if first == last:
        return f"More speaks for {in_title(last)}, first and last"
    return f"At first more speaks for {in_title(first, 12)}, in the end for {in_title(last, 12)}"


def _leading(names: tuple[str, str], against: float, true: float) -> tuple[str, str]:
    """Return the name of a class and of its rival, that for which more speaks first."""
    return names if true > against else (names[1], names[0])


def _sums(maps: Array) -> tuple[Array, Array]:
    """Return how much speaks for the rival, and for the class, in images of shape (..., rows, columns)."""
    against, true = (np.nansum(np.maximum(part, 0), axis=(-2, -1)) for part in (-maps, maps))
    return against, true


def _foot(framed: str, until: str) -> list[str]:
    """Say what colours and bars mean; where there are none in the end, what grey does."""
    if until:
        return ["grey: the pixel speaks for neither class", *([framed] if framed else [])]
    color = "green: speaks for the true class, purple: for the likeliest other"
    return [color, framed or "bars: each colour added up, without biases"]


def _scale(maps: Array) -> float:
    """Return the evidence that has the full colour in an image: the same in the whole film."""
    size = np.abs(maps[np.isfinite(maps)])
    return float(np.quantile(size[size > 0], 0.97)) if size.any() else 1.0


class _View:
    """An image with its evidence over its ink, what the network says, and how much speaks for class and rival."""

    def __init__(
        self, stage: Stage, box: Box, places: InputPlaces, number: int, name: str, scale: float, most: float
    ) -> None:  # fmt: skip
        self._colors, self._scale, self._most = color_map(stage.theme, "evidence") / 255, scale, most
        room = Box(box.left, box.top + HEAD, box.width, box.height - HEAD - BALANCE)
        self._map, place = heatmap(stage, room, places.shape, kind="gray")
        image = places.images[number]
        ink = (image if image.ndim == 2 else image.mean(axis=2))[..., None]
        paper = np.array(stage.theme.mix(stage.theme.grid, 0.3))
        self._ground = paper + 0.6 * ink * (np.array(to_rgb(stage.theme.quiet)) - paper)
        if places.chosen is not None:
            mark_pixels(stage, place, places.shape, places.chosen // places.channels, 1.2)
        self._name, self._room = name, 0.5 * box.width - 8
        self._stage = stage
        stage.text(box.left, box.top + 22, _fitted(stage, "truly", name, self._room), color=stage.theme.quiet)
        self._says = Words(stage, [(box.right, box.top + 22)], weight="medium", align="right")
        self._balance(Box(box.left, box.bottom - BALANCE, box.width, BALANCE))

    def show(self, values: Array, answer: str, rival: str) -> None:
        """Show the evidence of a moment, the class that is answered, and the rival that purple speaks for."""
        share = np.clip(np.nan_to_num(values) / self._scale, -1, 1)
        cover = np.abs(share)[..., None]
        tone = self._colors[(127.5 + 127.5 * np.sign(share)).astype(int)]
        self._map.set_values(self._ground + cover * (tone - self._ground))
        sums = [float(part) for part in _sums(values)]
        for bar, value, sign in zip(self._bars, sums, (-1, 1), strict=True):
            bar.set_data([0, sign * value], [0.5, 0.5])
        self._says.set_words([_fitted(self._stage, "says", answer, self._room, weight="medium")])
        self._difference.set_words([_more(self._stage, (self._name, rival), sums, 2 * self._room + 16)])

    def _balance(self, box: Box) -> None:
        """Add two bars that run apart from the middle, and below them for which class there is how much more."""
        stage = self._stage
        axes = stage.axes(Box(box.left, box.top + 8, box.width, 14), (-self._most, self._most), (0, 1))
        butt = {"solid_capstyle": "butt", "clip_on": False}
        self._bars = [stage.line(axes, self._colors[end], 12, **butt) for end in (0, -1)]
        self._difference = Words(stage, [(box.left + box.width / 2, box.top + 48)], align="center")
        pair(
            stage, f"how much more speaks for {self._name} or its rival",
            lambda: [self._difference.texts[0].partition(" for ")[0]],
            lambda: [abs(sum(float(np.asarray(bar.get_xdata(), float)[-1]) for bar in self._bars))],
        )  # fmt: skip


def _more(stage: Stage, names: tuple[str, str], sums: list[float], room: float) -> str:
    """Say for which class how much more speaks, and than for which other where there is room."""
    (one, other), more = _leading(names, *sums), f"+{abs(sums[1] - sums[0]):.1f}"
    forms = [f"{more} for {one} over {other}", f"{more} for {one}"]
    fitting = next((form for form in forms if stage.measure(form, LABEL) <= room), "")
    return fitting or f"{more} for {cut(stage, one, room - stage.measure(f'{more} for ', LABEL))}"


class _Everywhere:
    """Mean size of the evidence over many images, beside what matters to a forest."""

    def __init__(
        self, stage: Stage, boxes: list[Box], recording: Recording, places: InputPlaces, found: Evidence
    ) -> None:
        images, labels, _ = training_images(recording, "importance")
        forest = forest_values(images, labels).reshape(*places.shape, -1).sum(axis=-1)
        maps = []
        titles = ("mean evidence", "to a random forest")
        for box, title, high in zip(boxes, titles, (found.largest_mean(), float(forest.max())), strict=True):
            stage.text(box.left, box.top + 22, cut(stage, title, box.width), color=stage.theme.quiet)
            room = Box(box.left, box.top + HEAD, box.width, box.height - HEAD - BALANCE)
            artist, place = heatmap(stage, room, places.shape, high=high)
            ground(stage, place)
            maps.append(artist)
        self._own = maps[0]
        maps[1].set_values(forest)

    def show(self, mean: Array) -> None:
        """Show the mean of a moment."""
        self._own.set_values(mean)


def _fitted(stage: Stage, word: str, name: str, room: float, weight: Weight = "regular") -> str:
    """Return a class with a word before it, or as much of its name as fits."""
    both = f"{word} {name}"
    return both if stage.measure(both, LABEL, weight) <= room else cut(stage, name, room, weight=weight)


def _layout(stage: Stage, room: Box, forest: bool) -> tuple[Box, list[Box], list[Box]]:
    """Return boxes of the large image, of the small ones, and of the two maps of all images if they are asked for."""
    if stage.height > 1.5 * stage.width:
        return _tall(room, forest)
    extra = HEAD + BALANCE
    high = (room.height - GAP) / 2
    side = min(room.height - extra, room.width - GAP - max(200.0, high - extra))
    large = Box(room.left, room.top, side, side + extra)
    left = large.right + GAP
    columns = max(1, int((room.right - left + GAP) / (high - extra + GAP)))
    wide = min((room.right - left - (columns - 1) * GAP) / columns, max(200.0, high - extra))
    left = room.right - columns * wide - (columns - 1) * GAP
    boxes = [
        Box(left + k * (wide + GAP), top, wide, high)
        for top in (room.top, room.top + high + GAP)
        for k in range(columns)
    ]
    whole = boxes[columns - 1 :: columns] if forest else []
    return large, [box for box in boxes if box not in whole], whole


def _tall(room: Box, forest: bool) -> tuple[Box, list[Box], list[Box]]:
    """Return the same for tall frames: the small images below the large one."""
    extra, third = HEAD + BALANCE, (room.width - 2 * GAP) / 3
    top = room.bottom - 2 * third - 2 * extra - GAP
    side = min(room.width, top - GAP - room.top - extra)
    large = Box(room.left + (room.width - side) / 2, room.top, side, side + extra)
    boxes = [
        Box(room.left + k % 3 * (third + GAP), top + k // 3 * (third + extra + GAP), third, third + extra)
        for k in range(6)
    ]
    return (large, boxes[:4], boxes[4:]) if forest else (large, boxes, [])
