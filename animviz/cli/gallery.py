"""The gallery: every installed scene as a small moving picture, and a page of them with the commands that made them.

The commands on the page are those that are carried out here, with other folders.
"""

import os
import shlex
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import gettempdir

from animviz.cli.flags import Sectioned
from animviz.cli.record import RecordCommand
from animviz.cli.render import RenderCommand
from animviz.errors import InputError
from animviz.files import check_writable, replace_file
from animviz.pictures.discovery import find_scene, scene_names
from animviz.safety.aside import aside

__all__ = ["command_for", "markdown_of", "recording_of", "scenes_to_show", "show"]

PICTURE = "--size 640x360 --seconds 6 --fps 10 --max-size 1MB"
RECORDED = {"digits_mlp": "--gradients"}  # what all scenes of an experiment need of its recording
COMMANDS: dict[str, Callable[[str], Sectioned]] = {"record": RecordCommand, "render": RenderCommand}
CHOSEN = {
    "digits": "--digit 5",
    "flow": "--runs 2 --trails 40",
    "layers": "--samples 400",
    "tsne": "--samples 400",
    "umap": "--samples 400",
}
HEAD = """\
# Gallery

Every scene that is installed, each with the command that made its picture. `animviz gallery` carries these commands
out and writes this page.

The pictures are small, so that they load quickly; without `--size`, `--fps` and `--max-size`, and with a name that ends
in `.mp4`, the same commands make videos for a projector. `animviz render SCENE --help` lists what else a scene can do.

First the recordings, which scenes share:

```console
{recordings}
```
"""
ENTRY = """
## {name}

{summary}

![{summary}]({picture})

```console
{command}
```
"""


def scenes_to_show(names: Sequence[str] = ()) -> list[str]:
    """Return the scenes of these names, by default all that are installed and name an experiment to be trained.

    Raises:
        InputError: one of the names is that of a scene that names none.
        SceneError: there is no such scene.
    """
    found = {name: find_scene(name).experiment for name in names or scene_names()}
    for name in names:
        if found[name] is None:
            raise InputError(
                f"scene {name!r} names no experiment to train, so the gallery cannot show it; leave it out"
            )
    return [name for name, experiment in found.items() if experiment is not None]


def recording_of(name: str, recordings: Path = Path()) -> list[str]:
    """Return the words of the command that makes the recording for a scene, in a folder of recordings."""
    experiment = str(find_scene(name).experiment)
    options = shlex.split(RECORDED.get(experiment, ""))
    return ["animviz", "record", experiment, *options, "-o", str(recordings / f"{experiment}.rec")]


def command_for(name: str, recordings: Path = Path(), output: Path = Path()) -> list[str]:
    """Return the words of the command that draws the picture of a scene from a folder of recordings into another."""
    recording = recording_of(name, recordings)[-1]
    options = shlex.split(f"{CHOSEN.get(name, '')} {PICTURE}")
    return ["animviz", "render", name, "--from", recording, *options, "-o", str(output / f"{name}.gif")]


def markdown_of(names: Iterable[str], pictures: str) -> str:
    """Return the page of these scenes in Markdown.

    Args:
        names: of the scenes.
        pictures: the way from the page to the folder of pictures, with slashes.
    """
    names = list(names)
    recordings = dict.fromkeys(_prompt(recording_of(name)) for name in names)
    entries = [
        ENTRY.format(
            name=name,
            summary=find_scene(name).summary,
            picture=f"{pictures}/{name}.gif",
            command=_prompt(command_for(name)),
        )
        for name in names
    ]
    return HEAD.format(recordings="\n".join(recordings)) + "".join(entries)


def show(names: Sequence[str], output: Path, page: Path | None = None, recordings: Path | None = None) -> Path:
    """Record what is needed, draw the pictures, and write the page of all pictures in the folder.

    Args:
        names: of the scenes to draw; none for all.
        output: folder for the pictures.
        page: the page; by default gallery.md in that folder.
        recordings: folder where recordings are kept and used again; by default they are removed in the end.

    Returns:
        The page.

    Raises:
        AnimvizError: something cannot be trained, drawn or written; pictures that are finished stay.
    """
    chosen, page = scenes_to_show(names), page or output / "gallery.md"
    check_writable(page)
    with ExitStack() as stack:
        home = recordings or stack.enter_context(aside(Path(gettempdir())))
        for words in dict.fromkeys(tuple(recording_of(name, home)) for name in chosen):
            carry_out(words)
        for name in chosen:
            carry_out(command_for(name, home, output))
    there = [name for name in scenes_to_show() if (output / f"{name}.gif").exists()]
    page.parent.mkdir(parents=True, exist_ok=True)
    way = Path(os.path.relpath(output, page.parent)).as_posix()
    replace_file(page, markdown_of(there, way).encode())
    return page


def carry_out(words: Sequence[str]) -> None:
    """Run a command of ours in this process."""
    program, command, name, *options = words
    made = COMMANDS[command](name)
    made.main(options, prog_name=f"{program} {command} {name}", standalone_mode=False)


def _prompt(words: Sequence[str]) -> str:
    return f"$ {shlex.join(words)}"
