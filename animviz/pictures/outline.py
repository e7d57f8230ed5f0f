"""Outlines: what the source of a scene says of its options, read without importing what the scene draws with."""

import ast
import copy
import importlib.util
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Annotated, Any, Literal

from animviz.analysis.tasks import CLASSES, CURVE, FLOW, LABELLED, MODELS
from animviz.options import Option, Range, options_of, summary_of
from animviz.pictures.renamed import current
from animviz.pictures.worded import with_wording

__all__ = ["GROUP", "Outline", "outline_of", "outlines"]

GROUP = "animviz.scenes"
_WORDS = {"Annotated": Annotated, "Literal": Literal, "Path": Path, "Range": Range}
_TASKS = {"CLASSES": CLASSES, "CURVE": CURVE, "FLOW": FLOW, "LABELLED": LABELLED, "MODELS": MODELS}
_KINDS = {"int": int, "float": float, "bool": bool, "str": str}


@dataclass(frozen=True)
class Outline:
    """What a scene is called, trains and takes.

    Attributes:
        name: what users type.
        summary: first line of the docstring.
        experiment: name of the experiment that is trained when no recording is given, or None.
        options: the function's keyword-only parameters, and the words around the picture.
        tasks: kinds of output that it draws, or none where it draws all.
    """

    name: str
    summary: str
    experiment: str | None
    options: tuple[Option, ...]
    tasks: tuple[str, ...] = ()


def outline_of(name: str) -> Outline | None:
    """Return the outline of an installed scene.

    It is None where only the imported scene can tell: the function is not found in the source, or its options are
    written with names from other packages.
    """
    entries = entry_points(group=GROUP, name=current(name))
    return next((outline for entry in entries if (outline := _readable(entry))), None)


def outlines() -> list[Outline]:
    """Return the outlines of all installed scenes that have one, by their names."""
    found = map(_readable, sorted(entry_points(group=GROUP), key=lambda entry: entry.name))
    return [outline for outline in found if outline is not None]


def _readable(entry: EntryPoint) -> Outline | None:
    with suppress(Exception):  # whatever it is, importing the scene says it better
        return _read(entry)
    return None


def _read(entry: EntryPoint) -> Outline:
    tree = _source_of(entry.module)
    (function,) = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == entry.attr)
    (declared,) = function.decorator_list
    assert isinstance(declared, ast.Call)
    assert ast.unparse(declared.func) in ("scene", "animviz.scene")
    told = {word.arg: word.value for word in declared.keywords}
    experiment, name = (ast.literal_eval(told[key]) if key in told else None for key in ("experiment", "name"))
    tasks = eval(ast.unparse(told["tasks"]), _TASKS) if "tasks" in told else ()
    signature = _signature_of(function, _aliases_in(tree, entry.module))
    return Outline(name or entry.attr, summary_of(signature), experiment, with_wording(options_of(signature)), tasks)


def _source_of(module: str) -> ast.Module:
    spec = importlib.util.find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    return _parsed(Path(spec.origin).read_bytes())


@lru_cache(maxsize=256)
def _parsed(source: bytes) -> ast.Module:
    """Return the tree of a source; several scenes share one, and nobody changes it."""
    return ast.parse(source)


def _aliases_in(tree: ast.Module, module: str) -> dict[str, Any]:
    """Return names that annotations and defaults may have: the module's own, and those of its sisters."""
    names: dict[str, Any] = {**_WORDS, "__builtins__": _KINDS}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.level:
            sister = importlib.util.resolve_name("." * node.level + (node.module or ""), module.rpartition(".")[0])
            names = {**_aliases_in(_source_of(sister), sister), **names}
        elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            with suppress(Exception):
                names[node.targets[0].id] = eval(ast.unparse(node.value), names)
    return names


def _signature_of(function: ast.FunctionDef, names: dict[str, Any]) -> Any:
    """Return a function with the options and the docstring of another one, and without its body."""
    bare = copy.deepcopy(function)
    bare.decorator_list, bare.body, bare.returns = [], bare.body[:1], None
    bare.args.args = []
    exec(ast.unparse(bare), names)
    return names[function.name]
