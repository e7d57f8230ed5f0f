"""The command line: turns options into calls, and errors into one line with exit code 2, once.

Nothing heavy is imported here: every command imports what it uses when it runs.
"""

import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import click

__all__ = ["cli", "main", "run"]

PROG = "animviz"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 on success, 2 on anything a user can mend, 130 on Ctrl-C."""
    from animviz.errors import AnimvizError

    try:
        cli.main(args=arguments, prog_name=PROG, standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(2)
    except click.ClickException as error:
        _fail(error.format_message(), error)
    except AnimvizError as error:
        _fail(str(error), error)


def run() -> NoReturn:
    """Run the command line as a process of its own, see `main`.

    Python takes a second to take TensorFlow apart at its end. All files are whole by then, so that is skipped. After
    Ctrl-C it is skipped too: where that hit the import of a compiled module, Python would end itself by the signal.
    """
    try:
        main()
        code: Any = 0
    except SystemExit as done:
        code = done.code
    if "tensorflow" not in sys.modules and code != 130:
        sys.exit(code)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # a pipe that nobody reads any more
            stream.flush()
    os._exit(code or 0)


def _fail(message: str, error: Exception) -> None:
    """Print one line and exit; a scene that broke shows where, since its author is the one who reads it."""
    from animviz.errors import AnimvizError, SceneError

    if isinstance(error, SceneError) and not isinstance(error.__cause__, AnimvizError | None):
        import traceback

        traceback.print_exception(error.__cause__)
    click.echo(f"{PROG}: {' '.join(message.split())}", err=True)
    sys.exit(2)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="animviz", prog_name=PROG, message="%(prog)s %(version)s")
@click.option("-v", "--verbose", is_flag=True, help="Say what is done, and what a recording will cost.")
def cli(verbose: bool) -> None:
    """Animations and videos of neural networks while they learn.

    \b
    animviz render rings --arch 2-3-2-1         train, record and render
    animviz render boundary --from run.rec      draw a recording that exists
    animviz render my_scene.py --from run.rec   draw it with your own scene
    """
    logging.basicConfig(format=f"{PROG}: %(message)s", level=logging.WARNING)
    logging.getLogger("animviz").setLevel(logging.INFO if verbose else logging.WARNING)


class _Scenes(click.Group):
    """A group with a command per scene, made when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from animviz.pictures.discovery import scene_names

        return scene_names()

    def get_command(self, ctx: click.Context, name: str) -> click.Command:
        from animviz.cli.render import RenderCommand

        return RenderCommand(name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from animviz.cli.reports import scene_rows

        with formatter.section("Scenes"):
            formatter.write_dl(scene_rows())


class _Experiments(click.Group):
    """A group with a command per experiment, made when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from animviz.experiments.catalogue import EXPERIMENTS

        return list(EXPERIMENTS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command:
        from animviz.cli.record import RecordCommand

        return RecordCommand(name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from animviz.cli.record import experiment_rows

        with formatter.section("Experiments"):
            formatter.write_dl(experiment_rows())


@cli.group(cls=_Scenes, name="render", subcommand_metavar="SCENE|FILE.py [OPTIONS]...")
def render_group() -> None:
    """Draw a scene into a video, training first where no recording is given.

    `animviz render SCENE --help` shows the scene's options with those of its experiment.
    """


@cli.group(cls=_Experiments, name="record", subcommand_metavar="EXPERIMENT [OPTIONS]...")
def record_group() -> None:
    """Train an experiment and record it, without drawing.

    `animviz record EXPERIMENT --help` shows all of its settings.
    """


class _Compare(click.Command):
    """A command that is made when it is asked for, since its options come from the experiments."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        from animviz.cli.compare import CompareCommand

        return CompareCommand().make_context(info_name, args, parent, **extra)


cli.add_command(_Compare("compare", help="Train several networks; a table of them, and a video of them side by side."))


@cli.command()
@click.argument("path", metavar="FILE.toml", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="MP4 to write.  [default: renders/FILE.mp4]")
@click.option("--draft", is_flag=True, help="A quarter of the pixels and of the frames.")
@click.option("--shot", metavar="NAME", help="Only this shot.")
@click.option("--workers", type=int, help="Processes that draw.  [default: as many as pay]")
@click.option("--retrain", is_flag=True, help="Train anew even if the recordings are there already.")
def storyboard(path: Path, output: Path | None, **options: Any) -> None:
    """Make a film of several shots, with captions, chapters and a handout; draw only what changed.

    Beside the MP4 stand subtitles (.srt, .vtt), a poster (.png) and a handout of key frames (.pdf).
    """
    from animviz.cli.storyboard import run

    run(path, output, **options)


@cli.command()
@click.argument("parts", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Video to write.")
@click.option(
    "--max-size", metavar="BYTES", default="auto",
    help="Most that a .gif or .webp may take; none for no limit.  [default: 5MB]",
)
def join(parts: tuple[Path, ...], output: Path, max_size: str) -> None:
    """Put together a video whose shares were drawn with --segment."""
    from animviz.cli.reports import report
    from animviz.rendering.shares import join as join_shares

    report(join_shares(parts, output, max_size))


@cli.command()
def scenes() -> None:
    """List the scenes that are installed."""
    from animviz.cli.reports import scene_rows

    rows = scene_rows()
    width = max(len(name) for name, _ in rows)
    for name, summary in rows:
        click.echo(f"{name:<{width}}  {summary}")


@cli.command()
@click.argument("names", nargs=-1, metavar="[SCENE]...")
@click.option(
    "-o", "--output", default="renders/gallery", show_default=True, type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the pictures.",
)  # fmt: skip
@click.option("--page", type=click.Path(path_type=Path), help="Page to write.  [default: gallery.md in that folder]")
@click.option(
    "--recordings", type=click.Path(path_type=Path, file_okay=False), help="Folder where the recordings are kept."
)
def gallery(names: tuple[str, ...], output: Path, page: Path | None, recordings: Path | None) -> None:
    """Draw every installed scene as a small .gif, and a page of them with the commands that made them.

    With names only these are drawn; the page shows all whose pictures are there.
    """
    from animviz.cli.gallery import show

    click.echo(show(names, output, page, recordings))


@cli.command()
@click.argument("path", type=click.Path(path_type=Path))
def info(path: Path) -> None:
    """Print what is in a recording, or what made a video."""
    from animviz.cli.info import describe

    for name, value in describe(path):
        click.echo(f"{name:<12}  {value}")


@cli.command()
@click.argument("path", metavar="RECORDING", type=click.Path(path_type=Path))
@click.option("--table", multiple=True, type=click.Path(path_type=Path), help="File to write: .md or .csv.")
@click.option("--layers", default="", help="Names with commas between them; by default the input and hidden layers.")
@click.option("--method", default="umap", show_default=True, help="How the layers are embedded: umap, pca or tsne.")
@click.option("--samples", default=1500, show_default=True, type=click.IntRange(10), help="Of either set at most.")
@click.option("--embed-threads", default=1, show_default=True, type=click.IntRange(1, 256), help="For embedding.")
def scores(path: Path, table: tuple[Path, ...], **options: Any) -> None:
    """Print how well neighbours in the embedded plane tell the classes apart at the last epoch.

    Each test sample is named by a vote of its 3, 5 or 10 nearest training samples in the plane, for raw data and each
    hidden layer. Embeddings are kept in the recording.
    """
    from animviz.embed.votes import tables

    for line in tables(path, table, **options):
        click.echo(line)


@cli.command()
@click.argument("path", metavar="RECORDING", type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Page to write: .html.")
@click.option("--layers", default="", help="Names with commas between them; by default the input and hidden layers.")
@click.option("--method", default="umap", show_default=True, help="How the layers are embedded: umap, pca or tsne.")
@click.option("--samples", default=5000, show_default=True, type=click.IntRange(10), help="To show at most.")
@click.option("--embed-threads", default=1, show_default=True, type=click.IntRange(1, 256), help="For embedding.")
@click.option("--theme", default="auto", show_default=True, help="dark, light, or auto: what the reader's system asks.")
@click.option("--title", default="", help="Of the page; by default the recording's.")
def page(path: Path, output: Path, **options: Any) -> None:
    """Write an interactive page of the embedded layers over the epochs: one file that works offline.

    Hover, search, classes, misclassified samples, learning curve and keys. Embeddings are kept in the recording.
    """
    from animviz.pages import write_page

    click.echo(write_page(path, output, **options))


@cli.command()
@click.argument("path", metavar="RECORDING", type=click.Path(path_type=Path))
def landmarks(path: Path) -> None:
    """List the moments of a recording that are worth a caption: epoch, name, and what happens."""
    from animviz.analysis.landmarks import landmarks as found_in
    from animviz.recording.recording import Recording

    found = found_in(Recording(path))
    width = max((len(landmark.name) for landmark in found), default=0)
    for landmark in found:
        click.echo(f"{landmark.epoch:8.2f}  {landmark.name:<{width}}  {landmark.text}")
    if not found:
        click.echo(f"{path}: no landmark; nothing changes that is looked for")


@cli.command()
def doctor() -> None:
    """Check encoders, fonts, disk and versions; name one fix per finding."""
    from animviz.cli.doctor import examine

    findings = list(examine())
    for finding in findings:
        click.echo(f"{'ok   ' if finding.ok else 'WRONG'}  {finding.subject}: {finding.state}")
        if not finding.ok:
            click.echo(f"       fix: {finding.fix}")
    if any(not finding.ok for finding in findings):
        sys.exit(1)


@cli.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print a script that completes commands in your shell.

    \b
    bash: animviz completion bash > ~/.animviz-complete && echo '. ~/.animviz-complete' >> ~/.bashrc
    zsh:  animviz completion zsh > ~/.animviz-complete && echo '. ~/.animviz-complete' >> ~/.zshrc
    fish: animviz completion fish > ~/.config/fish/completions/animviz.fish
    """
    from click.shell_completion import get_completion_class

    found: Any = get_completion_class(shell)
    click.echo(found(cli, {}, PROG, "_ANIMVIZ_COMPLETE").source())
