"""The table of votes at one epoch: a row for each layer, a column for each number of neighbours."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from animviz.embed.sets import Sets
from animviz.embed.votes import NEIGHBOURS, Neighbourhoods, neighbourhoods
from animviz.errors import InputError
from animviz.recording.recording import Recording
from animviz.tables import TABLES, Column, check_table, text_of, write_table

__all__ = ["table_of", "tables"]


def table_of(found: Neighbourhoods, index: int = -1) -> list[Column]:
    """Return the accuracies of one epoch as a table with a row per layer.

    Args:
        found: the accuracies.
        index: of the epoch; by default the last.
    """
    rows = found.values[:, index]
    columns = [
        Column(f"{count} neighbours", tuple(float(v) if np.isfinite(v) else None for v in values), ".4f")
        for count, values in zip(NEIGHBOURS, rows.T, strict=True)
    ]
    return [Column("layer", tuple(found.layers)), *columns]


def tables(
    path: Path,
    targets: Sequence[Path],
    *,
    output_name: str | None = None,
    embed_threads: int | None = None,
    **options: Any,
) -> Iterator[str]:
    """Compute the table of a recording's last epoch and write it to files; give the lines to print.

    Args:
        path: of the recording.
        targets: files that end in .md or .csv.
        output_name: of the output whose classes are told apart, of a model that has several.
        embed_threads: threads for embedding.
        **options: see `neighbourhoods`.

    Raises:
        AnimvizError: a file cannot be written, or the recording has no such table.
    """
    for target in targets:
        if target.suffix.lower() not in TABLES:
            raise InputError(f"--table is {target}; expected a name that ends in {' or '.join(TABLES)}")
        check_table(target)
    recording = Recording(path, output=output_name)
    found = neighbourhoods(recording, threads=embed_threads, purpose="neighbours", **options)
    table = table_of(found)
    yield text_of(table, ".md").rstrip("\n")
    yield f"epoch {found.epochs[-1]:g}; {_who(found.sets)}"
    for target in targets:
        write_table(target, table)
        yield f"{target}: {len(found.layers)} layers"


def _who(sets: Sets) -> str:
    if not sets.placed:
        return f"{sets.fitted} samples, each named by the others"
    return f"{sets.placed} test samples, placed among {sets.fitted} training samples"
