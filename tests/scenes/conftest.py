"""Every scene, set up once for all tests that look at it."""

from collections.abc import Callable

import pytest

from animviz import Recording
from animviz.pictures.discovery import find_scene
from helpers.drawn import Drawn
from helpers.scenes import SCENES, SETTINGS


@pytest.fixture(scope="session", params=SCENES)
def drawn(request: pytest.FixtureRequest, trained: Callable[..., Recording]) -> Drawn:
    scene = find_scene(request.param)
    assert scene.experiment is not None
    return Drawn(scene.name, trained(scene.experiment, **SETTINGS[scene.experiment]))
