"""Which imports the house refuses where import-linter does not see them.

It reads names of the package's tables, imports by a text, imports for type checking, and scenes by their installed name.
"""

import ast
import configparser
from collections.abc import Iterator
from pathlib import Path

import animviz
from animviz import parts

__all__ = ["faults"]

ROOT = Path(__file__).parents[2]
KERAS = ("animviz.recorders.keras", "animviz.experiments.keras")
FRONTS = ("animviz.cli", "animviz.sphinx")
DOORS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("keras", "tensorflow"), KERAS),
    **dict.fromkeys(("click", "rich"), FRONTS),
    **{name: (f"animviz.recorders.{name}",) for name in ("lightning", "transformers")},
    **{name: (f"animviz.recorders.{name}", KERAS[0]) for name in ("jax", "torch")},  # Keras runs on them
    **dict.fromkeys(("tf_keras", "flax", "optax"), ()),
}
"""Behind which packages each of these may be imported."""
SCENES_MAY = {"parts", "recording", "analysis", "embed", "errors", "arrays", "sampling"}
PUBLIC_TO_SCENES = {*SCENES_MAY, "stage", "pictures", "options", "moment"}
TABLES = {
    f"{package.__name__}.{name}": f"animviz.{home}.{name}"
    for package in (animviz, parts)
    for name, home in package._HOME.items()
}


def _rows() -> dict[str, int]:
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    rows = parser["importlinter:contract:layers"]["layers"].split("\n")
    return {room.strip(): place for place, row in enumerate(rows) for room in row.split("|") if room.strip()}


ROWS = _rows()


def faults(file: str, source: str) -> list[str]:
    """Return what is wrong with the imports of a file, each with file and line.

    Args:
        file: path in the checkout, such as "animviz/stage/theme.py".
        source: its text.
    """
    parts_of = Path(file).with_suffix("").parts
    module = ".".join(parts_of[:-1] if parts_of[-1] == "__init__" else parts_of)
    package = ".".join(parts_of[:-1])
    tree = ast.parse(source)
    typing_only = {id(node) for block in ast.walk(tree) if _is_for_typing(block) for node in ast.walk(block)}
    found = []
    for node in ast.walk(tree):
        for name in _imported(node, package):
            why = _fault(module, name, typing_only=id(node) in typing_only)
            if why:
                found.append(f"{file}:{getattr(node, 'lineno', 0)}: {name}: {why}")
    return found


def _is_for_typing(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def _imported(node: ast.AST, package: str) -> Iterator[str]:
    """Yield the full names that a node imports, or reaches through the package."""
    match node:
        case ast.Import(names=names):
            yield from (alias.name for alias in names)
        case ast.ImportFrom(module=module, names=names, level=level):
            home = package.split(".")[: len(package.split(".")) - level + 1] if level else []
            yield from (".".join([*home, *([module] if module else []), alias.name]) for alias in names)
        case ast.Attribute(value=ast.Name(id="animviz"), attr=attr):
            yield f"animviz.{attr}"
        case ast.Call(func=func, args=[ast.Constant(value=str(name)), *_]):
            if ast.unparse(func).rpartition(".")[2] in ("import_module", "__import__"):
                yield name


def _fault(module: str, name: str, *, typing_only: bool) -> str | None:
    """Return why a module may not import a name, or None."""
    top, *rest = name.split(".")
    if top in DOORS and not any(_within(module, door) for door in DOORS[top]):
        return f"{top} is imported behind its own door only"
    if not top:
        return "an import by a text gives the full name"
    if _within(module, "scenes"):
        return _fault_of_scene(module, name)
    if top == "scenes" or rest[:1] == ["scenes"]:
        return "the engine never imports a scene" if top in ("animviz", "scenes") else None
    if top != "animviz" or not rest or module == "animviz.__main__":
        return None
    if module == "animviz":
        return None if typing_only else "names of the package are loaded when they are first used"
    return _fault_of_room(_room(module), name)


def _fault_of_room(room: str, name: str) -> str | None:
    if name in TABLES and name.count(".") == 1:
        return f"within the package it is imported from its home, {TABLES[name]}"
    other = _room(name)
    if other == room or other in ("__version__", "__path__", "__file__"):
        return None
    if unknown := {room, other} - ROWS.keys():
        return f"the contracts know no room {min(unknown)!r}"
    return None if ROWS[other] > ROWS[room] else f"{other} is not below {room}"


def _fault_of_scene(module: str, name: str) -> str | None:
    if not _within(name, "animviz") or name == "animviz":
        return None
    if name in TABLES:
        return None if _room(TABLES[name]) in PUBLIC_TO_SCENES else "scenes neither train, nor render"
    allowed = SCENES_MAY | ({"pictures"} if _within(module, "scenes.cells") else set())
    return None if _room(name) in allowed else f"{_room(name)} is private to scenes"


def _within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def _room(name: str) -> str:
    return name.split(".")[1]
