"""A recording that is not found is answered with those that are near."""

from pathlib import Path

import pytest

from animviz import Recording
from animviz.errors import RecordingError
from animviz.recording.nearby import nearby


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("renders/two_rings-2-3-2-1.rec", "renders/polynomial-1-3-1.rec", "own.rec", "elsewhere/far.rec"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "manifest.json").write_text("{}")
    (tmp_path / "renders/no-recording.rec").mkdir()
    return tmp_path


def test_those_of_like_names_come_first(kept: Path) -> None:
    assert nearby(Path("renders/rings-2-3-2-1.rec"))[0] == "renders/two_rings-2-3-2-1.rec"
    assert set(nearby(Path("gone.rec"))) == {
        "own.rec", "renders/two_rings-2-3-2-1.rec", "renders/polynomial-1-3-1.rec",
    }  # fmt: skip
    assert str(Path("elsewhere/far.rec")) in nearby(Path("elsewhere/fare.rec"))


def test_the_error_names_them(kept: Path) -> None:
    with pytest.raises(RecordingError, match=r"no recording at rings-2-3-2-1.rec; there are renders/two_rings"):
        Recording("rings-2-3-2-1.rec")


def test_where_there_is_none_the_error_says_what_was_expected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RecordingError, match=r"no recording at gone.rec; expected the folder of a recorder"):
        Recording("gone.rec")
