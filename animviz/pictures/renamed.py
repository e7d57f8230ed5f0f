"""Scenes that were replaced: their old names go on working, and draw what took their place."""

__all__ = ["RENAMED", "current"]

RENAMED: dict[str, str] = {
    "boxplot": "unit",
    "knn": "layers",
    "histograms": "margins",
    "units": "unit",
    "violins": "ridgelines",
    "weights": "unit",
}


def current(name: str) -> str:
    """Return under what name a scene is found now."""
    return RENAMED.get(name, name)
