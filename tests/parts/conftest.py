"""Recordings that are written, not trained."""

import pytest

from animviz import Recording
from helpers.recordings import made


@pytest.fixture(scope="session")
def rings(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """Two rings, 2-3-2-1, four epochs."""
    return made("two_rings", tmp_path_factory.mktemp("parts") / "rings.rec", arch="2-3-2-1", samples=200)


@pytest.fixture(scope="session")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """Digits of 8x8 pixels, 64-12-8-10, four epochs."""
    path = tmp_path_factory.mktemp("parts") / "digits.rec"
    return made("digits_mlp", path, arch="64-12-8-10", data="digits-8x8")
