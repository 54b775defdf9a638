"""Costs of reachable networks: invariances, networks counted by hand, and fast computations equal to slow ones."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasport.runtime.costs import ReachableCosts, costs, written_and_reachable
from nasport.runtime.costs.reachable import reachable_architecture, with_both_inputs
from nasport.runtime.costs.skeleton import network_cost
from nasport.runtime.encoding import encode
from nasport.runtime.globals import global_table
from nasport.runtime.operators.quantities import UnknownCostError
from nasport.schemas import Architecture, architecture_from_json, canonicalize, vocabulary
from nasport.toolkit.notations import notation
from tests.documents import document, hash_of, node, shuffled
from tests.tables import sample

IMAGE = {"channels": 3, "height": 16, "width": 16}
OPERATORS = (
    *("conv_3x3", "conv_1x1", "sep_conv_3x3", "max_pool_3x3", "skip_connect", "none", "sum", "batch_norm"),
    *("elementwise_prod", "concat", "strange"),
)
NAMES = ("log_live_parameters", "log_live_flops", "balanced_parameters", "knows_network")


def live(*architectures: Architecture) -> list[tuple[float, float, float]]:
    """Return parameters, FLOPs and balanced parameters of each architecture."""
    found = encode(architectures).reachable
    return list(zip(found.parameters.tolist(), found.flops.tolist(), found.balanced.tolist(), strict=True))


def in_network(nodes: list[dict[str, Any]], width: int = 8, stride: int = 1, **cell: Any) -> Architecture:
    """Return a network with the cell twice, after a stem of 8 channels."""
    value = document(nodes)
    value["operators"] = {"strange": {"text": "Folds the feature map along its diagonal"}}
    value["cells"]["cell"].update(cell)
    value["skeleton"] = {
        "input": IMAGE,
        "stem": [{"op": "conv_3x3", "width": 8}],
        "stages": [{"cell": "cell", "width": width, "stride": stride, "repeats": 2}],
        "classes": 10,
    }
    return architecture_from_json(value)


@st.composite
def cells(draw: st.DrawFn) -> list[dict[str, Any]]:
    nodes = [node("in", "input", role="c_{k-1}"), node("in2", "input", role="c_{k-2}")]
    for number in range(draw(st.integers(1, 7))):
        ids = [n["id"] for n in nodes]
        inputs = draw(st.lists(st.sampled_from(ids), max_size=3))
        nodes.append(node(f"n{number}", draw(st.sampled_from(OPERATORS)), *inputs))
    ids = [n["id"] for n in nodes]
    join = draw(st.sampled_from(["sum", "concat"]))
    inputs = draw(st.lists(st.sampled_from(ids), min_size=1, max_size=4, unique=True))
    nodes.append(node("out", "output", *inputs, join=join))
    return nodes


@given(
    nodes=cells(),
    channels=st.sampled_from(["same", "split", "stack"]),
    shape=st.sampled_from([(8, 1), (11, 1), (16, 2)]),
    seed=st.integers(0, 2**32),
    dead=st.sampled_from(["conv_5x5", "none", "strange", "input", "output"]),
)
@settings(max_examples=200, deadline=None)
def test_equal_canonical_forms_cost_the_same(
    nodes: list[dict[str, Any]], channels: str, shape: tuple[int, int], seed: int, dead: str
) -> None:
    """Nodes in another order, unreachable nodes, and explicit sums."""

    def network(changed: list[dict[str, Any]]) -> Architecture:
        return in_network(changed, *shape, channels=channels)

    first, (*inner, last) = network(nodes), nodes
    end = node("dead end", dead, role="dead") if dead == "input" else node("dead end", dead)
    if dead not in ("input", "output"):
        end = node("dead end", dead, "in")
    unfed = node("unfed", "conv_5x5")
    fed = {**last, "inputs": ["unfed", *last["inputs"]]}
    others = [network(shuffled(nodes, seed)), network([end, *nodes]), network([*inner, unfed, fed])]
    if last["join"] == "sum":
        for count in range(1, len(last["inputs"]) + 1):
            added = node("added", "sum", *last["inputs"][:count])
            others.append(network([*inner, added, {**last, "inputs": ["added", *last["inputs"][count:]]}]))
    assert len({hash_of(architecture) for architecture in (first, *others)}) == 1
    expected, *found = live(first, *others)
    for each in found:
        np.testing.assert_array_equal(each, expected)


@given(cells(), st.sampled_from(["same", "stack"]), st.sampled_from([1, 2]), st.sampled_from([8, 16]))
@settings(max_examples=300, deadline=None)
def test_costs_of_a_document_equal_those_of_its_reachable_network(
    nodes: list[dict[str, Any]], channels: str, stride: int, width: int
) -> None:
    architecture = in_network(nodes, width, stride, channels=channels)
    try:
        counted = network_cost(with_both_inputs(reachable_architecture(architecture)), even=True)
    except UnknownCostError:
        return
    assert written_and_reachable(architecture)[1] == counted


def test_a_network_of_layers_by_hand() -> None:
    """Stem and first stage at 16x16, a pooling and a block at 8x8, and the head's convolution at 4x4."""
    value = {
        "format": "nasport-architecture",
        "version": 1,
        "cells": {},
        "skeleton": {
            "input": IMAGE,
            "stem": [{"op": "conv_3x3", "width": 8}],
            "stages": [
                {"op": "conv_1x1", "width": 8, "repeats": 2},
                {"op": "max_pool_2x2", "stride": 2},
                {"op": "conv_3x3", "width": 16},
                {"op": "max_pool_2x2", "stride": 2},
            ],
            "head": [{"op": "conv_1x1", "width": 32}, {"op": "global_avg_pool"}],
            "classes": 10,
        },
    }
    fine = 27 * 8 + 16 + 2 * (8 * 8 + 16)
    middle = 9 * 8 * 16 + 32
    coarse = 16 * 32 + 64
    classifier = 320 + 10
    ((parameters, _, balanced),) = live(architecture_from_json(value))
    assert parameters == fine + middle + coarse + classifier
    assert balanced == pytest.approx(sum(map(math.log1p, (fine, middle, coarse))) / 3, rel=1e-15)


