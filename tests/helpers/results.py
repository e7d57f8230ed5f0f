"""What a command did."""

from typing import NamedTuple


class Result(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str
