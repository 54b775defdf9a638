"""Image networks in torch: sizes against the benchmark tables, behavior, and refusals."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nasport.runtime.costs import costs
from nasport.schemas import Architecture
from nasport.toolkit.notations import notation
from nasport.toolkit.spaces import load_space, space_names
from tests.documents import in_skeleton, layers, node
from tests.nds_counting import cell_extras, stage_extras
from tests.tables import nasbench101_line, nasbench_macro, nds_lines, rows
from tests.test_notations_darts import GENOTYPES

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402

from nasport.toolkit.networks import NetworkOptions, build_network  # noqa: E402
from tests.counted_networks import built, counted, counted_flops  # noqa: E402
from tests.module_counting import parameter_count  # noqa: E402

BEST_201 = "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_1x1~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|"
NOTHING_201 = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"
IMAGE_SPACES = [name for name in space_names() if name != "nasbench_nlp"]
LEAN = NetworkOptions(dead_nodes=False)


def sampled(space: str, seed: int) -> Architecture:
    chosen = load_space(space)
    return chosen.architecture(chosen.sample(np.random.default_rng(seed)))


def test_parameters_of_nasbench201(nasport_data: Path) -> None:
    """Excludes rows that are means over isomorphic networks; see `test_costs.py`."""
    found, agree = notation("nasbench201"), 0
    for row in rows(nasport_data, "nasbench201")[7::75]:
        architecture = found.parse(row["arch_str"])
        published, count = float(row["params_M_cifar10"]) * 1e6, counted(architecture)
        cost = costs(architecture)
        assert cost is not None
        assert count == cost.parameters
        agree += abs(published - count) <= 0.01
    assert agree >= 200


def test_parameters_of_nasbench101(nasport_data: Path) -> None:
    """Excludes rows whose vertices have another order; see `test_costs.py`."""
    found, agree = notation("nasbench101"), 0
    for row in [row for row in rows(nasport_data, "nasbench101") if row["params"]][5::140]:
        architecture = found.parse(nasbench101_line(row))
        count, cost = counted(architecture), costs(architecture)
        assert cost is not None
        assert count == cost.parameters
        agree += count == int(float(row["params"]))
    assert agree >= 200


def test_parameters_of_nds(nasport_data: Path) -> None:
    """Covers every space of cells and of stages."""
    found, spaces, number = notation("nds"), set(), 0
    lines = nds_lines(nasport_data)
    cells = ["genotype" in json.loads(line)["net"] for line in lines]
    chosen = [line for line, cell in zip(lines, cells, strict=True) if not cell][::10]
    chosen += [line for line, cell in zip(lines, cells, strict=True) if cell][3::24]
    for line in chosen:
        record = json.loads(line)
        assert counted(found.parse(line)) == record["params"], line
        spaces.add(record["space"])
        number += 1
    assert number >= 200
    assert len(spaces) == 9


def test_parameters_of_nasbench_macro(nasport_data: Path) -> None:
    found = notation("nasbench_macro")
    chosen = list(nasbench_macro(nasport_data).items())[::30]
    for digits, row in chosen:
        assert counted(found.parse(digits)) == row["params"]
    assert len(chosen) >= 200


def test_flops_of_nasbench_macro(nasport_data: Path) -> None:
    found = notation("nasbench_macro")
    for digits, row in list(nasbench_macro(nasport_data).items())[::331]:
        assert counted_flops(found.parse(digits)) == row["flops"]


def test_flops_of_nds(nasport_data: Path) -> None:
    """Published FLOPs minus what NDS counts in addition to multiply-accumulates."""
    found = notation("nds")
    for line in nds_lines(nasport_data)[::150]:
        record = json.loads(line)
        net = record["net"]
        extras = cell_extras(net) if "genotype" in net else stage_extras(net)
        assert counted_flops(found.parse(line)) + extras == record["flops"], line


@pytest.mark.parametrize("space", IMAGE_SPACES)
def test_built_networks_have_the_counted_sizes(space: str) -> None:
    for seed in range(4):
        architecture = sampled(space, seed)
        cost = costs(architecture)
        assert cost is not None
        assert counted(architecture) == cost.parameters
    assert counted_flops(architecture) == cost.flops


def image_size(architecture: Architecture, otherwise: tuple[int, int]) -> tuple[int, int]:
    """Return the image size: that of the document if positions have trainable vectors, otherwise another size."""
    skeleton = architecture.skeleton
    assert skeleton is not None
    size = dict(skeleton.input)
    fixed = any(stage.op == "positional_embedding" for stage in skeleton.stem)
    return (size["height"], size["width"]) if fixed else otherwise


@pytest.mark.parametrize("space", space_names())
def test_networks_of_every_space_learn(space: str) -> None:
    """After one forward and backward pass, every reachable parameter has a gradient."""
    torch.manual_seed(0)
    architecture = sampled(space, 5)
    if space == "nasbench_nlp":
        network = build_network(architecture, NetworkOptions(classifier=False))
        width = architecture.skeleton.stem[0].width  # type: ignore[union-attr]
        output = network(torch.randn(3, 2, width))
        assert output.shape[:2] == (3, 2)
    else:
        network = build_network(architecture, LEAN)
        output = network(torch.randn(2, 3, *image_size(architecture, (32, 32))))
        assert output.shape == (2, architecture.skeleton.classes)  # type: ignore[union-attr]
    output.square().mean().backward()
    assert output.isfinite().all()
    if space != "nasbench_nlp":
        assert all(parameter.grad is not None for parameter in network.parameters())


@pytest.mark.parametrize(
    ("space", "document_text", "widths", "sizes"),
    [
        ("nasbench201", BEST_201, (16, 32, 64), (32, 16, 8)),
        ("nasbench101", "7 100001110010010100011 00210", (128, 256, 512), (32, 16, 8)),
        ("darts", GENOTYPES["DARTS_V2"], (144, 288, 576), (32, 16, 8)),
        ("nasbench_macro", "00000000", (64, 128, 256), (16, 8, 4)),
        ("transnas_macro", "64-1234-basic", (128, 128, 256), (8, 4, 2)),
        ("transnas_micro", "64-41414-1_02_333", (128, 256, 512), (4, 2, 1)),
    ],
)
def test_features_end_each_resolution(
    space: str, document_text: str, widths: tuple[int, ...], sizes: tuple[int, ...]
) -> None:
    network = built(notation(space).parse(document_text))
    with torch.no_grad():
        features = network.features(torch.randn(2, 3, 32, 32))
        assert [feature.shape for feature in features] == [
            (2, width, size, size) for width, size in zip(widths, sizes, strict=True)
        ]
        network.eval()
        images = torch.randn(1, 3, 32, 32)
        features = network.features(images)
        assert network.feature_widths == widths
        torch.testing.assert_close(network.features(images, levels=1)[0], features[0])
        logits = network.classifier(network.head(features[-1]).flatten(1))
        torch.testing.assert_close(logits, network(images))


@pytest.mark.parametrize("join", ["sum", "concat", "mean"])
def test_a_shortcut_is_projected_if_the_cell_changes_the_shape(join: str) -> None:
    """Its cost equals that of an explicit node for the shortcut."""
    nodes = [node("in", "input"), node("a", "conv_3x3", "in"), node("b", "conv_3x3", "a")]
    direct = [*nodes, node("out", "output", "b", "in", join=join)]
    through = [*nodes, node("short", "skip_connect", "in"), node("out", "output", "b", "short", join=join)]
    found = [in_skeleton(each, {"width": 12, "stride": 2}) for each in (direct, through)]
    assert len({costs(each) for each in found}) == 1
    for each in found:
        count, cost = counted(each), costs(each)
        assert cost is not None
        assert count == cost.parameters
        assert counted_flops(each) == cost.flops
        assert built(each, LEAN).features(torch.randn(2, 3, 32, 32))[-1].shape[2:] == (16, 16)


def test_stages_of_residual_blocks_are_levels() -> None:
    network = built(sampled("nds_resnet_in", 0))
    assert len(network.feature_widths) == 4


def test_features_run_no_more_than_they_need() -> None:
    network = built(notation("nasbench201").parse(BEST_201))
    ran: list[str] = []
    for name, module in network.named_modules():
        module.register_forward_hook(lambda *_, name=name: ran.append(name))
    network.features(torch.randn(2, 3, 32, 32), levels=2)
    assert {name.split(".")[1] for name in ran if name.startswith("body.")} == set(map(str, range(11)))
    assert not any(name.startswith(("head", "classifier")) for name in ran)


@pytest.mark.parametrize(
    "space", [name for name in IMAGE_SPACES if "res" not in name and "macro" not in name]
)
def test_networks_without_unreachable_nodes_give_equal_outputs(space: str) -> None:
    """In training and evaluation mode, with copied weights, at an odd size."""
    architecture = sampled(space, 8)
    torch.manual_seed(0)
    whole, lean = built(architecture), built(architecture, LEAN)
    assert set(lean.state_dict()) <= set(whole.state_dict())
    lean.load_state_dict(whole.state_dict(), strict=False)
    images = torch.randn(2, 3, *image_size(architecture, (45, 37)))
    with torch.no_grad():
        for mode in (True, False):
            whole.train(mode)
            lean.train(mode)
            torch.testing.assert_close(whole(images), lean(images))


def test_unreachable_nodes_are_not_built() -> None:
    text = "|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|nor_conv_1x1~2|"
    architecture = notation("nasbench201").parse(text)
    whole, lean = built(architecture), built(architecture, LEAN)
    assert set(whole.body[0].operators) == {"node_0_1", "node_2_3", "zeros"}
    assert len(lean.body[0].operators) == 0
    assert parameter_count(whole) - parameter_count(lean) == sum(
        5 * (9 * w * w + 2 * w + w * w + 2 * w) for w in (16, 32, 64)
    )


@pytest.mark.parametrize("options", [NetworkOptions(), LEAN])
def test_a_cell_without_a_path_gives_zeros(options: NetworkOptions) -> None:
    network = built(notation("nasbench201").parse(NOTHING_201), options)
    features = network.features(torch.randn(2, 3, 32, 32))
    assert [feature.shape[1] for feature in features] == [16, 32, 64]
    assert all((feature == 0).all() for feature in features)
    assert network(torch.randn(2, 3, 32, 32)).shape == (2, 10)


def test_the_cell_of_nasbench201_by_hand() -> None:
    """Nodes are sums; edges are ReLU, convolution, normalization."""
    torch.manual_seed(0)
    architecture = notation("nasbench201").parse(
        "|nor_conv_3x3~0|+|avg_pool_3x3~0|none~1|+|skip_connect~0|nor_conv_1x1~1|nor_conv_3x3~2|"
    )
    cell = built(architecture).body[0]
    x = torch.randn(2, 16, 8, 8)
    op = cell.operators
    first = op["node_0_1"](x)
    second = nn.functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
    by_hand = x + op["node_1_3"](first) + op["node_2_3"](second)
    assert torch.allclose(cell(x), by_hand, atol=1e-6)
    convolution = op["node_1_3"]
    again = nn.functional.batch_norm(convolution.conv(first.relu()), None, None, training=True)
    assert torch.allclose(convolution(first), again, atol=1e-5)


def test_the_cell_of_nasbench101_by_hand() -> None:
    """128 channels among three are 43, 43 and 42. A vertex is truncated for narrower ones; the input has projections."""
    torch.manual_seed(0)
    architecture = notation("nasbench101").parse("5 1111011011 012")
    cell = built(architecture).body[0]
    assert {
        name: module.conv.out_channels for name, module in cell.operators.items() if hasattr(module, "conv")
    }
    x = torch.randn(2, 128, 6, 6).relu()
    output = cell(x)
    assert output.shape == x.shape
    op = cell.operators
    widths = sorted(module.conv.out_channels for module in op.values() if hasattr(module, "conv"))
    assert set(widths) <= {42, 43, 128}
    convolution = next(module for module in op.values() if hasattr(module, "conv"))
    expected = nn.functional.batch_norm(
        convolution.conv(x[:, : convolution.conv.in_channels]), None, None, training=True
    ).relu()
    assert torch.allclose(convolution(x[:, : convolution.conv.in_channels]), expected, atol=1e-5)


def test_nasbench101_has_its_own_initialization() -> None:
    torch.manual_seed(0)
    network = built(notation("nasbench101").parse("3 101 0"))
    convolution = network.body[-1].operators["node_1"].conv
    assert convolution.weight.std().item() == pytest.approx((2 / (9 * 512)) ** 0.5, rel=0.01)
    assert network.classifier.weight.std().item() == pytest.approx(0.01, rel=0.05)
    assert (network.classifier.bias == 0).all()


def test_the_older_input_of_darts_is_reduced_only_if_it_is_larger() -> None:
    network = built(notation("darts").parse(GENOTYPES["DARTS_V2"]))
    reduces = [hasattr(cell.operators["c_k_2"], "odd") for cell in network.body]
    assert [place for place, reduced in enumerate(reduces) if reduced] == [7, 14]


def test_options_can_be_restricted_to_cells() -> None:
    """These are the options of NAS-Bench-201's search networks: a bias in cells, no scale and shift, no running statistics."""
    architecture = notation("nasbench201").parse(BEST_201)
    searching = NetworkOptions(affine=False, running_statistics=False, convolution_bias=True)
    everywhere = built(architecture, searching)
    in_cells = built(architecture, NetworkOptions(False, False, True, beyond_cells=False))
    for network, outside in ((everywhere, False), (in_cells, True)):
        for name, module in network.named_modules():
            plain = outside and "operators" not in name
            if isinstance(module, nn.BatchNorm2d):
                assert module.affine == plain
                assert module.track_running_stats == plain
            elif isinstance(module, nn.Conv2d) and "shortcut" not in name:
                assert (module.bias is None) == plain
    plain_network = built(architecture)
    cells = sum(5 * 5 * w for w in (16, 32, 64))
    assert parameter_count(in_cells) == parameter_count(plain_network) - cells


