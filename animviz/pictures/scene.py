"""@scene: turn a function that sets up one picture into something that can be found, described and rendered."""

import inspect
import marshal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, get_args

from animviz.analysis.tasks import CURVE, FLOW, LABELLED, MODELS
from animviz.errors import InputError, SceneError
from animviz.files import place_of, resolved
from animviz.moment import Draw
from animviz.options import Option, checked, help_of, options_of, summary_of
from animviz.pictures.refusing import refuse_other_kinds
from animviz.pictures.worded import parted, with_wording
from animviz.recording.meaning import Task
from animviz.recording.recording import Recording
from animviz.stage.settings import own_settings
from animviz.stage.stage import Stage

__all__ = ["GROUPS", "Package", "Scene", "file_in", "scene"]

GROUPS = {
    "inside": "The network inside",
    "way": "The way of the data",
    "learning": "How it learns",
    "wrong": "What it gets wrong",
    "ideas": "Ideas of the field",
}


@dataclass(frozen=True)
class Package:
    """A package that a scene needs and that animviz does not bring along.

    Attributes:
        module: name by which it is imported.
        install: what pip is asked for, such as "animviz[tsne]".
    """

    module: str
    install: str


@dataclass(frozen=True)
class Scene:
    """One picture of a recording.

    Attributes:
        name: what users type.
        function: called once per figure with (stage, recording, options); returns the draw function, which moves
            the artists to a moment.
        experiment: name of the experiment that is trained when no recording is given, or None.
        options: the function's keyword-only parameters, and the words around the picture.
        aspect: width over height that suits it where several share a frame.
        packages: what it needs beside animviz.
        tasks: kinds of output that it draws, such as "multilabel"; none stand for all.
        group: of `GROUPS`, in which it is listed, or none.
        motion: seconds that its motion takes unless a pace or a length is asked for, or None for the usual.
        through: what its film goes through where that is not the epochs, such as "layers"; a still of it is counted as
            if it were.
        suits: called with (recording, options) before a training goes on; raises if the scene could not draw it. None
            stands for setting the scene up.
        reference: name or path by which another process finds it; empty for a scene given as an object.
        finder: the function that finds it by the reference, or None.
    """

    name: str
    function: Callable[..., Draw]
    experiment: str | None
    options: tuple[Option, ...]
    aspect: float = 16 / 9
    shapes: tuple[float, ...] = ()
    packages: tuple[Package, ...] = ()
    tasks: tuple[str, ...] = ()
    group: str = ""
    suits: Callable[..., None] | None = None
    motion: float | None = None
    through: str = ""
    reference: str = ""
    finder: "Callable[[str], Scene] | None" = field(default=None, repr=False)

    @property
    def summary(self) -> str:
        """First line of the docstring."""
        return summary_of(self.function)

    @property
    def needs(self) -> str:
        """What it is drawn from: what the docstring says of the recording."""
        return help_of(self.function, "recording")

    @property
    def file(self) -> Path | None:
        """The user's file that holds it, or None for an installed scene and for an object."""
        return file_in(self.reference)

    @property
    def source(self) -> str | Path:
        """The module that holds it, or the user's file, or the script that is run."""
        module = self.function.__module__
        script = getattr(sys.modules[module], "__file__", None) if module == "__main__" else None
        file = self.file or (Path(script) if script else None)
        return resolved(file) if file is not None and file.is_file() else module

    @property
    def code(self) -> str:
        """What draws a scene given as an object: the function's source and what it holds from around it; else empty."""
        if self.reference:
            return ""
        try:
            text = inspect.getsource(self.function)
        except OSError:  # it was typed in, and is in no file
            text = marshal.dumps(self.function.__code__).hex()
        return f"{text}\n{inspect.getclosurevars(self.function).nonlocals!r}"

    def check(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return every option with its given or default value, each checked.

        Raises:
            InputError: an option is unknown or does not fit, or a package that it needs is not installed.
        """
        values = checked(self.options, options, f"scene {self.name!r}")
        for package in self.packages:
            if find_spec(package.module) is None:
                install = f"pip install '{package.install}'"
                raise InputError(f"scene {self.name!r} needs {package.module}; install it: {install}")
        return values

    @own_settings
    def set_up(self, stage: Stage, recording: Recording, **options: Any) -> Draw:
        """Build the picture on a stage.

        Raises:
            InputError: an option is unknown or does not fit, or a package that it needs is not installed.
            SceneError: the recording cannot be drawn by this scene.
        """
        values = self.check(options)
        self.refuse_other_kinds(recording)
        stage.wording, own = parted(values, self.function)
        return self.function(stage, recording, **own)

    def refuse_other_kinds(self, recording: Recording) -> None:
        """Refuse a recording whose output is of a kind that the scene does not draw.

        Raises:
            SceneError: names the kind, and the scenes that draw it.
            RecordingError: it has several outputs of which none was chosen.
        """
        refuse_other_kinds(self.name, self.tasks, recording)

    def __reduce__(self) -> "tuple[Callable[[str], Scene], tuple[str]]":
        """Travel to another process by the reference.

        Raises:
            InputError: the scene was given as an object, which no other process can find.
        """
        if self.finder is None:
            raise InputError(f"scene {self.name!r} was given as an object; workers need its name or path")
        # Another process may stand in another folder.
        place = str(self.file.absolute()) + self.reference.rpartition(".py")[2] if self.file else self.reference
        return self.finder, (place,)


def file_in(reference: str) -> Path | None:
    """Return the file that a reference such as "my_scene.py" or "my_scene.py:name" means, or None for a name."""
    is_path = reference.endswith(".py") or ".py:" in reference
    return place_of(reference.rpartition(".py")[0] + ".py") if is_path else None


def scene(
    *,
    experiment: str | None = None,
    name: str | None = None,
    aspect: float = 16 / 9,
    shapes: tuple[float, ...] = (),
    packages: tuple[Package, ...] = (),
    tasks: tuple[str, ...] = (),
    group: str = "",
    suits: Callable[..., None] | None = None,
    motion: float | None = None,
    through: str = "",
) -> Callable[[Callable[..., Draw]], Scene]:
    """Declare a function to be a scene.

    The function takes a stage, a recording and keyword-only options, sets up the picture, and returns a function of a
    moment that moves it. What it draws at a moment must depend on that moment alone.

    Args:
        experiment: what is trained when the scene is rendered without a recording.
        name: what users type; by default the function's name.
        aspect: width over height that suits it where several share a frame.
        shapes: the only widths over heights in which its picture comes, such as (1,) for a square; by default it fills
            all room there is.
        packages: what it needs beside animviz, which is asked for before anything is trained.
        tasks: kinds of output that it draws: "binary", "multiclass", "multilabel", "regression", "reconstruction" or
            "none", also as in "sequence of multiclass"; by default all. Others are refused before anything is trained.
        group: in which `animviz scenes` lists it: "inside", "way", "learning", "wrong" or "ideas".
        suits: a function of a recording and of the scene's options, for scenes that take long to set up. It is called
            with the untrained state before the first epoch, and raises if the scene could not draw the recording.
        motion: seconds that its motion takes unless a pace or a length is asked for; by default the usual ones.
        through: what its film goes through where that is not the epochs, such as "layers".

    Raises:
        SceneError: a parameter is missing or cannot be an option, or a task or group is unknown.
    """
    if group and group not in GROUPS:
        raise SceneError(f"group is {group!r}; expected one of {', '.join(GROUPS)}")
    for task in tasks:
        if task.removeprefix("sequence of ") not in (*get_args(Task), CURVE, FLOW, LABELLED, MODELS):
            raise SceneError(
                f"tasks names {task!r}; expected {', '.join(get_args(Task))}, or 'sequence of' one of them"
            )

    def declare(function: Callable[..., Draw]) -> Scene:
        parameters = list(inspect.signature(function).parameters.values())
        positional = [p for p in parameters if p.kind is not inspect.Parameter.KEYWORD_ONLY]
        if len(positional) != 2 or any(p.kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD for p in positional):
            raise SceneError(f"scene {function.__name__!r} must take (stage, recording, *, options...)")
        if not summary_of(function):
            raise SceneError(f"scene {function.__name__!r} needs a docstring: its first line is its help")
        return Scene(
            name or function.__name__,
            function,
            experiment,
            with_wording(options_of(function)),
            aspect,
            shapes,
            packages,
            tasks,
            group,
            suits,
            motion,
            through,
        )

    return declare
