"""Loading: a user's scene file as a package of its own, so that the modules beside it belong to it alone.

Two files may each have a `style.py` beside them, and a changed one may be loaded again in the same process. An import
statement in such a file, or in a module beside it, looks in the file's folder first, whenever it is run.
"""

import builtins
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module, invalidate_caches
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

__all__ = ["ENGINE", "file_beside", "is_beside", "load"]

ENGINE = __name__.partition(".")[0]
PREFIX = f"{ENGINE}_user_"


def load(file: Path, version: str) -> ModuleType:
    """Run a version of a file and return its module.

    Args:
        file: absolute.
        version: digest over the file and the modules beside it; a new one is loaded anew.

    Raises:
        Exception: whatever the file raises.
    """
    package = ModuleType(f"{PREFIX}{version}")
    package.__path__ = [str(file.parent)]
    name = f"{package.__name__}.{file.stem.replace('.', '_')}"
    spec = spec_from_file_location(name, file, loader=_Loader(name, str(file)))
    assert spec is not None
    module = module_from_spec(spec)
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
    invalidate_caches()
    sys.modules.update({package.__name__: package, name: module})  # where dataclasses and relative imports look
    try:
        _Loader(name, str(file)).exec_module(module)
    except BaseException:
        for loaded in [key for key in sys.modules if key.partition(".")[0] == package.__name__]:
            del sys.modules[loaded]
        raise
    return module


def file_beside(folder: Path, name: str) -> Path | None:
    """Return the file of a module in a folder, or None where there is none.

    Args:
        folder: from which the name is seen.
        name: with dots between packages.
    """
    place = folder.joinpath(*name.split("."))
    return next((path for path in (place / "__init__.py", place.with_name(f"{place.name}.py")) if path.is_file()), None)


def is_beside(folder: Path, name: str) -> bool:
    """Return whether an import finds a module in a folder: the first part of its name decides.

    Args:
        folder: of the user's file.
        name: with dots between packages.
    """
    top = name.partition(".")[0]
    if top == ENGINE or top in sys.builtin_module_names:
        return False
    if file_beside(folder, top) is not None or not (folder / top).is_dir():
        return file_beside(folder, top) is not None
    spec = find_spec(top)  # a folder without __init__.py is a package where no other has its name
    return spec is None or spec.origin is None


class _Finder(MetaPathFinder):
    """Finds the modules beside a user's file below the name of its package."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if path is None or not fullname.startswith(PREFIX):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(fullname, spec.loader.path)
        return spec


class _Loader(SourceFileLoader):
    """Runs a module whose import statements look beside the user's file first."""

    def get_code(self, fullname: str) -> CodeType:
        """Compile the source: a cached file cannot tell two edits within a second apart."""
        return self.source_to_code(self.get_data(self.path), self.path)

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["__builtins__"] = vars(builtins) | {"__import__": _import}
        super().exec_module(module)


def _import(
    name: str,
    globals: Mapping[str, Any] | None = None,
    locals: Mapping[str, Any] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> ModuleType:
    """Import as `__import__` does, but a module beside the user's file below the name of its package."""
    package = sys.modules.get(str((globals or {}).get("__name__", "")).partition(".")[0])
    own = package is not None and package.__name__.startswith(PREFIX)
    if package is None or not own or level or not is_beside(Path(package.__path__[0]), name):
        return builtins.__import__(name, globals, locals, fromlist or (), level)
    import_module(f"{package.__name__}.{name}")
    if fromlist:
        return builtins.__import__(f"{package.__name__}.{name}", globals, locals, fromlist)
    return sys.modules[f"{package.__name__}.{name.partition('.')[0]}"]
