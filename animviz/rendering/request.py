"""Requests: what a user asks of a video, parted and checked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from animviz.errors import InputError
from animviz.options import checked, options_of
from animviz.pictures.scene import Scene
from animviz.rendering.timeline import Pacing
from animviz.stage.box import check_size
from animviz.stage.theme import theme_named
from animviz.video.budget import check_limit
from animviz.video.formats import default_fps
from animviz.video.poster import check_poster
from animviz.video.targets import check_output

__all__ = ["check_request", "split"]


def split(options: Mapping[str, Any], target: Path) -> tuple[Pacing, dict[str, Any]]:
    """Part the options of a request into its pacing and the scene's own.

    The pacing is checked, and its frame rate suits the output unless one is given.
    """
    pacing = options_of(Pacing)
    names = {option.name for option in pacing}
    given = checked(pacing, {name: value for name, value in options.items() if name in names}, "video")
    rest = {name: value for name, value in options.items() if name not in names}
    return Pacing(**{**given, "fps": given["fps"] or default_fps(target)}), rest


def check_request(
    scene: Scene, target: Path, *, size: tuple[int, int] = (1280, 720), theme: str = "dark",
    poster: str | Path | None = None, max_size: int | None = None, workers: int | None = None, **options: Any,
) -> Pacing:  # fmt: skip
    """Refuse what can be refused of a request to `render` before anything is trained or drawn; return its pacing.

    Raises:
        InputError: an option is unknown or does not fit.
        EncodeError: target or poster cannot be written.
    """
    pacing, rest = split(options, target)
    checked(scene.options, rest, f"scene {scene.name!r}")
    check_size(*size)
    theme_named(theme)
    if workers is not None and workers < 1:
        raise InputError(f"--workers is {workers}; expected at least 1")
    check_output(target, pacing.rate)
    check_limit(max_size, target)
    if poster is not None:
        check_poster(Path(poster), target)
    return pacing
