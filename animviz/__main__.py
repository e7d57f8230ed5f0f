"""``python -m animviz``."""

from animviz.cli.main import run

if __name__ == "__main__":
    run()
