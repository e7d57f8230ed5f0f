"""The page of embedded layers."""

from animviz.pages.embedding.page import made

__all__ = ["made"]
