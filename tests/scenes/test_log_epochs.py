"""Epochs on a log scale are marked with epochs that there are, and labels at the ends of curves do not touch."""

from pathlib import Path

import numpy as np
import pytest

from animviz import ArrayRecorder, Recording
from scenes.families.log_epochs import LogEpochs
from scenes.families.spacing import parted


@pytest.mark.parametrize(
    ("epochs", "labels"), [((0, 5), ["1"]), ((0, 10, 250), ["1", "10", "100"]), ((40, 65), ["41", "50"]), ((3,), [])]
)
def test_marks_name_the_epochs_at_which_they_stand(epochs: tuple[int, ...], labels: list[str], tmp_path: Path) -> None:
    with ArrayRecorder(tmp_path / "r.rec") as session:
        for epoch in epochs:
            session.capture({"w": np.ones(1)}, epoch=epoch)
    scale = LogEpochs(Recording(tmp_path / "r.rec"))
    assert [label for _, label in scale.tens()] == labels
    assert [place for place, _ in scale.tens()] == pytest.approx([scale.at(float(label)) for label in labels])
    assert scale.moments[0] == 0
    assert all(place <= scale.moments[-1] for place, _ in scale.tens())


def test_labels_are_parted_in_their_order_and_none_lies_below_the_bottom() -> None:
    moved = parted([100.0, np.nan, 90.0, 95.0], 20, 100)
    assert np.isnan(moved[1])
    assert moved == pytest.approx([100, np.nan, 60, 80], nan_ok=True)
    assert parted([10.0, 200.0], 30) == [10, 200]
    assert np.isnan(parted([np.nan, np.nan], 30)).all()
