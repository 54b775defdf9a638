"""The loop over time of a recurrent layer, with its own gradient.

A step of a cell is a dozen operations on small matrices, for which the bookkeeping of automatic differentiation costs
more than the arithmetic. So the whole loop is one differentiable function: forwards it keeps what every step computed,
backwards it walks the steps in reverse, and leaves the gradient of each matrix to the end, as one product over all
steps in place of one for each.
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
        forward: of the vectors that it reads.
        backward: of the gradient of its value, that value and the vectors: the gradient of each of these.
    """

    forward: Callable[..., Tensor]
    backward: Callable[..., Sequence[Tensor]]


def _of_blend(gradient: Tensor, value: Tensor, gate: Tensor, one: Tensor, other: Tensor) -> Sequence[Tensor]:
    of_one = gradient * gate
    return gradient * (one - other), of_one, gradient - of_one


def _of_product(gradient: Tensor, value: Tensor, *factors: Tensor) -> Sequence[Tensor]:
    others = [(*factors[:place], *factors[place + 1 :]) for place in range(len(factors))]
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
    """One operation inside the loop, on numbered places of the list of values.

    Attributes:
        operator: as in `recurrent_schedule.RecurrentStep`.
        sources: places that it reads; of a linear node those that are not known before the loop.
        linear: which of the linear nodes it is.
        matrices: which matrix multiplies which source.
    """

    operator: str
    sources: tuple[int, ...]
    linear: int = 0
    matrices: tuple[int, ...] = ()


@dataclass(frozen=True)
class LoopPlan:
    """All operations of one step. Places: the states, then what is known before the loop, then one for each operation.

    Attributes:
        states: for every state the place of its next value.
        known: how many sequences are known before the loop.
        linear: how many linear nodes there are.
        operations: in order.
        kept: places whose values are the result.
    """

    states: tuple[int, ...]
    known: int
    linear: int
    operations: tuple[Operation, ...]
    kept: tuple[int, ...]


def run_loop(plan: LoopPlan, length: int, zeros: Tensor, tensors: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """Runs a plan over a sequence.

    Args:
        plan: what to do at each step.
        length: steps.
        zeros: what a state is at first, (batch, width).
        tensors: what is known before the loop, sequences (length, batch, ...); for every linear node what is known of its
            sum, (length, batch, width); matrices (width, width), applied to rows from the right, transposed, as in
            `torch.nn.Linear`.

    Returns:
        the values of the places that are kept, each (length, batch, width).
    """
    if torch.is_grad_enabled() and any(tensor.requires_grad for tensor in tensors):
        result: tuple[Tensor, ...] = _Loop.apply(plan, length, zeros, *tensors)  # type: ignore[no-untyped-call]
        return result
    return _kept(plan, _forward(plan, length, zeros, tensors))


def _forward(plan: LoopPlan, length: int, zeros: Tensor, tensors: Sequence[Tensor]) -> list[Values]:
    """Every place's value at every step."""
    rows = [tensor.unbind() for tensor in tensors[: plan.known + plan.linear]]
    known_rows, started_rows = rows[: plan.known], rows[plan.known :]
    transposed = [matrix.t().contiguous() for matrix in tensors[plan.known + plan.linear :]]
    history: list[Values] = []
    states: Values = [zeros] * len(plan.states)
    for time in range(length):
        values = [*states, *[rows[time] for rows in known_rows]]
        for operation in plan.operations:
            operator, sources = operation.operator, operation.sources
            if operator == LINEAR:
                value = started_rows[operation.linear][time]
                for source, matrix in zip(sources, operation.matrices, strict=True):
                    value = torch.addmm(value, values[source], transposed[matrix])
            else:
                value = FUNCTIONS[operator].forward(*[values[source] for source in sources])
            values.append(value)
        history.append(values)
        states = [values[place] for place in plan.states]
    return history


def _kept(plan: LoopPlan, history: Sequence[Values]) -> tuple[Tensor, ...]:
    return tuple(torch.stack([values[place] for values in history]) for place in plan.kept)


class _Loop(torch.autograd.Function):
    """`_forward`, differentiable."""

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
            at: Gradients = [None] * len(values)
            for place, row in zip(plan.kept, rows, strict=True):
                if row is not None:
                    _add(at, place, row[time])
            for place, gradient in zip(plan.states, carried, strict=True):
                if gradient is not None:
                    _add(at, place, gradient)
            for place in range(len(values) - 1, first - 1, -1):
                operation, gradient = plan.operations[place - first], at[place]
                if operation.operator == LINEAR:
                    of_sums[operation.linear].append(gradient)
                if gradient is None:
                    continue
                operator, sources = operation.operator, operation.sources
                if operator == LINEAR:
                    for source, matrix in zip(sources, operation.matrices, strict=True):
                        before, weight = at[source], matrices[matrix]
                        part = gradient @ weight if before is None else torch.addmm(before, gradient, weight)
                        at[source] = part
                    continue
                read = [values[source] for source in sources]
                parts = FUNCTIONS[operator].backward(gradient, values[place], *read)
                for source, part in zip(sources, parts, strict=True):
                    _add(at, source, part)
            carried = at[: len(plan.states)]
            for collected, gradient in zip(of_known, at[len(plan.states) : first], strict=True):
                collected.append(gradient)
        needs = ctx.needs_input_grad[3 + plan.known + plan.linear :]
        sums = [_sequence(collected, ctx.zeros) for collected in of_sums]
        return (
            *(None, None, None),
            *[_sequence(collected, None) for collected in of_known],
            *sums,
            *_matrix_gradients(plan, sums, history, needs),
        )


def _add(at: Gradients, place: int, gradient: Tensor) -> None:
    before = at[place]
    at[place] = gradient if before is None else before + gradient


def _sequence(collected: Gradients, zeros: Tensor | None) -> Tensor | None:
    """Gradients of the steps, last first, as one tensor, first first; None where there is none at all."""
    some = next((gradient for gradient in collected if gradient is not None), zeros)
    if some is None:
        return None
    return torch.stack(
        [torch.zeros_like(some) if gradient is None else gradient for gradient in reversed(collected)]
    )


def _matrix_gradients(
    plan: LoopPlan, sums: Sequence[Tensor | None], history: Sequence[Values], needs: Sequence[bool]
) -> list[Tensor | None]:
    """The gradient of every matrix: the sums' gradients times what it was multiplied with, over all steps at once."""
    found: list[Tensor | None] = [None] * len(needs)
    for operation in plan.operations:
        for source, matrix in zip(operation.sources, operation.matrices, strict=False):
            of_sum = sums[operation.linear]
            if needs[matrix] and of_sum is not None:
                found[matrix] = of_sum.flatten(0, 1).t() @ torch.cat([values[source] for values in history])
    return found
