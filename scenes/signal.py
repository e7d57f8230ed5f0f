"""A sample goes through the network, its error comes back, and the weights give way.

After 3Blue1Brown, "Neural networks", chapters 1 to 4 (2017 to 2024).
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from animviz import Box, Draw, Moment, Range, Recording, Stage, scene
from animviz.analysis.states import sampled_states
from animviz.arrays import Array
from animviz.parts import LABEL, LOSS, MARGIN, Number, Sheet, cut, first_fitting, of_recording
from animviz.recording.answers import has_probabilities
from animviz.recording.state import State

from .families.amounts import amounts
from .families.endings import DIVERGED, in_title
from .families.one_sample import require_sample, true_class, wanted_of
from .families.output_bars import OutputBars, answer_width, names_of, target_words
from .families.rounds import Column, Round, Rounds, columns_of, left_out_of, require_way_back
from .families.signal_captions import captions_beside, captions_over
from .families.signal_columns import column_view, columns_in, is_few, rows_in
from .families.signal_links import SignalLinks
from .families.standing_bars import StandingBars, bars_stand, standing_height
from .families.stations import Stations
from .families.unit_source import has_images
from .families.unit_values import by_class

RULER = 58.0  # units of height of the line of stations
LINE, AIR = 30.0, 14.0  # units of a line of the foot, and over it
BAR = 100.0  # units of the bars of the answer at most
DIM = 0.3  # of a unit that nothing has reached
PHASES = {"forward": (1.4, 0.0), "loss": (0.3, 0.5), "error back": (1.4, 0.2), "weights": (1.0, 0.2)}  # motion and rest
SMALL = 720.0  # units of width up to which there are two rounds
FEW_NUMBERS, MOST_LETTERS = 3, 12  # of an input, and of a class, that a title names
FEW, LONG = 12, 170.0  # outputs that have bars, and units of one or two bars at most
SIDE = 152.0  # units of captions beside rows


@scene(
    experiment="digits_mlp", group="inside", tasks=("binary", "multiclass", "multilabel", "regression", "reconstruction"),
    suits=lambda recording, **_: require_way_back(recording, "signal"), motion=13,
    through="rounds of a sample",
)  # fmt: skip
def signal(
    stage: Stage, recording: Recording, *, sample: Annotated[int, Range(0, 1_000_000)] = 0,
    rounds: Annotated[int, Range(1, 6)] | None = None,
) -> Draw:  # fmt: skip
    """A sample goes forward through the network, its error comes back, and the weights give way.

    Args:
        stage: where to draw.
        recording: of a chain of dense layers, convolutions and pooling, with targets and a loss that has a name in Keras.
        sample: number of the recorded sample.
        rounds: how often it goes through; by default three times, twice in a narrow frame.
    """
    require_way_back(recording, "signal")
    require_sample(recording, sample, "signal")
    narrow = stage.width <= SMALL
    maps = any(layer.kind.startswith("Conv") for layer in recording.layers)
    columns = columns_of(recording, 4 if narrow else 5 if maps else 6)
    states = sampled_states(recording, 12)
    found = Rounds(recording, sample, columns, states)
    epochs = _epochs(found, recording, rounds or (2 if narrow else 3))
    taken = [found.at(recording.at(epoch)) for epoch in epochs]
    # Frames of all shapes have the same scales, however often the sample goes through.
    scaled = [found.at(recording.at(epoch)) for epoch in sorted({*epochs, *_epochs(found, recording, 3)})]
    its_loss = replace(LOSS, label="its loss", form=".4f", widest="0.0000")
    of_all = _number_of_all(recording)
    sheet = Sheet(
        stage, recording, _title(recording, sample, taken), subtitle=f"Sample {sample} of {of_recording(recording)}",
        numbers=["epoch", its_loss, *of_all],
        foot=[_of_lines(left_out_of(recording, columns))], air=AIR + LINE,
    )  # fmt: skip
    strong = _Strong(stage, sheet.room.bottom + AIR + LABEL, adds=found.adds)
    room = sheet.room
    upper = Box(room.left, room.top, room.width, room.height - RULER - 12)
    views = _Views(stage, upper, recording, sample, columns, found, scaled, states[-1])
    steps = [(number, phase) for number in range(len(epochs)) for phase in PHASES][: 4 * len(epochs) - 2]
    stations = Stations(
        stage, Box(room.left, room.bottom - RULER, room.width, RULER), [phase for _, phase in steps],
        [PHASES[phase] for _, phase in steps], {"error back": stage.theme.positive},
    )  # fmt: skip

    def draw(moment: Moment) -> None:
        place, share = stations.show(moment.progress)
        number, phase = steps[place]
        following = epochs[min(number + 1, len(epochs) - 1)]
        epoch = epochs[number] + (share * (following - epochs[number]) if phase == "weights" else 0.0)
        state = recording.at(epoch)
        now = found.at(state)
        strong.show(phase)
        views.show(now, phase, share, first=number == 0, last=number == len(epochs) - 1)
        known = {number.label: state.scores.get("loss", np.nan) for number in of_all if isinstance(number, Number)}
        known[its_loss.label] = now.loss if phase != "forward" or share >= 1 else np.nan
        sheet.show(state, **known)

    return draw


class _Strong:
    """The line of the foot that says what stands out: the strong path, or while the error goes back what orange is."""

    def __init__(self, stage: Stage, top: float, *, adds: bool) -> None:
        self._path = f"strong path: what adds most {'to each of its units' if adds else 'or takes least'} in the end"
        self._orange = "orange: how much a unit shares in the error"
        self._shown = stage.wording.caption is None
        self._room = partial(cut, stage, room=stage.width - 2 * MARGIN)
        self._text = stage.text(MARGIN, top, "", color=stage.theme.quiet, moves=True)

    def show(self, phase: str) -> None:
        """Say it in a phase of a round."""
        said = self._orange if phase == "error back" else self._path
        self._text.set_text(self._room(said) if self._shown else "")


def _of_lines(left_out: list[str]) -> str:
    """Say what a line means; where it leads through layers that have no room, which these are."""
    if not left_out:
        return "line: what a unit adds to the next, dashed where it takes away"
    through = left_out[0] if len(left_out) == 1 else f"{len(left_out)} layers"
    return f"line: what a unit adds, dashed: takes away; not drawn: {through}"


def _number_of_all(recording: Recording) -> list[str | Number]:
    """Return what the header says of all samples: their accuracy, or else the mean of their losses; as it was recorded."""
    noted = recording.noted(source="scores")
    if "accuracy" in noted:
        return ["accuracy"]
    return [Number("mean loss", ".4f", "0.0000")] if "loss" in noted else []


def _epochs(found: Rounds, recording: Recording, count: int) -> list[float]:
    """Return the epochs of the snapshots at which the sample goes through: between the ends its loss falls by like steps."""
    states = sampled_states(recording, 40)
    if count == 1 or len(states) == 1:
        return [states[-1].epoch]
    losses = np.array([found.loss(state) for state in states])
    record = np.minimum.accumulate(np.maximum(losses, 1e-9))
    fallen = np.log(record[0] / record) / (np.log(record[0] / record[-1]) or 1.0)
    places = [int(np.argmax(fallen >= share - 1e-9)) for share in np.linspace(0, 1, count)[1:-1]]
    return sorted({states[0].epoch, states[-1].epoch, *(states[place].epoch for place in places)})


def _title(recording: Recording, sample: int, taken: Sequence[Round]) -> str:
    """Say what becomes of the sample's loss."""
    who, first, last = _named(recording, sample), taken[0].loss, taken[-1].loss
    if not np.isfinite([first, last]).all():
        return DIVERGED
    if len(taken) == 1:
        return f"{who[0].upper()}{who[1:]} goes through: its loss is {last:.3g}"
    before, after = amounts(first, last)
    way = f"{'falls' if last < first else 'rises'} from {before} to {after}"
    if before == after:
        way = f"stays at {last:.3g}"
    return f"{who[0].upper()}{who[1:]}: its loss {way}".replace("e-", "e−")


