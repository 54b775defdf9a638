"""VKDNW: how evenly the eigenvalues of the Fisher information of a network's parameters are distributed.

Source: Tybl and Neumann, "Training-free Neural Architecture Search through Variance of Knowledge of Deep Network Weights",
CVPR 2025, section 3. As in their public code, one parameter represents each tensor, and nine deciles the spectrum.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn
from torch.utils.hooks import RemovableHandle

from nasport.toolkit.proxies.network_start import NetworkStart, Normalization, gradient

_PROBES = 10  # number of random probes if there are more classes than this
_LAYERS = 128  # largest number of layers, so that there are not more parameters than gradients
_SMOOTHED = 0.05  # share of a uniform distribution in the class probabilities


def spectrum_entropy(start: NetworkStart) -> float:
    """Return the entropy of the normalized deciles of the eigenvalues of the Fisher information.

    The network runs in evaluation mode; its normalizations use the statistics of its last batch in training mode.

    Raises:
        ArithmeticError: all deciles are zero, or the output does not depend on the image.
    """
    rows = parameter_gradients(start).double()
    information = rows.T @ rows / len(start.images)
    deciles = torch.quantile(
        torch.linalg.eigvalsh(information).clamp(min=0), torch.arange(1, 10).double() / 10
    )
    if not float(deciles.sum()) > 0:
        raise ArithmeticError("the Fisher information is zero")
    shares = deciles / deciles.sum()
    return -float((shares * (shares + 1e-10).log()).sum())


def parameter_gradients(start: NetworkStart) -> Tensor:
    """Return gradients whose outer products sum to N times the Fisher information, as (probes N, P) numbers on the CPU.

    A probe v is a vector of weights of the outputs. The sum of v v^T over all probes is diag(p) - p p^T, where p are the class
    probabilities; for random probes, this holds in expectation.
    """
    network, images = start.network.eval(), start.images.detach().requires_grad_()
    watched = _Watched(network)
    with watched:
        logits = network(images)
    classes = logits.shape[1]
    shares = logits.detach().softmax(1) * (1 - _SMOOTHED) + _SMOOTHED / classes
    found = []
    for direction in _directions(classes, start.generator()):
        along = shares.sqrt() * direction.to(shares)
        probe = along - shares * (shares.sqrt() * direction.to(shares)).sum(1, keepdim=True)
        watched.clear()
        gradient(logits, images, probe)
        found.append(watched.row())
    network.train()
    return torch.cat(found)


def _directions(classes: int, generator: Generator) -> Iterator[Tensor]:
    if classes <= _PROBES:
        yield from torch.eye(classes)
        return
    for _ in range(_PROBES):
        yield torch.randn(classes, generator=generator) / _PROBES**0.5


class _Watched:
    """Gradients of the first parameter of each tensor of the layers, for each image; hooks are active in a `with` block."""

    def __init__(self, network: nn.Module) -> None:
        self._network = network
        self._handles: list[RemovableHandle] = []
        self._count = 0
        self._columns: dict[int, list[Tensor]] = {}

    def __enter__(self) -> None:
        kinds = nn.Conv2d | nn.Linear | Normalization
        layers = [
            each for each in self._network.modules() if isinstance(each, kinds) and each.weight is not None
        ]
        for place in sorted({round(place) for place in np.linspace(0, len(layers) - 1, _LAYERS)}):
            self._handles.append(layers[place].register_forward_hook(self._watch))

    def __exit__(self, *_: object) -> None:
        for handle in self._handles:
            handle.remove()

    def clear(self) -> None:
        self._columns = {}

    def row(self) -> Tensor:
        """Return the (N, P) gradients of the last backward pass."""
        return torch.stack([each for key in sorted(self._columns) for each in self._columns[key]], 1).cpu()

    def _watch(self, module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        factor, has_bias = _factor(module, inputs[0].detach(), output), module.bias is not None
        place = self._count
        self._count += 1

        def take(found: Tensor) -> None:
            of_first = found[:, 0] if found.dim() == 4 else found[..., 0]
            columns = [of_first * factor, of_first] if has_bias else [of_first * factor]
            self._columns[place] = [
                column.flatten(1).sum(1) if column.dim() > 1 else column for column in columns
            ]

        output.register_hook(take)  # type: ignore[no-untyped-call]


def _factor(module: nn.Module, x: Tensor, output: Tensor) -> Tensor:
    """Return the factor of the layer's first weight in its first output channel: (N, H, W), or (N, ...) without positions."""
    if isinstance(module, nn.Conv2d):
        down, across = module.stride
        top, left = (int(size) for size in module.padding)
        padded = F.pad(x[:, 0], (left, left, top, top))[:, ::down, ::across]
        return padded[:, : output.shape[2], : output.shape[3]]
    if isinstance(module, Normalization):
        assert module.running_mean is not None
        assert module.running_var is not None
        return (x[:, 0] - module.running_mean[0]) / (module.running_var[0] + module.eps).sqrt()
    return x[..., 0]
