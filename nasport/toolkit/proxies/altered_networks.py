"""Proxies that change the weights of the network for a pass: synflow and Zen.

Sources: Tanaka et al., "Pruning neural networks without any data by iteratively conserving synaptic flow", NeurIPS 2020,
summed over parameters by Abdelfattah et al., "Zero-Cost Proxies for Lightweight NAS", ICLR 2021; Lin et al., "Zen-NAS: A
Zero-Shot NAS for High-Performance Image Recognition", ICCV 2021, algorithm 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from nasport.toolkit.proxies.network_start import NetworkStart, Normalization

_MOVED = 1e-2
_ZEN_IMAGES = 16


def log_synflow(start: NetworkStart) -> float:
    """Return log(sum(|w g|)), where g is the gradient of the sum of the outputs for an image of ones.

    The weights w are absolute values, batch normalizations are identities, and all numbers are float64. Afterwards the network
    is restored.

    Raises:
        ArithmeticError: the sum is zero.
    """
    network = start.network
    before = {name: value.clone() for name, value in network.state_dict().items()}
    try:
        with _plain_layers(network), sdpa_kernel(SDPBackend.MATH), torch.no_grad():
            network.double()
            for value in network.state_dict().values():
                value.abs_()
            with torch.enable_grad():
                logits = network(torch.ones_like(start.images[:1], dtype=torch.float64))
                gradients = torch.autograd.grad(logits.sum(), start.weights(), allow_unused=True)
            total = sum(
                float((w * g).abs().sum())
                for w, g in zip(start.weights(), gradients, strict=True)
                if g is not None
            )
    finally:
        network.float()
        network.load_state_dict(before)
    if total == 0:
        raise ArithmeticError("the synaptic flow from the image to the output is zero")
    return math.log(total)


@contextmanager
def _plain_layers(network: nn.Module) -> Iterator[None]:
    """Replace batch normalizations by identities and fast layers by those of torch, which compute in any precision."""
    modules = list(network.modules())
    before = [vars(module).pop("forward", None) for module in modules]
    for module in modules:
        if isinstance(module, Normalization):
            vars(module)["forward"] = _same
    try:
        yield
    finally:
        for module, forward in zip(modules, before, strict=True):
            vars(module).pop("forward", None)
            if forward is not None:
                vars(module)["forward"] = forward


def _same(x: Tensor) -> Tensor:
    return x


def zen(start: NetworkStart) -> float:
    """Return log(d) plus the sum of log(s): the change d of the features by noise, and the deviation s of each normalization.

    The weights are replaced by normal random numbers and are not restored afterwards.

    Raises:
        ArithmeticError: the features do not change.
    """
    network, generator = start.network, start.generator()
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, Normalization):
                module.reset_running_stats()  # normalizations that the features do not pass then contribute log 1 = 0
        for layer in start.weighted():
            layer.weight.copy_(torch.randn(layer.weight.shape, generator=generator))
            if layer.bias is not None:
                layer.bias.zero_()
        noise = start.noise(2 * _ZEN_IMAGES)
        one, other = noise[:_ZEN_IMAGES], noise[_ZEN_IMAGES:]
        before = network.features(one)[-1]
        deviations = [
            math.log(float(module.running_var.mean()) + module.eps) / 2
            for module in network.modules()
            if isinstance(module, Normalization) and module.running_var is not None
        ]
        moved = network.features(one + _MOVED * other)[-1] - before
        distance = float(moved.abs().flatten(1).sum(1).mean())
    if distance == 0:
        raise ArithmeticError("the features do not depend on the image")
    return math.log(distance) + math.fsum(deviations)