def _named(recording: Recording, sample: int) -> str:
    """Say what a sample is: its class, or where it has none an image, or its few numbers."""
    if (true := true_class(recording, sample, "signal")) >= 0:
        return f"a true {in_title(recording.output.class_names[true], MOST_LETTERS)}"
    given = recording.single_input(recording.inputs)[sample]
    if has_images(recording):
        return "an image"
    if len(given) > FEW_NUMBERS:
        return "a sample"
    return f"input {', '.join(f'{value:.2f}' for value in given.tolist())}".replace("-", "−")


class _Views:
    """Columns, links and answers: from left to right, or in tall frames from top to bottom."""

    def __init__(
        self, stage: Stage, box: Box, recording: Recording, sample: int, columns: Sequence[Column], found: Rounds,
        taken: Sequence[Round], last: State,
    ) -> None:  # fmt: skip
        percent = has_probabilities(recording.output)
        names, shapes = names_of(recording.output, found.shapes[-1][-1]), _shapes(recording, found)
        many, small = len(names) > FEW, all(map(is_few, shapes))
        inner = Box(box.left + SIDE, box.top, box.width - SIDE, box.height)
        step = inner.width / len(names)
        down = box.height > 1.2 * box.width and (many or bars_stand(stage, step, percent=percent))
        low = 0.0 if many else standing_height(stage, names, step)
        bar = min(BAR, 0.09 * stage.width) if len(names) > 2 else min(LONG, 0.12 * stage.width)
        wide = 0.0 if many else answer_width(stage, names, bar)
        room = Box(box.left + 20, box.top, box.width - wide - 34 - 20, box.height)
        boxes = rows_in(Box(inner.left, inner.top, inner.width, inner.height - low), shapes) if down else []
        boxes = boxes or columns_in(room, shapes)
        scales = [_scales(taken, place) for place in range(len(columns))]
        if percent:
            scales[-1] = (1.0, scales[-1][1])
        self._columns = [
            column_view(stage, place, shape, order, scale, valued=small)
            for place, shape, order, scale in zip(boxes, shapes, _orders(last, columns, shapes), scales, strict=True)
        ]
        if down:
            captions_beside(stage, Box(box.left, box.top, SIDE - 16, box.height), boxes, columns, shapes)
        else:
            top = min(view.top for view in self._columns) - 18
            captions_over(stage, Box(room.left, top, room.width, 0), boxes, columns, shapes)
        self._links = SignalLinks(stage, self._columns, found, taken)
        for view in self._columns:
            view.put()
        self._bars: OutputBars | StandingBars | None = None
        places, values = self._columns[-1].places, np.array([one.values[-1] for one in taken])
        wanted = None if many else wanted_of(recording, sample, len(names), "signal")
        if down and not many:
            foot = Box(inner.left, inner.bottom - low, inner.width, low)
            self._bars = StandingBars(stage, foot, places[:, 0], step, names, values, percent=percent, wanted=wanted)
            _told_beside(stage, box.left, foot, wanted, percent=percent)
        elif not many:
            self._bars = OutputBars(
                stage, Box(box.right - wide, 0, wide, 0), bar, places[:, 1], names, values, percent=percent,
                wanted=wanted, mark=stage.theme.ink,
            )  # fmt: skip

    def show(self, now: Round, phase: str, share: float, *, first: bool, last: bool) -> None:
        """Show a moment of a round.

        Args:
            now: what flows.
            phase: of the round.
            share: how much of the phase is over.
            first: whether it is the first round, before which nothing was seen.
            last: whether it is the last round, after which no error goes back.
        """
        gaps = len(self._columns) - 1
        front = share * gaps if phase == "forward" else float(gaps)
        back = {"error back": share * gaps, "weights": float(gaps)}.get(phase, 0.0)
        strength = 1 - share if phase == "weights" else 1.0
        unreached = DIM if first or phase != "forward" else 1 - (1 - DIM) * min(1.0, share / 0.12)
        for place, (view, values, errors) in enumerate(zip(self._columns, now.values, now.errors, strict=True)):
            lit = float(np.clip((front - place + 0.12) / 0.12, 0, 1))
            came = float(np.clip((back - (gaps - place) + 0.12) / 0.12, 0, 1)) if back else 0.0
            if phase == "loss" and place == gaps and not last:
                came = share
            view.show(values, errors, max(unreached, lit), came * strength)
        self._links.show(now, front, back, strength)
        if self._bars is not None:
            self._bars.show(now.values[-1] if front >= gaps else None)


