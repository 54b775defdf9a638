"""Parameters and multiply-accumulates against the published numbers of the benchmarks."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from nasport.runtime.costs import costs, flops, parameters
from nasport.runtime.operators import relative_weight
from nasport.schemas import Architecture, architecture_from_json, vocabulary
from nasport.schemas.architecture import Cell, Node, Skeleton, Stage
from nasport.toolkit.notations import notation
from nasport.toolkit.notations.nasbench101 import line_of, parse_line
from nasport.toolkit.notations.nasbench101_cell import Module
from tests.documents import document, node
from tests.tables import nasbench101_line, nasbench_macro, rows, sample

BEST_201 = "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_1x1~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|"
IMAGE = {"channels": 3, "height": 32, "width": 32}


def layers(*stages: dict, **more: object) -> Architecture:
    """Return a network of layers on images of 32x32, without a classifier."""
    skeleton = {"input": IMAGE, "stages": list(stages), **more}
    return architecture_from_json(
        {"format": "nasport-architecture", "version": 1, "cells": {}, "skeleton": skeleton}
    )


def in_skeleton(nodes: list[dict], stage: dict | None = None, **cell: object) -> Architecture:
    """Return a network of one cell after a stem of 16 channels."""
    value = document(nodes)
    value["cells"]["cell"].update(cell)
    stages = [{"cell": "cell", **(stage or {})}]
    value["skeleton"] = {"input": IMAGE, "stem": [{"op": "stem_conv3x3", "width": 16}], "stages": stages}
    return architecture_from_json(value)


STEM = 27 * 16 + 2 * 16


def test_costs_of_well_known_nasbench201_networks() -> None:
    found = notation("nasbench201")
    best = found.parse(BEST_201)
    assert parameters(best) == 1_073_466
    assert flops(best) == pytest.approx(153.273e6, abs=500)
    first = found.parse(
        "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|"
    )
    assert parameters(first) == 129_306
    # Published as 15.64737 M, with the 10 biases of the last layer.
    assert flops(first) == 15_647_360


def test_the_smallest_nasbench101_network_by_hand() -> None:
    """A cell with only a projection: nine 1x1 convolutions, stem and classifier."""
    stem = 27 * 128 + 2 * 128
    inputs = [128, 128, 128, 128, 256, 256, 256, 512, 512]
    widths = [128] * 3 + [256] * 3 + [512] * 3
    cells = sum(i * w + 2 * w for i, w in zip(inputs, widths, strict=True))
    assert parameters(notation("nasbench101").parse("2 1")) == stem + cells + 512 * 10 + 10


def test_nasbench101_channels_that_do_not_divide_go_to_the_first() -> None:
    """128 channels among three inputs are 43, 43 and 42, in the order of the output's inputs."""
    found = notation("nasbench101")
    first = parameters(found.parse("5 1110001011 012"))
    last = parameters(found.parse("5 1110001011 210"))
    assert first is not None
    assert last is not None
    assert first != last


def test_unreachable_vertices_of_nasbench101_cost_nothing() -> None:
    found = notation("nasbench101")
    assert costs(found.parse("4 010001 20")) == costs(found.parse("3 101 0"))


@pytest.mark.parametrize("number", [0.0, -0.0, 0.5, 1e-300, -1.0])
@pytest.mark.parametrize(
    ("op", "attribute"),
    [
        ("nor_conv_3x3", "groups"),
        ("nor_conv_3x3", "stride"),
        ("nor_conv_3x3", "channels"),
        ("nor_conv_3x3", "kernel"),
        ("sep_conv_3x3", "repeats"),
        ("res_bottleneck_block", "groups"),
        ("stem_conv3x3", "kernel"),
        ("conv_7x1_1x7", "kernel"),
        ("max_pool_3x3", "stride"),
    ],
)
def test_an_invalid_attribute_has_no_cost(op: str, attribute: str, number: float) -> None:
    """Reading refuses such documents, but a data class can be created directly."""
    stage = Stage(op=op, attributes=((attribute, number),))
    skeleton = Skeleton((Stage(op="conv_3x3", width=8), stage), input=tuple(IMAGE.items()), classes=10)
    assert costs(Architecture({}, skeleton)) is None
    nodes = (
        Node("i", "input"),
        Node("n", op, ("i",), attributes=((attribute, number),)),
        Node("o", "output", ("n",)),
    )
    skeleton = Skeleton((Stage(cell="c", width=8),), input=tuple(IMAGE.items()))
    assert costs(Architecture({"c": Cell(nodes)}, skeleton)) is None or attribute == "channels"


