"""Parsers of values in JSON or in Python syntax. Python text is parsed into its syntax tree and never executed.

- `literal` accepts strings, integers, lists, tuples and `range(...)` of integers.
- `json_or_python` accepts JSON, and in Python syntax dictionaries, lists, tuples, strings, numbers, True, False, None, numpy
  numbers and arrays, `dict(...)`, and one call and some names that a notation defines. The result has the types of JSON.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from nasport.schemas.errors import InputError
from nasport.schemas.reading import parse_json
from nasport.toolkit.notations.base import MAX_LENGTH

MAX_RANGE = 1_000
MAX_DEPTH = 100
MAX_INTEGER = 10**9
_WORDS = {"true": True, "false": False, "null": None}

Literal: TypeAlias = "str | int | tuple[Literal, ...]"


def syntax_tree(text: str, example: str) -> ast.expr:
    """Return the syntax tree of a Python expression.

    Args:
        text: the expression.
        example: valid text of the notation, for messages.

    Raises:
        InputError: a text that is too long or not a Python expression; the message names the column.
    """
    if len(text) > MAX_LENGTH:
        raise InputError(f"{len(text):,} characters, expected at most {MAX_LENGTH:,}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        place = f" (column {error.offset})" if error.offset else ""
        raise InputError(f"cannot be read: {error.msg}{place}, expected e.g. {example}") from None
    except (ValueError, MemoryError, RecursionError):
        tree = None
    if tree is None or _is_deep(tree):
        raise InputError(f"cannot be read: too many nested brackets or not text, expected e.g. {example}")
    return tree


def _is_deep(tree: ast.expr) -> bool:
    """Return whether expressions are nested deeper than `MAX_DEPTH`, which functions that call themselves cannot read."""
    level: list[ast.AST] = [tree]
    for _ in range(MAX_DEPTH):
        level = [child for parent in level for child in ast.iter_child_nodes(parent)]
        if not level:
            return False
    return True


def literal(tree: ast.expr) -> Literal:
    """Return the value of a syntax tree; lists, tuples and ranges become tuples.

    Raises:
        InputError: an expression of another form; the message has the expression and its column.
    """
    value = tree.value if isinstance(tree, ast.Constant) else None
    if isinstance(value, str | int) and not isinstance(value, bool):
        if isinstance(value, int) and value > MAX_INTEGER:
            raise InputError(f"the integer in column {tree.col_offset + 1}, expected at most {MAX_INTEGER:,}")
        return value
    if isinstance(tree, ast.List | ast.Tuple):
        return tuple(map(literal, tree.elts))
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "range":
        bounds = [literal(argument) for argument in tree.args]
        integers = [bound for bound in bounds if isinstance(bound, int)]
        if tree.keywords or not 1 <= len(bounds) <= 3 or len(integers) != len(bounds) or integers[2:] == [0]:
            raise InputError(f"{described(tree)}, expected a range of one to three integers")
        numbers = range(*integers)
        if len(numbers) > MAX_RANGE:
            problem = f"{described(tree)} has {len(numbers):,} numbers, expected at most {MAX_RANGE:,}"
            raise InputError(problem)
        return tuple(numbers)
    raise InputError(f"{described(tree)}, expected strings, integers, lists, tuples or range(...)")


def described(tree: ast.expr) -> str:
    """Return an expression with its column for a message."""
    return f"{ast.unparse(tree)[:60]!r} (column {tree.col_offset + 1})"


def json_or_python(
    text: str,
    example: str,
    call: tuple[str, Sequence[str]] = ("dict", ()),
    names: Mapping[str, Any] | None = None,
) -> Any:
    """Parse JSON, or a Python expression of the forms in the docstring of this module.

    Args:
        text: text to parse.
        example: valid text of the notation, for messages.
        call: name of a further callable and of its arguments, such as `("ModelSpec", ("matrix", "ops"))`; a call becomes a
            dict of its arguments.
        names: values of further names.

    Raises:
        InputError: neither JSON nor such an expression, a duplicate key, or too many nested brackets.
    """
    try:
        return parse_json(text)
    except InputError as error:
        try:
            tree = syntax_tree(text, example)
        except InputError as other:
            raise (other if "'" in text else error) from None
    return _PythonReader(call, {**_WORDS, **(names or {})}).value(tree)


class _PythonReader:
    """Converter of syntax trees into values.

    Attributes:
        calls: names of positional arguments by allowed callable.
        names: values of allowed names.
    """

    def __init__(self, call: tuple[str, Sequence[str]], names: Mapping[str, Any]) -> None:
        self.calls = {"dict": (), call[0]: tuple(call[1])}
        self.names = names

    def value(self, tree: ast.expr) -> Any:
        """Return the value of a syntax tree; another form raises InputError."""
        if isinstance(tree, ast.Constant) and isinstance(tree.value, str | int | float | None):
            return tree.value
        if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
            number = self.value(tree.operand)
            if type(number) in (int, float):
                return -number
        if isinstance(tree, ast.Name) and tree.id in self.names:
            return self.names[tree.id]
        if isinstance(tree, ast.List | ast.Tuple):
            return [self.value(element) for element in tree.elts]
        if isinstance(tree, ast.Dict):
            keys = [None if key is None else self.value(key) for key in tree.keys]
            return self._object(tree, keys, tree.values)
        if isinstance(tree, ast.Call):
            # For example `array([...])`, `np.int64(3)`, `dict(ks=[...])`, `ModelSpec(matrix=[...], ops=[...])`.
            name, more = ast.unparse(tree.func).rpartition(".")[2], tree.keywords
            if name in self.calls:
                keys = [*self.calls[name][: len(tree.args)], *(keyword.arg for keyword in more)]
                return self._object(tree, keys, [*tree.args, *(keyword.value for keyword in more)])
            if len(tree.args) == 1 and (name == "array" or name.startswith(("int", "float", "bool", "str"))):
                return self.value(tree.args[0])
            raise InputError(f"{described(tree)}, expected only calls of {', '.join(self.calls)}")
        raise InputError(
            f"{described(tree)}, expected JSON, or strings, numbers, lists and dictionaries as in Python"
        )

    def _object(self, tree: ast.expr, keys: Sequence[Any], values: Sequence[ast.expr]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        if len(keys) != len(values):
            raise InputError(f"{described(tree)} has {len(values)} arguments, expected {len(keys)}")
        for key, value in zip(keys, values, strict=True):
            if not isinstance(key, str):
                raise InputError(f"{described(tree)}: the key {key!r:.80}, expected a string")
            if key in result:
                raise InputError(f"{described(tree)}: {key!r:.80} appears twice, expected it once")
            result[key] = self.value(value)
        return result
