"""Proxies of the gradients of the outputs by the images: how differently the outputs depend on each image.

Source: Mellor et al., "Neural Architecture Search without Training", 2020 (version 1 of arXiv 2006.04647), section 3; jacov as
Abdelfattah et al., "Zero-Cost Proxies for Lightweight NAS", ICLR 2021, compute it; Lopes et al., "EPE-NAS: Efficient
Performance Estimation Without Training for NAS", ICANN 2021, section 3.
"""

from __future__ import annotations

import torch
from torch import Tensor

_SMALL = 1e-5
EPE_CLASSES = 10


def correlations(rows: Tensor) -> Tensor:
    """Return the correlations of all pairs of rows.

    Args:
        rows: (N, values) gradients.

    Returns:
        (N, N) float64.

    Raises:
        ArithmeticError: a row is constant, or a number is not finite.
    """
    if not bool(rows.isfinite().all()):
        raise ArithmeticError("diverged: the gradients are not finite")
    rows = rows.double()
    rows = rows - rows.mean(1, keepdim=True)
    lengths = rows.norm(dim=1, keepdim=True)
    if not bool((lengths > 0).all()):
        raise ArithmeticError("the output does not depend on an image")
    rows = rows / lengths
    return rows @ rows.T


def jacov(gradients: Tensor) -> float:
    """Return -sum(log(v + k) + 1 / (v + k)) over the eigenvalues v of the correlations, with k = 1e-5.

    Args:
        gradients: (N, values) gradients of the sum of the outputs by each image.
    """
    eigenvalues = torch.linalg.eigvalsh(correlations(gradients)).clamp(min=0) + _SMALL
    return -float((eigenvalues.log() + 1 / eigenvalues).sum())


def jacov_logdet(gradients: Tensor) -> float:
    """Return the log-determinant of the correlations: 0 if the gradients of all images are uncorrelated, otherwise less."""
    return float(torch.linalg.eigvalsh(correlations(gradients)).clamp(min=1e-12).log().sum())


def epe_nas(gradients: Tensor, labels: Tensor) -> float:
    """Return the mean over classes of |sum(log(|c| + k))|, with the correlations c of the images of a class, and k = 1e-5.

    Args:
        gradients: (N, values) gradients of the sum of the outputs by each image.
        labels: (N,) classes, taken modulo 10, so that a class has several images.
    """
    groups, found = labels % EPE_CLASSES, []
    for group in range(EPE_CLASSES):
        if not bool((groups == group).any()):
            continue
        found.append((correlations(gradients[groups == group]).abs() + _SMALL).log().sum().abs())
    return float(torch.stack(found).mean())
