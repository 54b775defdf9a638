"""Torch module of a cell: its operators, and the steps that connect them."""

from __future__ import annotations

import keyword
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

MAPS = "maps"


@dataclass(frozen=True)
class CellStep:
    """One step of a cell, which computes one value.

    Attributes:
        name: name of the value, an identifier.
        operator: key of the module that is applied; empty if there is none.
        sources: indices of the values that are joined; indices count the cell's inputs first, then the steps.
        join: `concat`, an `operation` of the vocabulary such as `sum` or `maximum`, or `MAPS`, which keeps values separate.
        channels: number of channels to which sources are cut or zero-padded before they are summed; None leaves them
            unchanged.
    """

    name: str
    operator: str
    sources: tuple[int, ...]
    join: str = "sum"
    channels: int | None = None


class CellNetwork(nn.Module):
    """Module that computes the steps of a cell; the value of the last step is its output.

    Attributes:
        operators: modules by identifier.
        inputs: names of the cell's inputs: one, or `older` and `newer`.
        steps: steps in the order of computation.
    """

    def __init__(
        self, inputs: Sequence[str], operators: dict[str, nn.Module], steps: Sequence[CellStep]
    ) -> None:
        super().__init__()
        self.operators = nn.ModuleDict(operators)
        self.inputs = tuple(inputs)
        self.steps = tuple(steps)
        starts_with_relu = [
            bool(step.operator)
            and len(step.sources) == 1
            and step.channels is None
            and hasattr(operators[step.operator], "after_relu")
            for step in steps
        ]
        pairs = list(zip(steps, starts_with_relu, strict=True))
        count = Counter(step.sources[0] for step, starts in pairs if starts)
        # For each step: whether another step starts with the same ReLU, which is then computed once.
        self._shares = tuple(starts and count[step.sources[0]] > 1 for step, starts in pairs)

    def forward(self, *inputs: Tensor) -> Tensor | tuple[Tensor, ...]:
        """Compute the output of the cell from its inputs, each (N, C, H, W).

        Returns:
            (N, C, H, W), or a tuple of such maps if the cell has outputs of several resolutions.
        """
        values = list(inputs)
        rectified: dict[int, Tensor] = {}
        for step, shares in zip(self.steps, self._shares, strict=True):
            if shares:
                source = step.sources[0]
                if source not in rectified:
                    rectified[source] = F.relu(values[source])
                layer: Any = self.operators[step.operator]
                values.append(layer.after_relu(rectified[source]))
                continue
            parts = [values[source] for source in step.sources]
            if step.join == MAPS:  # the last step
                return tuple(parts)
            if step.channels is not None:
                parts = [fitted(part, step.channels) for part in parts]
            joined = join(parts, step.join)
            values.append(self.operators[step.operator](joined) if step.operator else joined)
        return values[-1]

    def share_nothing(self) -> None:
        """Compute the ReLU of every step separately, as the benchmarks' networks do; the output stays the same."""
        self._shares = (False,) * len(self.steps)


def join(parts: Sequence[Tensor], how: str) -> Tensor:
    """Join several maps, (N, C, H, W), into one.

    Args:
        parts: maps of the same height and width.
        how: `concat`, `sum`, `mean`, `product`, `difference`, `quotient`, `maximum` or `minimum`.
    """
    if len(parts) == 1:
        return parts[0]
    if how == "concat":
        return torch.cat(list(parts), 1)
    if how == "difference":
        return parts[0] - parts[1]
    if how == "quotient":
        return parts[0] / parts[1]
    if how in ("product", "maximum", "minimum"):
        return reduce({"product": torch.mul, "maximum": torch.maximum, "minimum": torch.minimum}[how], parts)
    total = parts[0] + parts[1]
    for part in parts[2:]:
        total += part
    return total / len(parts) if how == "mean" else total


def fitted(x: Tensor, channels: int) -> Tensor:
    """Cut a map to its first channels, or fill up missing channels with zeros."""
    missing = channels - x.shape[1]
    if missing == 0:
        return x
    return x[:, :channels] if missing < 0 else F.pad(x, (0, 0, 0, 0, 0, missing))


def identifiers(names: Iterable[str]) -> dict[str, str]:
    """Return a unique Python identifier for each name, which can be an attribute of a torch module."""
    taken: set[str] = set()
    identifier_of = {}
    for name in names:
        plain = re.sub("[^0-9A-Za-z]+", "_", name).strip("_")
        if not plain or plain[0].isdigit():
            plain = f"node_{plain}" if plain else "node"
        if keyword.iskeyword(plain) or plain in _RESERVED:
            plain += "_"
        identifier_of[name] = unused(plain, taken, "_")
    return identifier_of


def unused(name: str, taken: set[str], before: str = "") -> str:
    """Return a name that is not taken, with a number appended if necessary, and add it to the taken names.

    Args:
        name: wanted name.
        taken: names in use; extended by the result.
        before: text between the name and the number.
    """
    free, count = name, 2
    while free in taken:
        free, count = f"{name}{before}{count}", count + 1
    taken.add(free)
    return free


_RESERVED = {*dir(nn.ModuleDict()), "self", "torch", "nn", "F", "Tensor", "x"}
