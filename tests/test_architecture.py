"""Documents are read and written unchanged, and mistakes are reported with line and path."""

from __future__ import annotations

import copy
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from nasport.runtime.costs import costs
from nasport.schemas import (
    Architecture,
    InputError,
    architecture_from_json,
    parse_architecture,
    read_architecture,
    vocabulary,
)
from nasport.schemas.checks import MAX_EDGES_PER_CELL
from nasport.schemas.generate import generate
from nasport.schemas.reading import MAX_DOCUMENT_BYTES, line_of
from nasport.schemas.validation import SCHEMAS
from nasport.toolkit.networks import build_network
from tests.documents import hash_of, in_skeleton, node

EXAMPLES = Path(__file__).parent.parent / "examples"

FULL: dict[str, Any] = {
    "format": "nasport-architecture",
    "version": 1,
    "name": "everything at once",
    "space": "mine",
    "source": {"format": "words", "text": "a cell"},
    "operators": {"mixer": {"text": "Mixes channels", "kind": "attention", "heads": 3, "ordered": True}},
    "cells": {
        "cell": {
            "role": "reduction",
            "channels": "stack",
            "nodes": [
                {"id": "x", "op": "input", "inputs": [], "role": "c_{k-1}"},
                {"id": "m", "op": "mixer", "inputs": ["x"], "attributes": {"heads": 5}},
                {"id": "s", "candidates": ["skip_connect", "mixer"], "inputs": ["x"]},
                {"id": "y", "op": "output", "inputs": ["m", "s"], "join": "concat"},
            ],
        }
    },
    "skeleton": {
        "input": {"channels": 3, "height": 32, "width": 32},
        "stem": [{"op": "conv_3x3", "width": 16}],
        "stages": [{"cell": "cell", "repeats": 2, "width": 16, "stride": 2, "resolution": 16}],
        "head": [{"op": "global_avg_pool"}],
        "classes": 10,
    },
    "labels": [{"dataset": "cifar10", "split": "test", "metric": "accuracy", "value": 93.5, "epochs": 200}],
}
NODES = ("cells", "cell", "nodes")


def changed(path: tuple[str | int, ...], value: Any) -> str:
    """Return the full document with the value at one path replaced; `...` removes it."""
    document = copy.deepcopy(FULL)
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return json.dumps(document, indent=1)


def test_documents_round_trip_unchanged() -> None:
    architecture = parse_architecture(json.dumps(FULL))
    assert architecture.to_json() == FULL
    assert parse_architecture(json.dumps(architecture.to_json())) == architecture


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*_cell.json")), ids=lambda file: file.stem)
def test_the_examples_are_valid(file: Path) -> None:
    assert read_architecture(file).to_json() == json.loads(file.read_text("utf-8"))


