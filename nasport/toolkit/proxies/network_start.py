"""A network at its start and what it sees: its first weights, images and labels, all drawn from one seed."""

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
    """A network with its first weights, and two batches of images with random labels.

    Attributes:
        network: in training mode; its normalizations keep the statistics of the last batch.
        images, labels: (N, C, H, W) and (N,).
        second_images, second_labels: the same again, other labels and where there are enough other images.
        seed: of all that is drawn.
    """

    network: ImageNetwork
    images: Tensor
    labels: Tensor
    second_images: Tensor
    second_labels: Tensor
    seed: int

    def weighted(self) -> Iterator[Weighted]:
        """Convolutions and linear layers."""
        return (module for module in self.network.modules() if isinstance(module, Weighted))

    def weights(self) -> list[Tensor]:
        """Of convolutions and linear layers, layer by layer."""
        return [module.weight for module in self.weighted()]

    def generator(self) -> Generator:
        """A CPU generator that begins with the seed."""
        return Generator().manual_seed(self.seed)

    def noise(self, count: int) -> Tensor:
        """Normal noise in place of `count` images."""
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
    """Build a network as its document has it, with classifier, for images of at most a size.

    Args:
        architecture: an image architecture.
        images: (M, 3, h, w) normalized, at least `batch_size` of them; resized to what the network reads.
        batch_size: of each of the two batches.
        seed: of weights and labels; torch's own generator stays as it was.
        depth, width: as in `Scale`.
        largest_image: larger images of the document are brought to this many pixels on their longer side.
        accelerated: as in `ProxyPlan`.

    Raises:
        InputError: the document describes no image network.
    """
    if architecture.is_recurrent:
        raise InputError("a recurrent network, expected one for images: proxies are shown images")
    shape = fitted_shape(image_shape(architecture), largest_image)
    document = scaled_document(architecture, Scale(shape, depth, width))
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        network = build_network(document, NetworkOptions(dead_nodes=False))
    assert isinstance(network, ImageNetwork), "no recurrent one"
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
            module.share_nothing()  # judges that count rectifiers were defined on networks with one for each layer
    order = torch.channels_last if accelerated else torch.contiguous_format
    batches = images[:batch_size], images[-batch_size:].flip(3)
    first, second = (seen(batch, shape).contiguous(memory_format=order) for batch in batches)
    # As many of each class as of any other, or one of each of as many classes.
    generator, classes = Generator().manual_seed(seed), class_count(network, architecture)
    drawn = torch.randperm(classes, generator=generator)
    labels = [
        drawn[torch.randperm(batch_size, generator=generator) % classes].to(images.device) for _ in range(2)
    ]
    return NetworkStart(network, first, labels[0], second, labels[1], seed)


def class_count(network: ImageNetwork, architecture: Architecture) -> int:
    """Of the last linear layer; where there is none, numbers that the head gives."""
    classes = architecture.skeleton.classes if architecture.skeleton else None
    return classes or network.shapes[-1].channels * network.shapes[-1].positions


def fitted_shape(shape: tuple[int, int, int], largest: int) -> tuple[int, int, int]:
    """Channels, height and width of images brought to this size, if they are larger."""
    channels, height, width = shape
    factor = min(1.0, largest / max(height, width))
    return channels, max(1, round(height * factor)), max(1, round(width * factor))


def seen(images: Tensor, shape: tuple[int, int, int]) -> Tensor:
    """Images (N, 3, h, w) as a network reads them, (N, C, H, W); colors come again where there are more channels."""
    channels, *size = shape
    if images.shape[1] != channels:
        images = images[:, torch.arange(channels, device=images.device) % images.shape[1]]
    if list(images.shape[2:]) != size:
        images = F.interpolate(images, size, mode="bilinear", antialias=True)
    return images


def gradient(of: Tensor, by: Tensor, along: Tensor) -> Tensor:
    """Of a tensor by another, along a direction of the first; the graph is kept.

    Raises:
        ArithmeticError: the first does not depend on the second.
    """
    found = (
        torch.autograd.grad(of, by, along, retain_graph=True, allow_unused=True)[0]
        if of.requires_grad
        else None
    )
    if found is None:
        raise ArithmeticError("what comes out does not depend on what goes in")
    return found