def test_without_a_classifier_the_head_is_flattened() -> None:
    network = built(notation("nasbench201").parse(BEST_201), NetworkOptions(classifier=False))
    assert network.classifier is None
    assert network(torch.randn(2, 3, 32, 32)).shape == (2, 64)


def test_the_last_block_may_end_without_its_relu() -> None:
    architecture = sampled("nds_resnet", 0)
    images = torch.randn(2, 3, 32, 32)
    assert built(architecture).features(images)[-1].min() >= 0
    open_ended = built(architecture, NetworkOptions(last_activation=False)).features(images)
    assert open_ended[-1].min() < 0
    assert all(feature.min() >= 0 for feature in open_ended[:-1])


def test_the_second_convolution_of_transnas_begins_with_a_relu() -> None:
    """It follows a convolution without activation; other layers of a skeleton end with their activation."""
    stem = built(sampled("transnas_micro", 0)).stem
    assert [type(layer).__name__ for layer in stem] == ["ConvBn", "ReluConvBn"]
    assert type(built(sampled("nds_resnet", 0)).stem[0]).__name__ == "ConvBnRelu"


def test_attention_multiplies_every_position_with_every_other() -> None:
    cost = costs(layers({"op": "stem_conv3x3", "width": 16}, {"op": "self_attention_h2"}))
    assert cost is not None
    positions = 32 * 32
    assert cost.flops == positions * (27 * 16 + 4 * 16 * 16 + 2 * positions * 16)


