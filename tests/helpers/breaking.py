"""A user's scene that can be set up, and breaks when it is drawn."""

__all__ = ["BREAKING"]

BREAKING = """
from animviz import Moment, Recording, Stage, scene


@scene()
def breaking(stage: Stage, recording: Recording):
    \"\"\"It breaks.\"\"\"

    def draw(moment: Moment) -> None:
        raise ZeroDivisionError("one over zero")

    return draw
"""
