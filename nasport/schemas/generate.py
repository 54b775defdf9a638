"""Write the validators of `generated/` from the JSON Schemas: `python -m nasport.schemas.generate`."""

from __future__ import annotations

import ast
from pathlib import Path

import fastjsonschema

from nasport.schemas.validation import SCHEMAS, schema


def generate(name: str) -> str:
    """Python source of the validator of the schema `name`."""
    source = fastjsonschema.compile_to_code(schema(name), use_default=False)
    tree = _WithoutDefinitions().visit(ast.parse(source))
    entry = next(part.name for part in tree.body if isinstance(part, ast.FunctionDef))
    header = f"# Generated from {name}.schema.json by `python -m nasport.schemas.generate`.\n"
    return f"{header}{ast.unparse(tree)}\n\nvalidate_{name} = {entry}\n"


class _WithoutDefinitions(ast.NodeTransformer):
    """Leaves out the copy of the schema that every exception would carry: nine tenths of the code, never read."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        node.keywords = [word for word in node.keywords if word.arg != "definition"]
        return self.generic_visit(node)


if __name__ == "__main__":
    for schema_name in SCHEMAS:
        target = Path(__file__).parent / "generated" / f"{schema_name}.py"
        target.write_text(generate(schema_name), "utf-8")
