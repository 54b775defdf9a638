"""Networks of the benchmarks compute the same function as the authors' code: equal weights give equal outputs.

Each reference computes the function of the authors' public code, written with torch's functions only, with the parameters
of nasport's network in order. `test_benchmark_functions_stacked.py` has the cells of two inputs.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.documents import document, node

torch = pytest.importorskip("torch", reason="needs the extra 'gennas'")
from torch import Tensor, nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

from nasport.schemas import architecture_from_json  # noqa: E402
from nasport.schemas.architecture import Stage  # noqa: E402
from nasport.toolkit.networks import ImageNetwork  # noqa: E402
from nasport.toolkit.notations import notation  # noqa: E402
from tests.reference_networks import Weights, alike, classes_of, network, shaken, weights_by_node  # noqa: E402

# (source, target) of NAS-Bench-201's six operators.
EDGES = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))


@torch.no_grad()
def test_transnas_macro() -> None:
    """Blocks repeat ReLU, convolution, normalization twice, then add the shortcut; no operation follows the sum."""
    built, images = network("transnas_macro", "64-1234-basic"), torch.randn(2, 3, 64, 64)
    weights, width = Weights(built), 64
    x = weights.relu_conv_norm(weights.conv_norm(images, 2), 2)
    for digit in "1234":
        for repeat in range(2):
            stride = 2 if digit in "34" and repeat == 0 else 1
            y = weights.relu_conv_norm(weights.relu_conv_norm(x, stride))
            changes = stride == 2 or y.shape[1] != width
            width = y.shape[1]
            x = y + (weights.conv_norm(x, stride) if changes else x)
    alike(built, classes_of(built, x), images)


@torch.no_grad()
def test_nasbench_macro() -> None:
    """Inverted residuals use ReLU instead of ReLU6; an identity that changes the shape is a projection without ReLU."""
    text = "01212102"
    built, images = network("nasbench_macro", text), 3 * torch.randn(2, 3, 32, 32)
    weights = Weights(built)
    x = weights.conv_norm_relu(images)
    for place, digit in enumerate(text):
        stride = 2 if place in (0, 2, 5) else 1
        if digit == "0":
            x = weights.conv_norm(x, stride) if stride == 2 else x
            continue
        y = weights.conv_norm_relu(x)
        y = weights.conv_norm_relu(y, stride, y.shape[1])
        y = weights.conv_norm(y)
        x = x + y if stride == 1 else y
    alike(built, classes_of(built, weights.conv_norm_relu(x)), images)


@torch.no_grad()
def test_a_skip_that_changes_the_width_is_a_projection_without_relu() -> None:
    """NATS-Bench's size space uses convolution and normalization; NAS-Bench-201's strided projection begins with a ReLU."""
    value = document([node("in", "input"), node("x", "skip_connect", "in"), node("out", "output", "x")])
    value["skeleton"] = {
        "input": {"channels": 3, "height": 8, "width": 8},
        "stages": [{"cell": "cell", "width": 8}, {"cell": "cell", "width": 16, "stride": 2}],
    }
    built, images = shaken(architecture_from_json(value)), torch.randn(2, 3, 8, 8)
    narrow, strided = built.body
    x = Weights(narrow).conv_norm(images)
    torch.testing.assert_close(narrow(images), x)
    assert (x < 0).any()
    torch.testing.assert_close(strided(x), Weights(strided).reduced(x))


def edge_cell(cell: nn.Module, x: Tensor, operators: Sequence[str], width: int, stride: int = 1) -> Tensor:
    """Compute the cell of NAS-Bench-201 and TransNAS-Bench-101: nodes sum their inputs; a node with only `none` is zero."""
    weights = weights_by_node(cell)
    nodes = [x]
    for target in (1, 2, 3):
        total = x.new_zeros(1)
        for (source, end), operator in zip(EDGES, operators, strict=True):
            if end == target:
                step = stride if source == 0 else 1
                own = weights.get(f"node_{source}_{target}")
                total = total + edge(own, nodes[source], operator, width, step)
        nodes.append(total)
    return nodes[3]


def edge(weights: Weights | None, x: Tensor, operator: str, width: int, stride: int) -> Tensor:
    if operator == "none":
        return x.new_zeros(len(x), width, *x[:, :, ::stride, ::stride].shape[2:])
    if operator == "skip_connect" and stride == 1 and x.shape[1] == width:
        return x
    if operator == "avg_pool_3x3":
        return F.avg_pool2d(x, 3, stride, 1, count_include_pad=False)
    assert weights is not None
    if operator == "skip_connect":
        return weights.reduced(x) if stride == 2 else weights.conv_norm(x)
    return weights.relu_conv_norm(x, stride)


@pytest.mark.parametrize(
    "text",
    [
        "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|skip_connect~0|nor_conv_3x3~1|avg_pool_3x3~2|",
        "|none~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|none~0|nor_conv_1x1~1|nor_conv_1x1~2|",
        "|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|nor_conv_3x3~2|",
    ],
)
@torch.no_grad()
def test_nasbench201(text: str) -> None:
    """The stem has no ReLU, average pooling excludes the border, and a pooled shortcut has no normalization.

    A node that no input reaches is zero; the normalization of a following convolution shifts it.
    """
    built, images = network("nasbench201", text), torch.randn(2, 3, 16, 16)
    widths = [16] * 5 + [32] * 6 + [64] * 6
    alike(built, edge_network(built, images, text, widths, (5, 11)), images)


@pytest.mark.parametrize("widths", [(8, 16, 24, 64, 40), (64, 8, 8, 56, 16)])
@torch.no_grad()
def test_nats_bench_size(widths: Sequence[int]) -> None:
    """The network of NAS-Bench-201 has one cell per stage; a skip that changes the width has no ReLU."""
    text = "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|"
    around = notation("nasbench201").parse(text)
    assert around.skeleton is not None
    stages = tuple(
        Stage(op="nasbench201_reduction", width=width, stride=2) if place % 2 else Stage("cell", width=width)
        for place, width in enumerate(widths)
    )
    stem = (replace(around.skeleton.stem[0], width=widths[0]),)
    built = shaken(replace(around, skeleton=replace(around.skeleton, stem=stem, stages=stages)))
    images = torch.randn(2, 3, 16, 16)
    alike(built, edge_network(built, images, text, widths, (1, 3)), images)


def edge_network(
    built: ImageNetwork, images: Tensor, text: str, widths: Sequence[int], reductions: Sequence[int]
) -> Tensor:
    """Compute NAS-Bench-201's network with one layer per width: residual blocks of stride 2 at some positions, cells
    elsewhere.
    """
    operators = [item.split("~")[0] for part in text.split("+") for item in part.strip("|").split("|")]
    x = Weights(built.stem).conv_norm(images)
    for place, (layer, width) in enumerate(zip(built.body, widths, strict=True)):
        if place in reductions:
            weights = Weights(layer)
            y = weights.relu_conv_norm(weights.relu_conv_norm(x, 2))
            x = y + weights.conv(F.avg_pool2d(x, 2, 2))
        else:
            x = edge_cell(layer, x, operators, width)
        assert x.shape[1] == width
    return classes_of(built, F.relu(Weights(built.head).norm(x)))


@pytest.mark.parametrize(("cell", "size"), [("1_23_310", 32), ("3_12_013", 36), ("0_30_203", 36)])
@torch.no_grad()
def test_transnas_micro(cell: str, size: int) -> None:
    """In the first cell of a module that halves the resolution, all operators on the input halve it; also for 9x9 images."""
    built, images = network("transnas_micro", f"64-41414-{cell}"), torch.randn(2, 3, size, size)
    keys = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3")
    operators = [keys[int(code)] for code in cell.replace("_", "")]
    stem, layers, width = Weights(built.stem), iter(built.body), 64
    x = stem.relu_conv_norm(stem.conv_norm(images, 2), 2)
    for digit in "41414":
        factor = 2 if digit == "4" else 1
        width *= factor
        x = edge_cell(next(layers), x, operators, width, factor)
        x = edge_cell(next(layers), x, operators, width)
    alike(built, classes_of(built, x), images)


def split_cell(cell: nn.Module, x: Tensor, edges: Sequence[str], operators: str, width: int) -> Tensor:
    """Compute NAS-Bench-101's cell; `edges` are the rows of its matrix.

    The inputs of the output share its channels; if they do not divide evenly, the first ones have one channel more. Any
    other vertex has as many channels as the widest vertex that it feeds; a narrower one reads the first channels.
    """
    weights, last = weights_by_node(cell), len(edges) - 1
    to_output = [v for v in range(1, last) if edges[v][last] == "1"]
    widths = dict.fromkeys(range(1, last), 0)
    for place, v in enumerate(to_output):
        widths[v] = width // len(to_output) + (place < width % len(to_output))
    for v in range(last - 1, 0, -1):
        if v not in to_output:
            widths[v] = max(widths[w] for w in range(v + 1, last) if edges[v][w] == "1")
    values = {0: x}
    for v in range(1, last):
        total = x.new_zeros(1)
        for u in range(1, v):
            if edges[u][v] == "1":
                total = total + values[u][:, : widths[v]]
        if edges[0][v] == "1":
            total = total + weights[f"node_{v}_projection"].conv_norm_relu(x)
        if operators[v - 1] == "2":
            values[v] = F.max_pool2d(total, 3, 1, 1)
        else:
            values[v] = weights[f"node_{v}"].conv_norm_relu(total)
        assert values[v].shape[1] == widths[v]
    parts = [torch.cat([values[v] for v in to_output], 1)] if to_output else []
    if edges[0][last] == "1":
        parts.append(weights["output_projection"].conv_norm_relu(x))
    return sum(parts[1:], parts[0])


@pytest.mark.parametrize(
    ("edges", "operators"),
    [
        (("010111", "001010", "000001", "000001", "000001", "000000"), "0120"),
        (("0111", "0011", "0001", "0000"), "21"),
        (("01", "00"), ""),
        (("011", "001", "000"), "2"),
    ],
)
@torch.no_grad()
def test_nasbench101(edges: Sequence[str], operators: str) -> None:
    """Every edge from the input is a projection with ReLU; the edge to the output is added to the concatenation."""
    bits = "".join(row[place + 1 :] for place, row in enumerate(edges))
    built = network("nasbench101", f"{len(edges)} {bits} {operators}".strip())
    images = torch.randn(2, 3, 8, 8)
    layers = iter(built.body)
    x = Weights(built.stem).conv_norm_relu(images)
    for width in (128, 256, 512):
        if width > 128:
            x = F.max_pool2d(x, 2, 2)
            next(layers)
        for _ in range(3):
            x = split_cell(next(layers), x, edges, operators, width)
    alike(built, classes_of(built, x), images)


NDS_BLOCKS = {
    "res_basic_block": ([], []),
    "double_plain_block": ([], []),
    "res_bottleneck_block": ([1.0, 0.5, 0.3, 1.0], [1, 5, 2, 1]),
}


@pytest.mark.parametrize("block", NDS_BLOCKS)
@pytest.mark.parametrize(("stem", "size"), [(1, 15), (4, 45), (8, 64)])
@torch.no_grad()
def test_nds_stages(block: str, stem: int, size: int) -> None:
    """Layers are convolution, normalization, ReLU; residual blocks have their last ReLU after the sum; also for odd sizes."""
    ratios, groups = NDS_BLOCKS[block]
    depths, widths, strides = [1, 2, 1, 2], [20, 20, 40, 40], [stem, 1, 2, 2]
    net = {
        "block_type": block,
        "ds": depths,
        "ws": widths,
        "ss": strides,
        "bot_muls": ratios,
        "num_gs": groups,
    }
    built, images = network("nds", json.dumps(net)), torch.randn(2, 3, size, size)
    weights = Weights(built)
    x = weights.conv_norm_relu(images, 1 if stem == 1 else 2)
    if stem == 4:
        x = F.max_pool2d(x, 3, 2, 1)
    elif stem == 8:
        x = weights.conv_norm_relu(weights.conv_norm_relu(x, 2), 2)
    for stage in (1, 2, 3):
        for repeat in range(depths[stage]):
            stride = strides[stage] if repeat == 0 else 1
            if block == "double_plain_block":
                x = weights.conv_norm_relu(weights.conv_norm_relu(x, stride))
                continue
            if block == "res_bottleneck_block":
                y = weights.conv_norm_relu(weights.conv_norm_relu(x), stride, groups[stage])
            else:
                y = weights.conv_norm_relu(x, stride)
            y = weights.conv_norm(y)
            changes = stride == 2 or y.shape[1] != x.shape[1]
            x = F.relu(y + (weights.conv_norm(x, stride) if changes else x))
    alike(built, classes_of(built, x), images)
