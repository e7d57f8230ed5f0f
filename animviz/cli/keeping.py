"""Commands for recordings that are kept: are they sound, in what do they differ; old ones renewed, damaged ones saved."""

import sys
from pathlib import Path

import click

from animviz.cli.places import PLACE
from animviz.cli.saying import say

__all__ = ["KEEPING"]


@click.command()
@click.argument("path", metavar="RECORDING", type=PLACE)
def verify(path: Path) -> None:
    """Check every file of a recording.

    It looks at checksums, names, shapes and numbers, and whether these can mean what the recording says. It prints a
    line for each fault, and ends with code 1 if there is one.
    """
    from animviz.recording.verifying import verify as examined
    from animviz.safety.sizes import size_text

    report = examined(path)
    for line in (*report.faults, *(f"note: {note}" for note in report.notes)):
        say(line)
    if report.faults:
        sys.exit(1)
    say(f"{path} is sound: {report.snapshots} snapshots, {report.arrays} arrays, {size_text(report.size)}")


@click.command()
@click.argument("first", type=PLACE)
@click.argument("second", type=PLACE)
def diff(first: Path, second: Path) -> None:
    """Print in what two recordings differ.

    It compares settings, versions, layers, samples and meaning, then the states at the epochs that both have. It ends
    with code 1 if anything differs.
    """
    from animviz.recording.differences import differences
    from animviz.recording.recording import Recording
    from animviz.tables import Column, text_of

    recordings = Recording(first), Recording(second)
    found = list(differences(*recordings))
    if not found:
        say(f"{first} and {second} are the same: {len(recordings[0])} snapshots")
        return
    columns = [
        Column("what", tuple(difference.what for difference in found)),
        Column(str(first), tuple(difference.first for difference in found)),
        Column(str(second), tuple(difference.second for difference in found)),
        Column("difference", tuple(difference.note for difference in found)),
    ]
    say(text_of(columns, ".md"), nl=False)
    sys.exit(1)


@click.command()
@click.argument("path", metavar="RECORDING", type=PLACE)
@click.option("-o", "--output", type=PLACE, help="Folder to write.  [default: in its place]")
def migrate(path: Path, output: Path | None) -> None:
    """Write an old recording as this version writes it.

    The old one goes only when the new one is there and sound. Recordings of older versions can be drawn without this.
    """
    from animviz.recording.manifest import SCHEMA
    from animviz.recording.migrating import migrate as renewed

    done = renewed(path, output)
    say(f"{output or path}: schema {SCHEMA}, with checksums" if done else f"{path} is of schema {SCHEMA} already")


@click.command()
@click.argument("path", metavar="RECORDING", type=PLACE)
@click.option("-o", "--output", required=True, type=PLACE, help="Folder to write.")
def recover(path: Path, output: Path) -> None:
    """Make a recording of what is sound in a damaged one.

    Snapshots that are not as they were written are left out, with a line for each. The damaged recording stays.
    """
    from animviz.recording.recovering import recover as recovered

    done = recovered(path, output)
    for line in done.lost:
        say(f"left out: {line}")
    say(f"{output}: {done.kept} snapshots; draw them: animviz render SCENE --from {output}")


KEEPING = (verify, diff, migrate, recover)
