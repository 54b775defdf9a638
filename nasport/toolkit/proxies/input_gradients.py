"""How differently a network's output changes with each image: judges of the gradient of all outputs by the image.

Source: Mellor et al., "Neural Architecture Search without Training", 2020 (version 1 of arXiv 2006.04647), section 3, for
jacov, as Abdelfattah et al., "Zero-Cost Proxies for Lightweight NAS", ICLR 2021, compute it; Lopes et al., "EPE-NAS:
Efficient Performance Estimation Without Training for NAS", ICANN 2021, section 3.
"""

from __future__ import annotations

import torch
from torch import Tensor

_SMALL = 1e-5
EPE_CLASSES = 10


def correlations(rows: Tensor) -> Tensor:
    """Of every row with every other one: (N, values) to (N, N) float64.

    Raises:
        ArithmeticError: a row is constant, or holds what is no finite number.
    """
    if not bool(rows.isfinite().all()):
        raise ArithmeticError("diverged: gradients are no finite numbers")
    rows = rows.double()
    rows = rows - rows.mean(1, keepdim=True)
    lengths = rows.norm(dim=1, keepdim=True)
    if not bool((lengths > 0).all()):
        raise ArithmeticError("the output does not depend on an image")
    rows = rows / lengths
    return rows @ rows.T


def jacov(gradients: Tensor) -> float:
    """-sum(log(v + k) + 1 / (v + k)) over the eigenvalues v of the correlations, k = 1e-5.

    Args:
        gradients: of the outputs' sum by each image, (N, values).
    """
    eigenvalues = torch.linalg.eigvalsh(correlations(gradients)).clamp(min=0) + _SMALL
    return -float((eigenvalues.log() + 1 / eigenvalues).sum())


def jacov_logdet(gradients: Tensor) -> float:
    """The log-determinant of the correlations: 0 where all images' gradients are at right angles, else less."""
    return float(torch.linalg.eigvalsh(correlations(gradients)).clamp(min=1e-12).log().sum())


def epe_nas(gradients: Tensor, labels: Tensor) -> float:
    """|sum(log(|c| + k))| over the correlations c of a class' images, k = 1e-5; the mean over classes.

    Args:
        gradients: (N, values).
        labels: (N,), taken modulo 10, so that classes have several images.
    """
    groups, found = labels % EPE_CLASSES, []
    for group in range(EPE_CLASSES):
        if not bool((groups == group).any()):
            continue
        found.append((correlations(gradients[groups == group]).abs() + _SMALL).log().sum().abs())
    return float(torch.stack(found).mean())
