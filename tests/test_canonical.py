"""The canonical form: changes that must keep a hash, and changes that must change it."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nasport.schemas import Architecture, architecture_from_json, canonicalize, hashes, raw_graph, stack
from nasport.schemas.graphs.exact_order import exact_order
from tests.documents import Document, document, hash_of, node, shuffled

OPERATORS = ["nor_conv_3x3", "nor_conv_1x1", "skip_connect", "avg_pool_3x3", "none", "blend", "sum"]
JOINS = ["sum", "concat", "product", "mean"]


@st.composite
def cells(draw: st.DrawFn) -> list[Document]:
    """Nodes of a random cell, in topological order."""
    nodes = [node("in", "input")]
    for number in range(draw(st.integers(0, 9))):
        known = [n["id"] for n in nodes]
        inputs = draw(st.lists(st.sampled_from(known), min_size=1, max_size=3))
        op = draw(st.sampled_from(OPERATORS))
        nodes.append(node(f"n{number}", op, *inputs, join=draw(st.sampled_from(JOINS))))
    known = [n["id"] for n in nodes]
    nodes.append(node("out", "output", *draw(st.lists(st.sampled_from(known), min_size=1, max_size=4))))
    return nodes


@given(cells(), st.integers(0, 2**32))
@settings(max_examples=200, deadline=None)
def test_renaming_and_reordering_nodes_keeps_the_hash(nodes: list[Document], seed: int) -> None:
    assert hash_of(document(nodes)) == hash_of(document(shuffled(nodes, seed)))


@given(cells(), st.sampled_from(OPERATORS))
@settings(max_examples=100, deadline=None)
def test_unreachable_nodes_do_not_change_the_hash(nodes: list[Document], op: str) -> None:
    dead_end = node("dead end", op, "in")
    no_source = node("no source", op)
    reader = {**nodes[-1], "inputs": [*nodes[-1]["inputs"], "no source"]}
    assert hash_of(document(nodes)) == hash_of(document([*nodes, dead_end]))
    assert hash_of(document(nodes)) == hash_of(document([*nodes[:-1], no_source, reader]))


@given(st.lists(cells(), min_size=2, max_size=6))
@settings(max_examples=50, deadline=None)
def test_the_hash_does_not_depend_on_the_batch(batch: list[list[Document]]) -> None:
    graphs = [raw_graph(architecture_from_json(document(nodes))) for nodes in batch]
    together = hashes(canonicalize(stack(graphs)))
    assert together == [hashes(canonicalize(stack([graph])))[0] for graph in graphs]


def test_canonical_arrays_of_isomorphic_cells_are_equal_although_refinement_cannot_order_them() -> None:
    """Two interleaved chains: every node has an equivalent partner with other neighbors."""

    def chains(order: tuple[int, ...]) -> Architecture:
        nodes = [node("in", "input")]
        for i in order:
            nodes += [node(f"a{i}", "nor_conv_3x3", "in"), node(f"b{i}", "nor_conv_3x3", f"a{i}")]
        first = [node(f"c{i}", "nor_conv_1x1", f"b{i}", f"b{(i + 1) % 4}") for i in order]
        return architecture_from_json(
            document([*nodes, *first, node("out", "output", *(f"c{i}" for i in order))])
        )

    batches = [canonicalize(stack([raw_graph(chains(order))])) for order in permutations(range(4))]
    for batch in batches:
        assert np.array_equal(batch.labels, batches[0].labels)
        assert len({hashes(batch)[0] for batch in batches}) == 1


def test_exact_order_is_canonical_for_a_symmetric_graph() -> None:
    """A layered graph of a 6-cycle and one of two 3-cycles have equal colors everywhere but are not isomorphic."""

    def layered(cycle: list[int]) -> Architecture:
        top = [node(f"t{i}", "nor_conv_3x3", "in") for i in range(6)]
        low = [node(f"l{i}", "nor_conv_3x3", f"t{i}", f"t{cycle[i]}") for i in range(6)]
        out = node("out", "output", *(f"l{i}" for i in range(6)))
        return architecture_from_json(document([node("in", "input"), *top, *low, out]))

    six, relabelled, twice_three = [1, 2, 3, 4, 5, 0], [2, 0, 4, 1, 5, 3], [1, 2, 0, 4, 5, 3]
    assert hash_of(layered(six)) == hash_of(layered(relabelled))
    assert hash_of(layered(six)) != hash_of(layered(twice_three))


def test_exact_order_of_many_equal_branches_is_quick() -> None:
    branches = 20
    labels = np.zeros((2 * branches + 2, 2 * branches + 2), np.int32)
    for i in range(branches):
        labels[1 + i, 0] = labels[1 + branches + i, 1 + i] = labels[-1, 1 + branches + i] = 1
    kinds = np.ones(len(labels), np.uint64)
    assert sorted(exact_order(kinds, labels)) == list(range(len(labels)))


BASE = [
    node("in", "input"),
    node("a", "nor_conv_3x3", "in"),
    node("b", "nor_conv_1x1", "in"),
    node("out", "output", "a", "b"),
]


def test_another_network_has_another_hash() -> None:
    changed = [
        [BASE[0], node("a", "nor_conv_1x1", "in"), *BASE[2:]],
        [*BASE[:2], node("b", "nor_conv_1x1", "a"), BASE[3]],
        [*BASE[:3], {**BASE[3], "join": "concat"}],
        [BASE[0], {**BASE[1], "attributes": {"dilation": 2}}, *BASE[2:]],
        [BASE[0], node("a", "nor_conv_3x3", "in", "in"), *BASE[2:]],
    ]
    found = {hash_of(document(nodes)) for nodes in [BASE, *changed]}
    assert len(found) == len(changed) + 1


def test_the_order_of_inputs_matters_for_an_ordered_operator_only() -> None:
    def joined(op: str, *inputs: str) -> str:
        return hash_of(document([*BASE[:3], node("j", op, *inputs), node("out", "output", "j")]))

    assert joined("blend", "a", "b", "in") != joined("blend", "b", "a", "in")
    assert joined("nor_conv_3x3", "a", "b", "in") == joined("nor_conv_3x3", "b", "a", "in")


def test_the_same_operator_under_another_key_is_the_same() -> None:
    other = [BASE[0], node("a", "conv3x3-bn-relu", "in"), *BASE[2:]]
    assert hash_of(document(BASE)) == hash_of(document(other))


def test_explicit_sums_and_several_inputs_are_one_network() -> None:
    explicit = [*BASE[:3], node("s", "sum", "a", "b"), node("out", "output", "s")]
    assert hash_of(document(BASE)) == hash_of(document(explicit))


def test_a_product_with_none_is_unreachable() -> None:
    dead = [
        *BASE[:2],
        node("n", "none", "in"),
        node("p", "elementwise_prod", "a", "n", join="product"),
        node("out", "output", "p"),
    ]
    batch = canonicalize(stack([raw_graph(architecture_from_json(document(dead)))]))
    assert not batch.mask.any()


def test_skeleton_and_cell_roles_belong_to_the_hash_but_names_do_not() -> None:
    stages = [{"cell": "cell", "repeats": 2, "width": 16}, {"cell": "cell", "width": 32, "stride": 2}]
    plain = architecture_from_json(document(BASE, skeleton={"stages": stages}))
    assert plain.skeleton is not None
    first = plain.skeleton.stages[0]
    variants = [
        replace(plain, skeleton=replace(plain.skeleton, stages=(changed, plain.skeleton.stages[1])))
        for changed in (replace(first, width=24), replace(first, repeats=3), replace(first, stride=2))
    ]
    role = replace(plain, cells={"cell": replace(plain.cells["cell"], role="reduction")})
    assert len({hash_of(a) for a in (plain, role, *variants)}) == 5
    assert hash_of(replace(plain, name="other", space="elsewhere")) == hash_of(plain)
    renamed = architecture_from_json(
        {
            **document([]),
            "cells": {"another name": {"nodes": BASE}},
            "skeleton": {"stages": [{**stage, "cell": "another name"} for stage in stages]},
        }
    )
    assert hash_of(renamed) == hash_of(plain)


def test_a_mixed_node_with_none_among_its_candidates_is_reachable() -> None:
    def mixed(*candidates: str) -> Architecture:
        nodes = [BASE[0], {"id": "m", "candidates": list(candidates), "inputs": ["in"]}]
        return architecture_from_json(document([*nodes, node("out", "output", "m")]))

    alive = canonicalize(stack([raw_graph(mixed("none", "nor_conv_3x3"))]))
    assert alive.mask.sum() == 3
    assert not canonicalize(stack([raw_graph(mixed("none", "zero"))])).mask.any()
    assert hash_of(mixed("none", "nor_conv_3x3")) == hash_of(mixed("nor_conv_3x3", "none"))
    assert hash_of(mixed("none", "nor_conv_3x3")) != hash_of(mixed("nor_conv_3x3", "skip_connect"))


def test_sums_of_sums_count_without_being_written_out() -> None:
    def doubled(times: int) -> list[Document]:
        chain = [node("s0", "sum", "a", "a")]
        chain += [node(f"s{i}", "sum", f"s{i - 1}", f"s{i - 1}") for i in range(1, times)]
        return [BASE[0], BASE[1], *chain, node("out", "output", chain[-1]["id"])]

    four = [*BASE[:2], node("out", "output", "a", "a", "a", "a")]
    assert hash_of(document(doubled(2))) == hash_of(document(four))
    batch = canonicalize(stack([raw_graph(architecture_from_json(document(doubled(200))))]))
    assert batch.mask.sum() == 3


def test_a_number_is_the_same_however_it_is_written() -> None:
    def layer(dilation: float, **numbers: float) -> Document:
        stage = {"op": "nor_conv_3x3", "attributes": {"dilation": dilation}, **numbers}
        return {**document([]), "cells": {}, "skeleton": {"stages": [stage]}}

    assert hash_of(layer(2, width=16, repeats=5)) == hash_of(layer(2.0, width=16.0, repeats=5.0))


def test_order_of_cells_with_equal_roles_matters_only_with_a_skeleton() -> None:
    other = [BASE[0], node("out", "output", "in")]
    first = {**document([]), "cells": {"a": {"nodes": BASE}, "b": {"nodes": other}}}
    second = {**document([]), "cells": {"b": {"nodes": BASE}, "a": {"nodes": other}}}
    assert hash_of(first) == hash_of(second)
    stages = [{"cell": "a"}, {"cell": "b"}]
    assert hash_of({**first, "skeleton": {"stages": stages}}) != hash_of(
        {**second, "skeleton": {"stages": stages}}
    )


def test_an_excessively_long_exact_search_still_gives_a_hash() -> None:
    """Every upper node feeds every lower node except one: 31! orders."""
    upper = [node(f"u{i}", "nor_conv_3x3", "in") for i in range(31)]
    lower = [node(f"l{i}", "nor_conv_1x1", *(f"u{j}" for j in range(31) if j != i)) for i in range(31)]
    crown = [BASE[0], *upper, *lower, node("out", "output", *(n["id"] for n in lower))]
    assert len(hash_of(document(crown))) == 32


def _stages(*stages: Document, nodes: list[Document] | None = None, **cell: str) -> str:
    ends = [node("a", "input"), node("b", "nor_conv_3x3", "a"), node("c", "output", "a", "b")]
    value = document(ends if nodes is None else nodes)
    value["cells"]["cell"].update(cell)
    value["skeleton"] = {"input": {"channels": 3, "height": 32, "width": 32}, "stages": list(stages)}
    return hash_of(value)


def test_a_repeated_stage_equals_one_stage_with_more_repeats() -> None:
    cell = {"cell": "cell", "width": 16}
    first = {**cell, "stride": 2}
    twice = _stages({**first, "repeats": 3}, {**cell, "width": 8})
    assert _stages(first, {**cell, "repeats": 2}, {**cell, "width": 8}) == twice
    assert _stages(first, {"cell": "cell"}, cell, {**cell, "width": 8}) == twice
    assert _stages(first, first, cell, {**cell, "width": 8}) != twice
    layer = {"op": "conv_3x3", "width": 8, "attributes": {"dilation": 2}}
    assert _stages(cell, layer, layer) == _stages(cell, {**layer, "repeats": 2})
    assert _stages(cell, layer, {**layer, "attributes": {}}) != _stages(cell, {**layer, "repeats": 2})


def test_stages_without_a_width_are_merged_only_if_the_cell_states_it() -> None:
    wide, on = {"cell": "cell", "width": 16}, {"cell": "cell"}
    both = [node("a", "input"), node("b", "nor_conv_3x3", "a"), node("c", "output", "a", "b", join="concat")]
    assert _stages(wide, on, nodes=both) != _stages({**wide, "repeats": 2}, nodes=both)  # 32 channels of 16
    assert _stages(on, on, nodes=both) == _stages({**on, "repeats": 2}, nodes=both)
    dead = [*both[:2], node("d", "nor_conv_1x1", "a", "b", join="concat"), node("c", "output", "a", "b")]
    assert _stages(wide, on, nodes=dead) == _stages({**wide, "repeats": 2})


def test_the_order_of_candidates_does_not_change_the_hash() -> None:
    """Not even if two candidates differ only in `ordered`."""
    own = {"p": {"text": "x"}, "q": {"text": "x", "ordered": True}}
    nodes = [
        node("in", "input"),
        {"id": "a", "candidates": ["p", "q"], "inputs": ["in"]},
        node("out", "output", "a"),
    ]
    turned = [nodes[0], {**nodes[1], "candidates": ["q", "p"]}, nodes[2]]
    assert hash_of(document(nodes, operators=own)) == hash_of(document(turned, operators=own))


def test_a_cell_without_a_name_is_not_used_by_stages_of_operators() -> None:
    ends = [node("in", "input"), node("out", "output", "in")]
    skeleton = {"stages": [{"op": "conv_3x3", "width": 8}]}
    value = {**document(ends), "cells": {"": {"nodes": ends}}, "skeleton": skeleton}
    assert not architecture_from_json(value).used_cells
