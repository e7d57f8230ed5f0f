"""Kinds of files that hold a still."""

__all__ = ["LAST", "OPAQUE", "STILLS", "VECTORS"]

LAST = "last"
VECTORS = (".svg", ".pdf")
STILLS = (*VECTORS, ".png", ".webp", ".avif", ".jpg", ".jpeg")
OPAQUE = (".jpg", ".jpeg")
