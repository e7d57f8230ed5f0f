"""Commands that write files; each imports what it uses when it runs."""

from pathlib import Path
from typing import Any

import click

from animviz.cli.import_checkpoints import import_checkpoints
from animviz.cli.places import FOLDER, PLACE
from animviz.cli.saying import say

__all__ = ["WRITING"]


@click.command()
@click.argument("path", metavar="FILE.toml", type=PLACE)
@click.option("-o", "--output", type=PLACE, help="MP4 to write.  [default: renders/FILE.mp4]")
@click.option("--draft", is_flag=True, help="A quarter of the pixels and of the frames.")
@click.option("--shot", metavar="NAME", help="Only this shot.")
@click.option("--workers", type=int, help="Processes that draw.  [default: as many as pay]")
@click.option("--retrain", is_flag=True, help="Train anew even if the recordings are there already.")
def storyboard(path: Path, output: Path | None, **options: Any) -> None:
    """Make a film of several shots, as a file describes it.

    It has captions and chapters. Only what changed is drawn. Beside the MP4 stand subtitles (.srt, .vtt), a poster
    (.png) and a handout of key frames (.pdf).
    """
    from animviz.cli.storyboard import run

    run(path, output, **options)


@click.command()
@click.argument("parts", nargs=-1, required=True, type=PLACE)
@click.option("-o", "--output", required=True, type=PLACE, help="Video to write.")
@click.option(
    "--max-size",
    metavar="BYTES",
    default="auto",
    help="Most that a .gif, .webp, .mp4, .m4v or .webm may take; none for no limit.  [default: 5MB for .gif, .webp]",
)
def join(parts: tuple[Path, ...], output: Path, max_size: str) -> None:
    """Put together a video from its shares, see --share."""
    from animviz.cli.reports import report as tell
    from animviz.rendering.shares import join as join_shares

    tell(join_shares(parts, output, max_size))


@click.command()
@click.argument("film", metavar="FILM", type=PLACE)
@click.option("-o", "--output", type=PLACE, help="Picture to write.  [default: FILM-sheet.png]")
@click.option("--count", default=12, show_default=True, help="How many frames are shown, from the first to the last.")
@click.option("--columns", default=4, show_default=True, help="How many stand side by side.")
@click.option("--theme", default="dark", show_default=True, help="dark, light or print.")
def sheet(film: Path, output: Path | None, **options: Any) -> None:
    """Write a contact sheet of a film.

    Its frames stand side by side, with their times. FILM is a video, a moving picture, or a folder of PNGs.
    """
    from animviz.errors import InputError
    from animviz.rendering.sheet import sheet as laid_out

    if output is None and not film.name:
        raise InputError(f"a sheet of {film} has no name; give one with -o, such as film-sheet.png")
    target = output or film.with_name(f"{film.stem}-sheet.png")
    width, height = laid_out(film, target, **options)
    say(f"{target}: {width}x{height}")


@click.command()
@click.argument("film", metavar="FILE", type=PLACE)
@click.option(
    "--for", "place", metavar="PLACE",
    help="html, reveal, quarto, mkdocs, myst, sphinx, readme, github, jupyter, beamer, powerpoint, keynote, x, linkedin,"
    " shorts, reels or mastodon.",
)  # fmt: skip
@click.option("--alt-text", "alt", help="What is seen.  [default: what the file says, see render --alt]")
@click.option("--fps", default=30.0, show_default=True, help="Frames per second, of a folder of PNGs.")
@click.option("--once", is_flag=True, help="It plays once, instead of again and again.")
def embed(film: Path, place: str | None, alt: str | None, **options: Any) -> None:
    """Print what to write where a film is shown.

    The lines give it its size, a still for readers who want no motion, and words for those who cannot see it. The still is
    written beside it as NAME-mp4-poster.png and the like, unless a newer one is there.
    """
    from animviz.errors import InputError
    from animviz.video.shown import shown
    from animviz.video.snippets import PLACES, require_place, snippet

    if place is None:
        raise InputError(f"embed needs a place: --for {', '.join(PLACES)}")
    require_place(place, film, **options)  # before a still is written
    say(snippet(shown(film, alt), place, **options))


