"""What users pass as inputs and labels, as arrays: tensors, arrays, lists and dicts of them, data sets and loaders."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset, IterableDataset, default_collate

from animviz.errors import InputError
from animviz.recorders.torch.naming import as_array
from animviz.recorders.torch.untouched import untouched

__all__ = ["plain", "taken"]

LABELS = ("labels", "label", "targets", "target", "y")  # keys under which batches hold them


def taken(inputs: Any, labels: Any, count: int) -> tuple[Any, Any]:
    """Return inputs and labels as arrays; of a data set or a loader its first samples, and its labels where none are given.

    The order of a loader, and the random numbers that it draws, stay as they were.

    Args:
        inputs: as the user gave them.
        labels: likewise.
        count: how many samples are taken of a data set.

    Raises:
        InputError: what a data set holds are no inputs with labels; or none of it is to be taken.
    """
    if count < 1:
        raise InputError(f"samples is {count}; expected 1 or more")
    if isinstance(inputs, DataLoader | Dataset):
        inputs, own = _of_dataset(inputs, count)
        labels = own if labels is None else labels
    return plain(inputs), plain(labels)


def plain(values: Any) -> Any:
    """Return tensors in lists and dicts as arrays; anything else as it is."""
    if isinstance(values, torch.Tensor):
        return as_array(values)
    if isinstance(values, Mapping):
        return {name: plain(part) for name, part in values.items()}
    if isinstance(values, list | tuple) and any(isinstance(part, torch.Tensor) for part in values):
        # Tensors of one number each are the rows of an array.
        return as_array(torch.stack(list(values))) if _are_numbers(values) else [plain(part) for part in values]
    return values


def _are_numbers(values: Any) -> bool:
    return all(isinstance(part, torch.Tensor) and part.ndim == 0 for part in values)


def _of_dataset(source: Any, count: int) -> tuple[Any, Any]:
    dataset = source.dataset if isinstance(source, DataLoader) else source
    collate = source.collate_fn if isinstance(source, DataLoader) and source.batch_size is not None else default_collate
    with untouched(torch.nn.Module()):
        samples = list(_first(dataset, count))
        if not samples:
            raise InputError("inputs is a data set without samples; expected some")
        try:
            batch = collate(samples)
        except (TypeError, RuntimeError, ValueError) as error:
            raise InputError(
                f"the samples of inputs cannot be put together ({str(error).splitlines()[0]}); "
                "pass inputs= and labels= as tensors"
            ) from None
    return _parted(batch)


def _first(dataset: Any, count: int) -> Iterable[Any]:
    if isinstance(dataset, IterableDataset):
        return islice(iter(dataset), count)
    return (dataset[place] for place in range(min(count, len(dataset))))


def _parted(batch: Any) -> tuple[Any, Any]:
    """Return the inputs and the labels of a batch."""
    if isinstance(batch, Mapping):
        key = next((name for name in LABELS if name in batch), None)
        return {name: part for name, part in batch.items() if name != key}, None if key is None else batch[key]
    if isinstance(batch, list | tuple) and len(batch) == 2:
        return batch[0], batch[1]
    if isinstance(batch, list | tuple) and len(batch) == 1:
        return batch[0], None
    if isinstance(batch, torch.Tensor):
        return batch, None
    size = f"{len(batch)} parts" if isinstance(batch, list | tuple) else f"a {type(batch).__name__}"
    raise InputError(f"a sample of inputs has {size}; expected inputs and a label: pass inputs= and labels= as tensors")
