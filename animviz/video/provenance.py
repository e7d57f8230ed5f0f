"""Provenance: how a video was made, as facts inside the file."""

import json
import re
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from animviz.errors import EncodeError
from animviz.video.ffmpeg import run_ffmpeg, url

__all__ = ["provenance", "provenance_in"]


def provenance(command: str | None, theme: str, versions: Mapping[str, str], **facts: Any) -> dict[str, Any]:
    """Return how a video was made, as JSON types; nothing in it depends on the time of day.

    Args:
        command: that makes it again.
        theme: name of the theme.
        versions: of the packages with which its recordings were made.
        **facts: what else it depends on.
    """
    return {
        "made_by": f"animviz {version('animviz')}",
        "command": command,
        "theme": theme,
        "versions": {**versions, "matplotlib": version("matplotlib")},
        **facts,
    }


def provenance_in(path: Path) -> dict[str, object]:
    """Return the provenance inside a video: command, scene, recording id, seed, versions.

    Raises:
        EncodeError: the file is not a video, or has no provenance.
    """
    try:
        listed = run_ffmpeg(["-v", "error", "-i", url(path), "-f", "ffmetadata", "-"], culprit=path)
    except EncodeError:
        raise EncodeError(f"{path} is neither a recording nor a video that ffmpeg can read") from None
    found = re.search(r"^comment=((?:.|\\\n)*?)(?<!\\)$", listed, re.MULTILINE | re.IGNORECASE)
    try:
        facts = json.loads(re.sub(r"\\([=;#\\\n])", r"\1", found.group(1))) if found else None
    except ValueError:
        facts = None
    if not isinstance(facts, dict) or "made_by" not in facts:
        raise EncodeError(f"{path} does not say what made it; animviz writes that into .mp4, .m4v, .mov and .webm")
    return facts
