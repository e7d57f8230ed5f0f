"""Wording: what a user wants to read around a picture, instead of what its scene says."""

from dataclasses import dataclass

__all__ = ["Wording"]


@dataclass(frozen=True)
class Wording:
    """Words around a picture: None leaves what the scene says, and an empty text leaves nothing.

    Attributes:
        title: what is seen, above the picture.
        subtitle: of what, in quiet letters below the title.
        caption: the line at the foot.
    """

    title: str | None = None
    subtitle: str | None = None
    caption: str | None = None
