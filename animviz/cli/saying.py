"""Saying: the one way by which text reaches the terminal, so that nothing read from a file can steer it."""

import logging
import re

import click

__all__ = ["Plain", "plain_text", "say"]

# Controls but tabs and line ends (ECMA-48's C0 and C1), and marks that turn the direction of what follows (UAX 9).
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def plain_text(text: str) -> str:
    """Return a text with a sign in place of every letter by which a terminal can be steered."""
    return _STEERING.sub("\ufffd", text)


def say(text: object, *, err: bool = False, nl: bool = True) -> None:
    """Write a text to stdout.

    Args:
        text: what is said.
        err: write it to stderr.
        nl: end the line.
    """
    click.echo(plain_text(str(text)), err=err, nl=nl)


class Plain(logging.Formatter):
    """Lines of a log, whose texts may come from files."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return plain_text(super().format(record))
