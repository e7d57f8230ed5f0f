"""A scene, drawn once from a real recording for all tests that look at it."""

from functools import cached_property
from pathlib import Path

import numpy as np

import animviz
from animviz import Recording, Stage
from helpers.scenes import set_up

SIZE = (320, 180)
LARGE = {
    "wide": ((1280, 720), "dark"),
    "square": ((720, 720), "light"),
    "tall": ((720, 1280), "print"),
    "4:3": ((640, 480), "light"),
}
PACING = animviz.Pacing(fps=4, pace=1, hold_start=0, hold_end=0)
Limits = list[tuple[tuple[float, float], tuple[float, float]]]


class Drawn:
    """A scene of a recording, each way of drawing it carried out once.

    Attributes:
        name: of the scene.
        recording: what it is drawn from.
        before: what its files held before anything was drawn.
    """

    def __init__(self, name: str, recording: Recording) -> None:
        self.name, self.recording = name, recording
        self.before = files(recording)

    @property
    def timeline(self) -> animviz.Timeline:
        """The moments at which it is drawn, four an epoch."""
        return animviz.Timeline(self.recording.epochs, PACING)

    def frames_of(self, recording: Recording, timeline: animviz.Timeline | None = None) -> list[np.ndarray]:
        """Draw the scene from another recording too."""
        return list(animviz.frames(self.name, recording, timeline or self.timeline, size=SIZE))

    @cached_property
    def frames(self) -> list[np.ndarray]:
        """The frames of the timeline, in order."""
        return self.frames_of(self.recording)

    @cached_property
    def shuffled(self) -> tuple[dict[int, np.ndarray], list[Limits]]:
        """The frames of the timeline by number, drawn in another order; and the limits of all axes before and after each."""
        stage = Stage(SIZE)
        draw = set_up(self.name, stage, self.recording)
        frames, limits = {}, [limits_of(stage)]
        for index in map(int, np.random.default_rng(0).permutation(len(self.timeline))):
            draw(self.timeline[index])
            frames[index] = stage.frame()
            limits.append(limits_of(stage))
        return frames, limits

    @cached_property
    def large(self) -> dict[str, Stage]:
        """Stages of several sizes and themes, the last epoch painted on them."""
        return {aspect: self.painted(*look) for aspect, look in LARGE.items()}

    def painted(self, size: tuple[int, int], theme: str) -> Stage:
        """Draw the last epoch on a stage of its own."""
        stage = Stage(size, theme)
        set_up(self.name, stage, self.recording)(animviz.Moment(0.0, float(self.recording.epochs[-1])))
        stage.paint()
        return stage


def limits_of(stage: Stage) -> Limits:
    return [(axes.get_xlim(), axes.get_ylim()) for axes in stage.figure.axes]


def files(recording: Recording) -> dict[Path, tuple[bytes, int]]:
    """Return contents and time of change of every file of a recording."""
    paths = [path for path in recording.path.rglob("*") if path.is_file()]
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in paths}
