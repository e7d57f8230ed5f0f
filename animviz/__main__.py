"""``python -m animviz``."""

from animviz.cli.main import run

if __name__ == "__main__":  # workers import this module under another name
    run()
