"""Animations and videos of neural networks while they learn.

    animviz.Recorder        Keras callback that writes a recording
    animviz.Recording       a recorded run, a sequence of snapshots
    animviz.render          recording -> video
    animviz.frame_at        recording -> one picture
    animviz.scene           decorator: a function becomes a picture
    animviz.Animate         Keras callback that records and renders
    animviz.live            Keras callback that records, and redraws a picture in a notebook

Names are loaded when they are first used: importing animviz imports neither TensorFlow nor matplotlib.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from animviz.animate import Animate as Animate
    from animviz.contract import scene as scene
    from animviz.errors import AnimvizError as AnimvizError
    from animviz.notebook import live as live
    from animviz.recorder import Recorder as Recorder
    from animviz.recording import Recording as Recording
    from animviz.recording import Snapshot as Snapshot
    from animviz.rendering import Movie as Movie
    from animviz.rendering import frame_at as frame_at
    from animviz.rendering import frames as frames
    from animviz.rendering import render as render
    from animviz.stage import Box as Box
    from animviz.stage import Stage as Stage
    from animviz.timeline import Moment as Moment
    from animviz.timeline import Pacing as Pacing
    from animviz.timeline import Timeline as Timeline

_HOME = {
    "Animate": "animate",
    "AnimvizError": "errors",
    "Box": "stage",
    "Moment": "timeline",
    "Movie": "rendering",
    "Pacing": "timeline",
    "Recorder": "recorder",
    "Recording": "recording",
    "Snapshot": "recording",
    "Stage": "stage",
    "Timeline": "timeline",
    "frame_at": "rendering",
    "frames": "rendering",
    "live": "notebook",
    "render": "rendering",
    "scene": "contract",
}
__all__ = list(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'animviz' has no attribute {name!r}")
    value = getattr(import_module(f"animviz.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