def test_a_convolution_counts_at_the_resolution_of_its_own_output() -> None:
    """An inverted residual of stride 2 widens at 16x16; intermediate values of 8x16 count at the operator's output
    resolution.
    """
    stages = [{"op": "mb_3x3_e6", "width": 16, "stride": 2}, {"op": "conv_7x1_1x7", "width": 16, "stride": 2}]
    value = document([])
    value["cells"] = {}
    value["skeleton"] = {"input": IMAGE, "stem": [{"op": "conv_3x3", "width": 8}], "stages": stages}
    fine = 27 * 8 + 16 + 8 * 48 + 96
    middle = 9 * 48 + 96 + 48 * 16 + 32
    coarse = 2 * 7 * 16 * 16 + 32
    ((parameters, _, balanced),) = live(architecture_from_json(value))
    assert parameters == fine + middle + coarse
    assert balanced == pytest.approx(sum(map(math.log1p, (fine, middle, coarse))) / 3, rel=1e-15)


def test_a_cell_with_unreachable_nodes_by_hand() -> None:
    """`b` feeds no node and `c` reads `none`, so only `a` counts, once per cell."""
    nodes = [
        node("in", "input"),
        node("a", "conv_3x3", "in"),
        node("b", "conv_5x5", "in"),
        node("zero", "none", "in"),
        node("c", "conv_1x1", "zero"),
        node("out", "output", "a", "c"),
    ]
    architecture = in_network(nodes)
    stem, a, b, c = 27 * 8 + 16, 9 * 64 + 16, 25 * 64 + 16, 64 + 16
    classifier = 8 * 16 * 16 * 10 + 10
    written = costs(architecture)
    assert written is not None
    assert written.parameters == stem + 2 * (a + b + c) + classifier
    ((parameters, flops, balanced),) = live(architecture)
    assert parameters == stem + 2 * a + classifier
    assert flops == (27 * 8 + 2 * 9 * 64) * 256 + 8 * 256 * 10
    assert balanced == math.log1p(stem + 2 * a)


def test_concatenations_lose_unreachable_sources() -> None:
    nodes = [
        node("in", "input"),
        node("a", "conv_1x1", "in"),
        node("zero", "none", "in"),
        node("b", "conv_1x1", "a", "zero", join="concat"),
        node("out", "output", "b"),
    ]
    without = [n if n["id"] != "b" else node("b", "conv_1x1", "a") for n in nodes if n["id"] != "zero"]
    found, expected = live(in_network(nodes), in_network(without))
    assert found == expected


@pytest.mark.parametrize("channels", ["same", "split", "stack"])
def test_no_operator_counts_in_a_cell_without_a_path(channels: str) -> None:
    nodes = [
        node("in", "input", role="c_{k-1}"),
        node("a", "none", "in"),
        node("b", "conv_3x3", "a"),
        node("out", "output", "b"),
    ]
    ((parameters, _, balanced),) = live(in_network(nodes, channels=channels))
    stem = 27 * 8 + 16
    assert parameters == stem + 8 * 16 * 16 * 10 + 10
    assert balanced == math.log1p(stem)


def test_an_operator_of_unknown_cost_leaves_the_other_costs_known() -> None:
    """A described operator counts as an identity in reachable costs; total costs are unknown."""
    strange = [
        node("in", "input"),
        node("x", "strange", "in"),
        node("y", "conv_3x3", "x"),
        node("out", "output", "y"),
    ]
    passing = [n if n["id"] != "x" else node("x", "skip_connect", "in") for n in strange]
    first, second = live(in_network(strange), in_network(passing))
    assert first == second
    assert costs(in_network(strange)) is None


