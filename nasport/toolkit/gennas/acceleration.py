"""Running a small network's training fast, with the same loss.

What was found to matter on a CPU, most first (`benchmarks/gennas_speed.py`): memory in channels-last order, bfloat16 where
it is faster (`precision.py`), keeping freed memory instead of returning it to the system at every step, one
thread for a network and a process for every core, and an optimizer that updates all parameters in one call.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nasport.toolkit.gennas.depthwise import depthwise, is_depthwise

_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD = -1, -2, -3


@cache
def keep_freed_memory() -> None:
    """Let the C library keep what is freed: every step frees and takes the same tensors again (Linux; else nothing)."""
    if not sys.platform.startswith("linux"):
        return
    try:
        change = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library
        return
    if not any(change(_M_MMAP_THRESHOLD, 1 << bits) for bits in (30, 25)):  # some take no more than 32 MiB
        return
    change(_M_TRIM_THRESHOLD, (1 << 31) - 1)
    change(_M_TOP_PAD, 1 << 26)


@contextmanager
def denormals_as_zero() -> Iterator[None]:
    """Numbers too small for a normal float32 count as zero in this block, which is faster."""
    before = float(torch.tensor(1e-38, dtype=torch.float32, device="cpu") / 100) == 0  # torch does not say
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(before)


@contextmanager
def exact_convolutions(device: torch.device) -> Iterator[None]:
    """On a GPU convolutions give the same bits every time in this block, and float32 keeps all its digits."""
    if device.type != "cuda":
        yield
        return
    with torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False):
        yield


def tune_for_cpu(network: nn.Module) -> None:
    """Let pooling layers and depthwise convolutions compute in float32, the latter through faster kernels.

    On a CPU both are slower in bfloat16, depthwise convolutions several times. And let batch normalizations have their
    gradients in one piece: the part of a concatenation's gradient, which lies scattered, makes them ten times slower.
    A convolution that `overruns_memory` is given no stride.
    """
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            vars(module)["forward"] = _with_dense_gradient(module.forward)
        elif isinstance(module, nn.AvgPool2d | nn.MaxPool2d):
            vars(module)["forward"] = _in_float32(module.forward)
        elif isinstance(module, nn.Conv2d) and is_depthwise(module):
            vars(module)["forward"] = _in_float32(partial(_depthwise_of, module))
        elif isinstance(module, nn.Conv2d) and overruns_memory(module):
            vars(module)["forward"] = partial(_of_kept_pixels, module)


def overruns_memory(module: nn.Conv2d) -> bool:
    """Whether oneDNN's kernels for AVX2 write beyond their memory, or never end, when they train this convolution.

    Up to 3.12 at least (torch 2.13), in channels-last order: https://github.com/uxlfoundation/oneDNN/issues/6035.
    """
    plain = module.kernel_size == (1, 1) and module.padding == (0, 0) and module.groups == 1
    return plain and max(module.stride) > 1 and module.in_channels < 8


def _of_kept_pixels(module: nn.Conv2d, x: Tensor) -> Tensor:
    """A convolution 1 by 1 of the pixels that its stride does not skip."""
    down, across = module.stride
    kept = x[:, :, ::down, ::across].contiguous(memory_format=torch.channels_last)
    return F.conv2d(kept, module.weight, module.bias)


def _in_float32(forward: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """The same in float32; what comes out has the type of what came in."""

    def run(x: Tensor) -> Tensor:
        with torch.autocast("cpu", enabled=False):
            return forward(x.float()).to(x.dtype)

    return run


def _with_dense_gradient(forward: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """The same; its backward pass sees the gradient in channels-last order without gaps."""

    def run(x: Tensor) -> Tensor:
        y = forward(x)
        if y.requires_grad:
            dense = partial(Tensor.contiguous, memory_format=torch.channels_last)
            y.register_hook(dense)  # type: ignore[no-untyped-call]
        return y

    return run


def _depthwise_of(module: nn.Conv2d, x: Tensor) -> Tensor:
    return depthwise(x, module.weight, module.bias, module.dilation[0], module.stride[0])
