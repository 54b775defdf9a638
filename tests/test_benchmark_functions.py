"""The benchmarks' networks compute what the authors' networks compute: the same weights give the same output.

Each reference below is the function as the authors' public code has it, written with torch's functions alone, on the
parameters of nasport's network taken in order.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.documents import document, node

torch = pytest.importorskip("torch", reason="needs the extra 'gennas'")
from torch import Tensor, nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

from nasport.schemas import architecture_from_json  # noqa: E402
from nasport.toolkit.networks import ImageNetwork, build_network  # noqa: E402
from nasport.toolkit.notations import notation  # noqa: E402


class Weights:
    """Convolutions, normalisations and linear layers of a network, one after the other."""

    def __init__(self, network: nn.Module) -> None:
        layers = (nn.Conv2d, nn.BatchNorm2d, nn.Linear)
        self.layers: Iterator[nn.Module] = iter([m for m in network.modules() if isinstance(m, layers)])

    def conv(self, x: Tensor, stride: int = 1, groups: int = 1) -> Tensor:
        layer = next(self.layers)
        assert isinstance(layer, nn.Conv2d)
        return F.conv2d(x, layer.weight, layer.bias, stride, layer.kernel_size[0] // 2, 1, groups)

    def norm(self, x: Tensor) -> Tensor:
        layer = next(self.layers)
        assert isinstance(layer, nn.BatchNorm2d)
        return F.batch_norm(x, layer.running_mean, layer.running_var, layer.weight, layer.bias)

    def linear(self, x: Tensor) -> Tensor:
        layer = next(self.layers)
        assert isinstance(layer, nn.Linear)
        return F.linear(x, layer.weight, layer.bias)


def network(name: str, text: str) -> ImageNetwork:
    """With statistics and scales that are not what they begin with."""
    torch.manual_seed(0)
    built = build_network(notation(name).parse(text)).eval()
    assert isinstance(built, ImageNetwork)
    for module in built.modules():
        if isinstance(module, nn.BatchNorm2d):
            for tensor in (module.weight, module.bias, module.running_mean):
                assert tensor is not None
                nn.init.normal_(tensor, 0.2, 0.5)
    return built


def alike(network: ImageNetwork, reference: Tensor, images: Tensor) -> None:
    torch.testing.assert_close(network(images), reference, rtol=1e-4, atol=1e-4)


@torch.no_grad()
def test_transnas_macro() -> None:
    """ReLU, convolution, normalisation twice; the shortcut added, nothing behind the sum."""
    built, images = network("transnas_macro", "64-1234-basic"), torch.randn(2, 3, 64, 64)
    weights, width = Weights(built), 64
    x = weights.norm(weights.conv(images, 2))
    x = weights.norm(weights.conv(F.relu(x), 2))
    for digit in "1234":
        for repeat in range(2):
            stride = 2 if digit in "34" and repeat == 0 else 1
            y = weights.norm(weights.conv(F.relu(x), stride))
            y = weights.norm(weights.conv(F.relu(y)))
            changes = stride == 2 or y.shape[1] != width
            width = y.shape[1]
            x = y + (weights.norm(weights.conv(x, stride)) if changes else x)
    alike(built, weights.linear(x.mean((2, 3))), images)


@torch.no_grad()
def test_nasbench_macro() -> None:
    """Its inverted residuals have ReLU, not ReLU6; an identity that changes the shape is a projection without a ReLU."""
    text = "01212102"
    built, images = network("nasbench_macro", text), 3 * torch.randn(2, 3, 32, 32)
    weights = Weights(built)
    x = F.relu(weights.norm(weights.conv(images)))
    for place, digit in enumerate(text):
        stride = 2 if place in (0, 2, 5) else 1
        if digit == "0":
            x = weights.norm(weights.conv(x, stride)) if stride == 2 else x
            continue
        y = F.relu(weights.norm(weights.conv(x)))
        y = F.relu(weights.norm(weights.conv(y, stride, y.shape[1])))
        y = weights.norm(weights.conv(y))
        x = x + y if stride == 1 else y
    x = F.relu(weights.norm(weights.conv(x)))
    alike(built, weights.linear(x.mean((2, 3))), images)


@torch.no_grad()
def test_a_skip_that_changes_the_width_is_a_projection_without_a_relu() -> None:
    """NATS-Bench's size space: a convolution and a normalisation; NAS-Bench-201's strided one begins with a ReLU."""
    value = document([node("in", "input"), node("x", "skip_connect", "in"), node("out", "output", "x")])
    value["skeleton"] = {
        "input": {"channels": 3, "height": 8, "width": 8},
        "stages": [{"cell": "cell", "width": 8}, {"cell": "cell", "width": 16, "stride": 2}],
    }
    built = build_network(architecture_from_json(value)).eval()
    assert isinstance(built, ImageNetwork)
    images = torch.randn(2, 3, 8, 8)
    narrow, strided = built.body
    weights = Weights(narrow)
    x = weights.norm(weights.conv(images))
    torch.testing.assert_close(narrow(images), x)
    assert (x < 0).any()
    torch.testing.assert_close(strided(x), strided(F.relu(x)))
