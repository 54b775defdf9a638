"""Probable mistakes in a document: it is scored with a warning."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nasport.runtime.predictor import Predictor
from nasport.schemas import Architecture, architecture_from_json
from nasport.schemas.warnings import document_warnings
from nasport.toolkit.notations import notation
from nasport.toolkit.spaces import library
from tests.commands import run_validate
from tests.documents import IMAGE, document, hash_of, node

LOOSE = "the node {!r} of the cell {!r} feeds no other node and is not an output, so its result is not used"


def genotype(reduce_concat: str) -> Architecture:
    edges = "[('sep_conv_3x3', 0), ('skip_connect', 1), ('dil_conv_5x5', 2), ('none', 0)]"
    text = (
        f"Genotype(normal={edges}, normal_concat=range(2, 4), reduce={edges}, reduce_concat={reduce_concat})"
    )
    return notation("darts").parse(text)


def cell(**changes: Any) -> Architecture:
    nodes = [
        node("in", "input"),
        node("a", "conv_3x3", "in"),
        node("b", "conv_1x1", "in"),
        node("out", "output", "a"),
    ]
    value = document(nodes)
    value["cells"] = {name: held | changes for name, held in value["cells"].items()}
    return architecture_from_json(value)


def test_an_unused_node_of_a_genotype_gives_a_warning() -> None:
    assert document_warnings(genotype("range(2, 4)")) == ()
    assert document_warnings(genotype("[3]")) == ()  # node 2 feeds node 3
    assert document_warnings(genotype("[2]")) == (LOOSE.format("3", "reduction"),)


def test_none_in_a_genotype_gives_no_warning_for_its_input() -> None:
    edges = "[('sep_conv_3x3', 0), ('skip_connect', 1), ('none', 2), ('skip_connect', 0)]"
    text = f"Genotype(normal={edges}, normal_concat=[3], reduce={edges}, reduce_concat=[2, 3])"
    assert document_warnings(notation("darts").parse(text)) == (LOOSE.format("2", "normal"),)


def test_an_unused_node_of_a_cell_gives_a_warning() -> None:
    (warning,) = document_warnings(cell())
    assert "the node 'b' of the cell" in warning
    assert document_warnings(cell(channels="split")) == ()


def test_many_unused_nodes_give_one_short_warning() -> None:
    nodes = [node("in", "input"), *(node(f"n{k}", "conv_3x3", "in") for k in range(99))]
    value = document([*nodes, node("out", "output", "n0")])
    (warning,) = document_warnings(architecture_from_json(value))
    assert "the nodes 'n1', 'n2', 'n3', 'n4', 'n5' and 93 more" in warning


@pytest.mark.parametrize(
    "text",
    [
        "|nor_conv_3x3~0|+|none~0|none~1|+|none~0|nor_conv_1x1~1|none~2|",
        "|nor_conv_3x3~0|+|nor_conv_3x3~0|none~1|+|none~0|nor_conv_1x1~1|none~2|",
    ],
)
def test_spaces_with_unreachable_nodes_by_design_give_no_warning(text: str) -> None:
    architecture = notation("nasbench201").parse(text)
    assert document_warnings(architecture) == ()
    written = architecture_from_json(architecture.to_json() | {"source": {"format": "x", "text": "x"}})
    assert document_warnings(written) == ()


def two_cells(*stages: dict[str, Any], **other: Any) -> Architecture:
    """Return a network of these stages with a cell `cell` and a cell `other`."""
    nodes = [node("in", "input"), node("a", "conv_3x3", "in"), node("out", "output", "a")]
    value = document(nodes, skeleton={"input": IMAGE, "stages": list(stages)})
    dead = [
        node("in", "input"),
        node("b", "conv_5x5", "in"),
        node("c", "conv_7x7", "b"),
        node("out", "output", "b"),
    ]
    value["cells"]["other"] = {"nodes": dead, **other}
    return architecture_from_json(value)


@pytest.mark.parametrize("role", ["normal", "reduction", "recurrent", "chain"])
@pytest.mark.parametrize("channels", ["same", "split", "stack"])
@pytest.mark.parametrize("stage", [{"cell": "cell"}, {"op": "conv_3x3"}])
def test_an_unused_cell_gives_a_warning_and_changes_nothing(
    role: str, channels: str, stage: dict[str, Any]
) -> None:
    with_it = two_cells({**stage, "width": 16}, role=role, channels=channels)
    cells = {"cell": with_it.cells["cell"]} if "cell" in stage else {}
    without = replace(with_it, cells=cells)
    assert (
        "no stage uses the cell 'other', so it is not part of the network and does not change the score"
        in document_warnings(with_it)
    )
    assert document_warnings(without) == ()
    assert hash_of(with_it) == hash_of(without)
    (first,), (second,) = (Predictor.load().score([each]) for each in (with_it, without))
    assert first._replace(warnings=()) == second._replace(warnings=())


def test_cells_without_a_skeleton_are_all_used() -> None:
    architecture = replace(two_cells({"cell": "cell"}), skeleton=None)
    assert not any("no stage" in text for text in document_warnings(architecture))
    assert hash_of(architecture) != hash_of(replace(architecture, cells={"cell": architecture.cells["cell"]}))


def test_a_node_without_inputs_gives_a_warning() -> None:
    nodes = [
        node("in", "input"),
        node("a", "conv_3x3"),
        node("z", "none"),
        node("out", "output", "a", "in", "z"),
    ]
    (warning,) = document_warnings(architecture_from_json(document(nodes)))
    assert warning.startswith("the node 'a' of the cell 'cell' has no inputs, expected some")
    fed = [nodes[0], node("a", "conv_3x3", "in"), *nodes[2:]]
    assert document_warnings(architecture_from_json(document(fed))) == ()


def test_an_output_without_inputs_gives_a_warning() -> None:
    nodes = [node("in", "input"), node("y", "output", "in"), node("z", "output")]
    (warning,) = document_warnings(architecture_from_json(document(nodes)))
    assert warning.startswith("the node 'z'")


def test_scores_carry_the_warnings_of_their_documents() -> None:
    odd, right = Predictor.load().score([genotype("[2]"), genotype("[2, 3]")])
    assert odd.warnings[0] == LOOSE.format("3", "reduction")
    assert not any("feeds no other node" in text for text in right.warnings)


@pytest.mark.parametrize("name", library.space_names())
def test_members_of_shipped_spaces_give_no_warnings(name: str) -> None:
    space, rng = library.load_space(name), np.random.default_rng(0)
    for _ in range(20):
        assert document_warnings(space.architecture(space.sample(rng))) == ()


def test_validate_prints_warnings_for_valid_documents(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "odd.json"
    file.write_text(json.dumps(genotype("[2]").to_json()), "utf-8")
    assert run_validate([str(file)], None, as_json=False) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("valid ")
    assert second == f"warning  {LOOSE.format('3', 'reduction')}"
    assert run_validate([str(file)], None, as_json=True) == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["valid"], record["warnings"]) == (True, [LOOSE.format("3", "reduction")])
