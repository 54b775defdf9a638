"""Space documents and what follows from them: sizes, members, genes, supernets, and what a mistake gets."""

from __future__ import annotations

import copy
import json
import re
from collections import Counter
from dataclasses import replace
from functools import cache
from itertools import islice, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import default_rng

from nasport.schemas import (
    InputError,
    architecture_from_json,
    canonicalize,
    parse_architecture,
    raw_graph,
    stack,
)
from nasport.schemas.space import parse_space, space_from_json
from nasport.toolkit.notations import notation
from nasport.toolkit.notations.nasbench101 import module_of
from nasport.toolkit.spaces import SearchSpace, load_space, space_names
from tests.documents import hash_of, shuffled
from tests.tables import WHOLE, nasbench101_space, nasbench_macro, rows, sample

ROOT = Path(__file__).parent.parent
NAMES = space_names()
CELL_OF_DARTS = (1 * 3 * 6 * 10) * 7**8
GRID = 5 * 5  # NDS' widths and depths
SIZES = {
    "nasbench101": 423_624,
    "nasbench201": 5**6,
    "transnas_micro": 4**6,
    "transnas_macro": 3_256,
    "nasbench_macro": 3**8,
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


@cache
def shipped(name: str) -> SearchSpace:
    return load_space(name)


def space(**parts: Any) -> SearchSpace:
    return SearchSpace(space_from_json({"format": "nasport-space", "version": 1, "name": "test", **parts}))


def graph_space(vertices: int, edges: int, operators: list[str]) -> SearchSpace:
    graph = {"vertices": {"max": vertices}, "edges": {"max": edges}, "operators": operators}
    return space(cells={"cell": {"graph": graph}})


def row_space(**more: Any) -> SearchSpace:
    options = [[{"op": "conv_3x3", "width": 8}], [{"op": "conv_5x5", "stride": 2}], []]
    return space(skeleton={"stages": [{"sequence": {"options": options, **more}}]})


PROGRAM = {
    "steps": {"max": 3},
    "states": {"max": 1},
    "operators": [
        {"op": "linear", "inputs": [1, 2], "join": "concat", "from": ["x", "h_prev", "relu"]},
        {"op": "relu", "inputs": [1, 1], "from": ["linear"]},
        {"op": "sub", "inputs": [2, 2]},
    ],
}


# --- sizes and enumeration


@pytest.mark.parametrize("name", NAMES)
def test_sizes_are_those_of_the_benchmarks(name: str) -> None:
    if name == "nasbench_nlp":
        assert not shipped(name).size_is_exact
    else:
        assert shipped(name).size_is_exact
        assert shipped(name).size() == SIZES[name]
        assert f"{SIZES[name]:,}" in shipped(name).document.description


@pytest.mark.parametrize("name", ["nasbench201", "transnas_micro", "transnas_macro", "nasbench_macro"])
def test_enumeration_is_complete_and_has_nothing_twice(name: str) -> None:
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


def test_programs_are_enumerated_whole_and_the_size_is_a_bound() -> None:
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
def test_genes_survive_every_way_there_and_back(name: str, seed: int) -> None:
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
def test_members_with_one_spelling_give_their_own_genes_back(name: str) -> None:
    rng = default_rng(1)
    for _ in range(20):
        genes = shipped(name).sample(rng)
        assert shipped(name).genes_of(shipped(name).architecture(genes)) == genes


def test_an_architecture_of_another_space_has_no_genes() -> None:
    member = shipped("nasbench201").architecture((4,) * 6)  # average pooling, which TransNAS leaves out
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
    if not any(gene.kind == "length" for gene in found.genes):  # there digits beyond the row are set to 0
        assert len(changed) == count
        assert all(active[k] for k in changed)


@pytest.mark.parametrize("name", NAMES)
def test_crossover_takes_every_gene_from_a_parent(name: str) -> None:
    found, rng = shipped(name), default_rng(2)
    one, other = found.sample(rng), found.sample(rng)
    children = [found.crossover(one, other, rng) for _ in range(10)]
    assert all(found.valid(child) for child in children)
    unlimited = name not in ("nasbench101", "nasbench_nlp", "transnas_macro")  # else a child may need repair
    if unlimited:
        assert all(c in (a, b) for child in children for a, b, c in zip(one, other, child, strict=True))
        assert len(set(children)) > 1


def test_mutating_more_genes_than_there_are_says_so() -> None:
    with pytest.raises(ValueError, match="7 changes wanted, but only 6 genes"):
        shipped("nasbench201").mutate((0,) * 6, default_rng(0), 7)


def test_neighbours_differ_in_one_gene() -> None:
    genes = (0, 1, 2, 3, 4, 0)
    found = list(shipped("nasbench201").neighbours(genes))
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
def test_any_numbers_decode_to_a_member_always_the_same(name: str, seed: int) -> None:
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


def test_rows_of_genes_that_are_no_member_are_refused() -> None:
    found = shipped("transnas_macro")
    assert not found.valid((0, 1, 2, 0, 0, 0))
    assert not found.valid((0, 0, 0, 0, 0, 0, 0))  # no module doubles the channels
    assert not found.valid((0, 1, 2, 0, 0, 3, 0))  # a digit beyond the row
    assert not found.valid((0, 9, 2, 0, 0, 0, 0))
    with pytest.raises(ValueError, match="no member of the space 'transnas_macro'"):
        found.architecture((0,) * 7)


# --- linked and relative places


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


def test_loose_ends_are_those_that_feed_nothing() -> None:
    found = shipped("nds_enas")
    for _ in range(20):
        member = found.architecture(found.sample(default_rng(7)))
        for cell in member.cells.values():
            read = {source for node in cell.nodes for source in node.inputs if node.id != "output"}
            (output,) = [node for node in cell.nodes if node.op == "output"]
            assert set(output.inputs) == {str(k) for k in range(2, 7)} - read


# --- supernets


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
def test_a_supernet_with_one_value_a_gene_is_that_member(name: str) -> None:
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


# --- documents


@pytest.mark.parametrize("name", NAMES)
def test_documents_survive_writing(name: str) -> None:
    document = shipped(name).document
    assert document.description
    assert parse_space(json.dumps(document.to_json())) == document


def test_names_may_be_written_with_hyphens() -> None:
    assert load_space("nds-darts").document == shipped("nds_darts").document


def test_the_example_of_the_documentation_is_the_one_shipped() -> None:
    blocks = re.findall(r"```json\n(.*?)```", (ROOT / "docs" / "spaces.md").read_text("utf-8"), re.S)
    assert json.loads(blocks[0]) == json.loads((ROOT / "examples" / "my_space.json").read_text("utf-8"))


def change(value: dict[str, Any], path: tuple[Any, ...], new: Any) -> str:
    """The example with one value replaced (or, None, removed), as text with a line for every value."""
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
    ((*NODES, 1, "candidates"), ["output"], "'output' cannot be chosen"),
    ((*NODES, 1, "op"), "conv_3x3", "both 'op' and 'candidates'"),
    ((*NODES, 1, "inputs"), ["out"], "cells.cell.nodes[1].inputs[0]: 'out' is no earlier node"),
    ((*NODES, 1, "inputs"), [], "cells.cell.nodes[1]: no inputs"),
    ((*NODES, 2, "id"), "a", "the id 'a' stands twice"),
    ((*NODES, 2, "op"), {"choice": "gates"}, "unknown choice 'gates'"),
    ((*NODES, 2, "op"), {"choice": "gate", "values": ["relu"]}, "1 values, expected 2"),
    ((*NODES, 2, "op"), {"choice": "width"}, "choices.width[0]: unknown operator 32"),
    ((*NODES, 3, "inputs", "choose"), 3, "3 distinct nodes of 2 cannot be chosen"),
    ((*NODES, 3, "inputs", "from"), ["a", "c"], "cells.cell.nodes[3].inputs.from[1]: 'c' is no earlier node"),
    ((*NODES, 3, "inputs", "loose"), ["a"], "'loose' stands with other keys"),
    ((*NODES, 3, "inputs", "choose"), None, "expected 'choose' and 'from'"),
    ((*NODES, 5), None, "no node with op 'output'"),
    (("choices", "depth"), [1, 2], "choices.depth: nothing refers to this choice"),
    (("choices", "width"), [], "choices.width"),
    (("choices", "width"), [32, 64.5, 96], "choices.width[1]: 64.5, expected an integer from 1"),
    (("cells", "cell", "graph"), GRAPH, "exactly one of 'nodes', 'graph', 'program', found nodes and graph"),
    (
        ("cells", "other"),
        {"graph": {**GRAPH, "edges": {"max": 1}, "vertices": {"min": 3, "max": 4}}},
        "at least 2 edges",
    ),
    (("cells", "other"), {"graph": {**GRAPH, "vertices": {"min": 5, "max": 4}}}, "min 5 is above max 4"),
    (("cells", "other"), {"graph": {**GRAPH, "operators": ["?"]}}, "cells.other.graph.operators[0]: unknown"),
    (
        ("cells", "other"),
        {"program": {**PROGRAM, "states": {"max": 3}, "steps": {"max": 2}}},
        "every state",
    ),
    (
        ("cells", "other"),
        {"program": {**PROGRAM, "operators": PROGRAM["operators"][1:2]}},
        "from[0]: 'linear'",
    ),
    ((*STAGES, 0, "cell"), "cells", "unknown cell 'cells'"),
    ((*STAGES, 0, "op"), "relu", "exactly one of 'cell', 'op' and 'candidates'"),
    (
        (*STAGES, 0, "repeats"),
        {"choose": [0]},
        "skeleton.stages[0].repeats.choose[0]: 0, expected an integer",
    ),
    ((*STAGES, 0, "repeats"), {"times": 2}, "skeleton.stages[0].repeats"),
    ((*STAGES, 1), {"sequence": {**ROW, "length": {"min": 3, "max": 2}}}, "min 3 is above max 2"),
    (
        (*STAGES, 1),
        {"sequence": {**ROW, "limits": [{"options": [2]}]}},
        "limits[0].options[0]: 2, expected an option",
    ),
    ((*STAGES, 1), {"sequence": {**ROW, "limits": [{"options": [0], "min": 2}]}}, "no row of digits keeps"),
    ((*STAGES, 1), {"sequence": {"options": [[{"candidates": ["relu"]}]]}}, "a choice inside an option"),
    (("version",), 2, "version: version 2, expected 1; this document is newer"),
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
    with pytest.raises(InputError, match="no cell and no skeleton"):
        space()
    with pytest.raises(InputError, match="no such space: 'nasbench202', expected a file or one of darts"):
        load_space("nasbench202")
    (tmp_path / "broken.json").write_text("{\n\n nonsense}")
    with pytest.raises(InputError, match=r"broken\.json: line 3"):
        load_space(tmp_path / "broken.json")


# --- members against notations and tables


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("nasbench201", "nasbench201"),
        ("nasbench101", "nasbench101"),
        ("transnas_micro", "transnas_micro"),
        ("transnas_macro", "transnas_macro"),
        ("nasbench_macro", "nasbench_macro"),
        ("darts", "darts"),
        ("nasbench_nlp", "nasbench_nlp"),
        ("nds_darts", "nds"),
        ("nds_enas", "nds"),
        ("nds_amoeba", "nds"),
        ("nds_nasnet", "nds"),
        ("nds_pnas", "nds"),
        ("nds_resnet", "nds"),
        ("nds_resnet_in", "nds"),
        ("nds_resnext_a", "nds"),
        ("nds_resnext_b", "nds"),
    ],
)
def test_members_are_what_the_notation_says(name: str, written: str) -> None:
    words, rng = notation(written), default_rng(11)
    for _ in range(10):
        member = shipped(name).architecture(shipped(name).sample(rng))
        parsed = words.parse(words.write(member))
        assert hash_of(parsed) == hash_of(member)
        assert shipped(name).genes_of(parsed) is not None


