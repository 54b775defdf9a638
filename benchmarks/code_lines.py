"""Count the lines of code in the package: lines without comments, docstrings, blank lines and the generated validator.

    python benchmarks/code_lines.py [FOLDER]

FOLDER is a checkout (default: this one). Compare two commits with ``git worktree add --detach OLD COMMIT``.
"""

import ast
import sys
import tokenize
from collections import Counter
from pathlib import Path

SILENT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def docstring_lines(tree: ast.Module) -> set[int]:
    """Return the numbers of the lines that docstrings cover."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            first = node.body[0]
            lines.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return lines


def code_lines(path: Path) -> int:
    """Return the number of lines of a file that contain a token of code."""
    lines: set[int] = set()
    with tokenize.open(path) as file:
        for token in tokenize.generate_tokens(file.readline):
            if token.type not in SILENT:
                lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - docstring_lines(ast.parse(path.read_text(encoding="utf-8"))))


def main(root: Path) -> None:
    """Print one line for each part, and their sum."""
    totals: Counter[str] = Counter()
    for path in sorted((root / "nasport").rglob("*.py")):
        parts = path.relative_to(root).parts
        if "generated" not in parts:
            totals["/".join(parts[1:3]) if len(parts) > 3 else "/".join(parts[1:2])] += code_lines(path)
    for part, lines in totals.items():
        print(f"{lines:7,}  {part}")
    print(f"{totals.total():7,}  together")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1])
