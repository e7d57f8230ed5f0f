"""What a scene needs is asked before the first epoch, with the options that were given."""

from pathlib import Path
from typing import Any

import pytest

from animviz import Recording, Stage, scene
from animviz.errors import SceneError
from animviz.pictures.needs import Needs
from animviz.pictures.scene import Scene

seen: list[object] = []


@scene()
def counting(stage: Stage, recording: Recording, *, epoch: int = 1) -> Any:
    """Has an option of its own that is called epoch."""
    seen.append(epoch)
    if epoch < 0:
        raise SceneError(f"counting: --epoch is {epoch}; expected at least 0")
    return lambda moment: None


@scene()
def still(stage: Stage, recording: Recording, *, epoch: float | None = None, fails: bool = False) -> Any:
    """Shows one moment."""
    if fails or (epoch is not None and epoch > recording.epochs[-1]):
        raise SceneError(f"still: fails={fails}")
    return lambda moment: None


def ask(chosen: Scene, path: Path, **options: Any) -> None:
    Needs(chosen, options, (160, 90), "dark").begun(path)


def test_own_option_called_epoch_is_tried(rings_recording: Recording) -> None:
    seen.clear()
    ask(counting, rings_recording.path, epoch=1000)
    assert seen == [1000]


def test_moment_to_come_is_left_out(rings_recording: Recording) -> None:
    ask(still, rings_recording.path, epoch=1e6)
    with pytest.raises(SceneError, match="fails=True"):
        ask(still, rings_recording.path, epoch=1e6, fails=True)


def test_refusal_of_a_moment_that_is_there_stands(rings_recording: Recording) -> None:
    with pytest.raises(SceneError, match="fails=True"):
        ask(still, rings_recording.path, epoch=0.0, fails=True)
