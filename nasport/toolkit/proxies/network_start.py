"""An untrained network with images and labels; weights, images and labels follow from one seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.gennas import acceleration
from nasport.toolkit.gennas.proxy_document import Scale, image_shape, scaled_document
from nasport.toolkit.networks import ImageNetwork, NetworkOptions, build_network
from nasport.toolkit.networks.cell_module import CellNetwork

Weighted = nn.modules.conv._ConvNd | nn.Linear
Normalization = nn.modules.batchnorm._BatchNorm


@dataclass(frozen=True)
class NetworkStart:
    """A network with its initial weights, and two batches of images with random labels.

    Attributes:
        network: network in training mode; its normalizations keep the statistics of the last batch.
        images: (N, C, H, W) first batch.
        labels: (N,) labels of the first batch.
        second_images: (N, C, H, W) second batch, with other images if there are enough.
        second_labels: (N,) labels of the second batch.
        seed: seed of all random numbers.
    """

    network: ImageNetwork
    images: Tensor
    labels: Tensor
    second_images: Tensor
    second_labels: Tensor
    seed: int

    def weighted(self) -> Iterator[Weighted]:
        """Return the convolutions and linear layers."""
        return (module for module in self.network.modules() if isinstance(module, Weighted))

    def weights(self) -> list[Tensor]:
        """Return the weights of the convolutions and linear layers, one tensor for each layer."""
        return [module.weight for module in self.weighted()]

    def generator(self) -> Generator:
        """Return a new CPU generator with the seed."""
        return Generator().manual_seed(self.seed)

    def noise(self, count: int) -> Tensor:
        """Return normal noise of the shape of `count` images."""
        shape = (count, *self.images.shape[1:])
        return torch.randn(shape, generator=self.generator()).to(self.images)


def network_start(
    architecture: Architecture,
    images: Tensor,
    batch_size: int,
    seed: int,
    *,
    depth: float = 1.0,
    width: float = 1.0,
    largest_image: int = 64,
    accelerated: bool = True,
) -> NetworkStart:
    """Build the network of a document with its classifier, and two batches of images that fit it.

    Args:
        architecture: an image architecture.
        images: (M, 3, h, w), normalized, at least `batch_size`; they are resized to the input of the network.
        batch_size: number of images in each of the two batches.
        seed: seed of weights and labels; torch's global generator is unchanged.
        depth: as in `Scale`.
        width: as in `Scale`.
        largest_image: largest height or width of the images in pixels; larger images of the document are shrunk to it.
        accelerated: as in `ProxyPlan`.

    Raises:
        InputError: the document does not describe an image network.
    """
    if architecture.is_recurrent:
        raise InputError("a recurrent network, expected an image network: proxies need images")
    shape = fitted_shape(image_shape(architecture), largest_image)
    document = scaled_document(architecture, Scale(shape, depth, width))
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        network = build_network(document, NetworkOptions(dead_nodes=False))
    assert isinstance(network, ImageNetwork), "recurrent networks are refused above"
    network.to(images.device)
    if accelerated:
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if accelerated and images.device.type == "cpu":
        acceleration.keep_freed_memory()
        acceleration.tune_for_cpu(network)
    for module in network.modules():
        if isinstance(module, Normalization):
            module.momentum = 1.0
        elif isinstance(module, CellNetwork):
            module.share_nothing()  # proxies of rectifiers are defined for networks in which each layer has one
    order = torch.channels_last if accelerated else torch.contiguous_format
    batches = images[:batch_size], images[-batch_size:].flip(3)
    first, second = (network_input(batch, shape).contiguous(memory_format=order) for batch in batches)
    # Labels are balanced over the classes; with more classes than images, all labels differ.
    generator, classes = Generator().manual_seed(seed), class_count(network, architecture)
    drawn = torch.randperm(classes, generator=generator)
    labels = [
        drawn[torch.randperm(batch_size, generator=generator) % classes].to(images.device) for _ in range(2)
    ]
    return NetworkStart(network, first, labels[0], second, labels[1], seed)


def class_count(network: ImageNetwork, architecture: Architecture) -> int:
    """Return the number of classes of the document; without a classifier, the number of outputs of the head."""
    classes = architecture.skeleton.classes if architecture.skeleton else None
    return classes or network.shapes[-1].channels * network.shapes[-1].positions


def fitted_shape(shape: tuple[int, int, int], largest: int) -> tuple[int, int, int]:
    """Return channels, height and width of an image after shrinking it to a largest height or width in pixels."""
    channels, height, width = shape
    factor = min(1.0, largest / max(height, width))
    return channels, max(1, round(height * factor)), max(1, round(width * factor))


def network_input(images: Tensor, shape: tuple[int, int, int]) -> Tensor:
    """Convert images (N, 3, h, w) to the input of a network, (N, C, H, W); color channels repeat if C is more than three."""
    channels, *size = shape
    if images.shape[1] != channels:
        images = images[:, torch.arange(channels, device=images.device) % images.shape[1]]
    if list(images.shape[2:]) != size:
        images = F.interpolate(images, size, mode="bilinear", antialias=True)
    return images


def gradient(of: Tensor, by: Tensor, along: Tensor) -> Tensor:
    """Return the gradient of one tensor by another, and keep the graph.

    Args:
        of: tensor that is differentiated.
        by: tensor of the variables.
        along: weights of the values of `of`, of the same shape.

    Raises:
        ArithmeticError: the first tensor does not depend on the second.
    """
    found = (
        torch.autograd.grad(of, by, along, retain_graph=True, allow_unused=True)[0]
        if of.requires_grad
        else None
    )
    if found is None:
        raise ArithmeticError("the output does not depend on the input")
    return found
