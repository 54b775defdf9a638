"""Cost of one operator at given shapes, by its kind and attributes, so that operators of one's own are counted too.

Blocks, operators made of several layers, are told apart by their description (`blocks.py`, `residual.py`, `inverted.py`,
`transformer.py`). An operator
that leaves room for more than one layout (linear attention, a block of one's own, an unknown kind) has no exact cost.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from nasport.runtime.costs.blocks import BLOCKS
from nasport.runtime.costs.inverted import (
    fused_inverted_residual,
    inverted_residual,
    squeeze_and_excitation,
)
from nasport.runtime.costs.quantities import (
    FREE,
    Cost,
    Shape,
    UnknownCostError,
    convolution,
    linear,
    normalization,
    whole,
)
from nasport.runtime.costs.residual import RESIDUAL_BLOCKS
from nasport.runtime.costs.transformer import (
    feed_forward,
    gated_linear_unit,
    patch_embedding,
    self_attention,
)
from nasport.schemas.operators import Operator

NOMINAL_WIDTH = 64

OperatorCost = Callable[[Operator, Shape, Shape], Cost]


@lru_cache(maxsize=1 << 16)
def applied(operator: Operator, source: Shape, width: int | None, stride: int = 1) -> tuple[Cost, Shape]:
    """What an operator costs and the shape it gives.

    Args:
        operator: attributes `channels` and `stride` stand in for `width` and `stride` where those say nothing.
        source: shape of its input.
        width: wanted output channels; None: the operator's own, else as before.
        stride: of the spatial dimensions.

    Raises:
        UnknownCostError: the cost is not known.
    """
    channels = width if width is not None else whole(operator, "channels", source.channels)
    stride = stride if stride != 1 else whole(operator, "stride")
    if operator.text == PATCH_EMBEDDING and stride == 1:
        stride = whole(operator, "kernel")
    if operator.text == FLATTEN:
        if stride != 1 or width not in (None, source.flattened().channels):
            raise UnknownCostError(f"{operator.text} to {width} channels with stride {stride}")
        return FREE, source.flattened()
    if operator.kind == "pooling" and operator.text in _GLOBAL_POOLING:
        return FREE, Shape(source.channels, 1, 1)
    target = source.strided(channels, stride)
    return _rule(operator)(operator, source, target), target


@lru_cache(maxsize=4096)
def _rule(operator: Operator) -> OperatorCost:
    """How an operator is counted."""
    block = BLOCKS.get(operator.text) or RESIDUAL_BLOCKS.get(operator.text)
    if block is not None:
        return block
    for (kind, beginning), rule in _BEGINNINGS.items():
        if operator.kind == kind and operator.text.startswith(beginning):
            return rule
    if operator.text in _FREE_TEXTS:
        return _same_shape
    inexact = operator.is_one_dimensional or any(word in operator.text for word in _INEXACT)
    if operator.kind not in _KINDS or inexact:
        raise UnknownCostError(f"there is no rule for {operator.text!r} of kind {operator.kind!r}")
    return _KINDS[operator.kind]


def is_counted(operator: Operator) -> bool:
    """Whether the cost of an operator is known."""
    try:
        _rule(operator)
    except UnknownCostError:
        return False
    return True


@lru_cache(maxsize=4096)
def relative_weight(operator: Operator) -> float:
    """Parameters of an operator relative to those of a 1x1 convolution of the same width: 9 for a 3x3 convolution.

    Nominal, from kind and attributes alone at width 64, where a depthwise kernel of k by k weighs k^2/64; 0 where nothing
    is trained or nothing is known.

    - convolution: k^2/groups, one-dimensional: k/groups; depthwise: k^2/64
    - separable, dilated: repeats (1 + k^2/64)
    - inverted residual with expansion e: 2e + e k^2/64, fused: e (k^2 + 1)
    - block: 2 k^2 where it has a kernel (two convolutions), else 2e (feed-forward); attention: 4; recurrent: 8
    - linear: 1; blend: 0, its factor is one of its inputs
    """
    kernel = operator.attribute("kernel", 1) ** (1 if operator.is_one_dimensional else 2)
    depthwise = kernel / NOMINAL_WIDTH
    expansion = operator.attribute("expansion", 1)
    weights = {
        "convolution": kernel / max(operator.attribute("groups", 1), 1),
        "depthwise_convolution": depthwise,
        "separable_convolution": operator.attribute("repeats", 1) * (1 + depthwise),
        "dilated_convolution": operator.attribute("repeats", 1) * (1 + depthwise),
        "inverted_residual": expansion * (2 + depthwise),
        "block": _relative_block(operator, kernel, expansion),
        "attention": 4.0,
        "recurrent": 8.0,
        "linear": 1.0,
    }
    return float(weights.get(operator.kind, 0.0))


def _relative_block(operator: Operator, kernel: float, expansion: float) -> float:
    if operator.text.startswith("Fused inverted residual"):
        return expansion * (kernel + 1)
    return 2 * kernel if any(name == "kernel" for name, _ in operator.attributes) else 2 * expansion


def _identity(operator: Operator, source: Shape, target: Shape) -> Cost:
    """A projection where the shape changes, as NAS-Bench-Macro and TransNAS-Bench-101 do it."""
    return FREE if source == target else convolution(source, target, 1)


def _pooling(operator: Operator, source: Shape, target: Shape) -> Cost:
    """A projection comes first where the channels change (NAS-Bench-201's pooling)."""
    if source.channels == target.channels:
        return FREE
    return convolution(source, Shape(target.channels, source.height, source.width), 1)


def _same_shape(operator: Operator, source: Shape, target: Shape) -> Cost:
    if source != target:
        raise UnknownCostError(f"{operator.text} from {source} to {target}")
    return FREE


def _convolution(operator: Operator, source: Shape, target: Shape) -> Cost:
    return convolution(source, target, _kernel(operator), whole(operator, "groups"))


def _depthwise(operator: Operator, source: Shape, target: Shape) -> Cost:
    if source.channels != target.channels:
        raise UnknownCostError(f"{operator.text} from {source.channels} to {target.channels} channels")
    return convolution(source, target, _kernel(operator), source.channels)


def _separable(operator: Operator, source: Shape, target: Shape) -> Cost:
    """Depthwise then 1x1, one normalisation, once or several times; the last changes the width (DARTS)."""
    total = FREE
    repeats = whole(operator, "repeats")
    for repeat in range(repeats):
        last = repeat == repeats - 1
        between = Shape(source.channels, target.height, target.width)
        after = target if last else between
        total += convolution(source, between, _kernel(operator), source.channels, norm=False)
        total += convolution(between, after, 1)
        source = after
    return total


def _normalization(operator: Operator, source: Shape, target: Shape) -> Cost:
    return _same_shape(operator, source, target) + normalization(source)


def _linear(operator: Operator, source: Shape, target: Shape) -> Cost:
    return linear(source.channels, target.channels, target.positions)


def _kernel(operator: Operator) -> int:
    return whole(operator, "kernel")


_KINDS: dict[str, OperatorCost] = {
    "input": _identity,
    "output": _identity,
    "none": lambda operator, source, target: FREE,
    "identity": _identity,
    "pooling": _pooling,
    "convolution": _convolution,
    "depthwise_convolution": _depthwise,
    "separable_convolution": _separable,
    "dilated_convolution": _separable,
    "inverted_residual": inverted_residual,
    "sum": _same_shape,
    "concat": _same_shape,
    "product": _same_shape,
    "elementwise": _same_shape,
    "activation": _same_shape,
    "normalization": _normalization,
    "linear": _linear,
}
# Told by the kind and the beginning of the description.
_BEGINNINGS: dict[tuple[str, str], OperatorCost] = {
    ("attention", "Squeeze and excitation"): squeeze_and_excitation,
    ("attention", "Multi-head self-attention"): self_attention,
    ("block", "Fused inverted residual"): fused_inverted_residual,
    ("block", "Feed-forward network"): feed_forward,
    ("block", "Gated linear unit"): gated_linear_unit,
    ("convolution", "Patch embedding"): patch_embedding,
}
FLATTEN, PATCH_EMBEDDING = "Flatten", "Patch embedding"
_GLOBAL_POOLING = ("Global average pooling", "Global max pooling")
# Words in descriptions of operators whose layout the description does not settle, or that are not two-dimensional.
_INEXACT = ("Transposed", "Lightweight", "Patch", "embedding")
# Operators of kind `other` that train nothing.
_FREE_TEXTS = ("Mean", "Channel shuffle", "Element-wise difference", "Element-wise quotient")
