"""Formulas of x and y that a user types: read by their grammar, and never run as code."""

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from animviz.errors import InputError

__all__ = ["FUNCTIONS", "Formula"]

FUNCTIONS = ("abs", "cos", "exp", "log", "sin", "sqrt", "tan", "tanh")
NUMBERS = {"pi": float(np.pi), "e": float(np.e)}
LONGEST, DEEPEST = 300, 40  # letters, and parts within parts
_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Pow: operator.pow,
    ast.UAdd: operator.pos, ast.USub: operator.neg,
}  # fmt: skip


@dataclass(frozen=True)
class Formula:
    """A formula of x and y, such as "x**2 + 3*y**2": numbers, pi, e, + - * / **, brackets and a few functions.

    Attributes:
        text: as it was typed.

    Raises:
        InputError: it is anything else; names the part that is.
    """

    text: str

    def __post_init__(self) -> None:
        if len(self.text) > LONGEST:
            raise InputError(f"a formula has {len(self.text)} letters; expected at most {LONGEST}")
        self.value(np.float64(0.5), np.float64(0.25))

    def value(self, x: Any, y: Any, library: Any = np) -> Any:
        """Return what it comes to.

        Args:
            x: number, array or tensor.
            y: likewise.
            library: has the functions by name for what x and y are, such as NumPy.

        Raises:
            InputError: see the class.
        """
        with np.errstate(all="ignore"):
            return self._of(self._tree(), {"x": x, "y": y, **NUMBERS}, library, 0)

    @property
    def _source(self) -> str:
        return self.text.replace("^", "**").strip()

    def _tree(self) -> ast.expr:
        try:
            return ast.parse(self._source, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise InputError(f"{self.text!r} is no formula; expected one of x and y, such as x**2 + 3*y**2") from None

    def _of(self, node: ast.expr, names: dict[str, Any], library: Any, depth: int) -> Any:
        def of(part: ast.expr) -> Any:
            return self._of(part, names, library, depth + 1)

        if depth > DEEPEST:
            raise InputError(f"{self.text!r} has more than {DEEPEST} parts within each other")
        match node:
            case ast.Constant(value=bool()):
                pass
            case ast.Constant(value=int() | float() as number) if abs(number) < 1e100:
                return np.float64(number)  # whole numbers of Python grow without end
            case ast.Name(id=name) if name in names:
                return names[name]
            case ast.UnaryOp(op=sign, operand=part) if type(sign) in _OPERATORS:
                return _OPERATORS[type(sign)](of(part))
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATORS:
                return _OPERATORS[type(sign)](of(left), of(right))
            case ast.Call(func=ast.Name(id=name), args=[part], keywords=[]) if name in FUNCTIONS:
                return getattr(library, name)(of(part))
        said = ast.get_source_segment(self._source, node)
        raise InputError(
            f"{self.text!r} holds {said!r}; expected numbers, x, y, pi, e, + - * / **, brackets, {', '.join(FUNCTIONS)}"
        )