@click.command()
@click.argument("names", nargs=-1, metavar="[SCENE]...")
@click.option(
    "-o", "--output", default="renders/gallery-new", show_default=True, type=FOLDER,
    help="Folder for the pictures.",
)  # fmt: skip
@click.option("--page", type=PLACE, help="Page to write.  [default: gallery.md in that folder]")
@click.option("--recordings", type=FOLDER, help="Folder where the recordings are kept.")
def gallery(names: tuple[str, ...], output: Path, page: Path | None, recordings: Path | None) -> None:
    """Draw every scene as a small .gif, and a page of them.

    The page shows the commands that made them. With names only these are drawn; the page shows all whose pictures
    are there.
    """
    from animviz.cli.gallery import show

    say(show(names, output, page, recordings))


@click.command()
@click.argument("path", metavar="RECORDING", type=PLACE)
@click.option("-o", "--output", required=True, type=PLACE, help="Page to write: .html.")
@click.option(
    "--kind",
    default="embedding",
    show_default=True,
    help="embedding: its layers as points; plane: a network over one or two inputs, which runs in the page; "
    "film: any scene, with chapters.",
)
@click.option("--scene", help="Of a film: a scene, with options of `animviz render` such as 'rings --seconds 12'.")
@click.option("--layers", help="Of an embedding: names with commas between them.  [default: input and hidden layers]")
@click.option("--method", help="Of an embedding: umap, pca or tsne.  [default: umap]")
@click.option("--embed-threads", type=click.IntRange(1, 256), help="Of an embedding: for speed.  [default: all cores]")
@click.option("--grid", type=click.IntRange(0, 101), help="Of a plane: lines in each direction.  [default: 21]")
@click.option("--samples", type=click.IntRange(10), help="To show at most.  [default: 5000; of a plane 4000]")
@click.option("--theme", default="auto", show_default=True, help="dark, light, or auto: what the reader's system asks.")
@click.option("--title", help="Of the page; by default the recording's.")
@click.option("--output-name", metavar="NAME", help="Output that is shown, of a model that has several.")
def page(path: Path, output: Path, kind: str, scene: str | None, output_name: str | None, **options: Any) -> None:
    """Write an interactive page of a network.

    An embedding shows the layers over the epochs, with hover, search, classes and misclassified samples; embeddings are
    kept in the recording. A plane holds the weights of all epochs: drag a point through the layers, switch units off.
    A film has chapters and captions at the landmarks, and a table of numbers. One file that works offline.
    """
    from animviz.cli.paging import scene_options
    from animviz.pages import write_page

    given = {name: value for name, value in options.items() if value is not None}
    if scene is not None:
        given = {**scene_options(scene), **given} if kind == "film" else {**given, "scene": scene}
    say(write_page(path, output, kind=kind, output_name=output_name, **given))


@click.command()
@click.argument("path", metavar="RECORDING", type=PLACE)
@click.option(
    "--on",
    type=click.Choice(["test", "train"]),
    default="test",
    show_default=True,
    help="Which samples: the recording's own, or those trained on that it keeps.",
)
@click.option("--epoch", type=float, help="Of the last snapshot until then.  [default: the last one]")
@click.option("--output-name", metavar="NAME", help="Output that is reported, of a model that has several.")
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    type=PLACE,
    help="File to write: .md, or .csv, which is one file for each table.  [default: it is printed]",
)
def report(path: Path, outputs: tuple[Path, ...], **options: Any) -> None:
    """Print what a network gets right, and its layers.

    It has precision, recall and F1 of each class and the confusion matrix, or the errors of values; and the layers with
    their parameters.
    """
    from animviz.cli.evaluation import report_on

    for line in report_on(path, outputs, **options):
        say(line)


@click.command()
@click.argument("path", metavar="RECORDING", type=PLACE)
@click.option("--layer", required=True, help="Name of a layer, or input.")
@click.option("--epoch", type=float, help="The moment, at a snapshot or between two.  [default: the last snapshot]")
@click.option("--samples", default="", help="Numbers of samples such as 0,3 or 0-14.  [default: all]")
@click.option(
    "-o", "--output", required=True, type=PLACE,
    help="File to write: .csv, .npz or .parquet.",
)  # fmt: skip
def export(path: Path, output: Path, **options: Any) -> None:
    """Write the activations of a layer for other programs."""
    from animviz.cli.exporting import export as exported

    say(exported(path, output, **options))


WRITING = (storyboard, join, sheet, embed, gallery, page, report, export, import_checkpoints)
