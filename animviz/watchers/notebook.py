"""A notebook's cell: what shows a picture below it."""

import sys
from base64 import b64encode
from collections.abc import Callable

__all__ = ["Show", "display_below_cell"]

Show = Callable[[bytes], None]


def display_below_cell() -> Show | None:
    """Return what shows a PNG, each in place of the one before it; None outside a notebook."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if getattr(shell, "kernel", None) is None:
        return None
    from IPython.display import display

    handle = None

    def show(png: bytes) -> None:
        nonlocal handle
        picture = {"image/png": b64encode(png).decode()}
        if handle is None:
            handle = display(picture, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        else:
            handle.update(picture, raw=True)

    return show
