"""Values that the published FLOPs of NDS and NAS-Bench-301 contain in addition to multiply-accumulates.

These rules were found by solving the tables and reproduce all rows exactly.

- NDS, networks of stages: 5 per normalized value, and the bias of the last layer.
- NDS, networks of cells: 1 per value through a ReLU, the area of the kernel per output value of a pooling, and the bias of
  the last layer. The depthwise part of a dilated convolution counts on a larger map, as if it were not dilated.
- NAS-Bench-301: 1 per normalized value, 1 per value through a ReLU, 10 per output value of a pooling, and a constant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Half = list[tuple[str, int]]


def stage_extras(net: dict[str, Any]) -> int:
    """Return the additional FLOPs of a network of stages."""
    stride = net["ss"][0]
    size, classes = (32, 10) if stride == 1 else (224, 1000)
    width = net["ws"][0]
    normalized = 0
    for w in [width] if stride < 8 else [width // 2, width, width]:
        size = size if stride == 1 else size // 2
        normalized += w * size**2
    size = size // 2 if stride == 4 else size
    ratios = net["bot_muls"] or [1] * len(net["ds"])
    for depth, w, s, ratio in list(zip(net["ds"], net["ws"], net["ss"], ratios, strict=True))[1:]:
        for block in range(depth):
            after = -(-size // s) if block == 0 else size
            shortcut = net["block_type"] != "double_plain_block" and (w != width or after != size)
            normalized += (2 if shortcut else 1) * w * after**2
            if net["block_type"] == "res_bottleneck_block":
                normalized += round(w * ratio) * (size**2 + after**2)
            else:
                normalized += w * after**2
            width, size = w, after
    return 5 * normalized + classes


@dataclass
class CellCount:
    """Values in a network of DARTS cells.

    Attributes:
        relu: number of values through a ReLU.
        pooled: number of output values of 3x3 poolings.
        last: number of channels after the last cell.
        dilated: multiply-accumulates that dilated depthwise convolutions count too many.
        normalized: number of normalized values in the cells.
        plain_normalizations: number of channels of the operators' normalizations.
    """

    relu: int = 0
    pooled: int = 0
    last: int = 0
    dilated: int = 0
    normalized: int = 0
    plain_normalizations: int = 0

    def operator(self, op: str, c: int, size: int, stride: int) -> None:
        after = -(-size // stride)
        kernel = int(op[-1]) if op[-1].isdigit() else 0
        norms = 0
        if op.startswith("sep_conv"):
            self.relu += c * (size**2 + after**2)
            norms = 2
        elif op.startswith("dil_conv"):
            self.relu += c * size**2
            larger = (size + 2 * (kernel - 1) - kernel) // stride + 1
            self.dilated += c * kernel**2 * (larger**2 - after**2)
            norms = 1
        elif op == "skip_connect" and stride == 2:
            self.relu += c * size**2
            norms = 1
        elif "pool" in op:
            self.pooled += c * after**2
        self.normalized += norms * c * after**2
        self.plain_normalizations += norms * c


def cell_count(genotype: dict[str, Any], width: int, depth: int, imagenet: bool) -> CellCount:
    """Count the values in a network of DARTS cells."""
    count = CellCount()
    if imagenet:
        count.relu += width // 2 * 112**2 + width * 56**2
        before, last, reduced = (width, 56), (width, 28), True
    else:
        before = last = (3 * width, 32)
        reduced = False
    for cell in range(depth):
        reduces = cell in (depth // 3, 2 * depth // 3)
        width = 2 * width if reduces else width
        name = "reduce" if reduces else "normal"
        count.relu += before[0] * before[1] ** 2 + last[0] * last[1] ** 2
        count.normalized += 2 * width * last[1] ** 2
        assert before[1] == (2 * last[1] if reduced else last[1])
        size, smaller = last[1], last[1] // 2 if reduces else last[1]
        for op, source in genotype[name]:
            entering = source < 2
            count.operator(op, width, size if entering else smaller, 2 if reduces and entering else 1)
        before, last, reduced = last, (width * len(genotype[f"{name}_concat"]), smaller), reduces
    count.last = last[0]
    return count


def cell_extras(net: dict[str, Any]) -> int:
    """Return the additional FLOPs of a network of cells on ImageNet."""
    count = cell_count(net["genotype"], net["width"], net["depth"], imagenet=True)
    return count.relu + 9 * count.pooled + 49 * count.last + count.dilated + 1000
