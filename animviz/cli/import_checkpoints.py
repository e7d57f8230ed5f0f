"""The `import-checkpoints` command: a recording from what a training left behind."""

from glob import glob
from pathlib import Path
from typing import Any

import click

from animviz.cli.places import PLACE
from animviz.cli.saying import say

__all__ = ["import_checkpoints"]


@click.command("import-checkpoints")
@click.argument("patterns", nargs=-1, required=True, metavar="FILE...")
@click.option("-o", "--output", required=True, type=PLACE, help="Folder to write.")
@click.option(
    "--model",
    metavar="FILE.py:NAME",
    help="Your code, which is run: a PyTorch module, or a class that Keras' models need.",
)
@click.option("--inputs", type=PLACE, help="File .npz with x to draw from, and y for labels.")
@click.option(
    "--loss", help="What the model was trained with, by its name in PyTorch or Keras; .keras files say it themselves."
)
@click.option("--task", help="What it answers, where that is in doubt: binary, multiclass logits, regression, ...")
@click.option("--class-names", default="", help="Names with commas between them.")
@click.option("--title", help="What pictures call the run.")
@click.option("--overwrite", is_flag=True, help="Replace a recording that is there already.")
def import_checkpoints(patterns: tuple[str, ...], output: Path, class_names: str, **options: Any) -> None:
    """Write a recording from checkpoints that are there.

    They are .keras, .safetensors, or .pt, .pth, .bin and .ckpt of PyTorch.

    \b
    animviz import-checkpoints 'ckpt/*.keras' --inputs x.npz -o run.rec
    animviz import-checkpoints 'ckpt/*.pt' --model my_model.py:Net --inputs x.npz -o run.rec

    Epochs are read from the names of the files. Code within the checkpoints is never run.
    """
    from animviz.errors import InputError
    from animviz.recorders.checkpoints import import_checkpoints as imported

    found = {pattern: [pattern] if Path(pattern).is_file() else glob(pattern, recursive=True) for pattern in patterns}
    for pattern in (pattern for pattern, names in found.items() if not names):
        raise InputError(f"there is no file {pattern!r}; expected checkpoints such as 'ckpt/*.keras'")
    files = sorted({Path(name) for names in found.values() for name in names})
    names = [name.strip() for name in class_names.split(",") if name.strip()]
    recording = imported(files, output, class_names=names, **options)
    scores = ", ".join(f"{name} {value:.4g}" for name, value in recording[-1].scores.items())
    epochs = f"epochs {recording.epochs[0]:g} to {recording.epochs[-1]:g}"
    say(f"{output}: {len(recording)} snapshots, {epochs}" + (f", {scores}" if scores else ""))
