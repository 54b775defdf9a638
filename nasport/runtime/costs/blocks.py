"""Cost of operators that are several layers, told apart by their canonical description."""

from __future__ import annotations

from collections.abc import Callable

from nasport.runtime.costs.quantities import FREE, Cost, Shape, convolution, whole
from nasport.schemas.operators import Operator

# Of the operator, the shape of its input and the shape of its output.
BlockCost = Callable[[Operator, Shape, Shape], Cost]


def _stem(operator: Operator, source: Shape, target: Shape) -> Cost:
    """Convolution and batch normalisation without an activation."""
    return convolution(source, target, whole(operator, "kernel", 3))


def _nasbench201_reduction(operator: Operator, source: Shape, target: Shape) -> Cost:
    """Two convolutions; the shortcut is average pooling and a 1x1 convolution without normalisation."""
    shortcut = convolution(source, target, 1, norm=False)
    return convolution(source, target, 3) + convolution(target, target, 3) + shortcut


def _basic(operator: Operator, source: Shape, target: Shape) -> Cost:
    """Two convolutions; the shortcut is a projection where the shape changes (He et al. 2016)."""
    shortcut = FREE if source == target else convolution(source, target, 1)
    return convolution(source, target, 3) + convolution(target, target, 3) + shortcut


def _rectangular(operator: Operator, source: Shape, target: Shape) -> Cost:
    """A convolution of 1xk, then one of kx1, each with its part of the stride; one normalisation (DARTS)."""
    kernel = whole(operator, "kernel", 7)
    between = Shape(target.channels, source.height, target.width)
    across = convolution(source, between, (1, kernel), norm=False)
    return across + convolution(between, target, (kernel, 1))


BLOCKS: dict[str, BlockCost] = {
    "Convolution 3 by 3, batch normalization": _stem,
    "Residual block of two convolutions 3 by 3 with stride 2": _nasbench201_reduction,
    "Residual block of two convolutions 3 by 3": _basic,
    "Convolution 7 by 1 followed by convolution 1 by 7": _rectangular,
    "Convolution 3 by 1 followed by convolution 1 by 3": _rectangular,
}
