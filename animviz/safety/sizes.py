"""Numbers of bytes, as people write and read them."""

import re

__all__ = ["bytes_in", "size_text"]

UNITS = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000, "t": 1_000_000_000_000}
DIGITS = 15  # of a size


def bytes_in(text: str) -> int | None:
    """Return the number that a text such as "500kB", "2MB" or "300" stands for, or None where it is no size above 0."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)b?", text.strip().lower(), re.ASCII)
    # Digits are counted before they are read, so that a million of them cost nothing.
    if not found or len(found[1]) > DIGITS:
        return None
    return round(float(found[1]) * UNITS[found[2]]) or None


def size_text(count: float) -> str:
    """Return a number of bytes as text, such as "12.3 kB"."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