WRONG: list[tuple[str, tuple[str | int, ...], Any, str, str]] = [
    ("name with dots", ("cells", "cell.nodes.x"), 5, "cells.cell.nodes.x", "must be object, found 5"),
    ("name with brackets", ("cells", "a[0].b"), {"nodes": 1}, "cells.a[0].b.nodes", "must be array"),
    ("first of several", ("cells",), {"b": 1, "a": 2, "c": 3}, "cells.b", "found 1"),
    (
        "attribute beside a number",
        ("operators", "widened"),
        {"text": "y", "kind": "inverted_residual", "kernel": 3, "expand": "always"},
        "operators.widened.expand",
        "no effect without expansion 1, expected both",
    ),
    ("wrong format", ("format",), "onnx", "format", "expected 'nasport-architecture'"),
    ("newer version", ("version",), 2, "version", "needs a newer release of nasport"),
    ("version is true", ("version",), True, "version", "expected 1"),
    ("missing version", ("version",), ..., "", "missing key 'version'"),
    ("missing cells", ("cells",), ..., "", "cells"),
    ("missing id", (*NODES, 1, "id"), ..., "cells.cell.nodes[1]", "id"),
    ("missing op", (*NODES, 1, "op"), ..., "cells.cell.nodes[1]", "missing key 'op'"),
    ("missing inputs", (*NODES, 1, "inputs"), ..., "cells.cell.nodes[1]", "missing key 'inputs'"),
    ("op and candidates", (*NODES, 2, "op"), "mixer", "cells.cell.nodes[2]", "either 'op' or 'candidates'"),
    ("unknown id", (*NODES, 3, "inputs", 1), "z", "cells.cell.nodes[3].inputs[1]", "unknown id 'z'"),
    ("repeated id", (*NODES, 2, "id"), "m", "cells.cell.nodes[2].id", "is already the id of"),
    ("cycle", (*NODES, 1, "inputs"), ["x", "m"], "cells.cell.nodes", "cycle"),
    ("unknown operator", (*NODES, 1, "op"), "warp", "cells.cell.nodes[1].op", "unknown operator 'warp'"),
    ("unknown candidate", (*NODES, 2, "candidates", 0), "warp", "nodes[2].candidates[0]", "unknown operator"),
    (
        "input with inputs",
        (*NODES, 0, "inputs"),
        ["m"],
        "cells.cell.nodes[0].inputs",
        "has inputs, expected none",
    ),
    ("output feeds", (*NODES, 1, "inputs"), ["y"], "cells.cell.nodes[1].inputs[0]", "is an output"),
    ("no input node", (*NODES, 0, "op"), "skip_connect", "cells.cell.nodes", "'input'"),
    (
        "unknown key",
        (*NODES, 1, "input"),
        ["x"],
        "cells.cell.nodes[1].input",
        "unknown key 'input', did you mean 'inputs'? expected one of id, op,",
    ),
    ("unknown join", (*NODES, 3, "join"), "max", "cells.cell.nodes[3].join", "one of"),
    ("wrong type", (*NODES, 1, "inputs"), "x", "cells.cell.nodes[1].inputs", "array"),
    (
        "attributes of a cell",
        ("skeleton", "stages", 0, "attributes"),
        {"groups": 2},
        "skeleton.stages[0].attributes",
        "a stage of a cell has attributes",
    ),
    ("unknown cell", ("skeleton", "stages", 0, "cell"), "c", "skeleton.stages[0].cell", "unknown cell 'c'"),
    ("stage of nothing", ("skeleton", "stages", 0, "cell"), ..., "skeleton.stages[0]", "exactly one of"),
    ("too deep", ("skeleton", "stages", 0, "repeats"), 1001, "skeleton.stages[0].repeats", "1000"),
    ("groups of zero", ("operators", "mixer", "groups"), 0, "operators.mixer.groups", "1"),
    ("half a stride", (*NODES, 1, "attributes", "heads"), 0.5, "attributes.heads", "integer"),
    ("empty description", ("operators", "mixer", "text"), "", "operators.mixer.text", "1"),
    ("long description", ("operators", "mixer", "text"), "x" * 2001, "operators.mixer.text", "2000"),
    ("no operator text", ("operators", "mixer", "text"), ..., "operators.mixer", "text"),
]


@pytest.mark.parametrize(
    ("path", "value", "place", "words"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG]
)
def test_a_mistake_is_reported_with_file_line_and_path(
    path: tuple[str | int, ...], value: Any, place: str, words: str
) -> None:
    text = changed(path, value)
    with pytest.raises(InputError) as caught:
        parse_architecture(text, file="mine.json")
    message = str(caught.value)
    assert message.startswith("mine.json: line ")
    assert place in message
    assert words in message
    assert caught.value.line == line_of(text, caught.value.path)


def test_the_reported_line_contains_the_mistake() -> None:
    text = changed((*NODES, 3, "inputs", 1), "no such node")
    with pytest.raises(InputError) as caught:
        parse_architecture(text, line=100)
    assert caught.value.line is not None
    assert "no such node" in text.splitlines()[caught.value.line - 100]


NOT_JSON: list[tuple[str, bytes, str]] = [
    ("empty", b"", "empty"),
    ("only spaces", b" \n\t", "empty"),
    ("not JSON", b'{"format": nasport}', "not valid JSON"),
    ("cut off", b'{"format": "nasport-architecture",\n "cells"', "line 2"),
    ("not UTF-8", b'{"name":\n "\xff"}', "line 2: byte 0xff at offset 11 is not UTF-8"),
    (
        "5,000 digits",
        b'{"labels":\n [' + b"1" * 5_000 + b"]}",
        "line 2: a number has 5,000 digits, expected fewer",
    ),
    ("NaN", b'{"labels":\n [NaN]}', "line 2: NaN"),
    ("is out of range", b"[1e999]", "is out of range"),
    ("key twice", b'{"a": 1,\n "a": 2}', "line 2: duplicate key 'a'"),
    ("nested deeply", b"[" * 100_000, "nested too deeply"),
    ("nested beyond the limit", b"[" * 201 + b"]" * 201, "expected at most 200 levels"),
    ("nested up to the limit", b"[" * 200 + b"]" * 200, "not a JSON object"),
    ("not UTF-8 after a byte order mark", b"\xef\xbb\xbf[\xff]", "byte 0xff at offset 4"),
    ("huge integer", b"[" + b"1" * 5000 + b"]", "number"),
    ("not an object", b"[]", "not a JSON object"),
]


