"""Files that belong together get their names together, and errors name the file that is wanted."""

import os
from pathlib import Path

import pytest

from animviz.files import put_together, replace_file


def test_files_that_belong_together_get_their_names_all_or_none(tmp_path: Path) -> None:
    aside, kept, new, gone = (tmp_path / name for name in ("aside", "a.txt", "b.txt", "c.txt"))
    aside.mkdir()
    kept.write_text("before")
    (aside / "1").write_text("after")
    (aside / "2").write_text("after")
    places = {aside / "1": kept, aside / "2": new, aside / "3": gone}
    with pytest.raises(FileNotFoundError):
        put_together(places, aside)
    assert kept.read_text() == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "aside"]


def test_files_that_belong_together_replace_those_of_before(tmp_path: Path) -> None:
    aside, kept, new = (tmp_path / name for name in ("aside", "a.txt", "b.txt"))
    aside.mkdir()
    kept.write_text("before")
    for name in ("1", "2"):
        (aside / name).write_text(name)
    put_together({aside / "1": kept, aside / "2": new}, aside)
    assert (kept.read_text(), new.read_text()) == ("1", "2")


def test_what_cannot_be_written_is_named_by_its_own_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*places: object) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "x.md").write_text("before")
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left") as error:
        replace_file(tmp_path / "x.md", b"after")
    assert error.value.filename == str(tmp_path / "x.md")
    assert [path.name for path in tmp_path.iterdir()] == ["x.md"]
    assert (tmp_path / "x.md").read_text() == "before"
