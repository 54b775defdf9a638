"""Nearly valid input: the message states the needed change, or harmless deviations are accepted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nasport.schemas import architecture_from_json
from nasport.schemas.errors import InputError
from nasport.schemas.reading import parse_json
from nasport.schemas.space import space_from_json
from nasport.toolkit.gennas.task import parse_task
from nasport.toolkit.gennas.task_search.labeled import read_labeled
from nasport.toolkit.inputs import notation_items, parse_item
from nasport.toolkit.notations import notation, notations
from nasport.toolkit.search.latency import parse_latency
from tests.documents import hash_of

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "resnet_like_cell.json"
TASKS = ROOT / "nasport" / "toolkit" / "gennas" / "tasks"
SPACES = ROOT / "nasport" / "toolkit" / "spaces" / "documents"

NEARLY_JSON = [
    ('{"a": 1,}', "there is a comma before '}', remove it"),
    ('{"a": [1, 2,\n]}', "there is a comma before ']', remove it"),
    ('{"a": 1, // one\n"b": 2}', "JSON has no comments"),
    ('# a cell\n{"a": 1}', "JSON has no comments"),
    ("{'a': 1}", "JSON needs double quotes; this looks like Python"),
    ('{"a": True}', "JSON writes true, false and null"),
    ('{"a": NaN}', "write a finite number or leave the key out"),
    ('{"a": nan}', "write a finite number or leave the key out"),
    ('{"a": (1, 2)}', "JSON has no tuples"),
    ("{a: 1}", "put the key in double quotes"),
    ("{\u201ca\u201d: 1}", "typographic quotes"),
    ('{"a": 1}\n{"a": 2}', "a second document begins here, expected one document per file or per line"),
    ('{"a": 1', "the text ends before the document is complete"),
    ("format: nasport-architecture\nversion: 1", "this looks like YAML"),
]


@pytest.mark.parametrize(("text", "hint"), NEARLY_JSON)
def test_nearly_valid_json_is_refused_with_what_to_change(text: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_json(text)
    assert hint in caught.value.problem


def test_a_schema_key_for_editors_is_ignored() -> None:
    schema = {"$schema": "https://example.org/architecture.schema.json"}
    value = json.loads(EXAMPLE.read_text("utf-8"))
    assert architecture_from_json(schema | value) == architecture_from_json(value)
    assert hash_of(schema | value) == hash_of(value)
    space = json.loads((SPACES / "darts.json").read_text("utf-8"))
    assert space_from_json(schema | space) == space_from_json(space)
    task = json.loads((TASKS / "combo.json").read_text("utf-8"))
    assert parse_task(json.dumps(schema | task)) == parse_task(json.dumps(task))
    latency: dict[str, Any] = {"format": "nasport-latency", "version": 1, "operators": {"conv_3x3": 1.0}}
    assert parse_latency(json.dumps(schema | latency)) == parse_latency(json.dumps(latency))


@pytest.mark.parametrize("value", [3, None, ["x"], "x" * 3000])
def test_a_schema_is_an_address(value: object) -> None:
    with pytest.raises(InputError, match=r"\$schema"):
        architecture_from_json({"$schema": value, **json.loads(EXAMPLE.read_text("utf-8"))})


MISSING = [
    "cells.txt",
    "./cells",
    "runs/best",
    "~/cells.json",
    "C:\\cells\\best",
    "my cells (2).txt",
    "missing.jsonl",
]


@pytest.mark.parametrize("name", MISSING)
@pytest.mark.parametrize("chosen", ["nasbench201", "darts", "nds"])
def test_a_missing_file_is_not_read_as_a_notation(name: str, chosen: str) -> None:
    (item,) = notation_items([name], None)
    with pytest.raises(
        InputError, match="no such file, expected a notation, a file of notations or '-'"
    ) as caught:
        parse_item(item, notation(chosen))
    assert caught.value.file == name


def test_a_missing_file_of_labels_is_reported_as_missing() -> None:
    with pytest.raises(InputError, match=r"labels\.tsv: no such file"):
        read_labeled(["labels.tsv"], "nasbench201", None)


@pytest.mark.parametrize("name", notations())
def test_no_notation_looks_like_a_file(name: str) -> None:
    example = notation(name).example
    for text in (example, f"07/16 09:24:25 PM genotype = {example}" if "(" in example else example):
        (item,) = notation_items([text], None)
        assert item.text == text.encode()
