"""Alignment of the steps of a cell that a network uses several times.

With other widths and strides, a cell has the same steps with other numbers. Only layers that become identities are missing,
because the builder adds no step for them; the alignment inserts these steps again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nasport.toolkit.networks.cell_module import CellNetwork, CellStep
from nasport.toolkit.networks.python_source.class_arguments import IrregularError
from nasport.toolkit.networks.python_source.modules import Spec, spec_of


@dataclass(frozen=True)
class Use:
    """One use of a cell in a network.

    Attributes:
        module: module of the cell.
        numbers: channels of its inputs, `width` and `stride`, by the names of the arguments of its class.
    """

    module: CellNetwork
    numbers: dict[str, int]


@dataclass(frozen=True)
class AlignedStep:
    """One step of a cell, with its layers in all uses.

    Attributes:
        step: the step, taken from the use that has the most steps.
        specs: layer of the step in each use; None for an identity.
        cuts: for each use, the number of channels to which the step cuts the sources of its sum; None for no cut.
    """

    step: CellStep
    specs: tuple[Spec | None, ...]
    cuts: tuple[int | None, ...]

    @property
    def has_module(self) -> bool:
        """Whether the step has a layer in any use."""
        return any(self.specs)


def aligned(uses: Sequence[Use]) -> list[AlignedStep]:
    """Align the steps of all uses of a cell.

    Raises:
        IrregularError: the uses differ in more than missing identities.
    """
    longest = max((use.module for use in uses), key=lambda module: len(module.steps))
    rows = zip(*(_column(longest, use.module) for use in uses), strict=True)
    return [AlignedStep(step, *zip(*row, strict=True)) for step, row in zip(longest.steps, rows, strict=True)]


def _column(longest: CellNetwork, module: CellNetwork) -> list[tuple[Spec | None, int | None]]:
    """Return layer and cut of a use for every step of the use with the most steps.

    Raises:
        IrregularError: the use has other steps or connections.
    """
    steps = {step.name: step for step in module.steps}
    indices = {step.name: len(module.inputs) + index for index, step in enumerate(module.steps)}
    # Index in `module` of each value of `longest`.
    index_of = list(range(len(longest.inputs)))
    column: list[tuple[Spec | None, int | None]] = []
    for step in longest.steps:
        sources = tuple(index_of[source] for source in step.sources)
        other = steps.pop(step.name, None)
        if other is None:
            if len(sources) != 1:
                raise IrregularError
            index_of.append(sources[0])
            column.append((None, None))
            continue
        if (other.sources, other.join) != (sources, step.join):
            raise IrregularError
        index_of.append(indices[step.name])
        spec = spec_of(module.operators[other.operator]) if other.operator else None
        column.append((spec, other.channels))
    if steps or index_of[-1] != len(module.inputs) + len(module.steps) - 1:
        raise IrregularError
    return column
