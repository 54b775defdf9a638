"""A cell as a torch module: operators by the ids of their nodes, and the wiring between them."""

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
    """One value of a cell's computation.

    Attributes:
        name: of the value, an identifier.
        operator: key of the module it goes through, or empty.
        sources: places of the values it is made of: the cell's inputs first, then the steps.
        join: `concat`, or an `operation` of the vocabulary: `sum`, `product`, `maximum`, ...; `MAPS`: they stay apart.
        channels: to which the sources are cut (or filled with zeros) before they are summed; None: as they are.
    """

    name: str
    operator: str
    sources: tuple[int, ...]
    join: str = "sum"
    channels: int | None = None


class CellNetwork(nn.Module):
    """Computes a cell's graph; the last step is its output.

    Attributes:
        operators: modules by identifier.
        inputs: names of the cell's inputs: one, or `older` and `newer`.
        steps: in the order of computation.
    """

    def __init__(
        self, inputs: Sequence[str], operators: dict[str, nn.Module], steps: Sequence[CellStep]
    ) -> None:
        super().__init__()
        self.operators = nn.ModuleDict(operators)
        self.inputs = tuple(inputs)
        self.steps = tuple(steps)
        begins = [  # with the ReLU of a value
            bool(step.operator)
            and len(step.sources) == 1
            and step.channels is None
            and hasattr(operators[step.operator], "after_relu")
            for step in steps
        ]
        count = Counter(step.sources[0] for step, begin in zip(steps, begins, strict=True) if begin)
        # Of each step, whether another one begins with the same ReLU.
        self._shares = tuple(
            begin and count[step.sources[0]] > 1 for step, begin in zip(steps, begins, strict=True)
        )

    def forward(self, *inputs: Tensor) -> Tensor | tuple[Tensor, ...]:
        """The cell's output, of its inputs, each (N, C, H, W); a tuple of outputs of several resolutions."""
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
        """Let every step compute its own ReLU from now on, as the benchmarks' networks do; the output is the same."""
        self._shares = (False,) * len(self.steps)


def join(parts: Sequence[Tensor], how: str) -> Tensor:
    """Several maps as one."""
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
    """The first channels of a map, with zeros where it has too few."""
    missing = channels - x.shape[1]
    if missing == 0:
        return x
    return x[:, :channels] if missing < 0 else F.pad(x, (0, 0, 0, 0, 0, missing))


def identifiers(names: Iterable[str]) -> dict[str, str]:
    """Each name as a Python identifier that no other one has and that a torch module can carry."""
    taken: set[str] = set()
    found = {}
    for name in names:
        plain = re.sub("[^0-9A-Za-z]+", "_", name).strip("_")
        if not plain or plain[0].isdigit():
            plain = f"node_{plain}" if plain else "node"
        if keyword.iskeyword(plain) or plain in _RESERVED:
            plain += "_"
        found[name] = unused(plain, taken, "_")
    return found


def unused(name: str, taken: set[str], before: str = "") -> str:
    """This name, or where it is taken already with the first number that is not, which it is from now on."""
    free, count = name, 2
    while free in taken:
        free, count = f"{name}{before}{count}", count + 1
    taken.add(free)
    return free


_RESERVED = {*dir(nn.ModuleDict()), "self", "torch", "nn", "F", "Tensor", "x"}
