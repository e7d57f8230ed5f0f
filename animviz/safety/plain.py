"""Plain files: what is read is no pipe and no device, which would be waited for."""

import errno
from pathlib import Path

__all__ = ["require_file"]


def require_file(path: Path) -> None:
    """Refuse what is there and is no file, such as a pipe or a device.

    Raises:
        OSError: names it.
    """
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "no file", str(path))