@pytest.mark.parametrize("op", ["ir_3x3_t3", "res_bottleneck_block"])
@pytest.mark.parametrize("expansion", [0.0, -0.0, 1e-300])
def test_a_block_of_width_zero_has_no_cost(op: str, expansion: float) -> None:
    stage = Stage(op=op, width=8, attributes=(("expansion", expansion),))
    skeleton = Skeleton((stage,), input=tuple(IMAGE.items()), classes=10)
    assert costs(Architecture({}, skeleton)) is None


def test_identity_that_changes_the_shape_is_a_projection() -> None:
    architecture = layers({"op": "conv_3x3", "width": 8}, {"op": "identity", "width": 16, "stride": 2})
    convolution = 27 * 8 + 16
    assert parameters(architecture) == convolution + 8 * 16 + 32
    assert flops(architecture) == 27 * 8 * 1024 + 8 * 16 * 256


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        ("conv_5x5", 25 * 16 * 16 + 32),
        ("group_conv_3x3_g4", 9 * 4 * 16 + 32),
        ("dw_conv_3x3", 9 * 16 + 32),
        ("sep_conv_3x3", 2 * (9 * 16 + 16 * 16 + 32)),
        ("dil_conv_5x5", 25 * 16 + 16 * 16 + 32),
        ("mb_3x3_e1", 9 * 16 + 32 + 16 * 16 + 32),
        ("mb_5x5_e6", 16 * 96 + 192 + 25 * 96 + 192 + 96 * 16 + 32),
        ("linear", 16 * 16 + 16),
        ("batch_norm", 32),
        ("res_basic_block", 2 * (9 * 16 * 16 + 32)),
        ("relu", 0),
        ("max_pool_3x3", 0),
        ("channel_shuffle", 0),
        ("skip_connect", 0),
        ("none", 0),
    ],
)
def test_parameters_of_one_operator_between_equal_shapes(op: str, expected: int) -> None:
    nodes = [node("in", "input"), node("x", op, "in"), node("out", "output", "x")]
    assert parameters(in_skeleton(nodes)) == STEM + expected


def test_a_custom_operator_is_counted_by_kind_and_attributes() -> None:
    value = document([node("in", "input"), node("x", "mine", "in"), node("out", "output", "x")])
    value["operators"] = {
        "mine": {"text": "My grouped convolution", "kind": "convolution", "kernel": 7, "groups": 2}
    }
    value["skeleton"] = {
        "input": IMAGE,
        "stages": [{"cell": "cell", "width": 4}],
        "stem": [{"op": "stem_conv3x3", "width": 4}],
    }
    assert parameters(architecture_from_json(value)) == 27 * 4 + 8 + 49 * 2 * 4 + 8


@pytest.mark.parametrize(
    "architecture",
    [
        pytest.param(layers({"op": "self_attention_h12", "width": 16}), id="heads that do not divide"),
        pytest.param(layers({"op": "linear_attention"}), id="a layout that is open"),
        pytest.param(layers({"op": "upsample_nearest", "width": 4}), id="upsampling to another width"),
        pytest.param(layers({"op": "group_conv_3x3_g8", "width": 20}), id="groups that do not divide"),
        pytest.param(
            architecture_from_json(document([node("in", "input"), node("out", "output", "in")])),
            id="no skeleton",
        ),
        pytest.param(
            in_skeleton(
                [
                    node("in", "input"),
                    node("x", "conv_3x3", "in", attributes={"stride": 2}),
                    node("y", "conv_3x3", "x", "in"),
                    node("out", "output", "y"),
                ],
            ),
            id="input joined with what has a stride of its own",
        ),
    ],
)
def test_operators_without_an_exact_cost_have_no_cost(architecture: Architecture) -> None:
    assert parameters(architecture) is None
    assert flops(architecture) is None


def test_concatenated_inputs_add_their_channels() -> None:
    nodes = [
        node("in", "input"),
        node("a", "conv_3x3", "in"),
        node("b", "skip_connect", "in"),
        node("c", "conv_1x1", "a", "b", join="concat"),
        node("out", "output", "c"),
    ]
    assert parameters(in_skeleton(nodes)) == STEM + 9 * 256 + 32 + 32 * 16 + 32


