"""Random changes of any input give an architecture or one `InputError`, never another exception."""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from nasport.runtime.encoding import encode
from nasport.schemas import Architecture, architecture_from_json, architecture_hash, parse_architecture
from nasport.schemas.errors import InputError
from nasport.schemas.space import Space, parse_space
from nasport.toolkit.inputs import document_items, notation_items, parse_item
from nasport.toolkit.notations import notation, notations
from tests.test_architecture import FULL
from tests.test_foreign import FILES

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    FULL,
    notation("darts").parse(notation("darts").example).to_json(),
    notation("nasbench101").parse(notation("nasbench101").example).to_json(),
    notation("nds").parse(notation("nds").example).to_json(),
]
SPACES = [json.loads((ROOT / "examples" / "my_space.json").read_text("utf-8"))]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 10**6)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "input", "output", "none", "stack", "split", "concat", "conv_3x3", "normal", "x", "y"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)  # fmt: skip


@st.composite
def changed(draw: st.DrawFn, documents: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a document in which one to three values are replaced, removed or copied from elsewhere."""
    value = copy.deepcopy(draw(st.sampled_from(documents)))
    for _ in range(draw(st.integers(1, 3))):
        holder: Any = value
        while True:
            keys = sorted(holder) if isinstance(holder, dict) else range(len(holder))
            key = draw(st.sampled_from(keys))
            inner = holder[key]
            if not isinstance(inner, dict | list) or not inner or draw(st.integers(0, 3)) == 0:
                break
            holder = inner
        if draw(st.booleans()) and len(holder) > 1:
            del holder[key]
        else:
            holder[key] = draw(VALUES)
    return value


def attempt(read: Callable[[], Any]) -> Any:
    """Return the result, or the `InputError`."""
    try:
        return read()
    except InputError as error:
        return error


def check(architecture: Architecture) -> None:
    """Check that an accepted document can be hashed, counted, checked for warnings and written."""
    assert architecture_from_json(architecture.to_json()) == architecture
    assert encode([architecture]).names == (architecture.name,)
    assert len(architecture_hash(architecture)) == 32


@given(changed(DOCUMENTS))
@settings(max_examples=200, deadline=None)
def test_changed_documents(value: dict[str, Any]) -> None:
    found = attempt(lambda: parse_architecture(json.dumps(value), file="x.json"))
    if isinstance(found, InputError):
        assert found.file == "x.json"
    else:
        check(found)


@given(changed(SPACES))
@settings(max_examples=100, deadline=None)
def test_changed_spaces(value: dict[str, Any]) -> None:
    found = attempt(lambda: parse_space(json.dumps(value)))
    if isinstance(found, Space):
        assert parse_space(json.dumps(found.to_json())) == found


TEXTS = [json.dumps(value).encode() for value in DOCUMENTS[:2]]
TEXTS += [notation(name).example.encode() for name in notations()]
TEXTS += list(FILES.values())


@st.composite
def contents(draw: st.DrawFn) -> bytes:
    """Bytes of a file of any type: truncated, changed, or with other bytes before them."""
    data = draw(st.sampled_from(TEXTS))
    start, end = sorted(draw(st.tuples(st.integers(0, len(data)), st.integers(0, len(data)))))
    other = draw(
        st.binary(max_size=12) | st.sampled_from([b"'", b",", b"\n", b"{", b"]", b"\xef\xbb\xbf", b"1e999"])
    )
    return draw(st.sampled_from([data[:end], data[start:], data[:start] + other + data[end:], other + data]))


@given(contents(), st.sampled_from(["", *notations()]))
@settings(max_examples=300, deadline=None)
def test_files_of_any_bytes(data: bytes, name: str) -> None:
    chosen = notation(name) if name else None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "x.json"
        file.write_bytes(data)
        items = list(notation_items([str(file)], chosen) if chosen else document_items([str(file)]))
    for item in items:
        found = attempt(partial(parse_item, item, chosen))
        if isinstance(found, InputError):
            assert found.file.endswith("x.json")
        else:
            check(found)
