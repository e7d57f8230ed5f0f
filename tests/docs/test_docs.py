"""What README and docs say is what happens: every command and every code block is executed.

The pages that newcomers read are run as they stand too, see test_blocks.py.
"""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import animviz
from animviz import parts
from helpers.blocks import NEWCOMER, PAGES, ROOT, blocks_of
from helpers.results import Result


def commands(page: Path, *, run: bool = False) -> list[str]:
    """Return the commands of a page, or those of them that are run."""
    blocks = [block for block in blocks_of(page) if block.is_shell and not (run and block.why_not)]
    lines = [line for block in blocks for line in block.text.splitlines()]
    return [line for line in lines if line.startswith("animviz ")]


COMMANDS = [(page, command) for page in PAGES for command in commands(page)]


def write_files(page: Path, folder: Path) -> None:
    """Write the blocks that are files."""
    for block in blocks_of(page):
        if block.name:
            (folder / block.name).write_text(block.text, encoding="utf-8")


def shortened(arguments: list[str]) -> list[str]:
    """Return a command that trains or draws with less to do, where it does not say how much itself."""
    sizes = {"render": "320x180", "compare": "640x360"}  # cells of several networks need room
    less = {"--epochs": "2", "--size": sizes[arguments[0]], "--seconds": "3"} if arguments[0] in sizes else {}
    if "--from" in arguments or "overfit" in arguments:  # which has no epochs
        del less["--epochs"]
    if "--still" in arguments:  # a moment has no length
        del less["--seconds"]
    if "--help" in arguments:
        return arguments
    if "--seeds" in arguments:
        arguments = [*arguments[: arguments.index("--seeds") + 1], "0,1", *arguments[arguments.index("--seeds") + 2 :]]
    if "--preset" in arguments:  # what is given beside a preset holds
        arguments = [*arguments, "--arch", "784-2-10", "--arch", "784-4-10", "--reduce", "none"]
    return [*arguments, *(word for flag, value in less.items() if flag not in arguments for word in (flag, value))]


def test_there_are_commands_to_run() -> None:
    assert len(COMMANDS) >= 8


@pytest.mark.parametrize(("page", "command"), COMMANDS, ids=[command for _, command in COMMANDS])
def test_command_is_understood(page: Path, command: str, tmp_path: Path, cli: Callable[..., Result]) -> None:
    write_files(page, tmp_path)
    done = cli(*shlex.split(command)[1:], "--help")
    assert done.code == 0, done.err
    for word in shlex.split(command):
        if flag := re.match(r"--[a-z-]+", word):  # an option's value may have options too, such as that of --scene
            assert flag[0] in done.out, f"{flag[0]} is not in the help of: {command}"


@pytest.mark.slow
@pytest.mark.parametrize(
    "page", [page for page in PAGES if commands(page) and page.name not in NEWCOMER], ids=lambda page: page.name
)
def test_commands_run_in_order(page: Path, tmp_path: Path, cli: Callable[..., Result]) -> None:
    write_files(page, tmp_path)
    for block in filter(lambda block: block.is_shell, blocks_of(page)):
        for script in re.findall(r"^python (\w+\.py)$", block.text, re.MULTILINE):
            subprocess.run([sys.executable, script], cwd=tmp_path, check=True)
    for command in commands(page, run=True):
        done = cli(*shortened(shlex.split(command)[1:]))
        assert done.code == 0, f"{command}\n{done.err}"


# Each page in a folder of its own, each block in a namespace of its own; TensorFlow starts once for all.
RUN_BLOCKS = """
import json, os, sys
for page, blocks in json.load(sys.stdin).items():
    os.mkdir(page)
    os.chdir(page)
    for block in blocks:
        exec(compile(block, page, "exec"), {"__name__": "__main__"})
    os.chdir("..")
"""


@pytest.mark.slow
def test_python_blocks_run(tmp_path: Path) -> None:
    # Those of the pages that newcomers read run in their environment, but for what that does not have.
    pages = {
        page.name: found
        for page in PAGES
        if (found := [
            block.text for block in blocks_of(page)
            if block.language == "python" and (
                (page.name not in NEWCOMER and not block.why_not) or "test_docs.py runs it" in block.why_not
            )
        ])
    }  # fmt: skip
    assert pages
    arguments = [sys.executable, "-W", "error::UserWarning:animviz", "-c", RUN_BLOCKS]
    done = subprocess.run(arguments, cwd=tmp_path, input=json.dumps(pages), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


def test_ci_runs_the_readme_test_command() -> None:
    (command,) = [
        line for block in blocks_of(ROOT / "README.md") for line in block.text.splitlines() if "pytest" in line
    ]
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_every_scene_and_command_is_in_the_readme() -> None:
    from animviz.cli.main import cli
    from animviz.pictures.discovery import scene_names

    text = (ROOT / "README.md").read_text(encoding="utf-8") + (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for name in scene_names():
        assert f"`{name}`" in text
    for name in cli.commands:
        assert f"animviz {name}" in text or f"`{name}`" in text


def test_links_in_the_docs_lead_somewhere() -> None:
    for page in PAGES:
        text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_public_name_is_in_the_reference() -> None:
    text = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    for package in (animviz, parts):
        missing = [name for name in package.__all__ if not re.search(rf"\b{name}\b", text)]
        assert not missing, f"{package.__name__}: {missing}"


def test_cookbook_answers_at_least_twenty_questions_with_a_command_each() -> None:
    text = (ROOT / "docs" / "cookbook.md").read_text(encoding="utf-8")
    questions = re.split(r"^\*\*", text, flags=re.MULTILINE)[1:]
    assert len(questions) >= 20
    assert all("```bash\nanimviz " in question for question in questions)
