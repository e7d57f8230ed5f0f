"""What `animviz report` prints and writes: what is right, and of which layers the network is."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from animviz.analysis.evaluation import Table, evaluation
from animviz.analysis.layer_table import layer_table
from animviz.errors import InputError
from animviz.files import replace_file
from animviz.recording.recording import Recording
from animviz.sampling import last_at
from animviz.tables import TABLES, check_table, text_of, write_table

__all__ = ["report_on"]


def report_on(
    path: Path, outputs: Sequence[Path], *, on: Literal["test", "train"], epoch: float | None, output_name: str | None
) -> Iterator[str]:
    """Write the tables of a recording into files, and return lines to print.

    Args:
        path: of the recording.
        outputs: files, .md for all tables, or .csv: then every table but the first gets a file of its own beside it.
        on: of which samples.
        epoch: of the last snapshot until then; by default of the last one.
        output_name: of the output, of a model that has several.

    Raises:
        InputError: a file is of another kind, or the epoch is outside the recording.
        AnimvizError: the recording cannot be read, or holds nothing to compare with.
    """
    for target in outputs:
        if target.suffix.lower() not in TABLES:
            raise InputError(f"-o {target}: expected {' or '.join(TABLES)}")
        check_table(target)
    recording = Recording(path, output=output_name)
    if epoch is not None:
        recording.check_epoch(epoch)
    index = len(recording) - 1 if epoch is None else last_at(recording.epochs, epoch)
    tables = [*evaluation(recording, index, on), ("layers", layer_table(recording))]
    kind = "training" if on == "train" else recording.measured_on
    heading = f"{recording.manifest.title or path.stem}, epoch {recording.epochs[index]:g}, on {kind} samples"
    text = _markdown(heading, tables)
    if not outputs:
        yield text.rstrip("\n")
    for target in outputs:
        if target.suffix.lower() == ".md":
            target.parent.mkdir(parents=True, exist_ok=True)
            replace_file(target, text.encode())
            yield str(target)
            continue
        for place, (name, table) in enumerate(tables):
            file = target if place == 0 else target.with_name(f"{target.stem}-{name}{target.suffix}")
            write_table(file, table)
            yield str(file)


def _markdown(heading: str, tables: Sequence[Table]) -> str:
    parts = [f"# {heading}\n"]
    parts += [f"## {name.capitalize()}\n\n{text_of(table, '.md')}" for name, table in tables]
    return "\n".join(parts)
