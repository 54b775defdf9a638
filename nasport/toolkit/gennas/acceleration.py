"""Accelerate the training of a small network without changing its loss.

These measures help most on a CPU, in this order (`benchmarks/gennas_speed.py`): the channels-last order in memory;
bfloat16 if it is faster (`precision.py`); keeping freed memory instead of returning it to the system at every step; one
thread per network and one process per core; an optimizer that updates all parameters in one call.
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
    """Let the C library keep freed memory, because each step frees and allocates the same tensors.

    It has an effect only on Linux.
    """
    if not sys.platform.startswith("linux"):
        return
    try:
        change = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # the C library has no such function
        return
    # Some C libraries accept at most 32 MiB.
    if not any(change(_M_MMAP_THRESHOLD, 1 << bits) for bits in (30, 25)):
        return
    change(_M_TRIM_THRESHOLD, (1 << 31) - 1)
    change(_M_TOP_PAD, 1 << 26)


@contextmanager
def denormals_as_zero() -> Iterator[None]:
    """Treat denormal float32 numbers as zero in this block, which is faster."""
    # Compute a denormal number to find the current setting, because torch has no function to read it.
    before = float(torch.tensor(1e-38, dtype=torch.float32, device="cpu") / 100) == 0
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(before)


@contextmanager
def exact_convolutions(device: torch.device) -> Iterator[None]:
    """Make convolutions on a GPU deterministic and exact to float32 in this block."""
    if device.type != "cuda":
        yield
        return
    with torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False):
        yield


def tune_for_cpu(network: nn.Module) -> None:
    """Replace slow or faulty layers of a network by faster or correct computations, in place.

    - Pooling layers and depthwise convolutions compute in float32, because they are slower in bfloat16 on a CPU.
      Depthwise convolutions also use faster kernels (`depthwise.py`).
    - Batch normalizations receive contiguous gradients. A slice of the gradient of a concatenation is not contiguous and
      makes them ten times slower.
    - Convolutions that `overruns_memory` finds run without a stride.
    """
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            vars(module)["forward"] = _with_dense_gradient(module.forward)
        elif isinstance(module, nn.AvgPool2d | nn.MaxPool2d):
            vars(module)["forward"] = _in_float32(module.forward)
        elif isinstance(module, nn.Conv2d) and is_depthwise(module):
            vars(module)["forward"] = _in_float32(partial(_depthwise_of, module))
        elif isinstance(module, nn.Conv2d) and overruns_memory(module):
            vars(module)["forward"] = partial(_unstrided, module)


def overruns_memory(module: nn.Conv2d) -> bool:
    """Return whether oneDNN's AVX2 kernels write beyond their memory or never end when they train a convolution.

    This error occurs in the channels-last order, at least up to oneDNN 3.12 (torch 2.13):
    https://github.com/uxlfoundation/oneDNN/issues/6035.
    """
    plain = module.kernel_size == (1, 1) and module.padding == (0, 0) and module.groups == 1
    return plain and max(module.stride) > 1 and module.in_channels < 8


def _unstrided(module: nn.Conv2d, x: Tensor) -> Tensor:
    """Compute a strided 1 x 1 convolution from the pixels that its stride keeps."""
    down, across = module.stride
    kept = x[:, :, ::down, ::across].contiguous(memory_format=torch.channels_last)
    return F.conv2d(kept, module.weight, module.bias)


def _in_float32(forward: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """Return a function that computes in float32 and converts its result to the type of its input."""

    def run(x: Tensor) -> Tensor:
        with torch.autocast("cpu", enabled=False):
            return forward(x.float()).to(x.dtype)

    return run


def _with_dense_gradient(forward: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """Return a function whose backward pass receives a contiguous gradient in channels-last order."""

    def run(x: Tensor) -> Tensor:
        y = forward(x)
        if y.requires_grad:
            dense = partial(Tensor.contiguous, memory_format=torch.channels_last)
            y.register_hook(dense)  # type: ignore[no-untyped-call]
        return y

    return run


def _depthwise_of(module: nn.Conv2d, x: Tensor) -> Tensor:
    return depthwise(x, module.weight, module.bias, module.dilation[0], module.stride[0])
