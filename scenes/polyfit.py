"""A network bends its answer onto a curve: target, answer, and the curves of its units that add up to it."""

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.tasks import CURVE
from animviz.parts import Ruler, Sheet

from .families.curve_fit import Fit, residual_share
from .families.endings import DIVERGED, count_in_words, hidden_widths
from .families.terms import Terms

REACHED = 0.05  # of the target's variance: with more left the curve is not called reached
HEADING = 34.0  # units of height of a line above a panel
RULER, STRIP, LOW = 130.0, 92.0, 62.0  # units of height of rulers: in tall frames, in wide and in square ones
LOSS = 60.0  # units before a low ruler, for its name


@scene(experiment="polynomial", group="learning", tasks=(CURVE,))
def polyfit(stage: Stage, recording: Recording, *, band: bool = True) -> Draw:
    """Fit of a curve in progress: target, answer, the residual between them, and the units that add up to the answer.

    Args:
        stage: where to draw.
        recording: of a network with one input and one output, trained on a curve.
        band: fill the residual between target and fit.
    """
    linear = recording.layers[-1].activation in ("", "linear")
    whole = "the answer" if linear else "what the last activation is given"
    sheet = Sheet(
        stage,
        recording,
        _title(recording),
        numbers=["epoch", "loss"],
        foot=["filled: the residual" if band else "", f"units times their weights add up to {whole}"],
    )
    plot, terms_box, ruler_box, columns = _layout(stage, sheet.room)
    fit = Fit(stage, plot, recording, [recording], band=band, numbered=True)
    terms = Terms(stage, terms_box, recording, columns)
    ruler = Ruler(stage, ruler_box, recording)
    if ruler_box.height > LOW:
        stage.text(ruler_box.left, ruler_box.top - 12, f"{ruler.name} over epochs", color=stage.theme.quiet)
    else:
        stage.text(ruler_box.left - LOSS, ruler_box.bottom - 34, "loss", color=stage.theme.quiet)

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        fit.show(state)
        terms.show(state)
        ruler.show(moment.epoch)
        sheet.show(state)

    return draw


def _title(recording: Recording) -> str:
    """Say what adds up, and whether the curve is reached in the end."""
    left = residual_share(recording)
    if left is None:
        return DIVERGED
    widths = hidden_widths(recording)
    who = count_in_words(widths[-1], "unit") if widths else "one straight line"
    one = not widths or widths[-1] == 1
    if left > REACHED:
        return f"{who[0].upper()}{who[1:]} {'does' if one else 'do'} not reach the curve"
    return f"{who[0].upper()}{who[1:]} {'becomes' if one else 'add up to'} the curve"


def _layout(stage: Stage, room: Box) -> tuple[Box, Box, Box, int]:
    """Return the boxes of plot, terms and ruler, and how many columns the terms have: beside the plot or below it."""
    if room.width > 1.5 * room.height:
        column = 0.38 * room.width
        plot = Box(room.left, room.top, room.width - column - 44, room.height)
        left = plot.right + 44
        terms = Box(left, room.top, column, room.height - STRIP - HEADING - 10)
        return plot, terms, Box(left, room.bottom - STRIP, column, STRIP), 2
    tall = stage.height > stage.width
    ruler = RULER if tall else LOW
    high = 0.26 * room.height if tall else 0.36 * room.height
    before = 0.0 if tall else LOSS
    below = Box(room.left + before, room.bottom - ruler, room.width - before, ruler)
    top = below.top - (HEADING + 10 if tall else 14) - high
    return (
        Box(room.left, room.top, room.width, top - 16 - room.top),
        Box(room.left, top, room.width, high),
        below,
        4,
    )
