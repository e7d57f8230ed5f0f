"""Damage: files whose bytes are not those that were written, and JSON or TOML with odd values in it."""

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

__all__ = ["ODD_VALUES", "damaged", "with_odd_value"]

Key = tuple[Any, ...]
DEEP = "[" * 3000 + "]" * 3000
ODD_VALUES = st.one_of(
    st.sampled_from(
        [
            None, True, False, 0, -1, 1, 2, 3, 10**9, 2**31, 2**62, 2**63, 2**64, 10**30, 0.5, -0.5, 1e300,
            float("nan"), float("inf"), "", " ", "a", "x" * 300, "../x", "/x", "\x1b[2J", "nan", "1", "🙂", [], [0],
            [-1], [None], [[]], {}, {"a": 1}, ["a", 1], [10**9, 10**9], "float32", "object", "softmax", "Dense",
            "relu", "values", "classes", "Conv2D",
        ]
    ),
    st.integers(), st.floats(), st.text(max_size=8), st.lists(st.integers(-2, 70), max_size=4),
).map(copy.deepcopy)  # fmt: skip # what is put in one text and changed there stays as it is for the next


@st.composite
def damaged(draw: st.DrawFn, contents: bytes) -> bytes:
    """Damage a file: flip bits, cut it, put something in or twice, or lose all."""
    spoilt = bytearray(contents)
    place = draw(st.integers(0, len(spoilt)))
    early = draw(st.integers(0, min(len(spoilt), 300)))  # where heads are
    how = draw(st.sampled_from(["flip", "flip", "early", "early", "cut", "insert", "twice", "zeros", "empty", "text"]))
    if how == "flip" and place < len(spoilt):
        spoilt[place] ^= 1 << draw(st.integers(0, 7))
    elif how == "early":
        for _ in range(draw(st.integers(1, 3))):
            at = draw(st.integers(0, max(0, min(len(spoilt), 300) - 1)))
            if at < len(spoilt):
                spoilt[at] = draw(st.integers(0, 255))
    elif how == "cut":
        del spoilt[draw(st.sampled_from([place, early])) :]
    elif how == "insert":
        spoilt[early:early] = draw(st.binary(min_size=1, max_size=20))
    elif how == "twice":
        spoilt += bytes(spoilt)
    elif how == "zeros":
        spoilt[place:] = bytes(len(spoilt) - place)
    elif how in ("empty", "text"):
        spoilt = bytearray(b"" if how == "empty" else DEEP.encode())
    return bytes(spoilt)


@st.composite
def with_odd_value(draw: st.DrawFn, said: Any, most: int = 2) -> Any:
    """Put odd values in place of some, take some out, or put further ones in."""
    said = copy.deepcopy(said)
    for _ in range(draw(st.integers(1, most))):
        keys = list(_keys(said))
        if not keys:
            break
        *way, last = draw(st.sampled_from(keys))
        holder = said
        for step in way:
            holder = holder[step]
        if draw(st.integers(0, 5)) == 0:
            del holder[last]
        else:
            holder[last] = draw(st.one_of(ODD_VALUES, _others(said)))
        if isinstance(holder, dict) and draw(st.integers(0, 9)) == 0:
            holder["odd"] = 1
    return said


def _others(said: Any) -> st.SearchStrategy[Any]:
    """Return values that stand elsewhere in the same text."""
    found = []
    for *way, last in _keys(said):
        holder = said
        for step in way:
            holder = holder[step]
        found.append(holder[last])
    return st.sampled_from(found).map(copy.deepcopy)


def _keys(said: Any, way: Key = ()) -> Iterator[Key]:
    pairs: Any = said.items() if isinstance(said, dict) else enumerate(said) if isinstance(said, list) else ()
    for key, value in pairs:
        yield (*way, key)
        yield from _keys(value, (*way, key))
