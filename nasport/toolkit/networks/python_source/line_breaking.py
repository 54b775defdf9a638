"""Formatting of Python source text in lines of at most 100 characters, broken where ruff and black would break them.

An expression is a text, which is never broken, or a `Bracket`: a call, a list, or another pair of brackets with parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LINE = 100
INDENT = "    "
BODY = INDENT * 2  # indentation of the body of a method


@dataclass(frozen=True)
class Bracket:
    """Expression of parts in brackets.

    Attributes:
        opening: text before the first part, such as `nn.Sequential(` or `width=Sum(`.
        parts: parts, which are separated by commas.
        closing: text after the last part.
        broken: whether each part gets its own line even if all fit on one line.
    """

    opening: str
    parts: tuple[Expression, ...]
    closing: str = ")"
    broken: bool = False

    def __str__(self) -> str:
        return f"{self.opening}{', '.join(map(str, self.parts))}{self.closing}"


Expression = str | Bracket


def call(function: str, *parts: Expression, broken: bool = False) -> Bracket:
    """Return the call of a function with these arguments."""
    return Bracket(f"{function}(", parts, broken=broken)


def statement(before: str, expression: Expression, depth: int) -> list[str]:
    """Return the lines of a statement.

    Args:
        before: text before the expression, such as `return ` or `x = `.
        expression: expression of the statement.
        depth: number of indentations.
    """
    return _lines(INDENT * depth + before, expression, depth, "")


def fits(text: str, depth: int) -> bool:
    """Return whether a text fits on one line with `depth` indentations."""
    return len(INDENT * depth + text) <= LINE


def added(before: str, terms: Sequence[str], operator: str, depth: int) -> list[str]:
    """Return the lines of a statement with an operator between terms, one term a line if they do not fit on one line.

    Args:
        before: text before the first term, such as `return ` or `x = `.
        terms: terms.
        operator: operator between the terms.
        depth: number of indentations.
    """
    flat = f" {operator} ".join(terms)
    if fits(before + flat, depth):
        return [INDENT * depth + before + flat]
    first, *others = terms
    inner = INDENT * (depth + 1)
    return [
        f"{INDENT * depth}{before}(",
        inner + first,
        *[f"{inner}{operator} {term}" for term in others],
        f"{INDENT * depth})",
    ]


def function(name: str, parameters: Sequence[str], result: str, depth: int) -> list[str]:
    """Return the lines of the signature of a function.

    Args:
        name: name of the function.
        parameters: parameters with their types.
        result: type of the result.
        depth: number of indentations.
    """
    return _lines(INDENT * depth, Bracket(f"def {name}(", tuple(parameters)), depth, f" -> {result}:")


def marked(lines: Sequence[str], comment: str) -> list[str]:
    """Add a comment at the end of the last line, or before the lines if it does not fit."""
    last = f"{lines[-1]}  # {comment}"
    if len(last) <= LINE:
        return [*lines[:-1], last]
    indent = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
    return [f"{indent}# {comment}", *lines]


def text_of(blocks: Iterable[Sequence[str]], blank: int) -> list[str]:
    """Join blocks of lines, with `blank` blank lines between them."""
    lines: list[str] = []
    for block in blocks:
        lines += [""] * blank if lines else []
        lines += block
    return lines


def _lines(before: str, expression: Expression, depth: int, after: str) -> list[str]:
    flat = f"{before}{expression}{after}"
    if isinstance(expression, str) or not expression.parts or (len(flat) <= LINE and not _breaks(expression)):
        return [flat]
    inner = INDENT * (depth + 1)
    opened, closed = before + expression.opening, INDENT * depth + expression.closing + after
    together = inner + ", ".join(map(str, expression.parts))
    if len(together) <= LINE and not _breaks(expression):
        return [opened, together, closed]
    lines = [opened]
    for part in expression.parts:
        lines += _lines(inner, part, depth + 1, ",")
    return [*lines, closed]


def _breaks(expression: Expression) -> bool:
    return isinstance(expression, Bracket) and (expression.broken or any(map(_breaks, expression.parts)))