def test_zeros_have_the_resolution_that_is_joined() -> None:
    nodes = [
        node("in", "input"),
        node("x", "conv_3x3", "in", attributes={"stride": 4}),
        node("y", "none", "in", attributes={"stride": 4}),
        node("pooled", "global_avg_pool", "in"),
        node("nothing", "none", "pooled"),
        node("out", "output", "x", "y", join="concat"),
        node("other", "output", "pooled", "nothing", join="concat"),
    ]
    network = built(in_skeleton([each for each in nodes if each["id"] not in ("pooled", "nothing", "other")]))
    (feature,) = network.features(torch.randn(2, 3, 32, 32))
    assert feature.shape == (2, 32, 8, 8)
    assert (feature[:, 16:] == 0).all()
    network = built(in_skeleton([each for each in nodes if each["id"] not in ("x", "y", "out")]))
    (feature,) = network.features(torch.randn(2, 3, 32, 32))
    assert feature.shape == (2, 32, 1, 1)
    assert (feature[:, 16:] == 0).all()


def test_joins_and_a_custom_operator() -> None:
    nodes = [
        node("in", "input"),
        node("a", "mine", "in"),
        node("b", "skip_connect", "in"),
        node("c", "conv_1x1", "a", "b", join="concat"),
        node("d", "elementwise_prod", "c", "in", join="product"),
        node("e", "sub", "d", "in"),
        node("f", "mean", "e", "c", "b"),
        node("class", "none", "f"),
        node("if", "concat", "f", "class", join="concat"),
        node("out", "output", "if"),
    ]
    mine = {"text": "My convolution", "kind": "convolution", "kernel": 4, "groups": 2}
    network = built(in_skeleton(nodes, operators={"mine": mine}), LEAN).eval()
    cell = network.body[0]
    x = torch.randn(1, 16, 7, 5)
    c = cell.operators["c"](torch.cat([cell.operators["a"](x), x], 1))
    f = (c * x - x + c + x) / 3
    assert network.feature_widths == (32,)
    assert torch.allclose(cell(x), torch.cat([f, torch.zeros_like(f)], 1), atol=1e-6)


def test_flatten_keeps_every_value() -> None:
    head = [{"op": "flatten"}, {"op": "linear", "width": 5}]
    architecture = layers({"op": "conv_3x3", "width": 4, "stride": 4}, head=head, classes=3)
    network = built(architecture)
    linear = 4 * 8 * 8 * 5 + 5
    counted = costs(architecture)
    assert counted is not None
    assert counted.parameters == sum(p.numel() for p in network.parameters())
    assert sum(p.numel() for p in network.head.parameters()) == linear
    assert network(torch.randn(2, 3, 32, 32)).shape == (2, 3)


def test_a_head_without_pooling_flattens_every_position() -> None:
    architecture = layers({"op": "conv_3x3", "width": 4, "stride": 4}, classes=3)
    network = built(architecture)
    assert network.classifier.in_features == 4 * 8 * 8
    assert network(torch.randn(2, 3, 32, 32)).shape == (2, 3)
