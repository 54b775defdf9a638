"""Write the validators of `generated/` from the JSON Schemas: `python -m nasport.schemas.generate`.

The schemas that list operator kinds and attribute values are first updated from `operators.json`.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import fastjsonschema

from nasport.schemas.operators import attribute_words, kinds
from nasport.schemas.validation import SCHEMAS, schema

WITH_OPERATORS = ("architecture", "space")


def with_operators(text: str) -> str:
    """Return the text of a schema with its lists of operator kinds and attribute values up to date."""
    for name, values in {"kind": kinds(), **attribute_words()}.items():
        listed = ", ".join(f'"{value}"' for value in values)
        text = re.sub(rf'("{name}": {{\s*"enum": \[)[^]]*', rf"\g<1>{listed}", text)
    return text


def generate(name: str) -> str:
    """Return the Python source of the validator of the schema `name`."""
    source = fastjsonschema.compile_to_code(schema(name), use_default=False)
    tree = _Rewriter().visit(ast.parse(source))
    entry = next(part.name for part in tree.body if isinstance(part, ast.FunctionDef))
    header = f"# Generated from {name}.schema.json by `python -m nasport.schemas.generate`.\n"
    return f"{header}{ast.unparse(tree)}\n\nvalidate_{name} = {entry}\n"


class _Rewriter(ast.NodeTransformer):
    """Shorten the code of fastjsonschema and fix the order in which it checks the keys of an object.

    The copy of the schema in every exception is nine tenths of the code and is never read. Keys in a set would be checked
    in an order that differs from process to process, and with it the first mistake of a document.
    """

    def visit_Call(self, node: ast.Call) -> ast.AST:
        node.keywords = [word for word in node.keywords if word.arg != "definition"]
        match node:
            case ast.Call(ast.Name("set"), [ast.Call(ast.Attribute(value=keys, attr="keys"))]):
                return ast.Call(ast.Name("list"), [keys], [])
        return self.generic_visit(node)


if __name__ == "__main__":
    folder = Path(__file__).parent
    for schema_name in SCHEMAS:
        file = folder / f"{schema_name}.schema.json"
        if schema_name in WITH_OPERATORS:
            file.write_text(with_operators(file.read_text("utf-8")), "utf-8")
        target = folder / "generated" / f"{schema_name}.py"
        target.write_text(generate(schema_name), "utf-8")
