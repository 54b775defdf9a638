"""Running a small network's training fast, with the same loss.

What was found to matter on a CPU, most first (`benchmarks/gennas_speed.py`): memory in channels-last order, bfloat16 where
the processor multiplies it in hardware, keeping freed memory instead of returning it to the system at every step, one
thread for a network and a process for every core, and an optimiser that updates all parameters in one call.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn

_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD = -1, -2, -3


def hardware_bfloat16(device: torch.device) -> bool:
    """Whether the processor has instructions that multiply bfloat16 matrices; without them it is slower than float32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    supported = getattr(torch.cpu, "_is_amx_tile_supported", None)
    return bool(supported and supported())


@cache
def keep_freed_memory() -> None:
    """Let the C library keep what is freed: every step frees and takes the same tensors again (Linux; else nothing)."""
    if not sys.platform.startswith("linux"):
        return
    try:
        change = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library
        return
    change(_M_MMAP_THRESHOLD, 1 << 30)
    change(_M_TRIM_THRESHOLD, (1 << 31) - 1)
    change(_M_TOP_PAD, 1 << 26)


@contextmanager
def denormals_as_zero() -> Iterator[None]:
    """Numbers too small for a normal float32 count as zero, which is faster."""
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


def pool_in_float32(network: nn.Module) -> None:
    """Let pooling layers compute in float32: on a CPU they are slower in bfloat16."""
    for module in network.modules():
        if isinstance(module, nn.AvgPool2d | nn.MaxPool2d):
            module.register_forward_pre_hook(_to_float32)
            module.register_forward_hook(_to_previous)


def _to_float32(module: nn.Module, inputs: tuple[Any, ...]) -> tuple[Tensor]:
    module.previous_dtype = inputs[0].dtype  # type: ignore[assignment]
    return (inputs[0].float(),)


def _to_previous(module: nn.Module, inputs: tuple[Any, ...], output: Tensor) -> Tensor:
    return output.to(module.previous_dtype)  # type: ignore[arg-type]
