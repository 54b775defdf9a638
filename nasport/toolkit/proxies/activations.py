"""Proxies of the binary activation patterns of rectifiers: NASWOT and SWAP.

Sources: Mellor et al., "Neural Architecture Search without Training", ICML 2021, section 3 (their public code sums the kernel
over layers); Peng et al., "SWAP-NAS: Sample-Wise Activation Patterns for Ultra-fast NAS", ICLR 2024, definition 3.2.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor
from torch.overrides import TorchFunctionMode

# Functions that pass positive values and suppress negative ones, wholly or partly.
_RECTIFIERS: frozenset[Callable[..., Any]] = frozenset(
    (F.relu, F.relu6, F.leaky_relu, F.elu, F.gelu, F.silu, F.hardswish, F.mish)
)


class ActivationPatterns(TorchFunctionMode):
    """Records the signs of the inputs of all rectifiers inside a `with` block.

    Attributes:
        signs: for each rectifier in the order of computation, (N, values) booleans: whether an input is positive.
    """

    def __init__(self) -> None:
        super().__init__()
        self.signs: list[Tensor] = []

    def __torch_function__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        if func in _RECTIFIERS:
            self.signs.append((args[0].detach() > 0).flatten(1))
        return func(*args, **(kwargs or {}))


def kernel_log_determinant(signs: Sequence[Tensor]) -> float:
    """Return NASWOT: log |K|, where K[i, j] is the number of activations that are equal for images i and j (equations 2 and 3).

    Args:
        signs: for each rectifier, (N, values) booleans.

    Raises:
        ArithmeticError: the kernel is singular, for example because two images have the same pattern.
    """
    batch = len(signs[0])
    equal = torch.zeros(batch, batch, dtype=torch.float64)
    for layer in signs:
        # The product of rows of -1 and 1 is the number of equal signs minus the number of different ones.
        signed = layer.float().mul_(2).sub_(1)
        equal += ((signed @ signed.T).double().cpu() + layer.shape[1]) / 2
    log_determinant = float(torch.linalg.slogdet(equal)[1])
    if log_determinant == -math.inf:
        raise ArithmeticError("two images have the same activation pattern")
    return log_determinant


def distinct_patterns(signs: Sequence[Tensor]) -> float:
    """Return SWAP: the number of different patterns, where the pattern of a value is its sign for each of the N images.

    Args:
        signs: for each rectifier, (N, values) booleans.
    """
    rows = np.concatenate([_packed(layer.cpu().numpy()) for layer in signs])
    if rows.ndim > 1:
        return float(len(np.unique(rows, axis=0)))
    rows.sort()  # several times faster than np.unique
    return float(1 + np.count_nonzero(rows[1:] != rows[:-1]))


def _packed(signs: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Pack (N, values) booleans into unsigned 64-bit numbers, (values,), or (values, words) if N is more than 64."""
    bits = np.packbits(signs, axis=0)
    words = -(-len(bits) // 8)
    padded = np.zeros((8 * words, bits.shape[1]), np.uint8)
    padded[: len(bits)] = bits
    packed = np.ascontiguousarray(padded.T).view(np.uint64)
    return packed[:, 0] if words == 1 else packed
