"""Space documents are read and written unchanged, and mistakes are reported."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nasport.schemas import (
    InputError,
)
from nasport.schemas.space import parse_space
from nasport.toolkit.spaces import SearchSpace, load_space
from tests.space_documents import NAMES, PROGRAM, ROOT, shipped, space


@pytest.mark.parametrize("name", NAMES)
def test_documents_survive_writing(name: str) -> None:
    document = shipped(name).document
    assert document.description
    assert parse_space(json.dumps(document.to_json())) == document


def test_names_may_be_written_with_hyphens() -> None:
    assert load_space("nds-darts").document == shipped("nds_darts").document


def test_the_example_of_the_documentation_equals_the_shipped_file() -> None:
    blocks = re.findall(
        r"```json\n(.*?)```", (ROOT / "docs" / "guides" / "spaces.md").read_text("utf-8"), re.S
    )
    assert json.loads(blocks[0]) == json.loads((ROOT / "examples" / "my_space.json").read_text("utf-8"))


def change(value: dict[str, Any], path: tuple[Any, ...], new: Any) -> str:
    """Return the example with one value replaced (None: removed), as text with one value per line."""
    value = copy.deepcopy(value)
    *way, last = path
    place: Any = value
    for key in way:
        place = place[key]
    if new is None:
        del place[last]
    else:
        place[last] = new
    return json.dumps(value, indent=1)


NODES = ("cells", "cell", "nodes")
STAGES = ("skeleton", "stages")
GRAPH = {"vertices": {"max": 3}, "operators": ["conv_3x3"]}
ROW: dict[str, Any] = {"options": [[{"op": "conv_3x3"}], []]}
MISTAKES = [
    ((*NODES, 1, "candidates"), [], "cells.cell.nodes[1].candidates"),
    (
        (*NODES, 1, "candidates"),
        ["conv_3x3", "wavelet"],
        "cells.cell.nodes[1].candidates[1]: unknown operator",
    ),
    (
        (*NODES, 1, "candidates"),
        ["output"],
        "'output' is an input or output of the cell and cannot be a choice",
    ),
    ((*NODES, 1, "op"), "conv_3x3", "both 'op' and 'candidates'"),
    ((*NODES, 1, "inputs"), ["out"], "cells.cell.nodes[1].inputs[0]: no earlier node has the id 'out'"),
    ((*NODES, 1, "inputs"), [], "cells.cell.nodes[1]: the node has no inputs"),
    ((*NODES, 2, "id"), "a", "the id 'a' is already the id of another node"),
    ((*NODES, 2, "op"), {"choice": "gates"}, "unknown choice 'gates'"),
    (
        (*NODES, 2, "op"),
        {"choice": "gate", "values": ["relu"]},
        "1 values, expected 2, as in the choice 'gate'",
    ),
    ((*NODES, 2, "op"), {"choice": "width"}, "choices.width[0]: unknown operator 32"),
    ((*NODES, 3, "inputs", "choose"), 3, "3 distinct nodes cannot be chosen from 2"),
    (
        (*NODES, 3, "inputs", "from"),
        ["a", "c"],
        "cells.cell.nodes[3].inputs.from[1]: no earlier node has the id 'c'",
    ),
    ((*NODES, 3, "inputs", "loose"), ["a"], "'loose' is next to other keys"),
    ((*NODES, 3, "inputs", "choose"), None, "the inputs have neither 'choose' and 'from' nor 'loose'"),
    ((*NODES, 5), None, "no node with op 'output'"),
    (("choices", "depth"), [1, 2], "choices.depth: no value uses this choice"),
    (("choices", "width"), [], "choices.width"),
    (("choices", "width"), [32, 64.5, 96], "choices.width[1]: 64.5, expected an integer from 1"),
    (("cells", "cell", "graph"), GRAPH, "'nodes' and 'graph' in a cell, expected exactly one of"),
    (
        ("cells", "other"),
        {"graph": {**GRAPH, "edges": {"max": 1}, "vertices": {"min": 3, "max": 4}}},
        "edges.max is 1 for 3 vertices, expected at least 2",
    ),
    (("cells", "other"), {"graph": {**GRAPH, "vertices": {"min": 5, "max": 4}}}, "min is 5 and max is 4"),
    (("cells", "other"), {"graph": {**GRAPH, "operators": ["?"]}}, "cells.other.graph.operators[0]: unknown"),
    (
        ("cells", "other"),
        {"program": {**PROGRAM, "states": {"max": 3}, "steps": {"max": 2}}},
        "fewer steps than states, expected at least 3",
    ),
    (
        ("cells", "other"),
        {"program": {**PROGRAM, "operators": PROGRAM["operators"][1:2]}},
        "from[0]: unknown source 'linear'",
    ),
    ((*STAGES, 0, "cell"), "cells", "unknown cell 'cells'"),
    (("cells", "other"), {"graph": GRAPH}, "cells.other: no stage uses this cell"),
    (
        (*STAGES, 0, "attributes"),
        {"groups": {"choose": [1, 2]}},
        "skeleton.stages[0].attributes: a stage of a cell has attributes",
    ),
    ((*STAGES, 0, "op"), "relu", "exactly one of 'cell', 'op' and 'candidates'"),
    (
        (*STAGES, 0, "repeats"),
        {"choose": [0]},
        "skeleton.stages[0].repeats.choose[0]: 0, expected an integer",
    ),
    ((*STAGES, 0, "repeats"), {"times": 2}, "skeleton.stages[0].repeats"),
    ((*STAGES, 1), {"sequence": {**ROW, "length": {"min": 3, "max": 2}}}, "min is 3 and max is 2"),
    (
        (*STAGES, 1),
        {"sequence": {**ROW, "limits": [{"options": [2]}]}},
        "limits[0].options[0]: unknown option 2",
    ),
    (
        (*STAGES, 1),
        {"sequence": {**ROW, "limits": [{"options": [0], "min": 2}]}},
        "no sequence of digits meets",
    ),
    (
        (*STAGES, 1),
        {"sequence": {"options": [[{"candidates": ["relu"]}]]}},
        "an option of a sequence contains a choice",
    ),
    (("version",), 2, "version: version 2, expected 1; the document needs a newer"),
    (("name",), None, "name"),
]


@pytest.mark.parametrize(("path", "new", "message"), MISTAKES)
def test_mistakes_are_reported_with_file_line_and_path(path: tuple[Any, ...], new: Any, message: str) -> None:
    example = json.loads((ROOT / "examples" / "my_space.json").read_text("utf-8"))
    with pytest.raises(InputError) as caught:
        parse_space(change(example, path, new), file="mine.json")
    assert message in str(caught.value)
    assert str(caught.value).startswith("mine.json: line ")
    if path[0] == "cells" and len(path) > 2:
        assert caught.value.line is not None
        assert caught.value.line > 10


def test_an_empty_space_and_an_unknown_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="neither cells nor a skeleton"):
        space()
    with pytest.raises(
        InputError, match=r"'nasbench202', did you mean .*\? expected a file or one of .*darts"
    ):
        load_space("nasbench202")
    (tmp_path / "broken.json").write_text("{\n\n nonsense}")
    with pytest.raises(InputError, match=r"broken\.json: line 3"):
        load_space(tmp_path / "broken.json")


def test_the_output_of_a_template_that_stacks_concatenates() -> None:
    nodes = [
        {"id": "x", "op": "input", "role": "c_{k-1}"},
        {"id": "a", "candidates": ["conv_3x3", "conv_1x1"], "inputs": ["x"]},
        {"id": "y", "op": "output", "inputs": ["x", "a"]},
    ]

    def written(**join: str) -> SearchSpace:
        cell = {"channels": "stack", "nodes": [*nodes[:2], {**nodes[2], **join}]}
        return space(cells={"cell": cell})

    plain, said, summed = written(), written(join="concat"), written(join="sum")
    assert plain.document == said.document != summed.document
    for each in (plain, summed):
        assert parse_space(json.dumps(each.document.to_json())) == each.document
    member = plain.architecture(plain.sample(np.random.default_rng(0)))
    assert member.cells["cell"].nodes[-1].join == "concat"
