"""Proxies of the weights of convolutions and linear layers, and of the gradients of the loss by them.

Sources: Abdelfattah et al., "Zero-Cost Proxies for Lightweight NAS", ICLR 2021, section 3, and its public code: grad_norm,
snip (Lee et al. 2019), grasp (Wang et al. 2020), fisher (Turner et al. 2020), plain, l2_norm. Li et al., "ZiCo: Zero-shot
NAS via Inverse Coefficient of Variation on Gradients", ICLR 2023, equation 21.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

Tensors = Sequence[Tensor]


def l2_norm(weights: Tensors) -> float:
    """Return the sum of the norms of the layers' weights."""
    return _sum(weight.norm() for weight in weights)


def grad_norm(gradients: Tensors) -> float:
    """Return the sum of the norms of the layers' gradients."""
    return _sum(gradient.norm() for gradient in gradients)


def snip(weights: Tensors, gradients: Tensors) -> float:
    """Return the sum of |w g|."""
    return _sum((w * g).abs().sum() for w, g in zip(weights, gradients, strict=True))


def plain(weights: Tensors, gradients: Tensors) -> float:
    """Return the sum of w g."""
    return _sum((w * g).sum() for w, g in zip(weights, gradients, strict=True))


def grasp(weights: Tensors, gradients: Tensors) -> float:
    """Return the sum of -w (H g), where H is the Hessian of the loss.

    Args:
        weights: weights of each layer.
        gradients: gradients of each layer, with their graph.

    Raises:
        ArithmeticError: torch has no second derivative of an operator.
    """
    product = torch.stack([(g.detach() * g).sum() for g in gradients]).sum()
    try:
        curved = torch.autograd.grad(product, weights, allow_unused=True)
    except RuntimeError as error:
        if "is not implemented" not in str(error):
            raise
        raise ArithmeticError(f"no second derivative: {error}") from error
    return -_sum((w.detach() * h).sum() for w, h in zip(weights, curved, strict=True) if h is not None)


def zico(gradients: Tensors, others: Tensors) -> float:
    """Return the sum over layers of log(sum(mean |g| / deviation of g)), with mean and deviation over two batches."""
    found = []
    for one, other in zip(gradients, others, strict=True):
        moved = (one - other).abs()
        ratios = ((one.abs() + other.abs()) / moved)[moved > 0]
        if total := float(ratios.double().sum()):
            found.append(math.log(total))
    return math.fsum(found)


class ActivationGradients:
    """Fisher information: (sum over positions of value times gradient)^2 / 2, averaged over images, summed over channels.

    Attributes:
        counting: whether the gradients of a backward pass are added.
        total: the sum.
    """

    def __init__(self) -> None:
        self.counting = False
        self.total = 0.0

    def watch(self, output: Tensor) -> None:
        """Add the share of a layer's output, (N, C, ...), to the total when its gradient is computed."""
        values = output.detach()

        def take(gradient: Tensor) -> None:
            if self.counting:
                by_channel = (values * gradient).flatten(2).sum(2) if values.dim() > 2 else values * gradient
                self.total += float(by_channel.square().mean(0).sum()) / 2

        output.register_hook(take)  # type: ignore[no-untyped-call]


def _sum(parts: object) -> float:
    """Return the exactly rounded sum of numbers in tensors."""
    return math.fsum(float(part) for part in parts)  # type: ignore[attr-defined]