@pytest.mark.parametrize(("text", "words"), [w[1:] for w in NOT_JSON], ids=[w[0] for w in NOT_JSON])
def test_input_that_is_not_json_is_refused(text: bytes, words: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_architecture(text, file="mine.json")
    assert words in str(caught.value)


def large(nodes: int, edges_each: int = 1) -> str:
    inner = [{"id": str(i), "op": "skip_connect", "inputs": ["x"] * edges_each} for i in range(nodes - 2)]
    cell = [{"id": "x", "op": "input", "inputs": []}, *inner, {"id": "y", "op": "output", "inputs": ["0"]}]
    return json.dumps({"format": "nasport-architecture", "version": 1, "cells": {"c": {"nodes": cell}}})


def test_limits() -> None:
    parse_architecture(large(1_000))
    with pytest.raises(InputError, match="1000 items"):
        parse_architecture(large(10_001))
    with pytest.raises(InputError, match=f"at most {MAX_EDGES_PER_CELL:,}"):
        parse_architecture(large(100, 200))


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "large.json"
    with file.open("wb") as stream:
        stream.truncate(1024**3)
    with pytest.raises(InputError, match=f"at most {MAX_DOCUMENT_BYTES:,}"):
        read_architecture(file)


@pytest.mark.parametrize("name", SCHEMAS)
def test_generated_validators_are_current(name: str) -> None:
    shipped = (files("nasport.schemas.generated") / f"{name}.py").read_text("utf-8")
    current = generate(name)

    def body(source: str) -> list[str]:
        return [line for line in source.splitlines() if not line.startswith("VERSION")]

    assert body(shipped) == body(current)


def test_a_description_makes_one_operator_of_several_keys() -> None:
    known = vocabulary()
    assert known["conv3x3-bn-relu"] == known["nor_conv_3x3"]
    assert known["max_pool_3x3"] != known["avg_pool_3x3"]
    assert all(operator.text.strip() == operator.text for operator in known.values())


@pytest.mark.parametrize(("channels", "unsaid"), [("same", "sum"), ("split", "concat"), ("stack", "concat")])
def test_outputs_of_stacking_and_splitting_cells_concatenate_by_default(channels: str, unsaid: str) -> None:
    def joined(**join: str) -> Architecture:
        inner = [node("s", "identity", "x", "x1"), node("a", "conv_3x3", "s"), node("b", "conv_1x1", "x1")]
        ends = [node("x", "input", role="c_{k-2}"), node("x1", "input", role="c_{k-1}")]
        nodes = [*ends, *inner, node("y", "end", "a", "b", **join)]
        return in_skeleton(
            nodes,
            {"width": 16, "repeats": 3},
            {"end": {"text": "Output", "kind": "output"}},
            channels=channels,
        )

    plain, said, other = joined(), joined(join=unsaid), joined(join="sum" if unsaid == "concat" else "concat")
    assert [each.join for each in plain.cells["cell"].nodes] == ["sum"] * 5 + [unsaid]
    assert plain == said
    assert hash_of(plain) == hash_of(said) != hash_of(other)
    assert costs(plain) == costs(said) != costs(other)
    for each in (plain, other):
        assert architecture_from_json(each.to_json()) == each


def test_costs_of_a_stacked_cell_equal_those_of_its_network() -> None:
    def network(**join: str) -> Architecture:
        nodes = [node("x", "input", role="c_{k-2}"), node("x1", "input", role="c_{k-1}")]
        nodes += [
            node("a", "nor_conv_3x3", "x"),
            node("b", "nor_conv_1x1", "x1"),
            node("y", "output", "a", "b", **join),
        ]
        return in_skeleton(nodes, {"width": 16, "repeats": 2}, channels="stack")

    for architecture in (network(), network(join="sum")):
        found = costs(architecture)
        assert found is not None
        assert found.parameters == sum(p.numel() for p in build_network(architecture).parameters())
    assert hash_of(network()) != hash_of(network(join="sum"))


@pytest.mark.parametrize("end", ["input", "output"])
def test_an_end_of_the_cell_is_no_candidate_among_several(end: str) -> None:
    value = copy.deepcopy(FULL)
    value["cells"]["cell"]["nodes"][2]["candidates"] = ["skip_connect", end]
    with pytest.raises(
        InputError, match=rf"candidates\[1\]: the {end} of a cell is among several candidates"
    ):
        architecture_from_json(value)
