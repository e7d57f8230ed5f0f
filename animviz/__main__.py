"""``python -m animviz``."""

from animviz.cli import main

main()
