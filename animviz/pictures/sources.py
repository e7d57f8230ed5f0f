"""Sources: the modules on which a picture depends, so that it is drawn again when one of them is edited, and only then.

They are read, not imported: every import statement counts, wherever it stands, but those for type checkers alone.
"""

import ast
import json
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

__all__ = ["digest", "files_of", "modules_in", "source_of"]

ENGINE = __name__.partition(".")[0]


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
    for level, module, names in _imports(file, file.stat().st_mtime_ns):
        base = _absolute(root, file, level, module)
        if base.partition(".")[0] in own:
            yield from _named(base, names)
        elif isinstance(root, Path):
            yield from (path for name in (base, *(f"{base}.{name}" for name in names)) if (path := _beside(file, name)))


def _named(base: str, names: tuple[str, ...]) -> Iterator[str]:
    """Yield the modules of `from base import names`, and of `import base` where there are no names."""
    if base == ENGINE:
        homes = getattr(import_module(ENGINE), "_HOME", {})
        yield from (f"{ENGINE}.{homes.get(name, name)}" for name in names)
        return
    yield base
    file = _file_of(base)
    if file is not None and file.name == "__init__.py":
        yield from (f"{base}.{name}" for name in names)


def _absolute(root: str | Path, file: Path, level: int, module: str) -> str:
    """Return the name of an imported module without leading dots."""
    if not level or isinstance(root, Path):
        return module
    package = root if file.name == "__init__.py" else root.rpartition(".")[0]
    parts = package.split(".")[: len(package.split(".")) - level + 1]
    return ".".join([*parts, *filter(None, [module])])


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
def _imports(file: Path, changed: int) -> tuple[tuple[int, str, tuple[str, ...]], ...]:
    """Return the imports of a file: how many dots, the module's name, and the names taken from it."""
    tree = ast.parse(file.read_bytes())
    typing = {node for part in ast.walk(tree) for node in _for_types(part)}
    found: list[tuple[int, str, tuple[str, ...]]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node not in typing:
            found.append((node.level, node.module or "", tuple(alias.name for alias in node.names)))
        elif isinstance(node, ast.Import) and node not in typing:
            found += [(0, alias.name, _attributes(tree, alias)) for alias in node.names]
    return tuple(found)


def _for_types(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what stands below `if TYPE_CHECKING`, which no program runs."""
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        for part in node.body:
            yield from ast.walk(part)


def _attributes(tree: ast.AST, alias: ast.alias) -> tuple[str, ...]:
    """Return the names that are taken from `import animviz`, such as Box where animviz.Box is used."""
    used = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name))
    bound = alias.asname or alias.name
    return tuple({node.attr for node in used if isinstance(node.value, ast.Name) and node.value.id == bound})
