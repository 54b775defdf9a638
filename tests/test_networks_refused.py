"""Documents that no image network can be built from, and the messages."""

from __future__ import annotations

from typing import Any

import pytest

from nasport.runtime.costs import costs
from nasport.schemas import Architecture, InputError, architecture_from_json
from tests.documents import document, in_skeleton, layers, node

torch = pytest.importorskip("torch", reason="needs the extra 'gennas'")

from nasport.toolkit.networks import build_network  # noqa: E402


@pytest.mark.parametrize(
    ("stage", "part"),
    [
        ({"op": "group_conv_3x3_g8", "width": 20}, "8 groups for 16 input and 20 output channels"),
        ({"op": "dw_conv_3x3", "width": 20}, "from 16x32x32 to 20x32x32"),
        (
            {"op": "res_bottleneck_block", "width": 16, "attributes": {"groups": 3}},
            "3 groups for 4 input and 4 output channels",
        ),
        ({"op": "self_attention_h12", "width": 16}, "12 heads for 16 channels"),
        ({"op": "sep_conv_3x3", "attributes": {"kernel": 4}}, "odd"),
        ({"op": "lstm"}, "'Long short-term memory layer'"),
    ],
)
def test_layers_that_do_not_fit_are_refused(stage: dict[str, Any], part: str) -> None:
    with pytest.raises(InputError) as error:
        build_network(layers(stage, stem=[{"op": "conv_3x3", "width": 16}]))
    assert "skeleton.stages[0].op" in str(error.value)
    assert part in str(error.value)
    assert "expected" in str(error.value)


@pytest.mark.parametrize(
    ("architecture", "part"),
    [
        (
            architecture_from_json(document([node("in", "input"), node("out", "output", "in")])),
            "skeleton: the architecture has no skeleton",
        ),
        (
            layers({"op": "conv_3x3", "width": 8}, input={"channels": 3}),
            "skeleton.input: the input lacks height and width",
        ),
        (layers({"op": "conv_3x3", "resolution": 31}), "skeleton.stages[0].resolution"),
        (
            in_skeleton(
                [
                    node("in", "input"),
                    node("x", "conv_3x3", "in", attributes={"stride": 2}),
                    node("y", "conv_3x3", "x", "in"),
                    node("out", "output", "y"),
                ],
            ),
            "cells.cell.nodes[2].inputs",
        ),
        (
            in_skeleton([node("in", "input"), node("x", "lstm", "in"), node("out", "output", "x")]),
            "cells.cell.nodes[1].op",
        ),
        (
            in_skeleton(
                [node("in", "input"), node("x", "conv_3x3", "in"), node("out", "output", "x")],
                channels="stack",
            ),
            "cells.cell.nodes[0].role",
        ),
        (
            in_skeleton(
                [node("in", "input"), node("x", "conv_3x3", "in"), node("out", "output", "x")],
                {"stride": 2},
                channels="split",
            ),
            "cells.cell",
        ),
        (
            in_skeleton(
                [
                    node("in", "input"),
                    {"id": "x", "candidates": ["conv_3x3", "skip_connect"], "inputs": ["in"]},
                    node("out", "output", "x"),
                ]
            ),
            "cells.cell.nodes[1].candidates",
        ),
        (
            in_skeleton(
                [
                    node("in", "input"),
                    node("x", "conv_3x3", "in", attributes={"stride": 2}),
                    node("y", "conv_3x3", "in"),
                    node("out", "output", "x", "y", join="concat"),
                ],
                channels="split",
            ),
            "cells.cell.nodes[1].op: the operator changes the resolution from 32x32 to 16x16",
        ),
        (
            in_skeleton(
                [
                    node("in", "input"),
                    node("x", "conv_3x3", "in", attributes={"stride": 2}),
                    node("out", "output", "x"),
                    node("other", "output", "in"),
                ]
            ),
            "cells.cell: the outputs of the cell have different resolutions",
        ),
        (
            in_skeleton(
                [
                    node("in", "input"),
                    node("x", "upsample_nearest", "in"),
                    node("y", "none", "x"),
                    node("out", "output", "x", "y", join="concat"),
                ]
            ),
            "cells.cell: zeros of resolution 64x64 in a cell whose input has 32x32",
        ),
        (
            in_skeleton(
                [node("in", "input"), node("x", "mine", "in", "in"), node("out", "output", "x")],
                operators={"mine": {"text": "Activation of our own", "kind": "activation"}},
            ),
            "cells.cell.nodes[1].op: the activation 'Activation of our own' lacks the attribute",
        ),
        (
            in_skeleton(
                [
                    node("in", "input"),
                    node("x", "sum", "in", "in", join="product"),
                    node("out", "output", "x"),
                ],
            ),
            "cells.cell.nodes[1].join: the inputs of 'sum' are joined by product, expected sum",
        ),
    ],
    ids=[
        *("no skeleton", "no size", "resolution", "strides", "operator", "role", "split", "supernet"),
        *("split resolutions", "outputs", "zeros", "activation", "two joins"),
    ],
)
def test_documents_that_describe_no_network_are_refused(architecture: Architecture, part: str) -> None:
    with pytest.raises(InputError) as error:
        build_network(architecture)
    assert part in str(error.value)
    assert "expected" in str(error.value)


