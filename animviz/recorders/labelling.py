"""Labelling: labels and targets as users give them become class numbers, names and numbers."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from animviz.arrays import Array
from animviz.errors import InputError
from animviz.safety.limits import beyond

__all__ = ["Classes", "class_rows", "classes_of", "is_one_hot", "is_yes_or_no", "names_of", "two_classes"]

MOST_KINDS = 200  # of whole numbers that are taken for classes where labels are only colours


class Classes(NamedTuple):
    """Classes of samples.

    Attributes:
        numbers: int64, of the shape of the labels.
        names: of the classes in the order of their numbers.
        values: by which the labels named two classes, where these are not 0 and 1.
    """

    numbers: Array
    names: tuple[str, ...]
    values: tuple[float, ...] = ()


def two_classes(labels: Array, names: Sequence[str]) -> Classes:
    """Return labels of two classes as 0 and 1.

    Args:
        labels: numbers or texts of two kinds; 0 and 1 stand for themselves, and the smaller of two others is class 0.
        names: of the two classes, or none.

    Raises:
        InputError: they are of more kinds, or names are missing.
    """
    if labels.dtype.kind == "U":
        return _named(labels, names, 2)
    kinds = np.unique(labels)
    if not np.isfinite(kinds).all():
        raise InputError(f"labels hold {kinds[~np.isfinite(kinds)][0]}; expected two finite numbers, such as 0 and 1")
    if np.isin(kinds, (0, 1)).all():
        return Classes(labels.astype(np.int64), names_of(names, 2))
    if np.isin(kinds, (-1, 1)).all():
        kinds = np.array([-1, 1])
    if len(kinds) != 2:
        raise InputError(
            f"labels of a binary output hold {len(kinds)} different numbers ({_listed(kinds)}); expected two, such as "
            "0 and 1, or -1 and 1; pass task='regression' if they are no classes"
        )
    low, high = map(float, kinds)
    given = tuple(names) or (f"{low:g}", f"{high:g}")
    return Classes((labels == kinds[1]).astype(np.int64), names_of(given, 2), (low, high))


def classes_of(labels: Array, names: Sequence[str], units: int | None, ignored: float | None = None) -> Classes:
    """Return labels of an output with a unit for each class as class numbers.

    Args:
        labels: class numbers or texts.
        names: of the classes in order, or none.
        units: of the output, or None where that is not known.
        ignored: number that stands for no class, or None.

    Raises:
        InputError: a label is no class of the output, or has no name.
    """
    if labels.dtype.kind == "U":
        return _named(labels, names, units)
    counted = labels if ignored is None else labels[labels != ignored]
    bad = (counted != np.round(counted)) | (counted < 0) | ~np.isfinite(counted)
    if bad.any():
        wrong = counted[bad][0]
        raise InputError(
            f"labels hold {wrong:g}; expected class numbers from 0 on; pass targets= for what the loss compares with, "
            "or task= if these are no classes"
        )
    highest = int(counted.max()) if counted.size else 0
    if units is None and (said := beyond("classes", highest + 1)):
        raise InputError(f"labels hold class {highest} of {said}; pass task= if these are no classes")
    count = units or max(highest + 1, len(names))
    if highest >= count:
        raise InputError(f"labels hold class {highest}; the output has {count} units, for classes 0 to {count - 1}")
    if names and len(names) <= highest:
        raise InputError(f"class_names has {len(names)} and the labels {highest + 1} classes; expected a name each")
    return Classes(labels.astype(np.int64), names_of(names, count))


def class_rows(rows: Array, names: Sequence[str]) -> Classes:
    """Return the classes of one-hot rows, or of rows of probabilities: the greatest of each.

    Args:
        rows: shape (..., classes).
        names: of the classes in order, or none.
    """
    return Classes(np.asarray(rows.argmax(axis=-1), np.int64), names_of(names, rows.shape[-1]))


def is_one_hot(rows: Array) -> bool:
    """Say whether each row has a single 1 and else zeros."""
    return bool(np.isin(rows, (0, 1)).all() and (rows.sum(axis=-1) == 1).all())


def is_yes_or_no(given: Array) -> bool:
    """Say whether numbers only say yes or no: truth values, 0 and 1, or -1 and 1."""
    if given.dtype.kind == "b":
        return True
    return given.dtype.kind in "iuf" and bool(np.isin(given, (0, 1)).all() or np.isin(given, (-1, 1)).all())


def _named(labels: Array, names: Sequence[str], count: int | None) -> Classes:
    """Return the classes of texts: in the order of the names, else in that of the alphabet."""
    kinds, numbers = np.unique(labels, return_inverse=True)
    order = tuple(names) or tuple(map(str, kinds))
    if strange := set(map(str, kinds)) - set(order):
        raise InputError(f"labels hold {min(strange)!r}, which is not among class_names ({', '.join(order)})")
    if count is not None and len(order) > count:
        raise InputError(f"labels hold {len(order)} kinds ({', '.join(order[:10])}); the output has {count} classes")
    places = np.array([order.index(str(kind)) for kind in kinds], np.int64)
    return Classes(places[numbers].reshape(labels.shape), names_of(order, count or len(order)))


def names_of(names: Sequence[str], count: int) -> tuple[str, ...]:
    """Return a name for each class: as given, or the numbers where none are."""
    if names and len(names) != count:
        raise InputError(
            f"class_names has {len(names)} names ({', '.join(names[:10])}); the output has {count} classes; expected a name each"
        )
    if len(set(names)) < len(names):
        raise InputError(f"class_names has a name twice ({', '.join(names[:10])}); expected no two alike")
    return tuple(names) or tuple(map(str, range(count)))


def _listed(kinds: Array) -> str:
    return ", ".join(f"{kind:g}" for kind in kinds[:5]) + (" ..." if len(kinds) > 5 else "")
