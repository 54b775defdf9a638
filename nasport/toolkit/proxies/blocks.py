"""AZ-NAS: what a network's blocks make of noise, forwards and backwards.

Source: Lee and Ham, "AZ-NAS: Assembling Zero-Cost Proxies for Network Architecture Search", CVPR 2024, sections 3.2 to 3.4.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from nasport.toolkit.proxies.network_start import gradient


def entropies(blocks: Sequence[Tensor]) -> list[float]:
    """The entropy of the spectrum of features, of each block (equations 1 and 2).

    Args:
        blocks: the output of each, (N, C, H, W).

    Raises:
        ArithmeticError: a block's features do not vary.
    """
    return [_entropy(_rows(block.detach())) for block in blocks]


def _entropy(rows: Tensor) -> float:
    rows = rows - rows.mean(0)
    # The smaller of the two products has all eigenvalues that are not zero.
    product = rows @ rows.T if len(rows) < rows.shape[1] else rows.T @ rows
    eigenvalues = torch.linalg.eigvalsh(product).clamp(min=0)
    total = eigenvalues.sum()
    if not float(total) > 0:
        raise ArithmeticError("a block's features do not vary")
    shares = eigenvalues / total
    return -float((shares * (shares + 1e-8).log()).sum())


def expressivity(of_blocks: Sequence[float]) -> float:
    """The sum of the blocks' entropies (equation 3)."""
    return math.fsum(of_blocks)


def progressivity(of_blocks: Sequence[float]) -> float:
    """The least that a block adds to the entropy of the one before (equation 4)."""
    return min(after - before for before, after in pairwise(of_blocks))


def trainability(blocks: Sequence[Tensor], generator: Generator) -> float:
    """The mean over blocks of 2 - s - 1 / s, s the largest singular value of what a block does to a gradient.

    A gradient of random signs goes in behind the block and is compared with what comes out before it (equations 5 to 8).

    Raises:
        ArithmeticError: a block passes gradients on as they are, which the paper puts last of all, or none.
    """
    scores = []
    for before, after in pairwise(blocks):
        signs = torch.randint(0, 2, after.shape, generator=generator).to(after) * 2 - 1
        found = gradient(after, before, signs)
        if found.shape == signs.shape and torch.equal(found, signs):
            raise ArithmeticError("a block passes gradients on as they are")
        came, went = _matched(found, signs)
        largest = float(torch.linalg.matrix_norm(came.T @ went / len(went), 2))
        scores.append(2 - largest - 1 / (largest + 1e-6))
    return math.fsum(scores) / len(scores)


def _matched(one: Tensor, other: Tensor) -> tuple[Tensor, Tensor]:
    """Two maps as rows, one a position of the smaller one; of the larger one, all pixels that lie there."""
    height, width = (min(sizes) for sizes in zip(one.shape[2:], other.shape[2:], strict=True))
    first, second = (_rows(_unshuffled(each, height, width)) for each in (one, other))
    return first, second


def _unshuffled(x: Tensor, height: int, width: int) -> Tensor:
    """(N, C, h, w) to (N, C a b, height, width), with zeros where h or w is no multiple."""
    down, across = -(-x.shape[2] // height), -(-x.shape[3] // width)
    x = F.pad(x, (0, across * width - x.shape[3], 0, down * height - x.shape[2]))
    x = x.reshape(*x.shape[:2], height, down, width, across).permute(0, 1, 3, 5, 2, 4)
    return x.reshape(len(x), -1, height, width)


def _rows(x: Tensor) -> Tensor:
    """(N, C, H, W) to (N H W, C)."""
    return x.permute(0, 2, 3, 1).reshape(-1, x.shape[1])
