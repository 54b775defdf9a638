"""Depthwise convolutions that train fast on a CPU, with the same sums.

oneDNN has fast kernels only for depthwise convolutions of 3 x 3 without stride and dilation. The backward pass of other
depthwise convolutions is slow (5 to 10 times slower in bfloat16). Therefore they are computed differently:

- A dilated convolution runs on sub-images of every `dilation`-th row and column.
- The gradient of a strided convolution is first spread over the positions that the stride kept.
- The gradient of the input is a convolution with the flipped kernel.
- The gradient of the weights of a larger kernel is computed in pieces of 3 x 3.

All computations use float32 and the channels-last order.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_PIECE = 3


def is_depthwise(module: nn.Conv2d) -> bool:
    """Return whether `depthwise` can compute a convolution."""
    kernel, dilation, stride = module.kernel_size[0], module.dilation[0], module.stride[0]
    sizes = (module.kernel_size, module.dilation, module.stride, module.padding)
    return (
        1 < module.groups == module.in_channels == module.out_channels
        and sizes == tuple((size, size) for size in (kernel, dilation, stride, dilation * (kernel // 2)))
        and kernel >= _PIECE
        and kernel % 2 == 1
        and module.padding_mode == "zeros"
    )


def depthwise(x: Tensor, weight: Tensor, bias: Tensor | None, dilation: int, stride: int = 1) -> Tensor:
    """Compute a depthwise convolution with "same" padding.

    Args:
        x: (N, C, H, W) float32.
        weight: (C, 1, k, k), k odd.
        bias: (C), or None.
        dilation: dilation of the kernel in both directions.
        stride: stride in both directions.
    """
    if dilation == stride > 1:  # the kernel reads only every `stride`-th row and column
        x, dilation, stride = x[:, :, ::stride, ::stride], 1, 1
    x = x.contiguous(memory_format=torch.channels_last)
    if dilation == 1:
        y = _applied(x, weight, stride)
    elif stride > 1 or x.shape[2] % dilation or x.shape[3] % dilation:
        y = F.conv2d(x, weight, None, stride, dilation * (weight.shape[2] // 2), dilation, x.shape[1])
    else:
        y = _merged(_applied(_split(x, dilation), weight, 1), dilation)
    return y if bias is None else y + bias[:, None, None]


def _applied(x: Tensor, weight: Tensor, stride: int) -> Tensor:
    found: Tensor = _Depthwise.apply(x, weight, stride)  # type: ignore[no-untyped-call]
    return found


class _Depthwise(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, stride: int) -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.stride = stride
        return F.conv2d(x, weight, None, stride, weight.shape[2] // 2, 1, x.shape[1])

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        x, weight = ctx.saved_tensors
        gradient, kernel = gradients[0], weight.shape[2]
        if ctx.stride == 1:
            gradient = gradient.contiguous(memory_format=torch.channels_last)
        else:  # the result is every `stride`-th row and column of a convolution with stride 1
            spread = torch.zeros_like(x)
            spread[:, :, :: ctx.stride, :: ctx.stride] = gradient
            gradient = spread
        of_x = of_weight = None
        if ctx.needs_input_grad[0]:
            of_x = F.conv2d(gradient, weight.flip(2, 3), None, 1, kernel // 2, 1, x.shape[1])
        if ctx.needs_input_grad[1]:
            of_weight = _weight_gradient(x, gradient, kernel)
        return of_x, of_weight, None


def _weight_gradient(x: Tensor, gradient: Tensor, kernel: int) -> Tensor:
    """Return the gradient (C, 1, k, k) in pieces: each is the gradient of a 3 x 3 kernel on a shifted input."""
    if kernel == _PIECE:
        return _piece(x, gradient, 1)
    pieces = -(-kernel // _PIECE)
    before, after = kernel // 2, _PIECE * pieces - 1 - kernel // 2
    padded = F.pad(x, (before, after, before, after))
    height, width = x.shape[2] + _PIECE - 1, x.shape[3] + _PIECE - 1
    rows = []
    for row in range(pieces):
        columns = []
        for column in range(pieces):
            top, left = _PIECE * row, _PIECE * column
            seen = padded[:, :, top : top + height, left : left + width]
            columns.append(_piece(seen.contiguous(memory_format=torch.channels_last), gradient, 0))
        rows.append(torch.cat(columns, 3))
    return torch.cat(rows, 2)[:, :, :kernel, :kernel]


def _piece(x: Tensor, gradient: Tensor, padding: int) -> Tensor:
    channels = x.shape[1]
    weight = x.new_empty(channels, 1, _PIECE, _PIECE)
    one, zero = [1, 1], [0, 0]
    found: tuple[Any, Tensor, Any] = torch.ops.aten.convolution_backward(
        gradient, x, weight, None, one, [padding, padding], one, False, zero, channels, [False, True, False]
    )
    return found[1]


def _split(x: Tensor, parts: int) -> Tensor:
    """Split (N, C, H, W) into (parts^2 N, C, H/parts, W/parts): sub-images of every `parts`-th row and column."""
    batch, channels, height, width = x.shape
    y = x.permute(0, 2, 3, 1).reshape(batch, height // parts, parts, width // parts, parts, channels)
    y = y.permute(2, 4, 0, 1, 3, 5).reshape(-1, height // parts, width // parts, channels)
    return y.permute(0, 3, 1, 2)


def _merged(x: Tensor, parts: int) -> Tensor:
    """Reverse `_split`."""
    many, channels, height, width = x.shape
    y = x.permute(0, 2, 3, 1).reshape(parts, parts, many // parts**2, height, width, channels)
    y = y.permute(2, 3, 0, 4, 1, 5).reshape(-1, height * parts, width * parts, channels)
    return y.permute(0, 3, 1, 2)
