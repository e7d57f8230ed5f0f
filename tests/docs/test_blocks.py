"""The pages that newcomers read: in a fresh clone with a fresh environment, all blocks run in order, as they stand.

A block that is not run has a comment before it that says why.
"""

import os
import shlex
import subprocess
import sys
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from animviz import Recording
from helpers.blocks import NEWCOMER, PAGES, ROOT, Block, blocks_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("blocks")]


def bare() -> dict[str, str]:
    """Return the variables of a shell that knows nothing of the environment in which the tests run."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "TF_"))}
    here = Path(sys.executable).parent
    path = [folder for folder in kept["PATH"].split(os.pathsep) if Path(folder) != here]
    # Most modules of what is installed are never imported: those that are can be compiled then.
    return {**kept, "PATH": os.pathsep.join(path), "MPLBACKEND": "agg", "PIP_NO_COMPILE": "1"}


@dataclass
class Shell:
    """A shell in a clone, which keeps what blocks set, such as an environment that is activated."""

    folder: Path
    variables: dict[str, str] = field(default_factory=bare)

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run lines one after the other, up to the first that fails."""
        kept = self.folder.with_name("variables")
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", f"{script}\nenv -0 > {shlex.quote(str(kept))}"],
            cwd=self.folder, env=self.variables, capture_output=True, text=True, timeout=900,
        )  # fmt: skip
        if done.returncode == 0:
            self.variables = dict(pair.split("=", 1) for pair in kept.read_text().split("\0") if pair)
        return done


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A shell in a clone of what git tracks, in which the blocks were run that install and activate."""
    folder = tmp_path_factory.mktemp("newcomer") / "animviz"
    subprocess.run(["git", "clone", "--quiet", ROOT, folder], check=True)
    changes = subprocess.run(["git", "diff", "--binary", "HEAD"], cwd=ROOT, capture_output=True, check=True).stdout
    if changes:  # not committed yet
        subprocess.run(["git", "apply", "--index", "-"], cwd=folder, input=changes, check=True)
    lend_dependencies(folder / ".venv")
    shell = Shell(folder)
    for block in blocks_of(ROOT / "README.md")[:2]:
        carry_out(block, shell)
    assert Path(shell.variables["VIRTUAL_ENV"]).samefile(folder / ".venv"), "README begins with the installation"
    return shell


def lend_dependencies(home: Path) -> None:
    """Make the environment that README makes, and let it see what is installed here: `.ci/run` has fetched all of it."""
    subprocess.run(["python3", "-m", "venv", home], env=bare(), check=True)
    (packages,) = home.glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text(f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n")


def carry_out(block: Block, shell: Shell) -> None:
    """Save the block or run it, as a reader would."""
    if block.name:
        (shell.folder / block.name).write_text(block.text, encoding="utf-8")
    elif block.is_shell:
        done = shell.run("\n".join(block.commands))
        assert done.returncode == 0, f"{block.text}\n{done.stdout}{done.stderr}"
    elif block.language == "python":
        (shell.folder / "example.py").write_text(block.text, encoding="utf-8")
        done = shell.run("python example.py")
        assert done.returncode == 0, f"{block.text}\n{done.stderr}"


def changed_files(folder: Path) -> str:
    """Return which of the files that git tracks differ from the index."""
    return subprocess.run(["git", "diff", "--name-only"], cwd=folder, capture_output=True, text=True, check=True).stdout


def recordings(folder: Path) -> dict[Path, tuple[str, int]]:
    """Return identity and number of snapshots of every recording."""
    manifests = [path for path in folder.rglob("manifest.json") if ".venv" not in path.parts]
    found = [Recording(path.parent) for path in manifests]
    return {recording.path: (recording.id, len(recording)) for recording in found}


@pytest.mark.parametrize("name", NEWCOMER)
def test_blocks_run_in_order_and_nothing_is_lost(name: str, shell: Shell) -> None:
    (page,) = (page for page in PAGES if page.name == name)
    blocks = blocks_of(page)[2 if name == "README.md" else 0 :]  # the first two of README have been run
    kept = recordings(shell.folder)
    for block in blocks:
        if block.why_not:
            continue
        carry_out(block, shell)
        now = recordings(shell.folder)
        for path, (identity, count) in kept.items():
            assert path in now, f"{path} is gone after:\n{block.text}"
            assert now[path][0] == identity or block.overwrites, f"{path} was replaced by:\n{block.text}"
            assert now[path][1] >= count, f"{path} has fewer snapshots after:\n{block.text}"
        kept = now
    assert changed_files(shell.folder) == "", "files that git tracks were changed"


def test_python_examples_run_twice(shell: Shell) -> None:
    """Those that record do not stop at the recording that they left."""
    for page in PAGES:
        for block in blocks_of(page):
            if page.name in NEWCOMER and "Recorder(" in block.text:
                assert block.overwrites, f"{page.name}: {block.text}"
    blocks = blocks_of(ROOT / "docs" / "own-model.md")
    examples = [block for block in blocks if block.language == "python" and not block.why_not]
    assert len(examples) == 4
    for example in [*examples, *examples]:
        carry_out(example, shell)
