"""Objects as people have them: JSON, or what Python prints, read from its syntax tree and never evaluated.

Of Python there are dictionaries, lists, tuples, strings, numbers, True, False and None, what numpy puts around its
numbers and arrays, `dict(...)`, and one call and some names of its own where a notation gives them. All of it comes back
as JSON's types.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from nasport.schemas.errors import InputError
from nasport.schemas.reading import parse_json
from nasport.toolkit.notations.literals import described, syntax_tree

_WORDS = {"true": True, "false": False, "null": None}


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
    return _Reader(call, {**_WORDS, **(names or {})}).value(tree)


class _Reader:
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
            return self._called(tree)
        raise InputError(
            f"{described(tree)}, expected JSON, or strings, numbers, lists and dictionaries as in Python"
        )

    def _called(self, tree: ast.Call) -> Any:
        """`array([...])`, `np.int64(3)`, `dict(ks=[...])`, `ModelSpec(matrix=[...], ops=[...])`."""
        name = ast.unparse(tree.func).rpartition(".")[2]
        if name in self.calls:
            keys = [*self.calls[name][: len(tree.args)], *(keyword.arg for keyword in tree.keywords)]
            return self._object(tree, keys, [*tree.args, *(keyword.value for keyword in tree.keywords)])
        if len(tree.args) == 1 and (name == "array" or name.startswith(("int", "float", "bool", "str"))):
            return self.value(tree.args[0])
        raise InputError(f"{described(tree)}, expected no call but of {', '.join(self.calls)}")

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
