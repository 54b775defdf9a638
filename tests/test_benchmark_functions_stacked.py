"""Networks of DARTS, NDS and NAS-Bench-301 compute the same function as the authors' code; see
`test_benchmark_functions.py`.

NDS' cells are those of DARTS with more operators, as in pycls.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'gennas'")
from torch import Tensor, nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

from nasport.toolkit.networks import ImageNetwork  # noqa: E402
from tests.reference_networks import (  # noqa: E402
    Weights,
    alike,
    classes_of,
    network,
    normalized,
    weights_by_node,
)

# Every operator of NDS, in cells of five nodes; the reduction cell has some with and some without a stride.
NORMAL = [
    ["sep_conv_3x3", 0],
    ["dil_conv_5x5", 1],
    ["avg_pool_3x3", 2],
    ["skip_connect", 0],
    ["conv_7x1_1x7", 1],
    ["none", 3],
    ["max_pool_5x5", 2],
    ["conv_3x3", 4],
    ["dil_sep_conv_3x3", 0],
    ["conv_1x1", 5],
]
REDUCE = [
    ["conv_3x1_1x3", 0],
    ["skip_connect", 1],
    ["avg_pool_3x3", 0],
    ["max_pool_3x3", 1],
    ["sep_conv_5x5", 0],
    ["dil_conv_3x3", 2],
    ["max_pool_7x7", 1],
    ["conv_3x3", 0],
    ["sep_conv_7x7", 3],
    ["none", 1],
]
GENOTYPE = {"normal": NORMAL, "normal_concat": [3, 5, 6], "reduce": REDUCE, "reduce_concat": [2, 3, 4, 5, 6]}
MORE = {
    "normal": [["dil_conv_3x3", 0], ["sep_conv_7x7", 1], ["max_pool_3x3", 2], ["conv_3x1_1x3", 0]],
    "normal_concat": [2, 3],
    "reduce": [["dil_sep_conv_3x3", 0], ["dil_conv_5x5", 1], ["conv_1x1", 0], ["conv_7x1_1x7", 1]],
    "reduce_concat": [3],
}


def operated(weights: Weights | None, x: Tensor, operator: str, stride: int) -> Tensor:
    """Apply an operator to a map; a pooling has no normalization."""
    if operator == "none":
        return torch.zeros_like(x[:, :, ::stride, ::stride])
    if operator == "skip_connect" and stride == 1:
        return x
    kernel = int(operator[-1]) if operator[-1].isdigit() else 1
    if operator.startswith("max_pool"):
        return F.max_pool2d(x, kernel, stride, kernel // 2)
    if operator.startswith("avg_pool"):
        return F.avg_pool2d(x, kernel, stride, kernel // 2, count_include_pad=False)
    assert weights is not None
    if operator == "skip_connect":
        return weights.reduced(x)
    if operator in ("conv_1x1", "conv_3x3"):
        return weights.relu_conv_norm(x, stride)
    if operator in ("conv_3x1_1x3", "conv_7x1_1x7"):
        half = kernel // 2
        x = F.conv2d(F.relu(x), weights.next_conv().weight, None, (1, stride), (0, half))
        return weights.norm(F.conv2d(x, weights.next_conv().weight, None, (stride, 1), (half, 0)))
    times, dilation = 2 if "sep" in operator else 1, 2 if operator.startswith("dil") else 1
    depthwise, pointwise = ([weights.next_conv() for _ in range(times)] for _ in range(2))
    norms = [weights.next_norm() for _ in range(times)]
    for place in range(times):
        step, padding = (stride, 1)[place], dilation * (kernel // 2)
        x = F.conv2d(F.relu(x), depthwise[place].weight, None, step, padding, dilation, x.shape[1])
        x = normalized(F.conv2d(x, pointwise[place].weight), norms[place])
    return x


def stacked_cell(cell: nn.Module, older: Tensor, newer: Tensor, half: dict[str, Any], stride: int) -> Tensor:
    """Compute a cell. Both inputs are preprocessed; the older one is halved if it is larger. Operators on the inputs
    have the stride.
    """
    weights = weights_by_node(cell)
    larger = older.shape[2] != newer.shape[2]
    first = weights["c_k_2"]
    nodes = [first.reduced(older) if larger else first.relu_conv_norm(older)]
    nodes.append(weights["c_k_1"].relu_conv_norm(newer))
    for place, (operator, source) in enumerate(half["edges"]):
        number = 2 + place // 2
        own = weights.get(f"node_{number}_{place % 2}")
        found = operated(own, nodes[source], operator, stride if source < 2 else 1)
        if place % 2:
            nodes[-1] = nodes[-1] + found
        else:
            nodes.append(found)
    return torch.cat([nodes[number] for number in half["concat"]], 1)


def stacked(built: ImageNetwork, genotype: dict[str, Any], older: Tensor, newer: Tensor) -> Tensor:
    """Compute all cells; those at one third and at two thirds halve the resolution."""
    depth = len(built.body)
    for place, cell in enumerate(built.body):
        reduces = place in (depth // 3, 2 * depth // 3)
        name = "reduce" if reduces else "normal"
        half = {"edges": genotype[name], "concat": genotype[f"{name}_concat"]}
        older, newer = newer, stacked_cell(cell, older, newer, half, 2 if reduces else 1)
    return classes_of(built, newer)


def on_cifar(built: ImageNetwork, genotype: dict[str, Any], images: Tensor) -> Tensor:
    x = Weights(built.stem).conv_norm(images)
    return stacked(built, genotype, x, x)


@pytest.mark.parametrize("genotype", [GENOTYPE, MORE])
@pytest.mark.parametrize(("depth", "size"), [(2, 16), (5, 15), (6, 16)])
@torch.no_grad()
def test_nds_cells_on_cifar(genotype: dict[str, Any], depth: int, size: int) -> None:
    """The stem has no ReLU; for odd sizes, the second half of a factorized reduction reads a zero at the end."""
    net = {"genotype": genotype, "width": 8, "depth": depth}
    built, images = network("nds", json.dumps(net)), torch.randn(2, 3, size, size)
    alike(built, on_cifar(built, genotype, images), images)


@pytest.mark.parametrize("genotype", [GENOTYPE, MORE])
@torch.no_grad()
def test_nds_cells_on_imagenet(genotype: dict[str, Any]) -> None:
    """The older input of the first cell is the stem's second convolution, with twice the resolution of the newer input."""
    record = {"space": "DARTS_in", "net": {"genotype": genotype, "width": 8, "depth": 6}}
    built, images = network("nds", json.dumps(record)), torch.randn(2, 3, 96, 96)
    stem = Weights(built.stem)
    older = stem.conv_norm(stem.conv_norm_relu(images, 2), 2)
    newer = stem.relu_conv_norm(older, 2)
    alike(built, stacked(built, genotype, older, newer), images)


