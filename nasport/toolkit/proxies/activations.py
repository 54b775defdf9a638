"""Which values of a network are switched on by which images: NASWOT and SWAP.

Sources: Mellor et al., "Neural Architecture Search without Training", ICML 2021, section 3 (the kernel of its public code
adds over layers); Peng et al., "SWAP-NAS: Sample-Wise Activation Patterns for Ultra-fast NAS", ICLR 2024, definition 3.2.
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

# Those that pass what is positive and hold back, more or less, what is negative.
_RECTIFIERS: frozenset[Callable[..., Any]] = frozenset(
    (F.relu, F.relu6, F.leaky_relu, F.elu, F.gelu, F.silu, F.hardswish, F.mish)
)


class ActivationPatterns(TorchFunctionMode):
    """Remembers the signs of all that goes into a rectifier inside the `with` block.

    Attributes:
        signs: of each rectifier in the order of computation, (N, values) booleans: whether it is positive.
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
    """NASWOT: log |K|, K[i, j] the number of values that images i and j switch alike (equations 2 and 3).

    Args:
        signs: of each layer (N, values).

    Raises:
        ArithmeticError: two images switch all values alike.
    """
    batch = len(signs[0])
    alike = torch.zeros(batch, batch, dtype=torch.float64)
    for layer in signs:
        on = layer.float().mul_(2).sub_(1)  # of signs -1 and 1 the product counts those alike less the others
        alike += ((on @ on.T).double().cpu() + layer.shape[1]) / 2
    found = float(torch.linalg.slogdet(alike)[1])
    if found == -math.inf:
        raise ArithmeticError("images that switch all values alike")
    return found


def distinct_patterns(signs: Sequence[Tensor]) -> float:
    """SWAP: how many different rows the values of all layers have, each a row with a sign for every image.

    Args:
        signs: of each layer (N, values).
    """
    rows = np.concatenate([_packed(layer.cpu().numpy()) for layer in signs])
    if rows.ndim > 1:
        return float(len(np.unique(rows, axis=0)))
    rows.sort()  # several times as fast as the hash table of np.unique
    return float(1 + np.count_nonzero(rows[1:] != rows[:-1]))


def _packed(signs: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """(N, values) to a number of 64 bits a value; more where there are more images, (values, words)."""
    bits = np.packbits(signs, axis=0)
    words = -(-len(bits) // 8)
    padded = np.zeros((8 * words, bits.shape[1]), np.uint8)
    padded[: len(bits)] = bits
    packed = np.ascontiguousarray(padded.T).view(np.uint64)
    return packed[:, 0] if words == 1 else packed
