"""Networks in the usual torch style, at small width, for import tests: one of each family."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from tests.import_blocks import (
    Permuted,
    Residual,
    Scale,
    Squeeze,
    basic,
    bottleneck,
    classifier,
    conv,
    fused,
    inverted,
)
from tests.import_transformers import GroupedQueries, OfTimm, OfTorch, Swin, Vit, Written

SMALL, LARGE = (3, 32, 32), (3, 64, 64)


def resnet() -> nn.Module:
    """He et al. 2016."""
    stem = [conv(3, 16, 7, 2), nn.MaxPool2d(3, 2, 1)]
    return nn.Sequential(
        *stem, basic(16, 16), basic(16, 16), basic(16, 32, 2), basic(32, 32), *classifier(32)
    )


def regnet() -> nn.Module:
    """Radosavovic et al. 2020: bottlenecks with groups, and squeeze and excitation with a quarter of the input's width."""
    blocks = [bottleneck(16, 32, 2, 4, 4), bottleneck(32, 32, 1, 4, 8), bottleneck(32, 32, 1, 4, 8)]
    return nn.Sequential(conv(3, 16, 3, 2), *blocks, *classifier(32))


def mobilenet_v2() -> nn.Module:
    """Sandler et al. 2018."""
    blocks = [inverted(16, 8, 1), inverted(8, 16, 6, 2), inverted(16, 16, 6), inverted(16, 24, 6, 2)]
    ends = conv(24, 64, 1, activation=nn.ReLU6)
    return nn.Sequential(conv(3, 16, 3, 2, activation=nn.ReLU6), *blocks, ends, *classifier(64))


def mobilenet_v3() -> nn.Module:
    """Howard et al. 2019: the squeezed width is a quarter of the expanded width, rounded to a multiple of eight."""
    squeezes = [Squeeze(wide, hidden, gate=nn.Hardsigmoid) for wide, hidden in ((64, 16), (96, 24))]
    blocks = [
        inverted(16, 16, 1, activation=nn.ReLU),
        inverted(16, 24, 4, 2, 5, squeezes[0], nn.ReLU),
        inverted(24, 24, 4, 1, 5, squeezes[1], nn.Hardswish),
    ]
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(96, 64), nn.Hardswish(), nn.Dropout()]
    ends = conv(24, 96, 1, activation=nn.Hardswish)
    stem = conv(3, 16, 3, 2, activation=nn.Hardswish)
    return nn.Sequential(stem, *blocks, ends, *head, nn.Linear(64, 10))


def efficientnet_v2() -> nn.Module:
    """Tan & Le 2021: fused blocks first, then squeeze and excitation with a quarter of the input's width."""
    squeezes = [Squeeze(wide, hidden, nn.SiLU) for wide, hidden in ((96, 6), (128, 8))]
    blocks = [
        fused(16, 16, 1), fused(16, 16, 1), fused(16, 24, 4, 2), fused(24, 24, 4),
        inverted(24, 32, 4, 2, 3, squeezes[0], nn.SiLU), inverted(32, 32, 4, 1, 3, squeezes[1], nn.SiLU),
    ]  # fmt: skip
    ends = conv(32, 64, 1, activation=nn.SiLU)
    return nn.Sequential(conv(3, 16, 3, 2, activation=nn.SiLU), *blocks, ends, *classifier(64))


def convnext() -> nn.Module:
    """Liu et al. 2022: layer normalizations with permutes, a trainable factor for each channel."""

    def block(width: int) -> nn.Module:
        mixing = nn.Sequential(
            nn.LayerNorm(width),
            nn.Linear(width, 4 * width),
            nn.GELU(),
            nn.Linear(4 * width, width),
            Scale(width),
        )
        return Residual(nn.Sequential(nn.Conv2d(width, width, 7, padding=3, groups=width), Permuted(mixing)))

    stem = [nn.Conv2d(3, 16, 4, 4), Permuted(nn.LayerNorm(16))]
    down = [Permuted(nn.LayerNorm(16)), nn.Conv2d(16, 32, 2, 2)]
    head = [nn.AdaptiveAvgPool2d(1), Permuted(nn.LayerNorm(32)), nn.Flatten(), nn.Linear(32, 10)]
    return nn.Sequential(*stem, block(16), block(16), *down, block(32), *head)


