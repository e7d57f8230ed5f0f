"""Commands that print; each imports what it uses when it runs."""

import sys
from pathlib import Path
from typing import Any

import click

from animviz.cli.places import PLACE
from animviz.cli.saying import say

__all__ = ["PRINTING"]


@click.command()
def scenes() -> None:
    """List the scenes, and what each is drawn from."""
    from animviz.cli.reports import scene_lines

    for line in scene_lines():
        say(line)


@click.command()
@click.argument("path", type=PLACE)
def info(path: Path) -> None:
    """Print what is in a recording, or what made a video."""
    from animviz.cli.info import describe

    for name, value in describe(path):
        say(f"{name:<12}  {value}")


@click.command()
@click.argument("path", metavar="RECORDING", type=PLACE)
@click.option("--output-name", metavar="NAME", help="Output that is looked at, of a model that has several.")
def landmarks(path: Path, output_name: str | None) -> None:
    """List the moments of a recording worth a caption.

    A line has the epoch, the name, and what happens.
    """
    from animviz.analysis.landmarks import landmarks as found_in
    from animviz.recording.recording import Recording

    found = found_in(Recording(path, output=output_name))
    width = max((len(landmark.name) for landmark in found), default=0)
    for landmark in found:
        say(f"{landmark.epoch:8.2f}  {landmark.name:<{width}}  {landmark.text}")
    if not found:
        say(f"{path}: no landmark; nothing changes that is looked for")


@click.command()
@click.argument("path", metavar="RECORDING", type=PLACE)
@click.option("--table", multiple=True, type=PLACE, help="File to write: .md or .csv.")
@click.option("--layers", default="", help="Names with commas between them; by default the input and hidden layers.")
@click.option("--method", default="umap", show_default=True, help="How the layers are embedded: umap, pca or tsne.")
@click.option("--samples", default=1500, show_default=True, type=click.IntRange(10), help="Of either set at most.")
@click.option("--embed-threads", type=click.IntRange(1, 256), help="For embedding.  [default: all cores]")
@click.option("--output-name", metavar="NAME", help="Output whose classes are told apart, of a model that has several.")
def neighbours(path: Path, table: tuple[Path, ...], **options: Any) -> None:
    """Print how well neighbours tell classes apart.

    It looks at the embedded layers at the last epoch. Each test sample is named by a vote of its 3, 5 or 10 nearest
    training samples in the plane, for raw data and each
    hidden layer. Embeddings are kept in the recording.
    """
    from animviz.embed.vote_table import tables

    for line in tables(path, table, **options):
        say(line)


scores = click.Command(
    "scores", callback=neighbours.callback, params=neighbours.params, hidden=True, help="Old name of `neighbours`."
)


@click.command()
def doctor() -> None:
    """Check what animviz needs here, and say how to fix it.

    It looks at packages, encoders, fonts, disk and scenes. Extras that are not installed are named too; they may be
    missing.
    """
    from animviz.cli.doctor import examine

    findings = list(examine())
    for finding in findings:
        say(f"{finding.mark:<5}  {finding.subject}: {finding.state}")
        if finding.fix and finding.mark != "ok":
            say(f"       fix: {finding.fix}")
    if any(finding.mark == "WRONG" for finding in findings):
        sys.exit(1)


@click.command()
@click.pass_context
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(context: click.Context, shell: str) -> None:
    """Print a script that completes commands in your shell.

    \b
    bash: animviz completion bash > ~/.animviz-complete && echo '. ~/.animviz-complete' >> ~/.bashrc
    zsh:  animviz completion zsh > ~/.animviz-complete && echo '. ~/.animviz-complete' >> ~/.zshrc
    fish: animviz completion fish > ~/.config/fish/completions/animviz.fish
    """
    from click.shell_completion import get_completion_class

    found: Any = get_completion_class(shell)
    root = context.find_root()
    say(found(root.command, {}, root.info_name, "_ANIMVIZ_COMPLETE").source())


PRINTING = (scenes, info, landmarks, neighbours, scores, doctor, completion)