@pytest.mark.parametrize("kind", ["one_dimensional_convolution", "lightweight_convolution"])
def test_one_dimensional_operators_are_not_treated_as_two_dimensional(kind: str) -> None:
    own = {"mine": {"text": "Along time", "kind": kind, "kernel": 5}}
    nodes = [node("in", "input"), node("x", "mine", "in"), node("out", "output", "x")]
    architecture = in_skeleton(nodes, operators=own)
    assert costs(architecture) is None
    with pytest.raises(InputError, match="has no network module for images"):
        build_network(architecture)


@pytest.mark.parametrize("channels", ["same", "split", "stack"])
def test_nodes_that_state_channels_in_shared_cells_are_refused(channels: str) -> None:
    nodes = [
        node("in", "input", role="c_{k-1}"),
        node("x", "conv_3x3", "in", attributes={"channels": 8}),
        node("out", "output", "x", join="concat"),
    ]
    architecture = in_skeleton(nodes, channels=channels)
    assert costs(architecture) is None
    with pytest.raises(InputError, match=r"nodes\[1\]\.attributes: the node states channels, expected none"):
        build_network(architecture)


@pytest.mark.parametrize("op", ["elementwise_prod", "sub", "div", "mean", "concat"])
def test_cells_that_split_their_channels_support_only_sums(op: str) -> None:
    join = {"join": "concat"} if op == "concat" else {}
    nodes = [
        node("in", "input"),
        *(node(name, "conv_3x3", "in") for name in "ab"),
        node("joined", op, "a", "b", **join),
        node("out", "output", "joined", "a", join="concat"),
    ]
    with pytest.raises(InputError, match=r"nodes\[3\]\.join: .* by .*, expected sum in a cell that splits"):
        build_network(in_skeleton(nodes, channels="split"))


@pytest.mark.parametrize(
    ("op", "join"),
    [("elementwise_prod", "mean"), ("elementwise_prod", "concat"), ("sub", "concat"), ("mean", "product")],
)
def test_operators_that_join_allow_no_other_join(op: str, join: str) -> None:
    nodes = [
        node("in", "input"),
        *(node(name, "conv_3x3", "in") for name in "ab"),
        node("joined", op, "a", "b", join=join),
        node("out", "output", "joined"),
    ]
    with pytest.raises(
        InputError,
        match=rf"nodes\[3\]\.join: the inputs of '{op}' are joined by {join}, expected .*, the join of this operator",
    ):
        build_network(in_skeleton(nodes))


def test_normalizing_a_single_pixel_is_refused() -> None:
    with pytest.raises(InputError, match="Instance normalization of a single pixel"):
        build_network(layers({"op": "global_avg_pool"}, {"op": "instance_norm"}))
