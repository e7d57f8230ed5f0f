"""The command that a video remembers: as it was typed, but for what leaves its frames as they are."""

import shlex
from collections.abc import Sequence
from pathlib import PurePath

from animviz.files import spelled

__all__ = ["remembered"]

_WITH_A_VALUE = {"--workers", "--cluster", "--share", "--segment", "--poster", "--embed-threads"}
_ALONE = {"-v", "--verbose", "--retrain", "--alt", "--subtitles"}
_OUTPUT = {"-o", "--output"}


def remembered(words: Sequence[str]) -> str:
    """Return a command for the provenance of a video: who draws it, what is said and its name are left out.

    The ending of the name stays, since it says what kind of file is made. The same picture has the same bytes then.

    Args:
        words: as typed, without the name of the program.
    """
    kept = ["animviz"]
    rest = iter(words)
    for word in rest:
        flag, given, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if flag in _OUTPUT:
            name = value if given else next(rest, "")
            kept += ["-o", f"video{PurePath(name).suffix}"]
        elif word.startswith("-o") and not word.startswith("--"):
            kept += ["-o", f"video{PurePath(word[2:]).suffix}"]
        elif flag in _WITH_A_VALUE:
            if not given:
                next(rest, None)
        elif word not in _ALONE:
            kept.append(word)
    return spelled(shlex.join(kept))
