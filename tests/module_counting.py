"""Trainable parameters and multiply-accumulates of a torch network, counted on the network itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from nasport.toolkit.networks.operators.layers import SelfAttention


def parameter_count(network: nn.Module) -> int:
    """Return the number of trainable parameters."""
    return sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)


def flops(network: nn.Module, shape: Sequence[int]) -> int:
    """Return multiply-accumulates of convolutions, linear layers and both products of attention, for one input, without
    biases.

    The network runs on torch's meta device, without computation, and its tensors do not change.

    Args:
        network: any module with one input.
        shape: shape of one input, e.g. (3, 32, 32).
    """
    total = 0

    def count(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal total
        if isinstance(module, SelfAttention):
            total += 2 * inputs[0][0, 0].numel() ** 2 * module.inner
            return
        weight = module.weight
        assert isinstance(weight, Tensor)
        if isinstance(module, nn.ConvTranspose2d):
            total += weight[0].numel() * inputs[0].numel()
        elif isinstance(module, nn.Conv2d):
            total += weight[0].numel() * output.numel()
        else:
            total += weight.shape[1] * output.numel()

    counted = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear, SelfAttention)
    hooks = [m.register_forward_hook(count) for m in network.modules() if isinstance(m, counted)]
    tensors = {**dict(network.named_parameters()), **dict(network.named_buffers())}
    shapes = {name: torch.empty_like(tensor, device="meta") for name, tensor in tensors.items()}
    try:
        with torch.no_grad(), _without_normalization(network):
            torch.func.functional_call(network, shapes, torch.empty(1, *shape, device="meta"))
    finally:
        for hook in hooks:
            hook.remove()
    return total


@contextmanager
def _without_normalization(network: nn.Module) -> Iterator[None]:
    """Skip batch normalizations: they do not count and are slow on the meta device."""
    normalizations = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    for module in normalizations:
        module.__dict__["forward"] = _as_it_is
    try:
        yield
    finally:
        for module in normalizations:
            del module.__dict__["forward"]


def _as_it_is(x: Tensor) -> Tensor:
    return x
