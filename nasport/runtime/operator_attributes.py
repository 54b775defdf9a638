"""What an operator does to a path through the network, in numbers.

An embedding says which operators are alike; these say how they differ: how much an operator can learn, how many layers
deep it is, how far it sees, whether it throws positions away or passes its input on. Most of it is a count of layers,
read from the kind and the numeric attributes of the operator, so an operator that no training space holds has its place
beside those that one holds. The one definition for training and scoring.
"""

from __future__ import annotations

from functools import lru_cache
from math import log1p

from nasport.runtime.costs import relative_weight
from nasport.schemas.operators import Operator, vocabulary

# In the order of `path_attributes`:
# - log_weight: log(1 + parameters relative to a 1x1 convolution of the same width)
# - layer: 1 where it has trained layers
# - depth: trained layers that mix channels, one after another (a depthwise convolution counts with its 1x1)
# - spatial: 1 where trained layers mix positions
# - reach: log(1 + how many positions away an input can be that an output depends on)
# - pool, average, maximum: 1 for pooling; which kind of pooling
# - identity: 1 where the input passes unchanged
# - residual: 1 where a shortcut runs beside its own layers
# - input, output: 1 for the ends of the graph
PATH_ATTRIBUTES = (
    "log_weight",
    "layer",
    "depth",
    "spatial",
    "reach",
    "pool",
    "average",
    "maximum",
    "identity",
    "residual",
    "input",
    "output",
)

_CONVOLUTIONS = (
    "convolution",
    "depthwise_convolution",
    "separable_convolution",
    "dilated_convolution",
    "inverted_residual",
)
_LAYERS = (*_CONVOLUTIONS, "block", "attention", "linear", "recurrent")
_REPEATED = ("separable_convolution", "dilated_convolution")


@lru_cache(maxsize=4096)
def knows_attributes(operator: Operator) -> bool:
    """Whether kind and numbers say enough for `path_attributes`; if not, the description has to tell.

    They do not for an operator of kind `other` that is not in the shipped vocabulary, nor for a convolution or an
    inverted residual without a kernel.
    """
    if operator.kind == "other":
        return operator in vocabulary().values()
    return operator.kind not in _CONVOLUTIONS or _states_kernel(operator)


@lru_cache(maxsize=4096)
def path_attributes(operator: Operator) -> tuple[float, ...]:
    """The numbers `PATH_ATTRIBUTES` of one operator; where nothing is known of it, zeros."""
    kind = operator.kind
    pooling = kind == "pooling"
    text = operator.text.lower()
    return (
        log1p(_weight(operator)),
        float(kind in _LAYERS),
        _depth(operator),
        float(_is_spatial(operator)),
        log1p(_reach(operator)),
        float(pooling),
        float(pooling and any(word in text for word in ("average", "avg", "mean"))),
        float(pooling and "max" in text),
        float(kind == "identity"),
        float(kind == "inverted_residual" or (kind == "block" and "residual" in text)),
        float(kind == "input"),
        float(kind == "output"),
    )


def _weight(operator: Operator) -> float:
    """`relative_weight`, but layer by layer for operators whose kind alone is far off; at k by k and expansion e.

    A rectangular pair has 2k, a bottleneck 2e + k^2 e^2 / groups (e is 1/4 by default), squeeze and excitation with the
    usual reduction by 16 has 1/8.
    """
    text, kind = operator.text, operator.kind
    kernel = operator.attribute("kernel", 1)
    expansion = operator.attribute("expansion", 0.25)
    if kind == "convolution" and " followed by convolution 1 by " in text:
        return 2 * kernel
    if kind == "block" and "bottleneck" in text:
        return 2 * expansion + (kernel * expansion) ** 2 / max(operator.attribute("groups", 1), 1)
    return 1 / 8 if text == "Squeeze and excitation" else relative_weight(operator)


def _depth(operator: Operator) -> float:
    """An inverted residual counts 2: its last 1x1 has no activation. A block's description names its layers."""
    kind, text = operator.kind, operator.text.lower()
    if kind in _REPEATED:
        return operator.attribute("repeats", 1)
    if kind == "inverted_residual":
        return 2.0
    if kind == "block":
        return 3.0 if "bottleneck" in text else 2.0
    return float(kind in _LAYERS)


def _is_spatial(operator: Operator) -> bool:
    if operator.kind == "attention":
        return "squeeze" not in operator.text.lower()
    return operator.kind in (*_CONVOLUTIONS, "block") and operator.attribute("kernel", 1) > 1


def _reach(operator: Operator) -> float:
    """Positions to each side; that of attention and of global pooling is unlimited and stands as 0."""
    steps = (operator.attribute("kernel", 1) - 1) / 2
    if operator.kind in _REPEATED:
        dilation = operator.attribute("dilation", 2 if operator.kind == "dilated_convolution" else 1)
        return steps * dilation * operator.attribute("repeats", 1)
    return steps * operator.attribute("dilation", 1)


def _states_kernel(operator: Operator) -> bool:
    return any(name == "kernel" for name, _ in operator.attributes)
