"""The pieces that are kept between two commands, in a hidden folder beside the film."""

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from animviz.files import contents_of, replace_file
from animviz.storyboard.film.frame import Look

__all__ = ["Cache"]


class Cache:
    """Drawn pieces by their digests.

    Args:
        folder: for all films of a storyboard; sizes, and so drafts, have folders of their own in it, and share notes.
        look: of the film.
    """

    def __init__(self, folder: Path, look: Look) -> None:
        width, height = look.size
        self._notes = folder
        self._folder = folder / f"{width}x{height}-{look.fps:g}"

    def place(self, key: str) -> Path:
        """Return the folder of a piece."""
        return self._folder / key

    def has(self, key: str) -> bool:
        """Say whether a piece is there."""
        return self.place(key).is_dir()

    def video(self, key: str) -> Path:
        """Return the file of a piece that is a video."""
        return self.place(key) / "part-00000"

    def still(self, key: str) -> Path:
        """Return the file of a piece that is a picture."""
        return self.place(key) / "still.png"

    def note(self, key: str) -> Any:
        """Return what was noted under a key, or None."""
        try:
            return json.loads(contents_of(self._notes / f"{key}.json"))
        except (OSError, ValueError):
            return None

    def keep_note(self, key: str, facts: Any) -> None:
        """Note JSON types under a key."""
        self._notes.mkdir(parents=True, exist_ok=True)
        replace_file(self._notes / f"{key}.json", json.dumps(facts).encode())

    def sweep(self, keys: Iterable[str]) -> None:
        """Remove everything but the pieces and notes of these keys."""
        kept = set(keys)
        for path in [*self._folder.iterdir(), *self._notes.glob("*.json")]:
            if path.name.removesuffix(".json") in kept or path.name.startswith("."):
                continue  # hidden ones are of commands that draw, or are swept by the next one
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
