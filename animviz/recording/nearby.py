"""Recordings that somebody may have meant who named one that is not there."""

from difflib import SequenceMatcher
from pathlib import Path

from animviz.files import resolved, spelled

__all__ = ["nearby"]

MOST = 3
LOOKED_AT = 500  # folders at most


def nearby(folder: Path) -> list[str]:
    """Return recordings beside a folder that is none, here and in `renders`, those of like names first.

    Args:
        folder: where a recording was looked for.
    """
    places = dict.fromkeys([folder.parent, Path(), Path("renders")])
    found = [path for place in places for path in _recordings_in(place)]
    found = list({resolved(path): path for path in reversed(found)}.values())
    return [spelled(str(path)) for path in sorted(found, key=lambda path: (-_likeness(path, folder), str(path)))[:MOST]]


def _recordings_in(place: Path) -> list[Path]:
    try:
        entries = sorted(place.iterdir())[:LOOKED_AT]
        return [entry for entry in entries if (entry / "manifest.json").is_file()]
    except OSError:
        return []


def _likeness(path: Path, folder: Path) -> float:
    return SequenceMatcher(None, path.stem, folder.stem).ratio()
