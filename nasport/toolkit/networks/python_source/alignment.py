"""The same cell at several places of a network, put side by side step by step.

At other widths and strides a cell has the same steps with other numbers, but for layers that do nothing where the shape
stays as it is: those are no step at all there, and are put back here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nasport.toolkit.networks.cell_module import CellNetwork, CellStep
from nasport.toolkit.networks.python_source.class_arguments import IrregularError
from nasport.toolkit.networks.python_source.modules import Spec, spec_of


@dataclass(frozen=True)
class Use:
    """A cell at one place of a network.

    Attributes:
        module: the cell.
        numbers: by the names that its class has for them: channels of its inputs, `width`, `stride`.
    """

    module: CellNetwork
    numbers: dict[str, int]


@dataclass(frozen=True)
class AlignedStep:
    """One step of the cell at all places.

    Attributes:
        step: of the cell with the most steps.
        specs: the layer at each place; None: the input as it is.
        cuts: at each place the channels to which what is summed is cut; None: as it is.
    """

    step: CellStep
    specs: tuple[Spec | None, ...]
    cuts: tuple[int | None, ...]

    @property
    def has_module(self) -> bool:
        return any(self.specs)


def aligned(uses: Sequence[Use]) -> list[AlignedStep]:
    """The steps of a cell at all places. Raises IrregularError where they are not the same ones."""
    longest = max((use.module for use in uses), key=lambda module: len(module.steps))
    rows = zip(*(_column(longest, use.module) for use in uses), strict=True)
    return [AlignedStep(step, *zip(*row, strict=True)) for step, row in zip(longest.steps, rows, strict=True)]


def _column(longest: CellNetwork, module: CellNetwork) -> list[tuple[Spec | None, int | None]]:
    """Layer and cut of every step of the longest cell as another one has them, which must have no other steps."""
    own = {step.name: step for step in module.steps}
    places = {step.name: len(module.inputs) + place for place, step in enumerate(module.steps)}
    where = list(range(len(longest.inputs)))
    column: list[tuple[Spec | None, int | None]] = []
    for step in longest.steps:
        sources = tuple(where[source] for source in step.sources)
        other = own.pop(step.name, None)
        if other is None:
            if len(sources) != 1:
                raise IrregularError
            where.append(sources[0])
            column.append((None, None))
            continue
        if (other.sources, other.join) != (sources, step.join):
            raise IrregularError
        where.append(places[step.name])
        spec = spec_of(module.operators[other.operator]) if other.operator else None
        column.append((spec, other.channels))
    if own or where[-1] != len(module.inputs) + len(module.steps) - 1:
        raise IrregularError
    return column
