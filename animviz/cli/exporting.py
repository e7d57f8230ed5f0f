"""What `animviz export` writes: the activations of a layer, for other programs."""

import io
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from animviz.analysis.activation_table import activation_columns
from animviz.arrays import Array
from animviz.errors import InputError
from animviz.files import check_writable, replace_file
from animviz.recording.recording import Recording
from animviz.sampling import numbers_in
from animviz.tables import Column, text_of

__all__ = ["export"]

Columns = dict[str, Array]


def export(path: Path, target: Path, *, layer: str, epoch: float | None, samples: str) -> str:
    """Write the activations of a layer, and say what was written.

    Args:
        path: of the recording.
        target: .csv or .parquet with a column for each unit, or .npz with arrays by name.
        layer: name of a layer, or "input".
        epoch: the moment; by default the last snapshot.
        samples: numbers such as "0-14"; empty for all.

    Raises:
        AnimvizError: something cannot be read, does not fit, or cannot be written.
    """
    kind = target.suffix.lower()
    if kind not in WRITERS:
        raise InputError(f"-o {target}: expected {', '.join(WRITERS)}")
    if kind == ".parquet" and find_spec("pyarrow") is None:
        raise InputError("-o *.parquet needs pyarrow; install it: pip install 'animviz[parquet]'")
    check_writable(target)
    recording = Recording(path)
    chosen = numbers_in(samples, recording.basis.sample_count, name="--samples") if samples else None
    at = float(recording.epochs[-1]) if epoch is None else epoch
    columns = activation_columns(recording, layer, at, chosen)
    target.parent.mkdir(parents=True, exist_ok=True)
    replace_file(target, WRITERS[kind](columns))
    units = len(columns) - len(OWN & columns.keys())
    return f"{target}: {layer} at epoch {at:g}, {len(columns['sample'])} samples, {units} units"


OWN = {"sample", "label"}


def _csv(columns: Columns) -> bytes:
    return text_of([Column(name, tuple(values.tolist())) for name, values in columns.items()], ".csv").encode()


def _npz(columns: Columns) -> bytes:
    file = io.BytesIO()
    units = [name for name in columns if name not in OWN]
    arrays = {name: columns[name] for name in columns if name in OWN}
    activations = np.stack([columns[name] for name in units], axis=1)
    np.savez(file, allow_pickle=False, **arrays, units=np.array(units), activations=activations)
    return file.getvalue()


def _parquet(columns: Columns) -> bytes:
    import pyarrow
    from pyarrow import parquet

    file = io.BytesIO()
    parquet.write_table(pyarrow.table({name: pyarrow.array(values) for name, values in columns.items()}), file)
    return file.getvalue()


WRITERS: dict[str, Callable[[Columns], bytes]] = {".csv": _csv, ".npz": _npz, ".parquet": _parquet}
