"""``python -m animviz``."""

from animviz.cli import run

if __name__ == "__main__":  # workers import this module under another name
    run()
