"""Properties of search spaces: size, members, and genes."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from itertools import islice, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import default_rng

from nasport.schemas import (
    architecture_from_json,
    parse_architecture,
)
from nasport.toolkit.spaces import load_space
from tests.documents import hash_of, shuffled
from tests.space_documents import NAMES, PROGRAM, ROOT, graph_space, row_space, shipped, space

CELL_OF_DARTS = (1 * 3 * 6 * 10) * 7**8
GRID = 5 * 5  # NDS' widths and depths
SIZES = {
    "nasbench101": 423_624,
    "nasbench201": 5**6,
    "nats_size": 8**5,
    "transnas_micro": 4**6,
    "transnas_macro": 3_256,
    "nasbench_macro": 3**8,
    "accel_nasbench": 36**6 * 48,
    "fbnet": 9**22,
    "ofa_mbv3": (9**2 + 9**3 + 9**4) ** 5,
    "autoformer": 3 * (4**12 + 4**13 + 4**14),
    "vit_bench_101": 3 * (4**12 + 4**13 + 4**14),
    "darts": CELL_OF_DARTS**2,
    "nds_darts": 241_591_910_400**2 * GRID,
    "nds_enas": 5_062_500_000_000**2 * GRID,
    "nds_amoeba": 556_627_761_561_600**2 * GRID,
    "nds_pnas": 556_627_761_561_600**2 * GRID,
    "nds_nasnet": (13**10 * 720**2) ** 2 * GRID,
    "nds_resnet": 1_259_712,
    "nds_resnet_in": 622_080_000,
    "nds_resnext_a": 11_390_625,
    "nds_resnext_b": 52_734_375,
}


# --- sizes and enumeration


@pytest.mark.parametrize("name", NAMES)
def test_sizes_equal_those_of_the_benchmarks(name: str) -> None:
    if name == "nasbench_nlp":
        assert not shipped(name).size_is_exact
    else:
        assert shipped(name).size_is_exact
        assert shipped(name).size() == SIZES[name]
        assert f"{SIZES[name]:,}" in shipped(name).document.description


@pytest.mark.parametrize("name", ["nasbench201", "transnas_micro", "transnas_macro", "nasbench_macro"])
def test_enumeration_is_complete_without_duplicates(name: str) -> None:
    members = list(shipped(name).enumerate())
    assert len(members) == len(set(members)) == SIZES[name]
    assert all(shipped(name).valid(genes) for genes in members)


def test_enumeration_is_lazy() -> None:
    assert len(list(islice(shipped("nds_nasnet").enumerate(), 3))) == 3


@pytest.mark.parametrize(("vertices", "edges", "operators"), [(4, 6, 2), (4, 4, 3), (5, 5, 1)])
def test_graphs_are_counted_up_to_isomorphism(vertices: int, edges: int, operators: int) -> None:
    small = graph_space(vertices, edges, ["conv_3x3", "conv_1x1", "max_pool_3x3"][:operators])
    all_genes = product(*(range(gene.options) for gene in small.genes))
    every = {hash_of(small.architecture(genes)) for genes in all_genes if small.valid(genes)}
    members = [hash_of(small.architecture(genes)) for genes in small.enumerate()]
    assert len(members) == len(set(members)) == small.size()
    assert set(members) == every


def test_rows_of_digits_are_counted_without_listing_them() -> None:
    limits = [{"options": [0, 1], "min": 2}, {"options": [1], "max": 2}]
    rows_ = row_space(length={"min": 2, "max": 5}, limits=limits)
    members = list(rows_.enumerate())
    assert rows_.size() == len(members) == len(set(members))
    wanted = [
        digits
        for length in range(2, 6)
        for digits in product(range(3), repeat=length)
        if sum(d < 2 for d in digits) >= 2 and digits.count(1) <= 2
    ]
    assert len(members) == len(wanted)


def test_a_cell_that_no_stage_uses_is_omitted() -> None:
    cells = {
        op: {
            "nodes": [
                {"id": "x", "op": "input"},
                {"id": "a", "op": op, "inputs": ["x"]},
                {"id": "y", "op": "output", "inputs": ["a"]},
            ]
        }
        for op in ("conv_3x3", "conv_5x5")
    }
    options = [[{"cell": name, "width": 8}] for name in cells]
    found = space(
        cells=cells, skeleton={"stages": [{"sequence": {"length": {"min": 2, "max": 2}, "options": options}}]}
    )
    used = {genes: set(found.architecture(genes).cells) for genes in found.enumerate()}
    assert [*used.values()] == [{"conv_3x3"}, {*cells}, {*cells}, {"conv_5x5"}]
    for genes in used:
        assert found.genes_of(found.architecture(genes)) == genes
        assert found.genes_of_many([found.architecture(genes)]) == [genes]
    assert len({hash_of(found.architecture(genes)) for genes in used}) == 4
    assert set(found.supernet().cells) == {"conv_3x3"}


def test_programs_are_enumerated_completely_and_the_size_is_a_bound() -> None:
    programs = space(cells={"cell": {"role": "recurrent", "program": PROGRAM}})
    members = list(programs.enumerate())
    assert 0 < len(members) == len(set(members)) <= programs.size()
    found = {hash_of(programs.architecture(genes)) for genes in members}
    rng = default_rng(0)
    assert {hash_of(programs.architecture(programs.sample(rng))) for _ in range(300)} <= found


# --- genes


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_genes_survive_every_round_trip(name: str, seed: int) -> None:
    found = shipped(name)
    genes = found.sample(default_rng(seed))
    assert found.valid(genes)
    assert found.decode(found.encode(genes)) == genes
    member = found.architecture(genes)
    assert parse_architecture(json.dumps(member.to_json())) == member
    value = member.to_json()
    for cell in value["cells"].values():
        cell["nodes"] = shuffled(cell["nodes"], seed)
    again = found.genes_of(architecture_from_json(value))
    assert again is not None
    assert hash_of(found.architecture(again)) == hash_of(member)


@pytest.mark.parametrize("name", ["nasbench201", "nasbench_macro", "transnas_macro", "nds_resnext_a"])
def test_members_with_unique_genes_round_trip(name: str) -> None:
    rng = default_rng(1)
    for _ in range(20):
        genes = shipped(name).sample(rng)
        assert shipped(name).genes_of(shipped(name).architecture(genes)) == genes


def test_an_architecture_of_another_space_has_no_genes() -> None:
    member = shipped("nasbench201").architecture((4,) * 6)  # average pooling, which TransNAS lacks
    for name in NAMES:
        assert (shipped(name).genes_of(member) is None) == (name != "nasbench201")
    wider = replace(member.skeleton.stages[0], width=17) if member.skeleton else None
    assert member.skeleton
    assert wider
    changed = replace(member, skeleton=replace(member.skeleton, stages=(wider, *member.skeleton.stages[1:])))
    assert shipped("nasbench201").genes_of(changed) is None


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32), count=st.integers(1, 3))
def test_mutation_changes_exactly_so_many_active_genes(name: str, seed: int, count: int) -> None:
    found, rng = shipped(name), default_rng(seed)
    genes = found.sample(rng)
    child = found.mutate(genes, rng, count)
    assert found.valid(child)
    active = found.active(genes)
    changed = [k for k, (a, b) in enumerate(zip(genes, child, strict=True)) if a != b]
    if not any(
        gene.kind == "length" for gene in found.genes
    ):  # in such spaces, digits beyond the row are set to 0
        assert len(changed) == count
        assert all(active[k] for k in changed)


@pytest.mark.parametrize("name", NAMES)
def test_crossover_takes_every_gene_from_a_parent(name: str) -> None:
    found, rng = shipped(name), default_rng(2)
    one, other = found.sample(rng), found.sample(rng)
    children = [found.crossover(one, other, rng) for _ in range(10)]
    assert all(found.valid(child) for child in children)
    unlimited = name not in (
        "nasbench101",
        "nasbench_nlp",
        "transnas_macro",
    )  # in these three, a child may need repair
    if unlimited:
        assert all(c in (a, b) for child in children for a, b, c in zip(one, other, child, strict=True))
        assert len(set(children)) > 1


def test_mutating_more_genes_than_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="7 changes, expected at most 6"):
        shipped("nasbench201").mutate((0,) * 6, default_rng(0), 7)


def test_neighbors_differ_in_one_gene() -> None:
    genes = (0, 1, 2, 3, 4, 0)
    found = list(shipped("nasbench201").neighbors(genes))
    assert len(found) == len(set(found)) == 6 * 4
    assert all(sum(a != b for a, b in zip(genes, other, strict=True)) == 1 for other in found)


def test_numbers_are_mapped_evenly_onto_operators() -> None:
    found = shipped("nasbench201")
    values = Counter(found.decode([x] * 6)[0] for x in np.linspace(0, 1, 10_001))
    assert set(values) == set(range(5))
    assert max(values.values()) - min(values.values()) <= 1
    assert found.decode([0.0, 1.0, 0.2, 0.19999, -3.0, 7.0]) == (0, 4, 1, 0, 0, 4)


@pytest.mark.parametrize("name", ["nasbench101", "transnas_macro", "nasbench_nlp"])
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_any_numbers_decode_reproducibly_to_a_member(name: str, seed: int) -> None:
    found = shipped(name)
    vector = default_rng(seed).random(len(found.genes))
    assert found.valid(found.decode(vector))
    assert found.decode(vector) == found.decode(vector)


def test_sampling_is_uniform_over_valid_rows() -> None:
    rows_ = row_space(length={"min": 3, "max": 3}, limits=[{"options": [1], "max": 1}])
    rng, draws = default_rng(3), 4_000
    counts = Counter(rows_.sample(rng) for _ in range(draws))
    assert set(counts) == set(rows_.enumerate())
    expected = draws / rows_.size()
    chi_square = sum((count - expected) ** 2 / expected for count in counts.values())
    assert chi_square < 2 * rows_.size()


def test_sampling_is_reproducible() -> None:
    draws = [[shipped(name).sample(default_rng(5)) for name in NAMES] for _ in range(2)]
    assert draws[0] == draws[1]


def test_invalid_rows_of_genes_are_refused() -> None:
    found = shipped("transnas_macro")
    assert not found.valid((0, 1, 2, 0, 0, 0))
    assert not found.valid((0, 0, 0, 0, 0, 0, 0))  # no module doubles the channels
    assert not found.valid((0, 1, 2, 0, 0, 3, 0))  # a digit beyond the row
    assert not found.valid((0, 9, 2, 0, 0, 0, 0))
    with pytest.raises(ValueError, match="expected a member of the search space 'transnas_macro'"):
        found.architecture((0,) * 7)


# --- linked and relative values


def test_a_named_choice_sets_all_its_places() -> None:
    found = load_space(ROOT / "examples" / "my_space.json")
    for genes in found.enumerate():
        member = found.architecture(genes)
        assert member.skeleton
        width = (32, 64, 96)[genes[0]]
        assert [stage.width for stage in (*member.skeleton.stem, *member.skeleton.stages)] == [
            width,
            width,
            2 * width,
            None,
        ]
        nodes = {node.id: node for node in member.cells["cell"].nodes}
        assert nodes["gate_a"].op == nodes["gate_b"].op
    assert found.size() == 288


def test_loose_ends_are_nodes_that_feed_no_node() -> None:
    found = shipped("nds_enas")
    for _ in range(20):
        member = found.architecture(found.sample(default_rng(7)))
        for cell in member.cells.values():
            read = {source for node in cell.nodes for source in node.inputs if node.id != "output"}
            (output,) = [node for node in cell.nodes if node.op == "output"]
            assert set(output.inputs) == {str(k) for k in range(2, 7)} - read
