"""The tables of promises in docs/recording.md and SECURITY.md: each promise names tests, and these exist."""

import ast
import re
from pathlib import Path

import pytest

from helpers.blocks import ROOT

PAGES = {"recording": ROOT / "docs" / "recording.md", "security": ROOT / "SECURITY.md"}
PAGE = PAGES["recording"]
_FILE = re.compile(r"\[[^\]]+\]\((?:\.\./)?(tests/[\w/]+\.py)\): ((?:`\w+`(?:, )?)+)")


def promises(text: str) -> dict[str, list[tuple[Path, str]]]:
    """Return the tests that each line of the table names, by the promise."""
    rows = text.partition("| promise | proved by |")[2].splitlines()[2:]
    parts = [row.strip("| ").split(" | ") for row in rows if row.startswith("|")]
    return {promise: [(ROOT / file, name) for file, names in _FILE.findall(proof) for name in re.findall(r"\w+", names)]
            for promise, proof in parts}  # fmt: skip


def functions_of(file: Path) -> set[str]:
    if not file.is_file():
        return set()
    return {node.name for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)}


def missing(text: str) -> list[str]:
    """Return the promises that no test proves, and the tests that do not exist."""
    table = promises(text)
    return [promise for promise, tests in table.items() if not tests] + [
        name for tests in table.values() for file, name in tests if name not in functions_of(file)
    ]


@pytest.mark.parametrize("page", PAGES)
def test_every_promise_is_proved_by_tests_that_exist(page: str) -> None:
    text = PAGES[page].read_text("utf-8")
    assert len(promises(text)) >= 9
    assert missing(text) == []


@pytest.mark.parametrize(
    ("found", "instead"),
    [("`test_it_is_drawn`", "`test_it_was_drawn`"), ("tests/recording/test_old.py", "tests/recording/test_new.py")],
)
def test_a_test_that_does_not_exist_is_missed(found: str, instead: str) -> None:
    text = PAGE.read_text("utf-8")
    assert found in text
    assert missing(text.replace(found, instead))
