"""Values as people have them: JSON, or what Python prints, read from its syntax tree and never evaluated.

- `literal`: strings, integers, lists, tuples and `range(...)` of integers. Everything else is refused by name.
- `json_or_python`: JSON; of Python dictionaries, lists, tuples, strings, numbers, True, False and None, what numpy puts
  around its numbers and arrays, `dict(...)`, and one call and some names of its own where a notation gives them. All of it
  comes back as JSON's types.
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
MAX_INTEGER = 10**9
_WORDS = {"true": True, "false": False, "null": None}

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
    value = tree.value if isinstance(tree, ast.Constant) else None
    if isinstance(value, str | int) and not isinstance(value, bool):
        if isinstance(value, int) and value > MAX_INTEGER:
            raise InputError(f"an integer in column {tree.col_offset + 1} is larger than {MAX_INTEGER:,}")
        return value
    if isinstance(tree, ast.List | ast.Tuple):
        return tuple(map(literal, tree.elts))
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "range":
        bounds = [literal(argument) for argument in tree.args]
        integers = [bound for bound in bounds if isinstance(bound, int)]
        if tree.keywords or not 1 <= len(bounds) <= 3 or len(integers) != len(bounds) or integers[2:] == [0]:
            raise InputError(f"{described(tree)}, expected range of one to three integers")
        numbers = range(*integers)
        if len(numbers) > MAX_RANGE:
            problem = f"{described(tree)} has {len(numbers):,} numbers, expected at most {MAX_RANGE:,}"
            raise InputError(problem)
        return tuple(numbers)
    raise InputError(f"{described(tree)}, expected strings, integers, lists, tuples or range(...)")


def described(tree: ast.expr) -> str:
    """What stands there and where, for a message."""
    return f"{ast.unparse(tree)[:60]!r} (column {tree.col_offset + 1})"


def json_or_python(
    text: str,
    example: str,
    call: tuple[str, Sequence[str]] = ("dict", ()),
    names: Mapping[str, Any] | None = None,
) -> Any:
    """The value of a text that is JSON or a Python expression of the forms above.

    Args:
        text: to read.
        example: of the notation, for messages.
        call: name of a class and of its arguments, as `("ModelSpec", ("matrix", "ops"))`; an object with them comes back.
        names: what further names stand for.

    Raises:
        InputError: neither; a key twice; nested too deeply.
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
    def __init__(self, call: tuple[str, Sequence[str]], names: Mapping[str, Any]) -> None:
        self.calls = {"dict": (), call[0]: tuple(call[1])}
        self.names = names

    def value(self, tree: ast.expr) -> Any:
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
            # `array([...])`, `np.int64(3)`, `dict(ks=[...])`, `ModelSpec(matrix=[...], ops=[...])`
            name, more = ast.unparse(tree.func).rpartition(".")[2], tree.keywords
            if name in self.calls:
                keys = [*self.calls[name][: len(tree.args)], *(keyword.arg for keyword in more)]
                return self._object(tree, keys, [*tree.args, *(keyword.value for keyword in more)])
            if len(tree.args) == 1 and (name == "array" or name.startswith(("int", "float", "bool", "str"))):
                return self.value(tree.args[0])
            raise InputError(f"{described(tree)}, expected no call but of {', '.join(self.calls)}")
        raise InputError(
            f"{described(tree)}, expected JSON, or strings, numbers, lists and dictionaries as in Python"
        )

    def _object(self, tree: ast.expr, keys: Sequence[Any], values: Sequence[ast.expr]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if len(keys) != len(values):
            raise InputError(f"{described(tree)} has {len(values)} arguments, expected {len(keys)}")
        for key, value in zip(keys, values, strict=True):
            if not isinstance(key, str) or key in found:
                problem = "stands twice" if isinstance(key, str) else "is no key, expected a string"
                raise InputError(f"{described(tree)}: {key!r:.80} {problem}")
            found[key] = self.value(value)
        return found
