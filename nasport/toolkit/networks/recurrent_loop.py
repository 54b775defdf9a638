"""Loop over time of a recurrent layer, as one differentiable function.

A time step of a cell has about a dozen operations on small matrices, for which automatic differentiation costs more than the
arithmetic. Therefore the loop computes its own gradient. The forward pass keeps the values of every step; the backward pass
visits the steps in reverse. The gradient of each matrix is computed at the end, as one product over all steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn.functional import leaky_relu

from nasport.toolkit.networks.recurrent_schedule import BLEND, IDENTITY, LINEAR, PRODUCT, SUM

_LEAKY_SLOPE = 0.01
_OF_TANH = torch.ops.aten.tanh_backward.default
_OF_SIGMOID = torch.ops.aten.sigmoid_backward.default
_OF_LEAKY = torch.ops.aten.leaky_relu_backward.default
_OF_RELU = torch.ops.aten.threshold_backward.default
Values = list[Tensor]
Gradients = list[Tensor | None]


class Function(NamedTuple):
    """An operator without parameters.

    Attributes:
        forward: computes the value from the inputs.
        backward: computes the gradient of each input from the gradient of the value, the value, and the inputs.
    """

    forward: Callable[..., Tensor]
    backward: Callable[..., Sequence[Tensor]]


def _of_blend(gradient: Tensor, value: Tensor, gate: Tensor, one: Tensor, other: Tensor) -> Sequence[Tensor]:
    of_one = gradient * gate
    return gradient * (one - other), of_one, gradient - of_one


def _of_product(gradient: Tensor, value: Tensor, *factors: Tensor) -> Sequence[Tensor]:
    others = [(*factors[:index], *factors[index + 1 :]) for index in range(len(factors))]
    return [reduce(torch.mul, rest, gradient) for rest in others]


FUNCTIONS: Mapping[str, Function] = {
    "tanh": Function(torch.tanh, lambda gradient, value, x: [_OF_TANH(gradient, value)]),
    "sigmoid": Function(torch.sigmoid, lambda gradient, value, x: [_OF_SIGMOID(gradient, value)]),
    "relu": Function(torch.relu, lambda gradient, value, x: [_OF_RELU(gradient, value, 0)]),
    "leaky_relu": Function(
        lambda x: leaky_relu(x, _LEAKY_SLOPE),
        lambda gradient, value, x: [_OF_LEAKY(gradient, x, _LEAKY_SLOPE, False)],
    ),
    IDENTITY: Function(lambda x: x, lambda gradient, value, x: [gradient]),
    BLEND: Function(lambda gate, one, other: torch.lerp(other, one, gate), _of_blend),
    SUM: Function(
        lambda *terms: reduce(torch.add, terms), lambda gradient, value, *terms: [gradient] * len(terms)
    ),
    PRODUCT: Function(lambda *factors: reduce(torch.mul, factors), _of_product),
}


@dataclass(frozen=True)
class Operation:
    """One operation inside the loop, which reads values by their indices.

    Attributes:
        operator: operator of the step, as in `recurrent_schedule.RecurrentStep`.
        sources: indices of the values that it reads; for a linear node, only those that are not known before the loop.
        linear: index of the linear node.
        matrices: index of the matrix for each source.
    """

    operator: str
    sources: tuple[int, ...]
    linear: int = 0
    matrices: tuple[int, ...] = ()


@dataclass(frozen=True)
class LoopPlan:
    """All operations of one time step.

    Indices count the states first, then the values known before the loop, then the operations.

    Attributes:
        states: for each state, the index of its next value.
        known: number of sequences that are known before the loop.
        linear: number of linear nodes.
        operations: operations in order.
        kept: indices of the values to return.
    """

    states: tuple[int, ...]
    known: int
    linear: int
    operations: tuple[Operation, ...]
    kept: tuple[int, ...]


def run_loop(plan: LoopPlan, length: int, zeros: Tensor, tensors: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """Run a plan over a sequence.

    Args:
        plan: operations of a time step.
        length: number of time steps.
        zeros: initial value of a state, (batch, width).
        tensors: three groups of tensors: sequences known before the loop, (length, batch, ...); for each linear node, the
            part of its sum that is known before the loop, (length, batch, width); matrices (width, width), which are
            transposed and multiplied from the right as in `torch.nn.Linear`.

    Returns:
        kept values, each (length, batch, width).
    """
    if torch.is_grad_enabled() and any(tensor.requires_grad for tensor in tensors):
        result: tuple[Tensor, ...] = _Loop.apply(plan, length, zeros, *tensors)  # type: ignore[no-untyped-call]
        return result
    return _kept(plan, _forward(plan, length, zeros, tensors))


def _forward(plan: LoopPlan, length: int, zeros: Tensor, tensors: Sequence[Tensor]) -> list[Values]:
    """Compute all values of every time step."""
    rows = [tensor.unbind() for tensor in tensors[: plan.known + plan.linear]]
    known_rows, partial_sums = rows[: plan.known], rows[plan.known :]
    transposed = [matrix.t().contiguous() for matrix in tensors[plan.known + plan.linear :]]
    history: list[Values] = []
    states: Values = [zeros] * len(plan.states)
    for time in range(length):
        values = [*states, *[rows[time] for rows in known_rows]]
        for operation in plan.operations:
            operator, sources = operation.operator, operation.sources
            if operator == LINEAR:
                value = partial_sums[operation.linear][time]
                for source, matrix in zip(sources, operation.matrices, strict=True):
                    value = torch.addmm(value, values[source], transposed[matrix])
            else:
                value = FUNCTIONS[operator].forward(*[values[source] for source in sources])
            values.append(value)
        history.append(values)
        states = [values[index] for index in plan.states]
    return history


def _kept(plan: LoopPlan, history: Sequence[Values]) -> tuple[Tensor, ...]:
    return tuple(torch.stack([values[index] for values in history]) for index in plan.kept)


class _Loop(torch.autograd.Function):
    """Differentiable version of `_forward`."""

    @staticmethod
    def forward(ctx: Any, plan: LoopPlan, length: int, zeros: Tensor, *tensors: Tensor) -> tuple[Tensor, ...]:
        history = _forward(plan, length, zeros, tensors)
        ctx.set_materialize_grads(False)
        ctx.plan, ctx.zeros, ctx.history = plan, zeros, history
        ctx.save_for_backward(*tensors[plan.known + plan.linear :])
        return _kept(plan, history)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor | None) -> tuple[Tensor | None, ...]:
        plan: LoopPlan = ctx.plan
        matrices, history = ctx.saved_tensors, ctx.history
        first = len(plan.states) + plan.known
        of_known: list[Gradients] = [[] for _ in range(plan.known)]
        of_sums: list[Gradients] = [[] for _ in range(plan.linear)]
        carried: Gradients = [None] * len(plan.states)
        rows = [None if gradient is None else gradient.unbind() for gradient in gradients]
        for time in range(len(history) - 1, -1, -1):
            values = history[time]
            value_gradients: Gradients = [None] * len(values)
            for index, row in zip(plan.kept, rows, strict=True):
                if row is not None:
                    _add(value_gradients, index, row[time])
            for index, gradient in zip(plan.states, carried, strict=True):
                if gradient is not None:
                    _add(value_gradients, index, gradient)
            for index in range(len(values) - 1, first - 1, -1):
                operation, gradient = plan.operations[index - first], value_gradients[index]
                if operation.operator == LINEAR:
                    of_sums[operation.linear].append(gradient)
                if gradient is None:
                    continue
                operator, sources = operation.operator, operation.sources
                if operator == LINEAR:
                    for source, matrix in zip(sources, operation.matrices, strict=True):
                        before, weight = value_gradients[source], matrices[matrix]
                        part = gradient @ weight if before is None else torch.addmm(before, gradient, weight)
                        value_gradients[source] = part
                    continue
                read = [values[source] for source in sources]
                parts = FUNCTIONS[operator].backward(gradient, values[index], *read)
                for source, part in zip(sources, parts, strict=True):
                    _add(value_gradients, source, part)
            carried = value_gradients[: len(plan.states)]
            known_gradients = value_gradients[len(plan.states) : first]
            for collected, gradient in zip(of_known, known_gradients, strict=True):
                collected.append(gradient)
        needs = ctx.needs_input_grad[3 + plan.known + plan.linear :]
        sums = [_sequence(collected, ctx.zeros) for collected in of_sums]
        return (
            *(None, None, None),
            *[_sequence(collected, None) for collected in of_known],
            *sums,
            *_matrix_gradients(plan, sums, history, needs),
        )


def _add(gradients: Gradients, index: int, gradient: Tensor) -> None:
    """Add a gradient to the one at an index."""
    before = gradients[index]
    gradients[index] = gradient if before is None else before + gradient


def _sequence(collected: Gradients, zeros: Tensor | None) -> Tensor | None:
    """Stack the gradients of all time steps in the order of time.

    Args:
        collected: gradient of each step, from the last step to the first; None means zero.
        zeros: zeros of the shape of one gradient, used if all gradients are None.

    Returns:
        (length, ...); None if all gradients and `zeros` are None.
    """
    example = next((gradient for gradient in collected if gradient is not None), zeros)
    if example is None:
        return None
    return torch.stack(
        [torch.zeros_like(example) if gradient is None else gradient for gradient in reversed(collected)]
    )


def _matrix_gradients(
    plan: LoopPlan, sums: Sequence[Tensor | None], history: Sequence[Values], needs: Sequence[bool]
) -> list[Tensor | None]:
    """Return the gradient of every matrix: one product over all steps of the sums' gradients and the matrix's inputs."""
    gradients: list[Tensor | None] = [None] * len(needs)
    for operation in plan.operations:
        for source, matrix in zip(operation.sources, operation.matrices, strict=False):
            of_sum = sums[operation.linear]
            if needs[matrix] and of_sum is not None:
                inputs = torch.cat([values[source] for values in history])
                gradients[matrix] = of_sum.flatten(0, 1).t() @ inputs
    return gradients