def test_enumeration_gives_the_tables(nasport_data: Path) -> None:
    tables = {
        "nasbench201": {row["arch_str"] for row in rows(nasport_data, "nasbench201")},
        "transnas_micro": {row["arch_str"] for row in rows(nasport_data, "transnasbench101_micro")},
        "nasbench_macro": set(nasbench_macro(nasport_data)),
    }
    for name, table in tables.items():
        words, found = notation(name), shipped(name)
        assert len(table) == found.size()
        members = sample(list(found.enumerate()), 8)
        written = {words.write(found.architecture(genes)) for genes in members}
        assert written <= table
        assert len(written) == len(members)


def test_small_cells_of_nasbench101_are_those_of_the_table(nasport_data: Path) -> None:
    table = [line.split() for line in nasbench101_space(nasport_data)]
    found, most = shipped("nasbench101"), 5 if WHOLE else 4
    hashes = set()
    for genes in found.enumerate():  # small cells first
        module = module_of(found.architecture(genes))
        if len(module.edges) > most:
            break
        hashes.add(module.hash())
    assert hashes == {line[0] for line in table if int(line[1]) <= most}
    assert len(table) == found.size()
    everything, rng = {line[0] for line in table}, default_rng(13)
    drawn = [module_of(found.architecture(found.sample(rng))) for _ in range(100)]
    assert all(module.hash() in everything for module in drawn)


def test_the_records_of_the_tables_are_members(nasport_data: Path) -> None:
    import gzip

    of = {"DARTS_in": "nds_darts", "ENAS_in": "nds_enas", "ResNeXt-A_in": "nds_resnext_a"}
    with gzip.open(nasport_data / "nds_public.jsonl.gz", "rt") as file:
        records = [line for line in file if json.loads(line)["space"] in of]
    assert len(records) == 368
    for line in sample(records, 7):
        parsed = notation("nds").parse(line)
        assert shipped(of[parsed.space]).genes_of(parsed) is not None
    with gzip.open(nasport_data / "nasbench_nlp_public.jsonl.gz", "rt") as file:
        recipes = [json.loads(line)["recepie"] for line in file]
    for recipe in sample(recipes, 100):
        assert shipped("nasbench_nlp").genes_of(notation("nasbench_nlp").parse(recipe)) is not None
