"""The page of a film: any scene, with chapters, captions and a table of numbers."""

from animviz.pages.film.page import made

__all__ = ["made"]
