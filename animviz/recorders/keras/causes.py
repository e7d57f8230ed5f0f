"""What an error of Keras says, in one line."""

import re

__all__ = ["cause_of"]


def cause_of(error: Exception) -> str:
    """Return the first sentence of an error's message that says something; Keras puts its own words and colours around it."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    lines = [line.strip() for line in plain.splitlines() if line.strip() and "Exception encountered when" not in line]
    return re.split(r"(?<=\w['\")\]]|.\w)[.:;] |\.$", lines[0])[0] if lines else type(error).__name__
