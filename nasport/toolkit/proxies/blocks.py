"""AZ-NAS: proxies of the features of a network's blocks for noise images, and of the gradients through the blocks.

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
    """Return the entropy of the spectrum of each block's features (equations 1 and 2).

    Args:
        blocks: outputs of the blocks, (N, C, H, W) each.

    Raises:
        ArithmeticError: the features of a block do not vary.
    """
    return [_entropy(_rows(block.detach())) for block in blocks]


def _entropy(rows: Tensor) -> float:
    rows = rows - rows.mean(0)
    # Both products have the same nonzero eigenvalues; take the smaller one.
    product = rows @ rows.T if len(rows) < rows.shape[1] else rows.T @ rows
    eigenvalues = torch.linalg.eigvalsh(product).clamp(min=0)
    total = eigenvalues.sum()
    if not float(total) > 0:
        raise ArithmeticError("a block's features do not vary")
    shares = eigenvalues / total
    return -float((shares * (shares + 1e-8).log()).sum())


def expressivity(of_blocks: Sequence[float]) -> float:
    """Return the sum of the entropies of the blocks (equation 3)."""
    return math.fsum(of_blocks)


def progressivity(of_blocks: Sequence[float]) -> float:
    """Return the smallest increase of the entropy from one block to the next (equation 4)."""
    return min(after - before for before, after in pairwise(of_blocks))


def trainability(blocks: Sequence[Tensor], generator: Generator) -> float:
    """Return the mean over blocks of 2 - s - 1 / s (equations 5 to 8).

    A gradient of random signs at the output of a block is propagated to its input; s is the largest singular value of the
    correlation of the two.

    Args:
        blocks: outputs of the blocks, (N, C, H, W) each, with their graph.
        generator: source of the random signs.

    Raises:
        ArithmeticError: a block passes gradients through unchanged, which the paper ranks last, or does not pass them at all.
    """
    scores = []
    for before, after in pairwise(blocks):
        signs = torch.randint(0, 2, after.shape, generator=generator).to(after) * 2 - 1
        at_input = gradient(after, before, signs)
        if at_input.shape == signs.shape and torch.equal(at_input, signs):
            raise ArithmeticError("a block passes gradients through unchanged")
        rows, sign_rows = _matched(at_input, signs)
        largest = float(torch.linalg.matrix_norm(rows.T @ sign_rows / len(sign_rows), 2))
        scores.append(2 - largest - 1 / (largest + 1e-6))
    return math.fsum(scores) / len(scores)


def _matched(one: Tensor, other: Tensor) -> tuple[Tensor, Tensor]:
    """Return two gradients as rows of the same number, one for each position of the smaller map.

    A row of the larger map holds all its pixels at that position.
    """
    height, width = (min(sizes) for sizes in zip(one.shape[2:], other.shape[2:], strict=True))
    first, second = (_rows(_unshuffled(each, height, width)) for each in (one, other))
    return first, second


def _unshuffled(x: Tensor, height: int, width: int) -> Tensor:
    """Reshape (N, C, h, w) to (N, C a b, height, width); h and w are padded with zeros to multiples."""
    down, across = -(-x.shape[2] // height), -(-x.shape[3] // width)
    x = F.pad(x, (0, across * width - x.shape[3], 0, down * height - x.shape[2]))
    x = x.reshape(*x.shape[:2], height, down, width, across).permute(0, 1, 3, 5, 2, 4)
    return x.reshape(len(x), -1, height, width)


def _rows(x: Tensor) -> Tensor:
    """Reshape (N, C, H, W) to (N H W, C)."""
    return x.permute(0, 2, 3, 1).reshape(-1, x.shape[1])
