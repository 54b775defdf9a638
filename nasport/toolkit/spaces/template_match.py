"""Find the genes of a cell as an instance of a template: a pairing of document nodes with slots.

The search takes the slots in order. Each slot needs an unpaired node of the document with an operator of the slot and with inputs
from nodes that are already paired. Node names do not matter, but a node with the id of the slot is tried first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from operator import eq
from typing import NamedTuple

from nasport.schemas.architecture import Cell, Node
from nasport.schemas.operators import Operator, Value
from nasport.toolkit.spaces.genes import Known, settled, value_at
from nasport.toolkit.spaces.template import Slot, TemplateCell


class Operators(NamedTuple):
    """Operators by key.

    Attributes:
        of_space: function that returns the operator of a key in the search space.
        of_document: function that returns the operator of a key in the compared architecture document.
    """

    of_space: Callable[[str], Operator]
    of_document: Callable[[str], Operator]


def match_template(part: TemplateCell, cell: Cell, operators: Operators, known: Known) -> Iterator[Known]:
    """Yield every assignment of genes for which the template produces a cell.

    Args:
        part: the template.
        cell: cell of the architecture document.
        operators: operators of the search space and of the document.
        known: named choices that are already determined.

    Yields:
        `known` with the genes of the part (by index) and further named choices.
    """
    if len(cell.nodes) != len(part.slots) or cell.channels != part.channels or cell.role != part.role:
        return
    by_inputs: dict[tuple[str, ...], list[Node]] = {}
    for node in cell.nodes:
        by_inputs.setdefault(tuple(sorted(node.inputs)), []).append(node)
    yield from _TemplateSearch(part.slots, by_inputs, operators).extend(0, dict(known), {})


@dataclass(frozen=True)
class _TemplateSearch:
    slots: Sequence[Slot]
    by_inputs: dict[tuple[str, ...], list[Node]]
    operators: Operators

    def extend(self, place: int, known: Known, node_of_slot: dict[str, str]) -> Iterator[Known]:
        """Yield the assignments that extend a partial pairing.

        Args:
            place: index of the next slot.
            known: genes and named choices of the partial pairing.
            node_of_slot: ids of document nodes by the ids of their slots.
        """
        if place == len(self.slots):
            yield known
            return
        slot = self.slots[place]
        for wired, inputs in self._inputs(slot, known, node_of_slot):
            candidates = self.by_inputs.get(tuple(sorted(inputs)), ())
            taken = set(node_of_slot.values())
            for node in sorted(candidates, key=lambda n: n.id != slot.id):
                if node.id in taken or node.candidates or not self._alike(slot, node, inputs):
                    continue
                for way in self._operators(slot, node, wired):
                    yield from self.extend(place + 1, way, {**node_of_slot, slot.id: node.id})

    def _inputs(
        self, slot: Slot, known: Known, node_of_slot: dict[str, str]
    ) -> Iterator[tuple[Known, list[str]]]:
        """Yield the possible inputs of a slot: the genes, and the ids of the input nodes in the document."""
        if slot.loose:
            feeding = {source for s in self.slots for source in _wired(s, known)}
            yield known, [node_of_slot[source] for source in slot.loose if source not in feeding]
            return
        ways: list[Known] = [known]
        for place in slot.inputs:
            ways = settled(ways, place, lambda _: True)
        for way in ways:
            yield way, [node_of_slot[source] for source in _wired(slot, way)]

    def _alike(self, slot: Slot, node: Node, inputs: list[str]) -> bool:
        """Return whether a node has the role, the order of inputs and the join of a slot."""
        operator = self.operators.of_document(node.op)
        if operator.kind in ("input", "output") and slot.role != node.role:
            return False
        if operator.ordered and list(node.inputs) != inputs:
            return False
        return len(inputs) < 2 or slot.join == node.join

    def _operators(self, slot: Slot, node: Node, known: Known) -> Iterator[Known]:
        """Yield the assignments for which operator and attributes of a slot equal those of a node."""
        wanted = self.operators.of_document(node.op).with_attributes(dict(node.attributes))
        ways: list[Known] = [known]
        attributes: dict[str, Value] = {}
        for name, place in slot.attributes:
            value = wanted.value(name)
            if value is None:
                return
            attributes[name] = value
            ways = settled(ways, place, partial(eq, value))
        of_space = self.operators.of_space
        yield from settled(ways, slot.op, lambda key: of_space(key).with_attributes(attributes) == wanted)


def _wired(slot: Slot, known: Known) -> list[str]:
    """Return the ids of the slots that a slot reads."""
    return [value_at(place, known) for place in slot.inputs]
