"""Optimizations of the training change results only by rounding."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

from nasport.toolkit.gennas.acceleration import denormals_as_zero, tune_for_cpu  # noqa: E402
from nasport.toolkit.gennas.depthwise import depthwise, is_depthwise  # noqa: E402


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("dilation", [1, 2, 3])
@pytest.mark.parametrize("kernel", [3, 5, 7])
@pytest.mark.parametrize("size", [(8, 8), (6, 12), (7, 9)])
def test_depthwise_convolution_equals_that_of_torch(
    kernel: int, dilation: int, stride: int, size: tuple[int, int]
) -> None:
    torch.manual_seed(0)
    x = torch.randn(2, 5, *size, requires_grad=True)
    weight = torch.randn(5, 1, kernel, kernel, requires_grad=True)
    bias = torch.randn(5)
    expected = functional.conv2d(x, weight, bias, stride, dilation * (kernel // 2), dilation, 5)
    found = depthwise(x, weight, bias, dilation, stride)
    gradient = torch.randn_like(expected)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)
    for mine, theirs in zip(
        torch.autograd.grad(found, (x, weight), gradient),
        torch.autograd.grad(expected, (x, weight), gradient),
        strict=True,
    ):
        torch.testing.assert_close(mine, theirs, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("convolution", "expected"),
    [
        (nn.Conv2d(4, 4, 3, 1, 1, groups=4), True),
        (nn.Conv2d(4, 4, 5, 1, 4, dilation=2, groups=4), True),
        (nn.Conv2d(4, 4, 3, 2, 1, groups=4), True),
        (nn.Conv2d(4, 4, 3, (1, 2), 1, groups=4), False),
        (nn.Conv2d(4, 8, 3, 1, 1, groups=4), False),  # two output maps per group
        (nn.Conv2d(4, 4, 3, 1, 1, groups=2), False),
        (nn.Conv2d(4, 4, 3, 1, 0, groups=4), False),  # another padding
        (nn.Conv2d(4, 4, (1, 3), 1, (0, 1), groups=4), False),
        (nn.Conv2d(4, 4, 3, padding="same", groups=4), False),
        (nn.Conv2d(4, 4, 3, 1, 1, groups=4, padding_mode="circular"), False),
        (nn.Conv2d(1, 1, 3, 1, 1), False),
    ],
)
def test_which_convolutions_are_depthwise(convolution: nn.Conv2d, expected: bool) -> None:
    assert is_depthwise(convolution) is expected


def test_tuned_network_computes_the_same_also_under_autocast() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(4, 4, 5, 1, 4, dilation=2, groups=4),
        nn.AvgPool2d(3, 1, 1, count_include_pad=False),
        nn.MaxPool2d(3, 1, 1),
        nn.BatchNorm2d(4),
    )
    x = torch.randn(2, 4, 8, 8)
    expected = network(x)
    tune_for_cpu(network)
    torch.testing.assert_close(network(x), expected, rtol=1e-4, atol=1e-5)
    with torch.autocast("cpu", torch.bfloat16):
        found = network(x.bfloat16())
    assert found.dtype == torch.bfloat16
    torch.testing.assert_close(found.float(), expected, rtol=2e-2, atol=2e-2)


def test_tuned_normalization_has_the_same_gradients_behind_a_concatenation() -> None:
    torch.manual_seed(0)
    x, weights = torch.randn(2, 4, 8, 8), torch.randn(2, 8, 8, 8)

    def gradients(tuned: bool) -> list[torch.Tensor]:
        norm = nn.BatchNorm2d(4)
        if tuned:
            tune_for_cpu(norm)
        given = x.clone().contiguous(memory_format=torch.channels_last).requires_grad_()
        both = torch.cat((functional.relu(norm(given), inplace=True), given), 1)
        return list(torch.autograd.grad((both * weights).sum(), (given, *norm.parameters())))

    torch.testing.assert_close(gradients(True), gradients(False))


NARROW = """
import torch
from torch import nn
from nasport.toolkit.gennas.acceleration import tune_for_cpu
torch.set_num_threads(1)
for channels in range(1, 10):
    for size in (8, 15, 16, 32):
        torch.manual_seed(0)
        last = nn.Conv2d(channels, 2, 1, 2).to(memory_format=torch.channels_last)
        tune_for_cpu(last)
        for _ in range(20):
            x = torch.randn(2, channels, size, size).contiguous(memory_format=torch.channels_last)
            last.zero_grad()
            y = last(x)
            gradient = torch.randn_like(y)
            y.backward(gradient)
            kept = x[:, :, ::2, ::2]
            expected = torch.einsum("nohw,nchw->oc", gradient, kept)[..., None, None]
            torch.testing.assert_close(last.weight.grad, expected, rtol=1e-4, atol=1e-4)
"""


@pytest.mark.parametrize("instructions", ["SSE41", "AVX2", "DEFAULT"])
def test_a_narrow_convolution_with_a_stride_is_trained_on_any_processor(instructions: str) -> None:
    """Runs in a separate process: oneDNN's AVX2 kernels would write outside their memory and crash it."""
    limited = {**os.environ, "ONEDNN_MAX_CPU_ISA": instructions}
    found = subprocess.run(
        [sys.executable, "-c", NARROW], capture_output=True, env=limited, check=False, timeout=300
    )
    assert found.returncode == 0, found.stderr.decode()


@pytest.mark.parametrize("before", [False, True])
def test_the_denormal_setting_is_restored(before: bool) -> None:
    def flushed() -> bool:
        return float(torch.tensor(1e-38) / 100) == 0

    try:
        torch.set_flush_denormal(before)
        with denormals_as_zero():
            assert flushed()
        assert flushed() is before
    finally:
        torch.set_flush_denormal(False)
