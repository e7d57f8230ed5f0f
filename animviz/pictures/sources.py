"""Sources: the modules on which a picture depends, so that it is drawn again when one of them is edited, and only then.

They are read, not imported: every import statement counts, wherever it stands, but for those that only type checkers
read. A name that a package takes from one of its modules counts as that module's; a package that is imported as a whole
counts with all its modules.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from animviz.pictures.imports import Import, imports_of
from animviz.pictures.loading import ENGINE, file_beside, is_beside

__all__ = ["digest", "files_of", "modules_in", "own_files", "source_of", "version_of"]


@dataclass(frozen=True)
class _Module:
    """A module: its name, its file, and the folder of the user's file to which it belongs, or None."""

    name: str
    file: Path
    folder: Path | None = None

    @property
    def is_package(self) -> bool:
        return self.file.name == "__init__.py"


def digest(facts: Any) -> str:
    """Return 24 hex digits over JSON types."""
    return sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:24]


def source_of(*roots: str | Path) -> str:
    """Return a digest over all source on which modules or files depend; see `files_of`."""
    return _contents(sorted(files_of(*roots)))


def version_of(file: Path) -> str:
    """Return a digest over a user's file and the files beside it on which it depends; see `own_files`."""
    return _contents(own_files(file))


def modules_in(package: str) -> list[str]:
    """Return the names of a package and of all modules in it."""
    return _below(package, Path(str(import_module(package).__file__)).parent)


def files_of(*roots: str | Path) -> frozenset[Path]:
    """Return the files of modules and of all that they import from animviz, their own package, and their own folder.

    Args:
        roots: names of modules, or absolute paths of files that belong to no package.

    Raises:
        SceneError: a file is no Python; names it.
    """
    return frozenset(module.file for module in _reached(roots))


def own_files(file: Path) -> list[Path]:
    """Return a user's file and the files beside it on which it depends, sorted.

    Args:
        file: that belongs to no package.

    Raises:
        SceneError: a file is no Python; names it.
    """
    return sorted({module.file for module in _reached([file], beside=True)})


def _contents(files: list[Path]) -> str:
    contents = sha256()
    for path in files:
        contents.update(path.read_bytes())
    return contents.hexdigest()[:24]


def _below(package: str, folder: Path) -> list[str]:
    names = (path.relative_to(folder).with_suffix("").parts for path in sorted(folder.rglob("*.py")))
    return [".".join((package, *parts)).removesuffix(".__init__") for parts in names]


def _reached(roots: Iterable[str | Path], *, beside: bool = False) -> set[_Module]:
    """Return modules and all that they import, as far as it counts; or those alone that belong to a user's file."""
    found: set[_Module] = set()
    waiting = [_Module(root.stem, root, root.parent) if isinstance(root, Path) else _find(root, None) for root in roots]
    while waiting:
        module = waiting.pop()
        if module is None or module in found or (beside and module.folder is None):
            continue
        found.add(module)
        waiting += _imported(module)
    return found


def _find(name: str, folder: Path | None) -> _Module | None:
    """Return a module, or None where the name is that of something within one."""
    own = folder is not None and is_beside(folder, name)
    file = file_beside(folder, name) if folder is not None and own else _file_of(name)
    return _Module(name, file, folder if own else None) if file is not None else None


def _imported(module: _Module) -> Iterator[_Module | None]:
    """Yield what a module imports, as far as it counts."""
    for found in imports_of(module.file):
        base = _absolute(module, found)
        homes = _homes(base, found.names, module.folder) if _counts(module, base) and not found.typing else ()
        for name in (name for name in homes if _counts(module, name)):  # a package may pass on what is of another
            home = _find(name, module.folder)
            yield home
            if home is None or home.folder is not None:  # of a user's package, what runs first counts as well
                parts = name.split(".")
                yield from (_find(".".join(parts[:count]), module.folder) for count in range(1, len(parts)))


def _counts(module: _Module, base: str) -> bool:
    top = base.partition(".")[0]
    if module.folder is not None:
        return top in ("", ENGINE) or is_beside(module.folder, top)
    return top in (ENGINE, module.name.partition(".")[0])


def _homes(base: str, names: tuple[str, ...], folder: Path | None) -> Iterator[str]:
    """Yield the modules that hold names: of a package those from which it takes them, whatever else is in it."""
    package = _find(base, folder) if base else None
    if package is None:
        yield from (f"{base}.{name}".removeprefix(".") for name in names)
    if package is None or not package.is_package:
        yield base
        return
    imports = imports_of(package.file)
    taken = {name: _absolute(package, one) for one in imports for name in one.names}
    if not names or "*" in names:
        names = tuple(taken) if base == ENGINE and names else ()
        yield from _whole(package)
    for name in names:
        inner = _find(f"{base}.{name}", folder)
        yield from [taken[name]] if name in taken else _whole(inner) if inner else [base]


def _whole(module: _Module) -> list[str]:
    """Return a module, with all that are in it if it is a package other than animviz itself."""
    return _below(module.name, module.file.parent) if module.is_package and module.name != ENGINE else [module.name]


def _absolute(module: _Module, found: Import) -> str:
    """Return the name of an imported module without leading dots."""
    if not found.dots:
        return found.module
    package = module.name.split(".") if module.is_package else module.name.split(".")[:-1]
    return ".".join([*package[: len(package) - found.dots + 1], *filter(None, [found.module])])


@lru_cache(maxsize=1000)
def _file_of(module: str) -> Path | None:
    """Return the file of a module, or None where the name is that of something within one."""
    try:
        spec = find_spec(module)
    except (ImportError, ValueError):
        return None
    return Path(spec.origin) if spec is not None and spec.origin is not None and spec.has_location else None
