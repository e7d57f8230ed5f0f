"""The blocks of README and docs."""

import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["NEWCOMER", "PAGES", "ROOT", "Block", "blocks_of"]

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
NEWCOMER = ("README.md", "tutorial.md", "own-model.md", "own-scene.md", "storyboards.md", "pages.md")
"""Pages whose blocks are run as they stand; those of the others are run with less to train and to draw."""


_BLOCK = re.compile(r"(?:^<!-- not run: ([^>]+) -->\n)?^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"# (\w+\.(?:py|toml))\n")


@dataclass(frozen=True)
class Block:
    """A block of a page.

    Attributes:
        language: as the page names it.
        text: what stands in it.
        why_not: why it is not run, as the comment before it says, or an empty string.
    """

    language: str
    text: str
    why_not: str = ""

    @property
    def name(self) -> str:
        """The file that the block is, by its first line, or an empty string."""
        found = _FILE.match(self.text)
        return found[1] if found else ""

    @property
    def commands(self) -> list[str]:
        """Lines to run in a shell; in a console those behind the prompt."""
        lines = self.text.splitlines()
        return lines if self.language != "console" else [line[2:] for line in lines if line.startswith("$ ")]

    @property
    def is_shell(self) -> bool:
        """Whether it is typed in a shell."""
        return self.language in ("bash", "console", "sh")

    @property
    def overwrites(self) -> bool:
        """Whether it says that a recording is replaced."""
        return "overwrite=True" in self.text or "--retrain" in self.text


def blocks_of(page: Path) -> list[Block]:
    """Return the blocks of a page in their order."""
    found = _BLOCK.findall(page.read_text(encoding="utf-8"))
    return [Block(language, text, why_not) for why_not, language, text in found]
