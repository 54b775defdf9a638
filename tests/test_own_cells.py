"""Cells whose nodes state their own channels and strides: costs, shapes, networks, hashes, mistakes."""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasport.runtime.costs import costs, written_and_reachable
from nasport.runtime.costs.placing import PlacedCell
from nasport.runtime.costs.skeleton import network_cost, placed_layers
from nasport.runtime.operators.quantities import UnknownCostError
from nasport.runtime.predictor import Predictor
from nasport.schemas import Architecture, InputError, architecture_from_json, parse_architecture
from nasport.schemas.warnings import document_warnings
from tests.documents import Document, hash_of, shuffled
from tests.own_cells import at, network_of, own, random_cell

torch = pytest.importorskip("torch", reason="needs the extra 'gennas'")
from torch import Tensor, nn  # noqa: E402

from nasport.toolkit.networks import ImageNetwork, build_network  # noqa: E402
from tests.module_counting import flops, parameter_count  # noqa: E402
from tests.written_networks import compared  # noqa: E402

HRNET = [
    at("x", "input"),
    at("fine", "conv_3x3", "x", channels=8),
    at("coarse", "conv_3x3", "fine", channels=16, stride=2),
    at("narrow", "conv_1x1", "coarse", channels=8, activation="none"),
    at("up", "upsample_nearest", "narrow"),
    at("down", "conv_3x3", "fine", channels=16, stride=2, activation="none"),
    at("fine2", "relu", "fine", "up"),
    at("coarse2", "relu", "coarse", "down"),
    at("out fine", "output", "fine2"),
    at("out coarse", "output", "coarse2"),
]
UNET = [
    at("x", "input"),
    at("a", "conv_3x3", "x", channels=8, norm="none", bias=1),
    at("p", "max_pool_2x2", "a", stride=2),
    at("b", "conv_3x3", "p", channels=16),
    at("q", "conv_3x3", "b", channels=16, stride=2),
    at("up", "upsample_bilinear", "q", resolution=8),
    at("c", "conv_3x3", "up", "b", join="concat", channels=12),
    at("u", "conv_transpose_2x2", "c", channels=8, norm="none", bias=1, activation="none"),
    at("d", "conv_3x3", "u", "a", join="concat", channels=8),
    at("y", "output", "d"),
]


def conv(*numbers: Any, activation: type[nn.Module] | None = nn.ReLU, **named: Any) -> nn.Sequential:
    """Return a convolution without bias, its normalization and its activation."""
    layer = nn.Conv2d(*numbers, bias=False, **named)
    return nn.Sequential(layer, nn.BatchNorm2d(layer.out_channels), *([activation()] if activation else []))


class HrNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fine, self.coarse = conv(3, 8, 3, padding=1), conv(8, 16, 3, 2, padding=1)
        self.down = conv(8, 16, 3, 2, padding=1, activation=None)
        self.narrow = conv(16, 8, 1, activation=None)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        fine = self.fine(x)
        coarse = self.coarse(fine)
        up = nn.functional.interpolate(self.narrow(coarse), scale_factor=2)
        return torch.relu(fine + up), torch.relu(coarse + self.down(fine))


class UNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 8, 3, padding=1), conv(8, 16, 3, padding=1)
        self.q = conv(16, 16, 3, 2, padding=1)
        self.c, self.u = conv(32, 12, 3, padding=1), nn.ConvTranspose2d(12, 8, 2, 2)
        self.d = conv(16, 8, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        a = torch.relu(self.a(x))
        b = self.b(nn.functional.max_pool2d(a, 2))
        up = nn.functional.interpolate(self.q(b), size=(8, 8), mode="bilinear")
        u = self.u(self.c(torch.cat((up, b), 1)))
        return self.d(torch.cat((u, a), 1)).flatten(1)


class Inception(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.one, self.wide = conv(3, 6, 1), conv(6, 6, (1, 7), padding=(0, 3))
        self.high, self.pooled = conv(6, 10, (7, 1), padding=(3, 0)), conv(3, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        pooled = nn.functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
        return torch.cat((self.high(self.wide(self.one(x))), self.pooled(pooled)), 1).flatten(1)


class Gated(nn.Module):
    """Squeeze and excitation written node by node, after a pooling in ceil mode."""

    def __init__(self) -> None:
        super().__init__()
        self.a = conv(3, 8, 3, padding=1)
        self.squeeze, self.excite = nn.Conv2d(8, 2, 1), nn.Conv2d(2, 8, 1)

    def forward(self, x: Tensor) -> Tensor:
        a = nn.functional.max_pool2d(self.a(x), 3, 2, 0, ceil_mode=True)
        gate = torch.sigmoid(self.excite(torch.relu(self.squeeze(a.mean((2, 3), keepdim=True)))))
        return (a * gate).flatten(1)


class Grouped(nn.Module):
    """Grouped-query attention with two heads of keys and values, then a root mean square normalization without shift."""

    def __init__(self) -> None:
        super().__init__()
        self.e, self.norm = nn.Conv2d(3, 8, 4, 4), nn.ParameterList([torch.ones(8)])
        self.att = nn.ModuleList([nn.Conv2d(8, 16, 1), nn.Conv2d(8, 8, 1, bias=False)])

    def forward(self, x: Tensor) -> Tensor:
        x = self.e(x)
        queries, keys, values = self.att[0](x).flatten(2).transpose(1, 2).split((8, 4, 4), 2)
        heads = [one.view(len(x), 16, -1, 2).transpose(1, 2) for one in (queries, keys, values)]
        attended = nn.functional.scaled_dot_product_attention(*heads, enable_gqa=True)
        y = self.att[1](attended.transpose(1, 2).reshape(len(x), 16, 8).transpose(1, 2).view(len(x), 8, 4, 4))
        y = y * torch.rsqrt(y.square().mean(1, keepdim=True) + 1e-6) * self.norm[0][:, None, None]
        return y.flatten(1)


NETWORKS: dict[str, tuple[type[nn.Module], list[Document]]] = {
    "two resolutions": (HrNet, HRNET),
    "u": (UNet, UNET),
    "inception": (
        Inception,
        [
            at("x", "input"),
            at("one", "conv_1x1", "x", channels=6),
            at("wide", "conv_1x1", "one", kernel_width=7),
            at("high", "conv_7x7", "wide", channels=10, kernel_width=1),
            at("pool", "avg_pool_3x3", "x", padding=1),
            at("pooled", "conv_1x1", "pool", channels=4),
            at("y", "output", "high", "pooled", join="concat"),
        ],
    ),
    "gated": (
        Gated,
        [
            at("x", "input"),
            at("a", "conv_3x3", "x", channels=8),
            at("p", "max_pool_3x3", "a", stride=2, padding=0, ceil=1),
            at("mean", "global_avg_pool", "p"),
            at("squeeze", "conv_1x1", "mean", channels=2, norm="none", bias=1),
            at("excite", "conv_1x1", "squeeze", channels=8, norm="none", bias=1, activation="sigmoid"),
            at("y", "output", "p", "excite", join="product"),
        ],
    ),
    "grouped": (
        Grouped,
        [
            at("x", "input"),
            at("e", "patch_embedding", "x", kernel=4, channels=8),
            at("att", "self_attention_h4", "e", key_value_heads=2, bias=0, query_bias=1),
            at("norm", "rms_norm", "att", bias=0),
            at("y", "output", "norm"),
        ],
    ),
}


def vgg() -> nn.Module:
    a, b = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1)
    pooled = nn.Sequential(nn.MaxPool2d(2), nn.AdaptiveAvgPool2d(7), nn.Flatten())
    layers = {"a": a, "r": nn.ReLU(), "b": b, "s": nn.ReLU(), "p": pooled, "classifier": nn.Linear(392, 10)}
    return nn.Sequential(OrderedDict(layers))


def same_function(architecture: Architecture, reference: nn.Module) -> None:
    """Check that the built network has the reference's parameters and costs and, with equal weights, its outputs.

    Args:
        architecture: architecture of one cell.
        reference: module in plain torch, whose parts with parameters have the names of the nodes.
    """
    built, image = build_network(architecture).eval(), (3, 16, 16)
    assert isinstance(built, ImageNetwork)
    cost = costs(architecture)
    assert cost is not None
    assert cost.parameters == parameter_count(reference) == parameter_count(built)
    assert cost.flops == flops(built, image)
    cell: Any = built.body[0]
    for name, part in reference.named_children():
        same = built.classifier if name == "classifier" else dict(cell.operators.items()).get(name)
        weights = [*part.parameters()]
        for weight, own_weight in zip(weights, same.parameters() if weights else (), strict=True):
            weight.data = own_weight.data.view_as(weight)
    x = torch.randn(2, *image)
    torch.testing.assert_close(built(x), reference.eval()(x))


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_equals_plain_torch(name: str) -> None:
    reference, nodes = NETWORKS[name]
    same_function(network_of(nodes), reference())


def test_convolutions_with_bias_and_without_normalization() -> None:
    plain = {"channels": 8, "norm": "none", "bias": 1}
    nodes = [
        at("x", "input"),
        at("a", "conv_3x3", "x", **plain),
        at("b", "conv_3x3", "a", **plain),
        at("p", "max_pool_2x2", "b", stride=2),
        at("q", "avg_pool_2x2", "p", resolution=7),
        at("y", "output", "q"),
    ]
    same_function(network_of(nodes, classes=10), vgg())


def test_levels_are_those_of_the_maps_in_the_cell() -> None:
    found = network_cost(network_of(UNET))
    assert [*sorted(found.levels)] == [16, 64, 256]
    assert sum(found.levels.values()) == found.cost.parameters
    assert (found.layers, found.width) == (1, 8)
    gated = network_cost(network_of(NETWORKS["gated"][1]))  # the gate counts at the resolution of its map
    assert gated.levels == {256: 8 * 27 + 16, 64: 8 * 2 + 2 + 2 * 8 + 8}
    block = [
        at("x", "input"),
        at("a", "mb_3x3_e6_se", "x"),
        at("b", "conv_1x1", "a", stride=2),
        at("y", "output", "b"),
    ]
    of_block, of_layer = (
        network_cost(network_of(block)),
        network_cost(network_of([*block[:2], at("y", "output", "a")])),
    )
    assert of_block.levels == {256: of_layer.cost.parameters, 64: 9 + 6}


def test_a_network_may_end_in_several_maps() -> None:
    architecture = network_of(HRNET)
    network = build_network(architecture)
    assert isinstance(network, ImageNetwork)
    maps = network(torch.zeros(2, 3, 16, 16))
    assert [tuple(one.shape) for one in maps] == [(2, 8, 16, 16), (2, 16, 8, 8)]
    assert network.maps == ((8, 16, 16), (16, 8, 8))
    assert network.features(torch.zeros(2, 3, 16, 16))[-1].shape == (2, 16, 8, 8)
    backwards = [*HRNET[:-2], *reversed(HRNET[-2:])]
    assert written_and_reachable(network_of(backwards)) == written_and_reachable(architecture)
    for more in ({"classes": 3}, {"head": [{"op": "global_avg_pool"}]}, {"stage": {"repeats": 2}}):
        with pytest.raises(
            UnknownCostError,
            match=r"stages\[0\]\.cell: .* outputs of the resolutions 16x16, 8x8, expected equal",
        ):
            network_cost(network_of(HRNET, **more))


def test_outputs_of_one_resolution_are_concatenated_and_repeats_are_chained() -> None:
    nodes = [
        at("x", "input"),
        at("a", "conv_3x3", "x", channels=5, stride=2),
        at("b", "conv_1x1", "x", channels=3, stride=2),
        at("y", "output", "a"),
        at("z", "output", "b"),
    ]
    architecture = network_of(nodes, stage={"repeats": 2, "resolution": 4}, classes=7)
    network = build_network(architecture)
    assert isinstance(network, ImageNetwork)
    assert network.shapes == ((3, 16, 16), (8, 8, 8), (8, 4, 4))
    assert parameter_count(network) == network_cost(architecture).cost.parameters
    text = compared(architecture)
    assert "self.a = ConvBnRelu(inputs, 5, 3, stride=2)" in text
    assert "NetCell(inputs=8)" in text


@pytest.mark.parametrize("nodes", [HRNET, UNET], ids=["two resolutions", "u"])
def test_the_written_module_equals_the_network(nodes: list[Document]) -> None:
    assert "channels" not in compared(network_of(nodes)).split("class NetCell")[1]


def test_a_written_module_of_maps_prints_their_shapes(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(compared(network_of(HRNET)), "written.py", "exec"), {"__name__": "__main__"})
    assert "(2, 8, 16, 16) (2, 16, 8, 8)" in capsys.readouterr().out


@pytest.mark.parametrize("name", NETWORKS)
def test_the_onnx_graph_outputs_every_map(name: str) -> None:
    onnx = pytest.importorskip("onnx")
    from nasport.toolkit.networks.onnx_graph import onnx_graph

    outputs = onnx.load_from_string(onnx_graph(network_of(NETWORKS[name][1]))).graph.output
    assert [one.name for one in outputs] == (["map_0", "map_1"] if name == "two resolutions" else ["logits"])


def test_the_hash_depends_on_the_network_only() -> None:
    for nodes in (HRNET, UNET):
        hashes = {hash_of(own(shuffled(nodes, seed))) for seed in range(6)}
        assert hashes == {hash_of(own(nodes))}
        counted = [written_and_reachable(network_of(shuffled(nodes, seed))) for seed in range(3)]
        assert counted == [written_and_reachable(network_of(nodes))] * 3


@pytest.mark.parametrize(
    "stated",
    [
        {"channels": 9},
        {"stride": 2},
        {"padding": 1},
        {"padding": 1, "padding_width": 0},
        {"kernel_width": 1},
        {"norm": "none"},
        {"bias": 1},
    ],
    ids=str,
)
def test_attributes_of_a_node_are_part_of_the_hash(stated: dict[str, Any]) -> None:
    def named(**more: Any) -> Document:
        nodes = [
            at("x", "input"),
            at("a", "conv_3x3", "x", **{"channels": 8, **more}),
            at("y", "output", "a"),
        ]
        return own(nodes)

    assert hash_of(named(**stated)) != hash_of(named())
    assert hash_of(named(norm="batch", bias=0, kernel_width=3)) == hash_of(named())


def test_a_cell_that_states_channels_has_its_own_hash() -> None:
    nodes = [at("x", "input"), at("a", "conv_3x3", "x"), at("y", "output", "a")]
    value = own(nodes)
    same = {**value, "cells": {"net": {"nodes": nodes}}}
    assert hash_of(value) != hash_of(same)
    assert costs(architecture_from_json(value)) == costs(architecture_from_json(same))


def wrong(nodes: list[Document], match: str, **more: Any) -> None:
    with pytest.raises(InputError, match=match):
        network_cost(network_of(nodes, **more))


def test_mistakes_are_reported_with_their_path() -> None:
    ends = [at("x", "input"), at("a", "conv_3x3", "x", channels=8), at("b", "conv_3x3", "x", stride=2)]
    y = at("y", "output", "a")
    wrong([*ends, y], r'stages\[0\]\.width: .*"channels": "own", expected width only on', stage={"width": 8})
    wrong(
        [*ends, y], r'stages\[0\]\.stride: .*"channels": "own", expected stride only on', stage={"stride": 1}
    )
    wrong(
        [*ends, y], r"stages\[0\]\.resolution: the resolution is 16 after this stage", stage={"resolution": 8}
    )
    joined = r"net\.nodes\[3\]\.inputs: the node joins the "
    wrong([*ends, at("y", "output", "a", "x")], joined + "widths 8, 3, expected")
    wrong([*ends, at("y", "output", "x", "b", join="concat")], joined + "resolutions 16x16, 8x8")
    wrong([*ends, at("y", "output", "x", "b", join="product")], joined + "resolutions 16x16, 8x8")
    inside = r"net\.nodes\[3\]\.op: "
    refused = {
        "conv_7x7": ({"padding": 0, "dilation": 3}, "has 19 positions, but its input has 16 with padding 0"),
        "conv_3x3": ({"resolution": 9}, "states the resolution 9x9 but gives 16x16"),
        "max_pool_3x3": ({"padding": 2}, "at most half of its kernel"),
        "max_pool_2x2": ({"resolution": 4, "stride": 2}, "expected only the resolution"),
        "conv_transpose_2x2": ({"padding": 20}, "expected less padding"),
        "self_attention_h4": (
            {"key_value_heads": 3, "channels": 8},
            "3 heads of keys and values for 4 heads",
        ),
    }
    for op, (stated, match) in refused.items():
        wrong([*ends, at("c", op, "x", **stated), at("y", "output", "c")], inside + f".*{match}")


@pytest.mark.parametrize("name", ["padding_width", "ceil", "resolution_width", "flops"])
def test_attributes_that_need_others_are_refused_alone(name: str) -> None:
    other = {"flops": "parameters", "resolution_width": "resolution"}.get(name, "padding")
    op, operators = ("max_pool_3x3", {}) if name != "flops" else ("mine", {"mine": {"text": "Mine"}})
    nodes = [at("x", "input"), at("a", op, "x", **{name: 1}), at("y", "output", "a")]
    problem = rf"nodes\[1\]\.attributes\.{name}: .* has no effect without {other}, expected"
    wrong(nodes, problem, operators=operators)


STATED = {"text": "Deformable convolution of our own", "parameters": 1000, "flops": 5000}


def test_a_stated_cost_is_counted_but_not_built() -> None:
    shape = {"channels": 24, "resolution": 5, "resolution_width": 7}
    nodes = [at("x", "input"), at("a", "mine", "x", **shape), at("y", "output", "a")]
    architecture = network_of(nodes, operators={"mine": STATED})
    cost, live = written_and_reachable(architecture)
    assert not isinstance(cost, str)
    assert (cost.parameters, cost.flops, cost.levels) == (1000, 5000, {35: 1000})
    assert live is not None
    assert live.cost == cost
    (layer,) = placed_layers(architecture)
    assert layer.target == (24, 5, 7)
    with pytest.raises(InputError, match=r"nodes\[1\]\.op: .*stated costs, but no network module"):
        build_network(architecture)
    (score,) = Predictor.load().score([architecture])
    assert (score.parameters, score.flops) == (1000, 5000)
    assert hash_of(architecture) != hash_of(network_of(nodes, operators={"mine": {**STATED, "flops": 1}}))


def test_a_network_with_an_unknown_operator_keeps_its_shapes() -> None:
    nodes = [
        at("x", "input"),
        at("a", "mine", "x", channels=8, resolution=6),
        at("b", "conv_1x1", "a", channels=4),
        at("y", "output", "b"),
    ]
    cost, live = written_and_reachable(network_of(nodes, operators={"mine": {"text": "Mine"}}))
    assert isinstance(cost, str)
    assert live is not None
    assert live.levels == {36: 8 * 4 + 2 * 4}


def test_an_unread_node_gives_a_warning() -> None:
    nodes = [at("x", "input"), at("lost", "conv_3x3", "x", channels=4), at("y", "output", "x")]
    architecture = network_of(nodes)
    assert "'lost' of the cell 'net' feeds no other node" in document_warnings(architecture)[0]
    cost, live = written_and_reachable(architecture)
    assert not isinstance(cost, str)
    assert live is not None
    assert (cost.parameters, live.cost.parameters) == (4 * 27 + 8, 0)


@settings(max_examples=60)
@given(st.integers(0, 2**32))
def test_built_networks_have_the_counted_costs(seed: int) -> None:
    value = random_cell(seed)
    architecture = architecture_from_json(value)
    assert parse_architecture(json.dumps(architecture.to_json())) == architecture
    assert hash_of(own(shuffled(value["cells"]["net"]["nodes"], seed), **_around(value))) == hash_of(value)
    (layer,) = placed_layers(architecture)
    assert isinstance(layer.what, PlacedCell)
    network = build_network(architecture).eval()
    assert isinstance(network, ImageNetwork)
    cost = costs(architecture)
    assert cost is not None
    assert parameter_count(network) == cost.parameters
    assert sum(cost.levels.values()) == cost.parameters
    found: dict[str, tuple[int, ...]] = {}
    modules: Any = network.body[0]
    for name, module in modules.operators.items():
        module.register_forward_hook(lambda m, i, output, name=name: found.update({name: output.shape[1:]}))
    with torch.no_grad():
        given_maps = network(torch.randn(2, 3, 16, 16))
    expected = {one.id: tuple(one.target) for one in layer.what.placed}
    assert all(tuple(shape) == expected[name] for name, shape in found.items() if name in expected)
    if network.maps:
        assert [tuple(one.shape[1:]) for one in given_maps] == [*network.maps]


def _around(value: Document) -> dict[str, Any]:
    return {"classes": value["skeleton"]["classes"]} if "classes" in value["skeleton"] else {}


@settings(max_examples=15)
@given(st.integers(0, 2**32))
def test_written_networks_equal_built_networks(seed: int) -> None:
    compared(architecture_from_json(random_cell(seed, 7)))


def test_a_network_of_more_than_ten_to_the_hundred_positions_is_not_counted() -> None:
    """It would exceed floating-point numbers, and take long."""
    larger = [
        {"id": f"n{k}", "op": "upsample_nearest", "inputs": [f"n{k - 1}" if k else "in"]} for k in range(60)
    ]
    nodes = [{"id": "in", "op": "input"}, *({**each, "attributes": {"stride": 1000}} for each in larger)]
    nodes.append({"id": "out", "op": "output", "inputs": ["n59"]})
    skeleton = {"input": {"channels": 3, "height": 16, "width": 16}, "stages": [{"cell": "c"}], "classes": 10}
    cells = {"c": {"channels": "own", "nodes": nodes}}
    value = {"format": "nasport-architecture", "version": 1, "cells": cells, "skeleton": skeleton}
    written, reachable = written_and_reachable(architecture_from_json(value))
    assert written == "the network is too large to count, expected numbers up to 10^100"
    assert reachable is None
