"""The torch module of every kind of operator, one file a family, under the names of `nasport/runtime/operators`."""

from __future__ import annotations

from torch import nn

from nasport.runtime.operators import applied, placed
from nasport.runtime.operators.quantities import Shape, UnknownCostError
from nasport.schemas.errors import InputError
from nasport.schemas.operators import Operator
from nasport.toolkit.networks.layers import LayerBuilder, Place, Style
from nasport.toolkit.networks.operators import (
    attention,
    convolution,
    inverted_residual,
    joins,
    pointwise,
    pooling,
    residual,
    separable,
)

FAMILIES = (convolution, separable, pooling, inverted_residual, residual, attention, joins, pointwise)
BUILDERS: dict[str, LayerBuilder] = {
    kind: builder for family in FAMILIES for kind, builder in family.BUILDERS.items()
}


def operator_layer(
    operator: Operator, source: Shape, width: int | None, stride: int, style: Style
) -> tuple[nn.Module, Shape]:
    """An operator's module and the shape of its output.

    Args:
        operator: attributes `channels` and `stride` stand in for `width` and `stride` where those say nothing.
        source: shape of its input.
        width: wanted output channels; None: the operator's own, else as before.
        stride: of the spatial dimensions.
        style: of this part of the network.

    Raises:
        InputError: there is no module, or the shapes do not fit; without a path, which the caller knows.
    """
    if operator.kind not in BUILDERS:
        raise InputError(
            f"the operator {operator.text!r} of kind {operator.kind!r} has no network module for images, expected one of "
            "the kinds that docs/networks.md names"
        )
    try:
        applied(operator, source, width, stride)  # what cannot be counted cannot be built
        place = placed(operator, source, width, stride)
    except UnknownCostError as error:
        raise InputError(str(error)) from None
    return BUILDERS[operator.kind](operator, Place(*place, style)), place.target