@torch.no_grad()
def test_darts() -> None:
    """Evaluation network of 20 cells and 36 channels with the published second-order genotype."""
    normal = [("sep_conv_3x3", 0), ("sep_conv_3x3", 1), ("sep_conv_3x3", 0), ("sep_conv_3x3", 1)]
    normal += [("sep_conv_3x3", 1), ("skip_connect", 0), ("skip_connect", 0), ("dil_conv_3x3", 2)]
    reduce = [("max_pool_3x3", 0), ("max_pool_3x3", 1), ("skip_connect", 2), ("max_pool_3x3", 1)]
    reduce += [("max_pool_3x3", 0), ("skip_connect", 2), ("skip_connect", 2), ("max_pool_3x3", 1)]
    text = f"Genotype(normal={normal}, normal_concat=range(2, 6), reduce={reduce}, reduce_concat=range(2, 6))"
    built, images = network("darts", text), torch.randn(1, 3, 16, 16)
    concat = [2, 3, 4, 5]
    genotype = {"normal": normal, "normal_concat": concat, "reduce": reduce, "reduce_concat": concat}
    assert len(built.body) == 20
    alike(built, on_cifar(built, genotype, images), images)


@torch.no_grad()
def test_nasbench301() -> None:
    """DARTS' network of 8 cells and 32 channels."""
    names = ["max_pool_3x3", "avg_pool_3x3", "skip_connect", "sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3"]
    names.append("dil_conv_5x5")
    normal = [(0, 3), (1, 4), (0, 5), (2, 6), (1, 1), (3, 0), (2, 2), (4, 3)]
    reduce = [(0, 1), (1, 2), (0, 0), (2, 5), (1, 3), (2, 4), (1, 6), (4, 1)]
    built, images = network("nasbench301", str([normal, reduce])), torch.randn(2, 3, 16, 16)
    genotype: dict[str, Any] = {"normal_concat": [2, 3, 4, 5], "reduce_concat": [2, 3, 4, 5]}
    genotype["normal"] = [(names[operator], source) for source, operator in normal]
    genotype["reduce"] = [(names[operator], source) for source, operator in reduce]
    assert len(built.body) == 8
    alike(built, on_cifar(built, genotype, images), images)
