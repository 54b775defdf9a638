"""JSON files that contain an array: of documents, or of encodings in one notation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nasport.schemas import InputError
from nasport.toolkit.inputs import Item, document_items, notation_items, parse_item
from nasport.toolkit.notations import notation
from tests.documents import document, node

DOCUMENT = document([node("x", "input"), node("a", "nor_conv_3x3", "x"), node("y", "output", "a")])
WRONG = document([node("x", "input"), node("a", "nor_conv_3X3", "x"), node("y", "output", "a")])
CELL = notation("nasbench201").example
OTHER = CELL.replace("none", "nor_conv_3x3")


def texts(file: Path, name: str) -> list[str]:
    """Return the encodings in a file, in the form that the notation writes."""
    known = notation(name)
    return [known.write(parse_item(item, known)) for item in notation_items([str(file)], known)]


def written(folder: Path, value: Any, name: str = "many.json", **layout: Any) -> Path:
    file = folder / name
    file.write_text(json.dumps(value, **layout), "utf-8")
    return file


def problem(item: Item, name: str | None = None) -> str:
    with pytest.raises(InputError) as error:
        parse_item(item, notation(name) if name else None)
    return str(error.value)


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("nasbench201", [CELL, OTHER]),
        ("nasbench201_naslib", [[4, 0, 3, 1, 4, 3], [0, 0, 0, 0, 0, 0]]),
        ("nasbench201_gennas", [[[1], [1, 2], [3, 2, 1]], [[0], [0, 0], [0, 0, 0]]]),
        ("nasbench101_json", [json.loads(notation("nasbench101_json").example)] * 2),
        ("nats_size", ["8:16:24:32:40"]),
    ],
)
def test_every_encoding_of_an_array_is_read(
    tmp_path: Path, name: str, values: list[Any], indent: int | None
) -> None:
    expected = [value if isinstance(value, str) else json.dumps(value) for value in values]
    assert texts(written(tmp_path, values, indent=indent), name) == expected


def test_a_single_encoding_that_is_an_array_or_an_object_is_read_as_one(tmp_path: Path) -> None:
    for name in ("nasbench201_naslib", "nasbench201_gennas", "nasbench201_nni", "nasbench101_json"):
        value = json.loads(notation(name).example)
        assert texts(written(tmp_path, value, indent=2), name) == [notation(name).example]


def test_lines_in_a_json_file_are_read_as_lines(tmp_path: Path) -> None:
    file = tmp_path / "lines.json"
    file.write_text("[4, 0, 3, 1, 4, 3]\n\n(0, 0, 0, 0, 0, 0)\n", "utf-8")
    assert texts(file, "nasbench201_naslib") == ["[4, 0, 3, 1, 4, 3]", "[0, 0, 0, 0, 0, 0]"]


@pytest.mark.parametrize("indent", [None, 1])
def test_documents_of_an_array_are_named_by_their_index(tmp_path: Path, indent: int | None) -> None:
    file = written(tmp_path, [DOCUMENT, WRONG, DOCUMENT], indent=indent)
    items = list(document_items([str(file)]))
    assert [item.name() for item in items] == ["many[0]", "many[1]", "many[2]"]
    assert parse_item(items[0], None) == parse_item(items[2], None)
    lines = file.read_text("utf-8").splitlines()
    wrong = 1 + next(place for place, line in enumerate(lines) if "nor_conv_3X3" in line)
    assert f"many.json: line {wrong}: [1].cells.cell.nodes[1].op: unknown operator" in problem(items[1])


def test_a_document_on_one_line_of_an_array_is_not_read_as_json_lines(tmp_path: Path) -> None:
    file = tmp_path / "many.json"
    file.write_text(f"[\n{json.dumps(DOCUMENT)}\n]\n", "utf-8")
    (item,) = document_items([str(file)])
    assert (item.element, item.line) == (0, 2)
    parse_item(item, None)


def test_a_wrong_element_is_reported_with_line_and_index_and_the_others_are_read(tmp_path: Path) -> None:
    file = tmp_path / "many.json"
    file.write_text('["64:64:64:64:64",\n "8:8:8:8:8", "8:8:8:8:9",\n 3]', "utf-8")
    items = list(notation_items([str(file)], notation("nats_size")))
    assert [parse_item(item, notation("nats_size")).name for item in items[:2]] == [
        "64:64:64:64:64",
        "8:8:8:8:8",
    ]
    assert problem(items[2], "nats_size").startswith(f"{file}: line 2: [2]: '8:8:8:8:9' is not")
    assert "line 3: [3]" in problem(items[3], "nats_size")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[]", "an empty array"),
        (f"[{json.dumps(DOCUMENT)},\n]", "line 2: not valid JSON"),
        (f"[{json.dumps(DOCUMENT)}", "not valid JSON"),
        ('[{"a": NaN}]', "NaN"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_a_broken_array_is_refused_once(tmp_path: Path, text: str, expected: str) -> None:
    file = tmp_path / "many.json"
    file.write_text(text, "utf-8")
    (item,) = document_items([str(file)])
    assert expected in problem(item)


def test_an_encoding_in_another_notation_is_refused_with_its_name(tmp_path: Path) -> None:
    file = written(tmp_path, ["64:64:64:64:64"])
    (item,) = notation_items([str(file)], notation("nasbench201"))
    assert "it can be read with --from nats_size" in problem(item, "nasbench201")
    (item,) = document_items([str(file)])
    assert "it can be read with --from nats_size" in problem(item)


def test_one_encoding_of_another_notation_is_refused_once(tmp_path: Path) -> None:
    file = written(tmp_path, [4, 0, 3, 1, 4, 3], indent=1)
    for name in ("nasbench201_gennas", None):
        (item,) = notation_items([str(file)], notation(name)) if name else document_items([str(file)])
        assert "it can be read with --from nasbench201_naslib or" in problem(item, name)


def test_no_other_notation_is_suggested_if_the_requested_one_reads_the_first_line() -> None:
    (item,) = notation_items([f"{CELL}\n{CELL}"], notation("nasbench201"))
    assert "it can be read" not in problem(item, "nasbench201")
