"""Supernets of spaces: networks with all operators at once, and the effect of pruning."""

from __future__ import annotations

import pytest
from numpy.random import default_rng

from nasport.schemas import (
    architecture_from_json,
    canonicalize,
    raw_graph,
    stack,
)
from nasport.toolkit.spaces import load_space
from tests.documents import hash_of
from tests.space_documents import NAMES, ROOT, shipped


@pytest.mark.parametrize("name", [*NAMES, "examples/my_space.json"])
def test_supernets_are_valid_and_can_be_scored(name: str) -> None:
    found = shipped(name) if name in NAMES else load_space(ROOT / name)
    supernet = found.supernet()
    assert architecture_from_json(supernet.to_json()) == supernet
    batch = canonicalize(stack([raw_graph(supernet)]))
    assert batch.mask.any()
    open_operators = [gene for gene in found.genes if gene.kind == "operator"]
    if open_operators:
        assert any(len(kind.operators) > 1 for kind in batch.kinds)


@pytest.mark.parametrize("name", NAMES)
def test_a_supernet_with_one_value_per_gene_equals_that_member(name: str) -> None:
    found = shipped(name)
    genes = found.sample(default_rng(9))
    single = found.supernet([[value] for value in genes])
    assert hash_of(single) == hash_of(found.architecture(genes))


def test_pruning_removes_exactly_one_operator_from_one_edge() -> None:
    found = shipped("nasbench201")
    allowed = [list(range(5)) for _ in found.genes]
    allowed[2].remove(0)
    before, after = found.supernet().cells["cell"], found.supernet(allowed).cells["cell"]
    changed = [(a, b) for a, b in zip(before.nodes, after.nodes, strict=True) if a != b]
    ((old, new),) = changed
    assert old.id == "1->2"
    assert set(old.candidates) - set(new.candidates) == {"none"}
    with pytest.raises(ValueError, match="at least one allowed value"):
        found.supernet([[], *allowed[1:]])


def test_pruning_inputs_removes_their_edges() -> None:
    found = shipped("darts")
    names = [gene.name for gene in found.genes]
    allowed = [list(range(gene.options)) for gene in found.genes]
    place = names.index("cells.normal.5.inputs")
    allowed[place] = [k for k, label in enumerate(found.genes[place].labels) if "c_{k-2}" not in label]
    fed = {node.id: node.inputs for node in found.supernet(allowed).cells["normal"].nodes}
    assert {fed[edge][0] for edge in fed["5"]} == {"c_{k-1}", "2", "3", "4"}


def test_attributes_that_operators_do_not_share_stay_with_their_operators() -> None:
    found = shipped("ofa_mbv3")
    supernet = found.supernet()
    nodes = [node for node in supernet.cells["chain"].nodes if "identity" in node.candidates]
    assert len(nodes) == 5 * 2  # the third and fourth block of each stage may be absent
    for node in nodes:
        assert {name for name, _ in node.attributes} <= {"channels", "stride"}
        blocks = [supernet.operator(key) for key in node.candidates if key != "identity"]
        assert {block.word("activation") for block in blocks} in ({"relu"}, {"hardswish"})
