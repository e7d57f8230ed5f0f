"""What a moving picture says of itself in its own bytes, where ffmpeg does not write it: alt text in .gif and .png."""

import struct
import zlib
from pathlib import Path

__all__ = ["said_in", "with_words"]

SUFFIXES = (".gif", ".apng", ".png")
PNG_HEADER = 8 + 25  # bytes of the signature and the first chunk
KEYWORD = b"Description"
LONGEST = 255  # bytes of a block in a GIF


def said_in(suffix: str, text: str) -> bytes:
    """Return what is put into a file of this kind to say a text: b"" where there is no place for it.

    Args:
        suffix: of the file.
        text: what it says.
    """
    if suffix not in SUFFIXES or not text:
        return b""
    return _comment(text.encode()) if suffix == ".gif" else _chunk(text.encode())


def with_words(path: Path, suffix: str, text: str) -> None:
    """Let a file say a text; its picture stays as it is.

    Args:
        path: of the file, whose name need not tell its kind.
        suffix: of its kind.
        text: what it says.
    """
    words = said_in(suffix, text)
    if words:
        contents = path.read_bytes()
        place = _after_palette(contents) if suffix == ".gif" else PNG_HEADER
        path.write_bytes(contents[:place] + words + contents[place:])


def _comment(text: bytes) -> bytes:
    """Return a comment as GIF 89a has it: blocks of up to 255 bytes."""
    blocks = (text[place : place + LONGEST] for place in range(0, len(text), LONGEST))
    return b"\x21\xfe" + b"".join(bytes([len(block)]) + block for block in blocks) + b"\x00"


def _after_palette(contents: bytes) -> int:
    """Return where the palette of a GIF ends, which follows its header of 13 bytes."""
    flags = contents[10]
    return 13 + (3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0)


def _chunk(text: bytes) -> bytes:
    """Return an international text as PNG has it, not compressed."""
    body = b"iTXt" + KEYWORD + b"\x00\x00\x00" + b"en\x00" + b"\x00" + text
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
