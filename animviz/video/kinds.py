"""What kind of film a file is by its first bytes, whatever its name says."""

from pathlib import Path

__all__ = ["KINDS", "kind_of"]

KINDS: dict[str, tuple[str, ...]] = {
    "GIF": (".gif",),
    "WebP": (".webp",),
    "PNG": (".png", ".apng"),
    "AVIF": (".avif",),
    "WebM": (".webm",),
    "MP4": (".mp4", ".m4v", ".mov"),
}
"""The extensions of each kind; MP4 and MOV are the same but for what they may hold."""
STARTS = {b"GIF8": "GIF", b"\x89PNG": "PNG", b"\x1a\x45\xdf\xa3": "WebM"}
BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")


def kind_of(path: Path) -> str | None:
    """Return a name among `KINDS`, or None where the file is none of them."""
    with path.open("rb") as file:
        head = file.read(12)
    if head[:4] in STARTS:
        return STARTS[head[:4]]
    if head[:4] == b"RIFF" and head[8:] == b"WEBP":
        return "WebP"
    if head[4:8] in BOXES:
        return "AVIF" if head[4:] in (b"ftypavif", b"ftypavis") else "MP4"
    return None
