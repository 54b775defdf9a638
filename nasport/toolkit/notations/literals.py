"""Python literals in a text, read from its syntax tree by a short list of allowed forms and never evaluated.

Allowed: strings, integers, lists, tuples and `range(...)` of integers. Everything else is refused by name.
"""

from __future__ import annotations

import ast
import warnings
from typing import TypeAlias

from nasport.schemas.errors import InputError

MAX_LENGTH = 20_000
MAX_RANGE = 1_000
MAX_INTEGER = 10**9

Literal: TypeAlias = "str | int | tuple[Literal, ...]"


def syntax_tree(text: str, example: str) -> ast.expr:
    """The syntax tree of a text that is one Python expression.

    Raises:
        InputError: too long, or no Python expression; names the column.
    """
    if len(text) > MAX_LENGTH:
        raise InputError(f"{len(text):,} characters, expected at most {MAX_LENGTH:,}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        place = f" (column {error.offset})" if error.offset else ""
        raise InputError(f"cannot be read: {error.msg}{place}, expected e.g. {example}") from None
    except (ValueError, MemoryError, RecursionError):
        raise InputError(f"cannot be read: nested too deeply or not text, expected e.g. {example}") from None


def literal(tree: ast.expr) -> Literal:
    """The value of a tree of allowed forms; lists, tuples and ranges become tuples.

    Raises:
        InputError: anything else; says what and in which column.
    """
    if isinstance(tree, ast.Constant) and type(tree.value) in (str, int):
        value = tree.value
        assert isinstance(value, str | int)
        if isinstance(value, int) and value > MAX_INTEGER:
            raise InputError(f"an integer in column {tree.col_offset + 1} is larger than {MAX_INTEGER:,}")
        return value
    if isinstance(tree, ast.List | ast.Tuple):
        return tuple(literal(element) for element in tree.elts)
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "range":
        return _range(tree)
    raise InputError(f"{described(tree)}, expected strings, integers, lists, tuples or range(...)")


def described(tree: ast.expr) -> str:
    """What stands there and where, for a message."""
    return f"{ast.unparse(tree)[:60]!r} (column {tree.col_offset + 1})"


def _range(tree: ast.Call) -> tuple[int, ...]:
    bounds = [literal(argument) for argument in tree.args]
    integers = [bound for bound in bounds if isinstance(bound, int)]
    if tree.keywords or not 1 <= len(bounds) <= 3 or len(integers) != len(bounds) or integers[2:] == [0]:
        raise InputError(f"{described(tree)}, expected range of one to three integers")
    numbers = range(*integers)
    if len(numbers) > MAX_RANGE:
        raise InputError(f"{described(tree)} has {len(numbers):,} numbers, expected at most {MAX_RANGE:,}")
    return tuple(numbers)