def _shapes(recording: Recording, found: Rounds) -> list[tuple[int, ...]]:
    """Return the shapes of what the columns hold; flat images that come in, or are told again, have rows and columns."""
    shapes = list(found.shapes)
    ends = (0, -1) if recording.output.task == "reconstruction" else (0,)
    for place in ends if has_images(recording) else ():
        if len(shapes[place]) == 1 and math.isqrt(shapes[place][0]) ** 2 == shapes[place][0]:
            shapes[place] = (math.isqrt(shapes[place][0]),) * 2
    return shapes


def _orders(last: State, columns: Sequence[Column], shapes: Sequence[tuple[int, ...]]) -> list[NDArray[np.intp]]:
    """Return in which order the units of each column stand: hidden ones in that of the classes that they answer to."""
    orders = [np.arange(int(np.prod(shape)), dtype=np.intp) for shape in shapes]
    for place, (column, shape) in enumerate(zip(columns, shapes, strict=True)):
        if 0 < place < len(columns) - 1 and len(shape) == 1:
            ordered = by_class(last, last.basis.layers[column.place].name)
            orders[place] = orders[place] if ordered is None else ordered[0]
    return orders


def _told_beside(stage: Stage, left: float, foot: Box, wanted: Array | None, *, percent: bool) -> None:
    """Write at the left of standing bars what they say."""
    middle = foot.top + foot.height / 2
    stage.text(left, middle, "answer, %" if percent else "answer", color=stage.theme.quiet)
    if wanted is not None:
        said = first_fitting(stage, target_words(wanted, percent=percent), SIDE - 16)
        stage.text(left, middle + 28, said, color=stage.theme.quiet)


def _scales(taken: Sequence[Round], place: int) -> tuple[float, float]:
    """Return the largest value and the largest error of a column; few that stick out do not leave all others dark."""
    values = np.abs(np.concatenate([one.values[place] for one in taken]))
    errors = np.abs(np.concatenate([one.errors[place] for one in taken]))
    return float(np.quantile(values, 0.995)) or 1.0, float(np.quantile(errors, 0.995)) or 1.0
