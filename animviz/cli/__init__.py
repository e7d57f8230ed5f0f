"""The command line."""

from animviz.cli.main import run

__all__ = ["run"]
