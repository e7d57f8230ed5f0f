"""Sources: the modules on which a picture depends, so that it is drawn again when one of them is edited, and only then.

They are read, not imported: every import statement counts, wherever it stands, but for those that only type checkers
read. A name that a package takes from one of its modules counts as that module's.
"""

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

__all__ = ["digest", "files_of", "modules_in", "source_of"]

ENGINE = __name__.partition(".")[0]


@dataclass(frozen=True)
class _Import:
    """An import statement: leading dots, the module's name, the names taken from it, whether it is for types alone."""

    dots: int
    module: str
    names: tuple[str, ...]
    typing: bool


def digest(facts: Any) -> str:
    """Return 24 hex digits over JSON types."""
    return sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:24]


def source_of(*roots: str | Path) -> str:
    """Return a digest over all source on which modules or files depend; see `files_of`."""
    contents = sha256()
    for path in sorted(files_of(*roots)):
        contents.update(path.read_bytes())
    return contents.hexdigest()[:24]


def modules_in(package: str) -> list[str]:
    """Return the names of a package and of all modules in it."""
    folder = Path(str(import_module(package).__file__)).parent
    names = (path.relative_to(folder).with_suffix("").parts for path in sorted(folder.rglob("*.py")))
    return [".".join((package, *parts)).removesuffix(".__init__") for parts in names]


def files_of(*roots: str | Path) -> frozenset[Path]:
    """Return the files of modules and of all that they import from animviz, their own package, and their own folder.

    Args:
        roots: names of modules, or absolute paths of files that belong to no package.
    """
    found: dict[str | Path, Path] = {}
    waiting = list(roots)
    while waiting:
        root = waiting.pop()
        file = root if isinstance(root, Path) else _file_of(root)
        if root in found or file is None:
            continue
        found[root] = file
        waiting += _imported(root, file)
    return frozenset(found.values())


def _imported(root: str | Path, file: Path) -> Iterator[str | Path]:
    """Yield what a module imports, as far as it counts."""
    own = {ENGINE} if isinstance(root, Path) else {ENGINE, root.partition(".")[0]}
    for found in _imports(file, file.stat().st_mtime_ns):
        base = _absolute(root, file, found)
        if base.partition(".")[0] in own:
            yield from _homes(base, found.names) if not found.typing else ()
        elif isinstance(root, Path):
            names = (base, *(f"{base}.{name}" for name in found.names))
            yield from (path for name in names if (path := _beside(file, name)))


def _homes(base: str, names: tuple[str, ...]) -> Iterator[str]:
    """Yield the modules that hold names: of a package those from which it takes them, whatever else is in it."""
    file = _file_of(base)
    if file is None or file.name != "__init__.py" or not names:
        yield base
        return
    taken = {name: _absolute(base, file, one) for one in _imports(file, file.stat().st_mtime_ns) for name in one.names}
    for name in names:
        inner = f"{base}.{name}"
        yield taken.get(name, inner if _file_of(inner) else base)


def _absolute(root: str | Path, file: Path, found: _Import) -> str:
    """Return the name of an imported module without leading dots."""
    if not found.dots or isinstance(root, Path):
        return found.module
    package = root.split(".") if file.name == "__init__.py" else root.split(".")[:-1]
    return ".".join([*package[: len(package) - found.dots + 1], *filter(None, [found.module])])


def _beside(file: Path, name: str) -> Path | None:
    """Return the file of a module beside a user's file."""
    place = file.parent.joinpath(*name.split("."))
    return next((path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()), None)


@lru_cache(maxsize=1000)
def _file_of(module: str) -> Path | None:
    """Return the file of a module, or None where the name is that of something within one."""
    try:
        spec = find_spec(module)
    except (ImportError, ValueError):
        return None
    return Path(spec.origin) if spec is not None and spec.origin is not None and spec.has_location else None


@lru_cache(maxsize=1000)
def _imports(file: Path, changed: int) -> tuple[_Import, ...]:
    """Return the imports of a version of a file."""
    tree = ast.parse(file.read_bytes())
    typing = {node for part in ast.walk(tree) for node in _for_types(part)}
    found: list[_Import] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names = tuple(alias.name for alias in node.names)
            found.append(_Import(node.level, node.module or "", names, node in typing))
        elif isinstance(node, ast.Import):
            found += [_Import(0, alias.name, _used(tree, alias), node in typing) for alias in node.names]
    return tuple(found)


def _for_types(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what stands below `if TYPE_CHECKING`, which no program runs."""
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        for part in node.body:
            yield from ast.walk(part)


def _used(tree: ast.AST, alias: ast.alias) -> tuple[str, ...]:
    """Return the names that are taken from `import animviz`, such as Box where animviz.Box is used."""
    bound = alias.asname or alias.name
    return tuple(
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == bound
    )
