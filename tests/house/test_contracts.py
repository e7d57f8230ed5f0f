"""The contracts of the rooms hold, and each of them can fail."""

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# For each contract, an import that breaks it and it alone, and the file in which it would stand.
BROKEN = {
    "Data flows one way": ("animviz/recording/reader.py", "import animviz.embed.embedding"),
    "Drawing never imports training": ("scenes/rings.py", "import animviz.experiments.catalogue"),
    "The engine never imports a scene": ("animviz/pictures/painter.py", "import scenes.rings"),
    "Scenes know neither films nor fronts": ("scenes/rings.py", "import animviz.rendering.film"),
    "A framework is imported behind its own door only": ("animviz/stage/theme.py", "import keras"),
    "Recorders do not know each other": ("animviz/recorders/session.py", "import animviz.recorders.keras.inspect"),
    "Only fronts know the terminal": ("animviz/experiments/arch.py", "import click"),
    "Methods of embedding know no recording": ("animviz/embed/methods/pca.py", "import animviz.recording.recording"),
    "No import circle, in any room": ("animviz/stage/theme.py", "import animviz.stage.stage"),
}


def linted(folder: Path) -> str:
    """Return what import-linter says of the tree in a folder."""
    command = [Path(sys.executable).with_name("lint-imports"), "--config", ".importlinter", "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(folder), "NO_COLOR": "1", "COLUMNS": "200"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True).stdout


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of all that the contracts speak of."""
    for package in ("animviz", "scenes"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


def verdicts(said: str) -> dict[str, bool]:
    """Return for each contract whether it is kept."""
    lines = [line.rsplit(maxsplit=1) for line in said.splitlines() if line.endswith((" KEPT", " BROKEN"))]
    return {name: verdict == "KEPT" for name, verdict in lines}


def test_all_contracts_are_kept(tree: Path) -> None:
    said = linted(tree)
    assert verdicts(said) == dict.fromkeys(BROKEN, True), said


def test_no_violation_is_ignored() -> None:
    assert "ignore_imports" not in (ROOT / ".importlinter").read_text(encoding="utf-8")


@pytest.mark.parametrize("contract", BROKEN)
def test_contract_can_fail(contract: str, tree: Path) -> None:
    name, line = BROKEN[contract]
    file = tree / name
    head, mark, rest = file.read_text(encoding="utf-8").partition("\nimport ")
    if not mark:
        head, mark, rest = file.read_text(encoding="utf-8").partition("\nfrom ")
    file.write_text(f"{head}\n{line}{mark}{rest}", encoding="utf-8")
    said = verdicts(linted(tree))
    assert not said[contract], f"{line} in {name}"


def children(package: str) -> set[str]:
    """Return the names of the rooms and files of a package."""
    found = {place.stem for place in (ROOT / package.replace(".", "/")).iterdir() if place.suffix in ("", ".py")}
    return {f"{package}.{name}" for name in found if not name.startswith("__")}


def sources(contract: str) -> set[str]:
    """Return the modules of which a contract speaks."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    return set(parser[f"importlinter:contract:{contract}"]["source_modules"].split())


def test_contracts_speak_of_every_room() -> None:
    doors = {f"animviz.recorders.{name}" for name in ("jax", "keras", "lightning", "torch", "transformers")}
    rooms = children("animviz") - {"animviz.recorders", "animviz.experiments"}
    outside = children("animviz.recorders") | children("animviz.experiments")
    assert sources("frameworks") >= rooms | (outside - doors - {"animviz.experiments.keras"})
    assert sources("terminal") >= children("animviz") - {"animviz.cli", "animviz.sphinx"}


def test_ground_is_small() -> None:
    assert len(list((ROOT / "animviz").glob("*.py"))) <= 10
    assert not [
        file for file in (ROOT / "scenes").glob("*.py") if file.stem.startswith("_") and file.stem != "__init__"
    ]


def test_contributing_draws_the_house_that_is_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    drawing = next(block for block in text.split("```")[1::2] if block.lstrip().startswith("sphinx"))
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    rows = parser["importlinter:contract:layers"]["layers"].split("\n")
    order = [name.strip() for row in rows for name in row.split("|") if name.strip()]
    drawn = sorted((drawing.index(f" {name}  "), name) for name in order)
    row_of = {name: place for place, row in enumerate(rows) for name in map(str.strip, row.split("|"))}
    lines = [drawing[:at].count("\n") for at, _ in drawn]
    for (_, one), line in zip(drawn, lines, strict=True):
        for (_, other), below in zip(drawn, lines, strict=True):
            assert line >= below or row_of[one] <= row_of[other], f"{one} is drawn above {other}"
    assert children("animviz") == {f"animviz.{name}" for name in order}
