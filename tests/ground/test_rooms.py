"""Every room has quick tests of its own."""

from collections import Counter
from pathlib import Path

import pytest

import animviz

ENGINE = Path(animviz.__file__).parent
ROOMS = sorted(path.name for path in ENGINE.iterdir() if path.is_dir() and (path / "__init__.py").exists())


@pytest.mark.parametrize("room", [*ROOMS, "scenes", "ground"])
def test_room_has_unit_tests(room: str, unit_tests: Counter[str]) -> None:
    assert unit_tests[room], f"tests/{room} has no quick test of {room}"
