"""Published networks have the parameters and multiply-accumulates of their authors' modules, counted and built."""

from __future__ import annotations

from typing import Any

import pytest

from nasport.runtime.costs import costs
from nasport.runtime.operators.quantities import Shape
from nasport.schemas import InputError, architecture_from_json, vocabulary
from tests.real_networks import published

NETWORKS = {name: found for name, *found in published()}


@pytest.mark.parametrize("name", NETWORKS)
def test_published_networks_are_counted(name: str) -> None:
    document, parameters, multiplications = NETWORKS[name]
    architecture = document()
    cost = costs(architecture)
    assert cost is not None
    assert (cost.parameters, cost.flops) == (parameters, multiplications)
    assert architecture_from_json(architecture.to_json()) == architecture


@pytest.mark.parametrize("name", NETWORKS)
def test_published_networks_are_built(name: str) -> None:
    pytest.importorskip("torch", reason="needs the extra 'gennas'")
    from tests.counted_networks import counted, counted_flops

    document, parameters, multiplications = NETWORKS[name]
    architecture = document()
    assert (counted(architecture), counted_flops(architecture)) == (parameters, multiplications)


def _built(
    key: str, shape: tuple[int, int, int], width: int | None = None, stride: int = 1, **attributes: Any
) -> Any:
    """Return the module of an operator in evaluation mode with random weights, and its layers with weights."""
    torch = pytest.importorskip("torch", reason="needs the extra 'gennas'")
    from nasport.toolkit.networks.module_arguments import Style
    from nasport.toolkit.networks.operators import operator_layer

    torch.manual_seed(0)
    operator = vocabulary()[key].with_attributes(attributes)
    module, _ = operator_layer(operator, Shape(*shape), width, stride, Style(activation_first=False))
    for tensor in module.state_dict().values():
        if tensor.is_floating_point() and tensor.dim() < 4:
            tensor.uniform_(0.5, 1.5)
    layers = [
        each
        for each in module.eval().modules()
        if "weight" in each._parameters or "factor" in each._parameters
    ]
    return module, layers, torch.randn(2, *shape)


def test_the_block_of_convnext_equals_the_published_one() -> None:
    """Liu et al. 2022, figure 4; with linear layers on the last axis, as in their code."""
    module, (depthwise, norm, first, second, scale), x = _built("convnext_block", (8, 9, 7))
    from torch.nn import functional as F

    y = F.conv2d(x, depthwise.weight, depthwise.bias, padding=3, groups=8).permute(0, 2, 3, 1)
    y = F.layer_norm(y, (8,), norm.weight, norm.bias)
    y = F.linear(
        F.gelu(F.linear(y, first.weight[..., 0, 0], first.bias)), second.weight[..., 0, 0], second.bias
    )
    y = x + (scale.factor[:, 0, 0] * y).permute(0, 3, 1, 2)
    assert first.out_channels == 32
    assert y.allclose(module(x), atol=1e-5)


@pytest.mark.parametrize("stride", [1, 2])
def test_the_unit_of_shufflenet_v2_equals_the_published_one(stride: int) -> None:
    """Ma et al. 2018, figure 3 (c) and (d)."""
    module, layers, x = _built("shufflenet_v2_unit", (8, 9, 7), 8 * stride, stride)
    from torch import cat
    from torch.nn import functional as F

    pairs = iter(zip(layers[::2], layers[1::2], strict=True))

    def conv(x: Any, padding: int = 0, stride: int = 1) -> Any:
        layer, norm = next(pairs)
        groups = x.shape[1] if padding else 1
        x = F.conv2d(x, layer.weight, None, stride, padding, 1, groups)
        return F.batch_norm(x, norm.running_mean, norm.running_var, norm.weight, norm.bias)

    first, second = (x[:, :4], x[:, 4:]) if stride == 1 else (conv(conv(x, 1, stride)).relu(), x)
    second = conv(conv(conv(second).relu(), 1, stride)).relu()
    mixed = cat((first, second), 1).unflatten(1, (2, -1)).transpose(1, 2).flatten(1, 2)
    assert mixed.allclose(module(x), atol=1e-5)


def test_tokens_are_pooled_as_in_pit() -> None:
    """Heo et al. 2021: a convolution of kernel 3 with zero padding pools the map; the class token is separate."""
    module, (pool, token), x = _built("token_pooling", (8, 17, 1), 16, 2)
    from torch import cat
    from torch.nn import functional as F

    first, maps = x[:, :, :1, 0].transpose(1, 2), x[:, :, 1:, 0].unflatten(2, (4, 4))
    pooled = F.conv2d(maps, pool.weight, pool.bias, 2, 1, 1, 8).flatten(2)
    expected = cat((F.linear(first, token.weight[..., 0, 0], token.bias).transpose(1, 2), pooled), 2)
    assert expected.allclose(module(x)[..., 0], atol=1e-5)


def test_partial_patches_are_dropped() -> None:
    """PiT's patches overlap, those of ViT and ConvNeXt do not; the rest at the border is not read."""
    module, (patches,), x = _built("patch_embedding", (3, 31, 30), 4, 8, kernel=16)
    from torch.nn import functional as F

    expected = F.conv2d(x, patches.weight, patches.bias, 8)
    assert expected.shape[2:] == (2, 2)
    assert expected.equal(module(x))
    with pytest.raises(InputError, match="of 16x16 and an input of 12x12, expected a larger input"):
        _built("patch_embedding", (3, 12, 12), 4, 8, kernel=16)


@pytest.mark.parametrize("between", ["relu", "silu"])
def test_layers_in_squeeze_and_excitation(between: str) -> None:
    """The activation is ReLU in MobileNetV3 and RegNetY, SiLU in EfficientNet."""
    module, (squeeze, excite), x = _built("squeeze_excitation", (8, 5, 5), squeeze_activation=between)
    from torch.nn import functional as F

    means = F.conv2d(x.mean((2, 3), keepdim=True), squeeze.weight, squeeze.bias)
    expected = x * F.conv2d(getattr(F, between)(means), excite.weight, excite.bias).sigmoid()
    assert expected.allclose(module(x), atol=1e-6)
