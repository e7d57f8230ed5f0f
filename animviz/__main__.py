"""``python -m animviz``, and the program ``animviz``."""

import os
import signal
from typing import NoReturn

__all__ = ["start"]


def start() -> NoReturn:
    """Run the command line; Ctrl-C while it is being loaded ends it without a word."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    from animviz.cli.main import run

    run()


if __name__ == "__main__":
    start()