@pytest.mark.parametrize("operator", ["linear_attention", "cross_attention"])
def test_an_operator_of_unknown_layout_counts_as_the_nearest_known_one(operator: str) -> None:
    """Attention with the weights of four 1x1 layers counts like a 2x2 convolution."""
    nodes = [
        [node("in", "input"), node("x", op, "in"), node("out", "output", "x")]
        for op in (operator, "conv_1x1")
    ]
    ((first, *_), (second, *_)) = live(*map(in_network, nodes))
    assert first > second


def test_a_recurrent_network_has_no_known_resolution() -> None:
    found = notation("nasbench_nlp")
    dead = found.example.replace('"h_new_0"', '"unused": {"op": "linear", "input": ["x"]}, "h_new_0"')
    first, second = found.parse(found.example), found.parse(dead)
    written = costs(first)
    assert written is not None
    (expected, other) = live(first, second)
    assert expected[:2] == other[:2] == (written.parameters, written.flops)
    assert math.isnan(expected[2])
    assert globals_of(first).tolist() == [[0, 0, 0, 0]]


def test_channels_that_do_not_divide_count_equally_for_all() -> None:
    """11 channels among three are 4, 4 and 3 in the network; here each counts a third of 3 and two thirds of 4."""
    chain = [
        node("in", "input"),
        node("a", "conv_3x3", "in"),
        node("b", "conv_1x1", "a"),
        node("c", "max_pool_3x3", "b"),
        node("out", "output", "a", "b", "c", join="concat"),
    ]

    def cell(inputs: int) -> int:
        three, four = ((9 + 1) * c * c + 4 * c + inputs * c + 2 * c for c in (3, 4))
        return round((three + 2 * four) / 3)

    ((parameters, _, balanced),) = live(in_network(chain, 11, channels="split"))
    stem = 27 * 8 + 16
    assert parameters == stem + cell(8) + cell(11) + 11 * 256 * 10 + 10
    assert balanced == math.log1p(stem + cell(8) + cell(11))


def globals_of(*architectures: Architecture) -> Any:
    batch = encode(architectures)
    graphs = canonicalize(batch.graphs)
    return global_table(NAMES, batch, graphs, np.zeros(len(graphs)))


def test_globals_are_logarithms_and_zero_if_unknown() -> None:
    known = notation("nasbench201").parse(notation("nasbench201").example)
    nodes = [node("in", "input"), node("out", "output", "in")]
    table = globals_of(known, architecture_from_json(document(nodes)))
    ((parameters, flops, balanced),) = live(known)
    expected = [[math.log1p(parameters), math.log1p(flops), balanced, 1], [0, 0, 0, 0]]
    np.testing.assert_allclose(table, expected, rtol=1e-6)


def test_costs_do_not_depend_on_the_batch() -> None:
    """The batch also contains networks with more resolutions and with unknown costs."""
    documents = [notation(name).parse(notation(name).example) for name in ("nasbench201", "transnas_macro")]
    documents.append(architecture_from_json(document([node("in", "input"), node("out", "output", "in")])))
    together = live(*documents)
    np.testing.assert_array_equal(together, [live(each)[0] for each in documents])


def test_all_four_node_cells_at_once_equal_documents() -> None:
    found = notation("nasbench201_naslib")
    texts = sample([str(list(codes)) for codes in product(range(5), repeat=6)], 23)
    assert_equal(found.encode_many(texts).reachable, encode([found.parse(text) for text in texts]).reachable)


def assert_equal(first: ReachableCosts, second: ReachableCosts) -> None:
    """Check equality to the bit."""
    for name, values in vars(first).items():
        np.testing.assert_array_equal(values, getattr(second, name), err_msg=name)


assert set(OPERATORS) - {"strange"} <= vocabulary().keys()


def test_an_operator_of_unknown_cost_may_have_several_shapes() -> None:
    """Each node has its own replacement, so the order of the nodes does not matter."""
    attention = {"text": "a kind of attention", "kind": "attention", "heads": 2}
    fine = {"id": "a", "op": "foo", "inputs": ["x"], "attributes": {"channels": 8}}
    coarse = {"id": "b", "op": "foo", "inputs": ["x"], "attributes": {"channels": 8, "resolution": 4}}
    pools = [{"id": f"p{each}", "op": "global_avg_pool", "inputs": [each]} for each in "ab"]
    ends = [{"id": "x", "op": "input"}], [*pools, {"id": "y", "op": "output", "inputs": ["pa", "pb"]}]
    skeleton = {"input": {"channels": 3, "height": 8, "width": 8}, "stages": [{"cell": "c"}], "classes": 2}
    found = []
    for middle in ([fine, coarse], [coarse, fine]):
        cells = {"c": {"channels": "own", "nodes": [*ends[0], *middle, *ends[1]]}}
        value = {"format": "nasport-architecture", "version": 1, "operators": {"foo": attention}}
        architecture = architecture_from_json({**value, "cells": cells, "skeleton": skeleton})
        _, reachable = written_and_reachable(architecture)
        found.append((hash_of(architecture), reachable and reachable.cost))
    assert found[0] == found[1]
    assert found[0][1] is not None
