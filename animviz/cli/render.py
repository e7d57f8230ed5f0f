"""The `render` command, whose options are read from scenes, experiments and dataclasses.

What pictures are drawn with is not imported here, so that help comes at once.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from animviz.cli.flags import OUTPUT_NAME, RETRAIN, VIDEO, Sectioned, Sections, advised, argument, as_click, path_option
from animviz.cli.saying import say
from animviz.errors import SceneError
from animviz.experiments.catalogue import EXPERIMENTS, experiment_for, takes_data
from animviz.experiments.experiment import Experiment
from animviz.options import options_of
from animviz.pictures.outline import Outline, outline_of
from animviz.pictures.renamed import current
from animviz.rendering.stills import STILLS
from animviz.rendering.timeline import Pacing

if TYPE_CHECKING:
    from animviz.pictures.scene import Scene

__all__ = ["RenderCommand", "described", "require_distinct"]


class RenderCommand(Sectioned):
    """``animviz render SCENE|FILE.py``.

    Raises:
        SceneError: no such scene, it cannot be imported, or one of its options has a name that is taken.
    """

    def __init__(self, reference: str) -> None:
        self.asked, self.reference = reference, current(reference)
        self.scene: Scene | Outline = described(self.reference)
        self.experiment: Experiment | None = None
        super().__init__(self.reference, self.scene.summary)

    def sections(self, arguments: Sequence[str]) -> Sections:
        """Return the options of the scene, its experiment, the training, the recording and the video."""
        self.experiment = _experiment_for(self.scene, arguments)
        self.help = advised(self.scene.summary, self.experiment)
        sections = {f"Scene {self.scene.name}": as_click(self.scene.options)}
        if self.experiment is not None:
            own = [] if takes_data(self.experiment) else [_DATA]
            data = as_click(self.experiment.data_options)
            sections[f"Experiment {self.experiment.name}"] = [_EXPERIMENT, *own, *data]
            sections["Training"] = as_click(self.experiment.training_options)
        else:
            sections["Experiment"] = [_EXPERIMENT, _DATA]
        sections["Recording"] = [_FROM, RETRAIN]
        sections["Video"] = [*as_click(options_of(Pacing)), *_DRAWING, _OUTPUT]
        require_distinct(self.scene, sections)
        return sections

    def run(self, **values: Any) -> None:
        """Check everything, train where need be, draw."""
        from animviz.cli.drawing import draw_scene  # imports what pictures are drawn with

        if self.asked != self.reference:
            say(f"{self.asked} is called {self.reference} now", err=True)
        values.pop("experiment")
        draw_scene(self.reference, self.experiment, **values)


def described(reference: str) -> "Scene | Outline":
    """Return the outline of a scene; one that has none is imported.

    Args:
        reference: name of the scene, or path of its file.

    Raises:
        SceneError: no such scene, or it cannot be imported.
    """
    if (outline := outline_of(reference)) is not None:
        return outline
    from animviz.pictures.discovery import find_scene

    return find_scene(reference)


def _experiment_for(scene: "Scene | Outline", arguments: Sequence[str]) -> Experiment | None:
    data = argument("--data", arguments) is not None
    return experiment_for(scene.experiment, argument("--experiment", arguments), data=data)


def require_distinct(scene: "Scene | Outline", sections: Sections) -> None:
    """Refuse a scene one of whose options has the name of another option of the command.

    Raises:
        SceneError: names both.
    """
    taken: set[str] = set()
    for heading, options in reversed(sections.items()):
        for option in options:
            name = option.name or ""
            if name in taken:
                raise SceneError(
                    f"scene {scene.name!r}: its option {name!r} ({heading}) has a name that is taken; rename it"
                )
            taken.add(name)


_FROM = path_option("--from", "source", help="Recording to draw, instead of training.")
_DATA = path_option("--data", help="Own points: a .csv or .npz file with x, y and label.")
_EXPERIMENT = click.Option(
    ["--experiment"],
    type=click.Choice(list(EXPERIMENTS)),
    metavar="NAME",
    help=f"What is trained, if not the scene's own experiment: {', '.join(EXPERIMENTS)}.",
)

_DRAWING = [
    *VIDEO,
    click.Option(
        ["--still"],
        metavar="EPOCH",
        help="One moment instead of a film: an epoch such as 5 or 2.5, or last. A film that goes through something else"
        " than the epochs, as that of layers, is cut as if it began with the first and ended with the last of them."
        f" Files: {', '.join(STILLS)}.",
    ),
    click.Option(["--subtitles"], is_flag=True, help="Write what happens beside the film: NAME.srt and NAME.vtt."),
    OUTPUT_NAME,
    click.Option(["--cluster"], metavar="ADDRESS", help="Dask scheduler whose workers draw, such as tcp://host:8786."),
    click.Option(
        ["--share", "--segment", "share"],
        metavar="I/N",
        help="Draw only one of N shares, for `animviz join`.  (--segment is the old name)",
    ),
]
_OUTPUT = path_option(
    "-o", "--output",
    help="File to write: .mp4, .m4v, .mov, .webm, .webp, .avif, .gif, .apng or .png (animated); without extension a folder"
    " of PNGs."
    "  [default: renders/SCENE-ARCH-SETTINGS.mp4; of a still .png]",
)  # fmt: skip
