"""Shared functions of the reference tests: the parameters of a network in order, for independent reimplementations."""

from __future__ import annotations

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nasport.schemas.architecture import Architecture
from nasport.toolkit.networks import ImageNetwork, build_network
from nasport.toolkit.networks.cell_module import CellNetwork
from nasport.toolkit.notations import notation


class Weights:
    """Applies convolutions, normalizations and linear layers with a network's parameters, taken in order."""

    def __init__(self, network: nn.Module) -> None:
        layers = (nn.Conv2d, nn.BatchNorm2d, nn.Linear)
        self.layers: Iterator[nn.Module] = iter([m for m in network.modules() if isinstance(m, layers)])

    def next_conv(self) -> nn.Conv2d:
        layer = next(self.layers)
        assert isinstance(layer, nn.Conv2d)
        return layer

    def next_norm(self) -> nn.BatchNorm2d:
        layer = next(self.layers)
        assert isinstance(layer, nn.BatchNorm2d)
        return layer

    def conv(self, x: Tensor, stride: int = 1, groups: int = 1) -> Tensor:
        layer = self.next_conv()
        return F.conv2d(x, layer.weight, layer.bias, stride, layer.weight.shape[2] // 2, 1, groups)

    def norm(self, x: Tensor) -> Tensor:
        return normalized(x, self.next_norm())

    def conv_norm(self, x: Tensor, stride: int = 1, groups: int = 1) -> Tensor:
        return self.norm(self.conv(x, stride, groups))

    def conv_norm_relu(self, x: Tensor, stride: int = 1, groups: int = 1) -> Tensor:
        return F.relu(self.conv_norm(x, stride, groups))

    def relu_conv_norm(self, x: Tensor, stride: int = 1) -> Tensor:
        return self.conv_norm(F.relu(x), stride)

    def reduced(self, x: Tensor) -> Tensor:
        """Apply a factorized reduction: one convolution on the even positions, one on the odd positions with a zero at
        the end.
        """
        x = F.relu(x)
        even, odd = self.conv(x, 2), self.conv(F.pad(x, (0, 1, 0, 1))[:, :, 1:, 1:], 2)
        return self.norm(torch.cat((even, odd), 1))


def weights_by_node(cell: nn.Module) -> dict[str, Weights]:
    """Return the parameters of a cell's operators by the id of the node."""
    assert isinstance(cell, CellNetwork)
    return {name: Weights(module) for name, module in cell.operators.items()}


def classes_of(network: ImageNetwork, x: Tensor) -> Tensor:
    """Apply global average pooling and the linear layer to the last map."""
    assert isinstance(network.classifier, nn.Linear)
    return F.linear(x.mean((2, 3)), network.classifier.weight, network.classifier.bias)


def normalized(x: Tensor, layer: nn.BatchNorm2d) -> Tensor:
    """Apply batch normalization with epsilon 1e-5, which all these benchmarks use."""
    return F.batch_norm(x, layer.running_mean, layer.running_var, layer.weight, layer.bias, eps=1e-5)


def network(name: str, text: str) -> ImageNetwork:
    """Build the network of a text in this notation; see `shaken`."""
    return shaken(notation(name).parse(text))


def shaken(architecture: Architecture) -> ImageNetwork:
    """Build the network of an architecture with random norm statistics and scales instead of the initial ones."""
    torch.manual_seed(0)
    built = build_network(architecture).eval()
    assert isinstance(built, ImageNetwork)
    for module in built.modules():
        if isinstance(module, nn.BatchNorm2d):
            for tensor in (module.weight, module.bias, module.running_mean):
                assert tensor is not None
                nn.init.normal_(tensor, 0.2, 0.5)
            assert module.running_var is not None
            nn.init.uniform_(module.running_var, 0.5, 2)
    return built


def alike(network: ImageNetwork, reference: Tensor, images: Tensor) -> None:
    """Raise `AssertionError` if an output of the network differs by more than 1e-4 of the largest number."""
    largest = float(reference.abs().max())
    assert largest > 0
    torch.testing.assert_close(network(images) / largest, reference / largest, rtol=0, atol=1e-4)
