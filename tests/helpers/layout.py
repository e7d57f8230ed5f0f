"""What is written on a stage, and whether it can be read."""

import numpy as np
from matplotlib.text import Text

from animviz import Stage


def texts(stage: Stage) -> list[str]:
    """Return what is written, in the order in which it was added."""
    return [text.get_text() for text in stage.figure.texts]


def check_layout(stage: Stage, written: list[Text] | None = None) -> int:
    """Refuse texts that leave the frame or touch another; return how many there are.

    Args:
        stage: where.
        written: the texts; by default those of the figure.
    """
    written = [text for text in written or stage.figure.texts if text.get_text()]
    boxes = np.array([text.get_window_extent().extents for text in written])
    for place, (text, (left, low, right, high)) in enumerate(zip(written, boxes, strict=True)):
        said, others = repr(text.get_text()), boxes[place + 1 :]
        inside = left >= 0 and low >= 0 and right <= stage.size[0] and high <= stage.size[1]
        assert inside, f"{said} leaves the frame"
        touched = (left <= others[:, 2]) & (others[:, 0] <= right) & (low <= others[:, 3]) & (others[:, 1] <= high)
        assert not touched.any(), f"{said} overlaps {written[place + 1 + touched.argmax()].get_text()!r}"
    return len(written)
