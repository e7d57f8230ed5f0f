"""The page of a network over one or two inputs, which runs in the page."""

from animviz.pages.plane.page import made

__all__ = ["made"]
