"""States that are too large to be kept together are read when they are looked at."""

import numpy as np
import pytest

from animviz import Recording
from animviz.analysis.states import finite_states
from animviz.recording.reader import snapshot_path
from animviz.safety.limits import VARIABLE


def test_states_that_are_large_together_are_not_kept(
    rings_recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = finite_states(rings_recording, 400)
    size = snapshot_path(rings_recording.path, 0).stat().st_size
    monkeypatch.setenv(VARIABLE, f"arrays={2 * size}")
    read = finite_states(rings_recording, 400)
    assert isinstance(kept, list)
    assert not isinstance(read, list)
    assert [state.epoch for state in read] == [state.epoch for state in kept]
    assert [state.epoch for state in read[1:3]] == [state.epoch for state in kept[1:3]]
    for one, other in zip(read, kept, strict=True):
        assert all(np.array_equal(one.weights[name], other.weights[name]) for name in one.weights)
    assert read[0] is not read[0]
