"""A network bends its answer onto a curve: target, fit so far, and the distance between them."""

from animviz import Box, Draw, Moment, Recording, Stage, scene
from animviz.analysis.tasks import CURVE
from animviz.parts import MARGIN, Diagram, Ruler, Sheet

from .families.curve_fit import Fit


@scene(experiment="polynomial", tasks=(CURVE,))
def polyfit(stage: Stage, recording: Recording, *, band: bool = True) -> Draw:
    """Polynomial fit in progress: target, fit so far, and the residual between them.

    Args:
        stage: where to draw.
        recording: of a network with one input and one output, trained on a curve.
        band: fill the residual between target and fit.
    """
    theme = stage.theme
    sheet = Sheet(
        stage,
        recording,
        f"fit of {recording.manifest.arch}",
        numbers=["epoch", "loss"],
        foot=["blue: the target", "orange: what the network answers", "between them: the residual" if band else ""],
    )
    plot_box, ruler_box, network_box = _layout(stage, sheet.room)
    fit = Fit(stage, plot_box, recording, [recording], band=band)
    network = Diagram(stage, network_box, recording) if network_box is not None else None
    if network_box is not None:
        stage.text(network_box.left, network_box.top - 12, "network", color=theme.quiet)
    ruler = Ruler(stage, ruler_box, recording)
    stage.text(ruler_box.left, ruler_box.top - 16, f"{ruler.name} over epochs", color=theme.quiet)

    def draw(moment: Moment) -> None:
        state = recording.at(moment.epoch)
        fit.show(state)
        if network is not None:
            network.show(state)
        ruler.show(moment.epoch)
        sheet.show(state)

    return draw


def _layout(stage: Stage, room: Box) -> tuple[Box, Box, Box | None]:
    """Return the boxes of curve, ruler and network: two columns in wide frames, rows in tall ones."""
    top, bottom, width = room.top, room.bottom, room.width
    if stage.width >= 1150:
        plot = 0.64 * width
        left, rest = MARGIN + plot + 56, width - plot - 56
        network = Box(left, top + 34, rest, bottom - top - 34 - 280)
        return Box(MARGIN, top, plot, bottom - top), Box(left, bottom - 200, rest, 200), network
    tall = 200.0 if stage.height > 1.2 * stage.width else 0.0
    plot_height = bottom - top - 190 - (tall + 60 if tall else 0)
    network_box = Box(MARGIN, bottom - 190 - tall, width, tall) if tall else None
    return Box(MARGIN, top, width, plot_height), Box(MARGIN, bottom - 140, width, 140), network_box