def test_relative_weights() -> None:
    weights = {key: relative_weight(vocabulary()[key]) for key in vocabulary()}
    assert weights["nor_conv_3x3"] == weights["conv3x3-bn-relu"] == 9
    assert weights["nor_conv_1x1"] == 1
    assert weights["avg_pool_3x3"] == weights["skip_connect"] == weights["none"] == weights["input"] == 0
    assert weights["sep_conv_3x3"] == pytest.approx(2 * (1 + 9 / 64))
    assert weights["dil_conv_5x5"] == pytest.approx(1 + 25 / 64)
    assert weights["mb_3x3_e3"] == pytest.approx(6 + 3 * 9 / 64)
    assert all(weight >= 0 for weight in weights.values())


def test_parameters_and_flops_of_all_of_nasbench_macro(nasport_data: Path) -> None:
    found = notation("nasbench_macro")
    for digits, row in nasbench_macro(nasport_data).items():
        cost = costs(found.parse(digits))
        assert cost is not None
        assert (cost.parameters, cost.flops) == (row["params"], row["flops"])


def test_parameters_of_all_of_nasbench201(nasport_data: Path) -> None:
    """204 rows of the table are means over isomorphic networks of different sizes; all others agree exactly.

    In the 204 rows, the difference is a half, a third or two thirds of one or more operators.
    """
    table = rows(nasport_data, "nasbench201")
    encoded = notation("nasbench201").encode_many([row["arch_str"] for row in table])
    assert encoded is not None
    published = [float(row["params_M_cifar10"]) * 1e6 for row in table]
    different = [
        difference
        for mine, theirs in zip(encoded.parameters, published, strict=True)
        if mine is not None and abs(difference := mine - theirs) > 0.01
    ]
    assert len(different) == 204
    for difference in different:
        assert any(
            abs(6 * difference / size - round(6 * difference / size)) < 1e-3 for size in (28_000, 243_040)
        )


def test_flops_of_nasbench201_against_zero_cost_tables(nasport_data: Path) -> None:
    """NAS-Bench-Suite-Zero also counts 2 per normalized value, 1 per activation and 9 per pooled value."""
    positions = 5 * (16 * 32 * 32 + 32 * 16 * 16 + 64 * 8 * 8)
    table = rows(nasport_data, "nasbench201_zero_cost_proxies")
    encoded = notation("nasbench201").encode_many([row["net_str"] for row in table])
    assert encoded is not None
    around = set()
    for mine, row in zip(encoded.flops, table, strict=True):
        assert mine is not None
        text = row["net_str"]
        more = positions * (3 * text.count("nor_conv") + 9 * text.count("avg_pool"))
        around.add(round(float(row["flops"]) * 1e6) - mine - more)
    assert around == {160_832}


def test_parameters_of_all_of_nasbench101(nasport_data: Path) -> None:
    """In 527 of 30,001 rows, the vertices of the table have another order than those of the measured network.

    Then channels that do not divide evenly go to other vertices, and one of the other orders gives the published number.
    """
    found = notation("nasbench101")
    table = [row for row in rows(nasport_data, "nasbench101") if row["params"]]
    encoded = found.encode_many([nasbench101_line(row) for row in table])
    assert encoded is not None
    different = [
        row for row, mine in zip(table, encoded.parameters, strict=True) if mine != int(float(row["params"]))
    ]
    assert len(table) == 30_001
    assert len(different) == 527
    for row in sample(different, 5):
        orders = found.encode_many(renumbered(nasbench101_line(row)))
        assert orders is not None
        assert int(float(row["params"])) in orders.parameters


def renumbered(line: str) -> list[str]:
    """Yield the cell with its inner vertices in every other order."""
    module = parse_line(line)[1]
    size = len(module.edges)
    lines = []
    for order in permutations(range(1, size - 1)):
        full = (0, *order, size - 1)
        edges = tuple(tuple(module.edges[u][v] for v in full) for u in full)
        if not any(edges[u][v] for u in range(size) for v in range(u + 1)):
            lines.append(line_of(Module(edges, tuple(module.operators[v - 1] for v in order))))
    return lines
