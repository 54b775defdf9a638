"""Text of a document is never executed in the module that is written from it."""

from __future__ import annotations

import ast
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasport.schemas import Architecture, InputError, architecture_from_json
from tests.documents import document, node

torch = pytest.importorskip("torch")

from nasport.toolkit.networks.python_source.line_breaking import LINE  # noqa: E402
from nasport.toolkit.networks.python_source.module_text import source_text  # noqa: E402
from tests.written_networks import IMAGE, STEM, loaded  # noqa: E402

HOSTILE = [
    '"""; import os',
    "'''",
    "\\",
    "\\N{DASH}\\u0022",
    "a\nimport os\nb",
    '")\nexec("1")',
    "\u202e",
    "${x}",
]


def hostile_document(text: str, name: str) -> Architecture:
    """Return a document with a hostile text in every string."""
    nodes = [
        node(text, "input"),
        node(text + "1", text, text),
        node(text + "2", "nor_conv_1x1", text + "1"),
        node("out", "output", text + "2", text),
    ]
    own = {text: {"text": text, "kind": "convolution", "kernel": 3}}
    value = document(nodes, operators=own, name=name, space=text)
    value["cells"] = {text: value["cells"]["cell"]}
    value["skeleton"] = {"input": IMAGE, "stem": STEM, "stages": [{"cell": text}], "classes": 3}
    return architecture_from_json(value)


def _structure(text: str) -> list[str]:
    """Return the syntax nodes of a module in order, and all its strings except docstrings."""
    tree = ast.parse(text)
    for part in ast.walk(tree):
        if isinstance(part, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(part):
            part.body = part.body[1:]
    constants = [repr(item.value) for item in ast.walk(tree) if isinstance(item, ast.Constant)]
    return [type(item).__name__ for item in ast.walk(tree)] + constants


@cache
def _harmless() -> list[str]:
    return _structure(source_text(hostile_document("abc", "abc")))


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_a_document_is_not_executed(text: str) -> None:
    written = source_text(hostile_document(text, text))
    assert written.isascii()
    assert _structure(written) == _harmless()
    loaded(written)


@given(st.text(min_size=1, max_size=12), st.text(max_size=300))
@settings(max_examples=25, deadline=None)
def test_text_of_random_documents_is_not_executed(text: str, name: str) -> None:
    try:
        written = source_text(hostile_document(f"a{text}", name))
    except InputError as error:
        if "has no network module" in error.problem:  # for example a described embedding
            return
        raise
    assert written.isascii()
    assert all(len(line) <= LINE for line in written.splitlines())
    assert _structure(written) == _harmless()
