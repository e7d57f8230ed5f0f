"""Files of arrays are those of safetensors, byte for byte, and the arrays are not copied to write them."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of
from safetensors.numpy import load, save

from animviz.recording.arrays_file import DTYPES, pieces_of

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
ANY_ARRAY = arrays_of.arrays(
    st.sampled_from(list(DTYPES)), arrays_of.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
)


@settings(max_examples=200, deadline=None)
@given(arrays=st.dictionaries(TEXT, ANY_ARRAY, max_size=6), metadata=st.dictionaries(TEXT, TEXT, max_size=1))
def test_the_bytes_are_those_of_safetensors(arrays: dict[str, np.ndarray], metadata: dict[str, str]) -> None:
    arrays = {name: array for name, array in arrays.items() if name != "__metadata__"}
    assert b"".join(pieces_of(arrays, metadata)) == save(arrays, metadata or None)


@settings(max_examples=100, deadline=None)
@given(array=ANY_ARRAY)
def test_any_order_of_bytes_and_axes_is_written(array: np.ndarray) -> None:
    for one in (array.T, array[..., ::-1] if array.ndim else array, array.astype(array.dtype.newbyteorder(">"))):
        read = load(b"".join(pieces_of({"a": one}, {})))["a"]
        assert read.dtype == array.dtype
        assert read.tobytes() == one.astype(array.dtype).tobytes()


def test_nothing_is_copied() -> None:
    array = np.arange(6.0).reshape(2, 3)
    (_, piece) = pieces_of({"a": array}, {})
    assert np.shares_memory(np.frombuffer(piece), array)
