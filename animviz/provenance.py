"""What made a video: the facts that are written into containers that can hold them."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

__all__ = ["provenance"]


def provenance(command: str | None, theme: str, versions: Mapping[str, str], **facts: Any) -> dict[str, Any]:
    """Return what made a video, as JSON types; nothing in it depends on the time of day.

    Args:
        command: by which it can be made again.
        theme: name of the theme.
        versions: those with which its recordings were made.
        **facts: what else decides it.
    """
    return {
        "made_by": f"animviz {version('animviz')}",
        "command": command,
        "theme": theme,
        "versions": {**versions, "matplotlib": version("matplotlib")},
        **facts,
    }
