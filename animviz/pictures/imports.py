"""Imports: the import statements of a file, read without running it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from animviz.errors import SceneError

__all__ = ["Import", "imports_of"]


@dataclass(frozen=True)
class Import:
    """An import statement.

    Attributes:
        dots: how many lead it.
        module: its name; empty where there are only dots.
        names: that are taken from it, or used of it.
        typing: whether only type checkers read it.
    """

    dots: int
    module: str
    names: tuple[str, ...]
    typing: bool


def imports_of(file: Path) -> tuple[Import, ...]:
    """Return the imports of a file, wherever they stand in it.

    Raises:
        SceneError: it is no Python; names it.
    """
    return _imports(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=1000)
def _imports(file: Path, changed: int) -> tuple[Import, ...]:
    """Return the imports of a version of a file."""
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError) as error:
        raise SceneError(f"{file} cannot be imported: {type(error).__name__}: {error}") from error
    typing = {node for part in ast.walk(tree) for node in _for_types(part)}
    found: list[Import] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names = tuple(alias.name for alias in node.names)
            found.append(Import(node.level, node.module or "", names, node in typing))
        elif isinstance(node, ast.Import):
            found += [
                Import(0, name, used, node in typing) for alias in node.names for name, used in _used(tree, alias)
            ]
    return tuple(found)


def _for_types(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what stands below `if TYPE_CHECKING`, which no program runs."""
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        for part in node.body:
            yield from ast.walk(part)


def _used(tree: ast.AST, alias: ast.alias) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield imported modules with the names that are taken from them, such as Box where animviz.Box is used.

    `import animviz.parts` imports animviz as well.
    """
    yield alias.name, _attributes(tree, alias.asname or alias.name)
    if alias.asname is None and "." in alias.name:
        top, _, inner = alias.name.partition(".")
        if others := tuple(name for name in _attributes(tree, top) if name != inner.partition(".")[0]):
            yield top, others


def _attributes(tree: ast.AST, owner: str) -> tuple[str, ...]:
    """Return the names after "owner." in a tree."""
    return tuple(
        node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and _dotted(node.value) == owner
    )


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
