"""Cost of the blocks of the NDS ResNet, ResNeXt and Vanilla spaces, by their canonical description.

Radosavovic et al. 2019, "On Network Design Spaces for Visual Recognition", appendix: every convolution is followed by
batch normalisation; the first one of 3x3 carries the stride; the shortcut is a strided 1x1 convolution where the shape
changes. The basic block of two 3x3 convolutions is in `blocks.py`.
"""

from __future__ import annotations

from nasport.runtime.costs.blocks import BlockCost
from nasport.runtime.costs.quantities import FREE, Cost, Shape, convolution, whole
from nasport.schemas.operators import Operator


def _bottleneck(operator: Operator, source: Shape, target: Shape) -> Cost:
    """1x1 to `expansion` times the output's width (a quarter, where nothing is said), grouped 3x3, 1x1."""
    middle = round(target.channels * operator.attribute("expansion", 0.25))
    wide = Shape(middle, source.height, source.width)
    narrow = Shape(middle, target.height, target.width)
    shortcut = FREE if source == target else convolution(source, target, 1)
    grouped = convolution(wide, narrow, 3, whole(operator, "groups"))
    return convolution(source, wide, 1) + grouped + convolution(narrow, target, 1) + shortcut


def _double_plain(operator: Operator, source: Shape, target: Shape) -> Cost:
    """Two convolutions without a shortcut."""
    return convolution(source, target, 3) + convolution(target, target, 3)


RESIDUAL_BLOCKS: dict[str, BlockCost] = {
    "Residual bottleneck block of convolutions 1 by 1, 3 by 3, 1 by 1": _bottleneck,
    "Two convolutions 3 by 3": _double_plain,
}
