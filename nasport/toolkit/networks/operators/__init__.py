"""Torch modules of all kinds of operators.

Most modules are built from the layers that `nasport/runtime/operators` lists for the operator (`layers.py`). If layers cannot
express a kind, or a named class is more readable, the kind has a builder in the file of its family.
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
    """Check that an operator has a network module for images.

    Args:
        operator: operator of a node or a stage.
        path: path in the document, for the error.

    Raises:
        InputError: the operator has no such module.
    """
    if not has_layout(operator):
        known = "stated costs, but " if is_counted(operator) else ""
        raise InputError(
            f"the operator {operator.text!r} of kind {operator.kind!r} has {known}no network module for images, expected "
            "one of the kinds that docs/guides/networks.md lists",
            path=path,
        )


def operator_layer(
    operator: Operator, source: Shape, width: int | None, stride: int, style: Style
) -> tuple[nn.Module, Shape]:
    """Build the module of an operator.

    Args:
        operator: operator; its attributes `channels` and `stride` apply if `width` is None or `stride` is 1.
        source: shape of the input.
        width: number of output channels; None leaves it to the operator.
        stride: stride in height and width.
        style: style of this part of the network.

    Returns:
        module, and the shape of its output.

    Raises:
        InputError: the shapes do not match. The error has no path, which the caller adds.
    """
    # Raise an error if the cost of the operator is unknown, because such operators cannot be built.
    applied(operator, source, width, stride)
    place = placed(operator, source, width, stride)
    layers = inside(operator, place)
    if (builder := _builder(operator.kind)) is not None:
        return builder(operator, place, style), place.target
    if isinstance(layers, Cost):  # only extensions: shipped kinds whose rule returns a cost have a builder
        problem = "its rule returns a cost instead of layers, expected a NETWORK that builds the module"
        raise operator_extensions().broken(operator.kind, problem)
    return module_of(layers, style), place.target


def _builder(kind: str) -> LayerBuilder | None:
    """Return the builder of a kind; None if the module is built from the kind's layers."""
    if kind in kinds():
        return BUILDERS.get(kind)
    extensions = operator_extensions()
    network = getattr(extensions[kind], "NETWORK", "")
    try:
        builder: LayerBuilder | None = import_module(network).BUILDERS.get(kind) if network else None
    except Exception as error:  # an extension's code may fail in any way
        raise extensions.broken(kind, f"its network: {type(error).__name__}: {error}") from error
    return builder
