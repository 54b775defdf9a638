"""The torch module of every kind of operator.

Most are built from their layers as `nasport/runtime/operators` lists them (`layers.py`); a kind whose module is more than
that, or reads better under a name of its own, has a builder in the file of its family.
"""

from __future__ import annotations

from torch import nn

from nasport.runtime.operators import applied, families, inside, is_counted, placed
from nasport.runtime.operators.quantities import Cost, Shape
from nasport.schemas.errors import InputError, PathInDocument
from nasport.schemas.operators import Operator
from nasport.toolkit.networks.module_arguments import LayerBuilder, Style
from nasport.toolkit.networks.operators.layers import module_of

FAMILIES = families(__name__)
BUILDERS: dict[str, LayerBuilder] = {
    kind: builder for family in FAMILIES for kind, builder in getattr(family, "BUILDERS", {}).items()
}


def check_built(operator: Operator, path: PathInDocument) -> None:
    """Raise `InputError`, which names the place in the document, where an operator has no module for images."""
    if not is_counted(operator):
        raise InputError(
            f"the operator {operator.text!r} of kind {operator.kind!r} has no network module for images, expected one of "
            "the kinds that docs/networks.md names",
            path=path,
        )


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
        InputError: the shapes do not fit; without a path, which the caller knows.
    """
    applied(operator, source, width, stride)  # what cannot be counted cannot be built
    place = placed(operator, source, width, stride)
    layers = inside(operator, place)
    if operator.kind in BUILDERS:
        return BUILDERS[operator.kind](operator, place, style), place.target
    assert not isinstance(layers, Cost), "a kind of a cost alone has a builder"
    return module_of(layers, style), place.target