class DenseBlock(nn.Module):
    """Huang et al. 2017: each layer reads the concatenation of all earlier features."""

    def __init__(self, inputs: int, growth: int, depth: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Sequential(
                nn.BatchNorm2d(inputs + place * growth), nn.ReLU(),
                conv(inputs + place * growth, 2 * growth, 1), nn.Conv2d(2 * growth, growth, 3, 1, 1, bias=False),
            ) for place in range(depth)
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        features = [x]
        for layer in self.layers:
            features.append(layer(torch.cat(features, 1)))
        return torch.cat(features, 1)


def densenet() -> nn.Module:
    down = [nn.BatchNorm2d(40), nn.ReLU(), nn.Conv2d(40, 20, 1, bias=False), nn.AvgPool2d(2)]
    blocks = [DenseBlock(16, 8, 3), *down, DenseBlock(20, 8, 3), nn.BatchNorm2d(44), nn.ReLU()]
    return nn.Sequential(conv(3, 16, 3, 2), *blocks, *classifier(44))


class ShuffleUnit(nn.Module):
    """Ma et al. 2018."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        half = outputs // 2
        self.stride, self.side = stride, nn.Sequential()
        if stride > 1:
            self.side = nn.Sequential(
                conv(inputs, inputs, 3, stride, inputs, activation=None), conv(inputs, half, 1)
            )
        self.body = nn.Sequential(
            conv(inputs if stride > 1 else half, half, 1), conv(half, half, 3, stride, half, activation=None),
            conv(half, half, 1),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        one, other = x.chunk(2, 1) if self.stride == 1 else (x, x)
        x = torch.cat([self.side(one), self.body(other)], 1)
        batch, width, *size = x.shape
        return x.view(batch, 2, width // 2, *size).transpose(1, 2).flatten(1, 2)


def shufflenet() -> nn.Module:
    units = [ShuffleUnit(16, 32, 2), ShuffleUnit(32, 32), ShuffleUnit(32, 32)]
    return nn.Sequential(conv(3, 16, 3, 2), *units, conv(32, 64, 1), *classifier(64))


class Branches(nn.Module):
    """Several branches on the same input, concatenated."""

    def __init__(self, *ways: nn.Module) -> None:
        super().__init__()
        self.ways = nn.ModuleList(ways)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([way(x) for way in self.ways], 1)


def inception() -> nn.Module:
    """Szegedy et al. 2016: 1x7 and 7x1 convolutions, poolings in ceil mode."""
    mixed = Branches(
        conv(16, 8, 1), nn.Sequential(conv(16, 6, 1), conv(6, 6, (1, 7)), conv(6, 12, (7, 1))),
        nn.Sequential(nn.AvgPool2d(3, 1, 1, count_include_pad=False), conv(16, 4, 1)),
    )  # fmt: skip
    pooled = nn.MaxPool2d(3, 2, ceil_mode=True)
    return nn.Sequential(
        conv(3, 16, 3, 2), nn.MaxPool2d(3, 2, ceil_mode=True), mixed, pooled, *classifier(24)
    )


def vgg() -> nn.Module:
    """Simonyan & Zisserman 2015, without norms."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise((3, 8, 16, 16)):
        layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    head = [nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Dropout()]
    return nn.Sequential(*layers, *head, nn.Linear(32, 10))


class Unet(nn.Module):
    """Ronneberger et al. 2015."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.ModuleList([conv(3, 8), conv(8, 16), conv(16, 32)])
        self.up = nn.ModuleList([nn.ConvTranspose2d(32, 16, 2, 2), nn.ConvTranspose2d(16, 8, 2, 2)])
        self.merge = nn.ModuleList([conv(32, 16), conv(16, 8)])
        self.out = nn.Conv2d(8, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        maps = [self.down[0](x)]
        for down in self.down[1:]:
            maps.append(down(functional.max_pool2d(maps[-1], 2)))
        x = maps.pop()
        for up, merge in zip(self.up, self.merge, strict=True):
            x = merge(torch.cat([up(x), maps.pop()], 1))
        result: Tensor = self.out(x)
        return result


class Exchange(nn.Module):
    """Wang et al. 2020: two resolutions that read each other, then one."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.down = conv(3, 8, 3, 2), conv(8, 16, 3, 2)
        self.fine, self.coarse = basic(8, 8), basic(16, 16)
        self.to_fine, self.to_coarse = conv(16, 8, 1, activation=None), conv(8, 16, 3, 2, activation=None)
        self.last, self.head = conv(8, 16, 3, 2), nn.Sequential(*classifier(32))

    def forward(self, x: Tensor) -> Tensor:
        fine = self.stem(x)
        fine, coarse = self.fine(fine), self.coarse(self.down(fine))
        up = functional.interpolate(self.to_fine(coarse), scale_factor=2.0, mode="nearest")
        fine, coarse = torch.relu(fine + up), torch.relu(coarse + self.to_coarse(fine))
        result: Tensor = self.head(torch.cat([self.last(fine), coarse], 1))
        return result


class Pyramid(nn.Module):
    """Lin et al. 2017: three output maps."""

    def __init__(self) -> None:
        super().__init__()
        self.levels = nn.ModuleList([conv(3, 8, 3, 2), conv(8, 16, 3, 2), conv(16, 32, 3, 2)])
        self.sides = nn.ModuleList(nn.Conv2d(width, 8, 1) for width in (8, 16, 32))
        self.smooth = nn.ModuleList(nn.Conv2d(8, 8, 3, padding=1) for _ in range(3))

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        maps: list[Tensor] = []
        for level, side in zip(self.levels, self.sides, strict=True):
            x = level(x)
            maps.append(side(x))
        x = maps.pop()
        results = [self.smooth[2](x)]
        for smooth in (self.smooth[1], self.smooth[0]):
            x = maps.pop() + functional.interpolate(x, scale_factor=2.0)
            results.insert(0, smooth(x))
        return tuple(results)


class Selective(nn.Module):
    """Li et al. 2019: a softmax over branches weighs the kernels."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.ways = nn.ModuleList([conv(width, width, 3), conv(width, width, 5)])
        self.squeeze, self.excite = conv(width, 8, 1), nn.Conv2d(8, 2 * width, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        maps = torch.stack([way(x) for way in self.ways], 1)
        gate = self.excite(self.squeeze(maps.sum(1).mean((2, 3), keepdim=True)))
        gate = gate.view(len(x), 2, -1, 1, 1).softmax(1)
        result: Tensor = (maps * gate).sum(1)
        return result


def selective() -> nn.Module:
    blocks = [Residual(Selective(16), None, nn.ReLU) for _ in range(2)]
    return nn.Sequential(conv(3, 16, 3, 2), *blocks, *classifier(16))


def preactivated(width: int) -> nn.Module:
    """He et al. 2016, "Identity Mappings": norm and activation before each convolution."""
    layers = [layer for _ in range(2) for layer in (nn.BatchNorm2d(width), nn.ReLU(), _plain(width, width))]
    return Residual(nn.Sequential(*layers))


def _plain(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)


def preact_resnet() -> nn.Module:
    blocks = [_plain(3, 16), preactivated(16), preactivated(16), nn.BatchNorm2d(16), nn.ReLU()]
    return nn.Sequential(*blocks, *classifier(16))


def nfnet() -> nn.Module:
    """Brock et al. 2021: no norms, a trainable factor for a whole branch."""

    def block(width: int) -> nn.Module:
        layers = [nn.GELU(), nn.Conv2d(width, width, 3, padding=1), nn.GELU()]
        return Residual(nn.Sequential(*layers, nn.Conv2d(width, width, 3, padding=1), Scale()))

    return nn.Sequential(nn.Conv2d(3, 16, 3, 2, 1), block(16), block(16), nn.GELU(), *classifier(16))


class Odd(nn.Module):
    """A convolution that is used twice, and parts that evaluation does not use."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.shared = conv(3, 8), nn.Conv2d(8, 8, 3, padding=1)
        self.unread, self.apart = nn.Linear(8, 100), nn.Parameter(torch.zeros(7))
        self.end = nn.Linear(8, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        x = torch.relu(self.shared(torch.relu(self.shared(x))))
        if self.training:
            x = x + self.unread(x.mean((2, 3))).mean()
        result: Tensor = self.end(x.mean((2, 3)))
        return result


MODELS: dict[str, tuple[Callable[[], nn.Module], Sequence[int]]] = {
    "resnet": (resnet, LARGE),
    "regnet": (regnet, SMALL),
    "mobilenet v2": (mobilenet_v2, SMALL),
    "mobilenet v3": (mobilenet_v3, SMALL),
    "efficientnet v2": (efficientnet_v2, SMALL),
    "convnext": (convnext, SMALL),
    "vit of torch": (lambda: Vit(OfTorch), SMALL),
    "vit of timm": (lambda: Vit(OfTimm, token=False), SMALL),
    "written attention": (lambda: Vit(Written), SMALL),
    "grouped queries": (lambda: Vit(GroupedQueries), SMALL),
    "swin": (Swin, SMALL),
    "densenet": (densenet, SMALL),
    "shufflenet": (shufflenet, SMALL),
    "inception": (inception, SMALL),
    "vgg": (vgg, SMALL),
    "unet": (Unet, SMALL),
    "hrnet": (Exchange, SMALL),
    "pyramid": (Pyramid, SMALL),
    "selective kernels": (selective, SMALL),
    "preactivated": (preact_resnet, SMALL),
    "nfnet": (nfnet, SMALL),
}


def made(name: str) -> tuple[nn.Module, Tensor]:
    """Return one of the models in evaluation mode, with norm statistics unlike those of a new network, and an input."""
    torch.manual_seed(0)
    factory, shape = MODELS[name]
    network = factory().eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.running_mean, -0.2, 0.2)  # type: ignore[arg-type]
            nn.init.uniform_(module.running_var, 0.8, 1.2)  # type: ignore[arg-type]
    return network, torch.randn(1, *shape)


def export(network: nn.Module, example: Tensor, path: Path, dynamo: bool = True) -> Path:
    """Write a network as ONNX with torch's newer or older exporter, without messages."""
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        quiet = {"verbose": False} if dynamo else {}
        torch.onnx.export(network.eval(), (example,), str(path), dynamo=dynamo, **quiet)  # type: ignore[arg-type]
    return path
