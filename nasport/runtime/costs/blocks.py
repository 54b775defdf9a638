"""Cost of operators that are several layers, told apart by their canonical description."""

from __future__ import annotations

from collections.abc import Callable

from nasport.runtime.costs.quantities import FREE, Cost, Shape, convolution
from nasport.schemas.operators import Operator

# Of the operator, the shape of its input and the shape of its output.
BlockCost = Callable[[Operator, Shape, Shape], Cost]


def _stem(operator: Operator, source: Shape, target: Shape) -> Cost:
    """Convolution and batch normalisation without an activation."""
    return convolution(source, target, int(operator.attribute("kernel", 3)))


def _nasbench201_reduction(operator: Operator, source: Shape, target: Shape) -> Cost:
    """Two convolutions; the shortcut is average pooling and a 1x1 convolution without normalisation."""
    shortcut = convolution(source, target, 1, norm=False)
    return convolution(source, target, 3) + convolution(target, target, 3) + shortcut


def _basic(operator: Operator, source: Shape, target: Shape) -> Cost:
    """Two convolutions; the shortcut is a projection where the shape changes (He et al. 2016)."""
    shortcut = FREE if source == target else convolution(source, target, 1)
    return convolution(source, target, 3) + convolution(target, target, 3) + shortcut


BLOCKS: dict[str, BlockCost] = {
    "Convolution 3 by 3, batch normalization": _stem,
    "Residual block of two convolutions 3 by 3 with stride 2": _nasbench201_reduction,
    "Residual block of two convolutions 3 by 3": _basic,
}
