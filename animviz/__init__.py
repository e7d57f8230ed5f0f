"""Animations and videos of neural networks while they learn.

    animviz.Recorder        Keras callback that writes a recording
    animviz.ArrayRecorder   writes a recording of any loop, by plain arrays
    animviz.Recording       a recorded run, a sequence of snapshots
    animviz.render          recording -> video
    animviz.frame_at        recording -> one picture
    animviz.still           recording -> one picture as a file, also .svg and .pdf
    animviz.scene           decorator: a function becomes a picture
    animviz.scrubber        recording -> a widget in a notebook's cell that moves through it
    animviz.Animate         Keras callback that records and renders
    animviz.live            Keras callback that records, and redraws a picture in a notebook
    animviz.watch           records a PyTorch module in a loop of one's own
    animviz.fit             trains a Keras model in compiled epochs, with the numbers of its own fit

Public are the names of this package and those of `animviz.parts`, `animviz.embed`, `animviz.recorders`,
`animviz.errors`, `animviz.sphinx` and `animviz.integrations`. Everything else is private. The rooms, in the order in
which data flow:

    experiments             what animviz trains itself
    recorders               one door per framework
    recording               the folder on disk, and the network at any moment of it
    analysis, embed         what a recording tells; layers as positions
    stage, parts            one figure and its pixels; what scenes are built of
    pictures                scene x recording x options -> one frame
    rendering, video        pictures x moments -> a film -> a file
    pages, storyboard       interactive HTML; a lecture from a file
    watchers                draw while a network trains
    viewers                 move through a recording by hand: in a cell, in the browser
    integrations            films and stills in trackers of experiments
    cli, sphinx             fronts: commands, and a directive for documentation

Names are loaded when they are first used: importing animviz imports neither TensorFlow nor matplotlib.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from animviz.errors import AnimvizError as AnimvizError
    from animviz.experiments.keras.fit import fit as fit
    from animviz.moment import Draw as Draw
    from animviz.moment import Moment as Moment
    from animviz.options import Range as Range
    from animviz.pictures.scene import Package as Package
    from animviz.pictures.scene import scene as scene
    from animviz.recorders.arrays import ArrayRecorder as ArrayRecorder
    from animviz.recorders.keras.callback import Recorder as Recorder
    from animviz.recorders.torch.watching import watch as watch
    from animviz.recording.recording import Recording as Recording
    from animviz.recording.state import Snapshot as Snapshot
    from animviz.rendering.film import Movie as Movie
    from animviz.rendering.film import frame_at as frame_at
    from animviz.rendering.film import frames as frames
    from animviz.rendering.film import render as render
    from animviz.rendering.still import still as still
    from animviz.rendering.timeline import Pacing as Pacing
    from animviz.rendering.timeline import Timeline as Timeline
    from animviz.stage.box import Box as Box
    from animviz.stage.stage import Stage as Stage
    from animviz.viewers.notebook import scrubber as scrubber
    from animviz.watchers.keras import Animate as Animate
    from animviz.watchers.keras import live as live

_HOME = {
    "Animate": "watchers.keras",
    "AnimvizError": "errors",
    "ArrayRecorder": "recorders.arrays",
    "Box": "stage.box",
    "Draw": "moment",
    "Moment": "moment",
    "Movie": "rendering.film",
    "Pacing": "rendering.timeline",
    "Package": "pictures.scene",
    "Range": "options",
    "Recorder": "recorders.keras.callback",
    "Recording": "recording.recording",
    "Snapshot": "recording.state",
    "Stage": "stage.stage",
    "Timeline": "rendering.timeline",
    "fit": "experiments.keras.fit",
    "frame_at": "rendering.film",
    "frames": "rendering.film",
    "live": "watchers.keras",
    "render": "rendering.film",
    "scene": "pictures.scene",
    "scrubber": "viewers.notebook",
    "still": "rendering.still",
    "watch": "recorders.torch.watching",
}
__all__ = list(_HOME)

# In a checkout the scenes are this package's neighbour; once installed they lie within. Python run in a checkout finds
# this package there, whatever is installed.
_CHECKOUT = Path(__file__).parents[1]
if not Path(__file__).with_name("scenes").exists() and (_CHECKOUT / "pyproject.toml").exists():
    __path__.append(str(_CHECKOUT))


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return import_module("importlib.metadata").version("animviz")
    if name not in _HOME:
        raise AttributeError(f"module 'animviz' has no attribute {name!r}")
    value = getattr(import_module(f"animviz.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
