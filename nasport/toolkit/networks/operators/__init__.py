"""The torch module of every kind of operator.

Most are built from their layers as `nasport/runtime/operators` lists them (`layers.py`); a kind whose module is more than
that, or reads better under a name of its own, has a builder in the file of its family.
"""

from __future__ import annotations

from importlib import import_module

from torch import nn

from nasport.runtime.operators import applied, families, has_layout, inside, is_counted, placed
from nasport.runtime.operators.quantities import Cost, Shape
from nasport.schemas.errors import InputError, PathInDocument
from nasport.schemas.operator_extensions import operator_extensions
from nasport.schemas.operators import Operator, kinds
from nasport.toolkit.networks.module_arguments import LayerBuilder, Style
from nasport.toolkit.networks.operators.layers import module_of

FAMILIES = families(__name__, __path__[0])
BUILDERS: dict[str, LayerBuilder] = {
    kind: builder for family in FAMILIES for kind, builder in getattr(family, "BUILDERS", {}).items()
}


def check_built(operator: Operator, path: PathInDocument) -> None:
    """Raise `InputError`, which names the place in the document, where an operator has no module for images."""
    if not has_layout(operator):
        known = "a cost that is stated, but " if is_counted(operator) else ""
        raise InputError(
            f"the operator {operator.text!r} of kind {operator.kind!r} has {known}no network module for images, expected "
            "one of the kinds that docs/guides/networks.md names",
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
    if (builder := _builder(operator.kind)) is not None:
        return builder(operator, place, style), place.target
    if isinstance(layers, Cost):  # of an extension: shipped kinds of a cost alone have a builder
        problem = "it has a cost alone, expected a NETWORK that builds it"
        raise operator_extensions().broken(operator.kind, problem)
    return module_of(layers, style), place.target


def _builder(kind: str) -> LayerBuilder | None:
    """What makes the module of a kind; None where its layers do."""
    if kind in kinds():
        return BUILDERS.get(kind)
    extensions = operator_extensions()
    network = getattr(extensions[kind], "NETWORK", "")
    try:
        found: LayerBuilder | None = import_module(network).BUILDERS.get(kind) if network else None
    except Exception as error:  # code of others may fail in any way
        raise extensions.broken(kind, f"its network: {type(error).__name__}: {error}") from error
    return found
