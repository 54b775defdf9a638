"""From a cell back to the genes of a template: which node of the document stands for which slot.

Slots are tried in their order; each must find a node of the document that is not taken yet, with the slot's operator
and fed by the nodes already found. Names decide nothing, but a node with the slot's own id is tried first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from operator import eq
from typing import NamedTuple

from nasport.schemas.architecture import Cell, Node
from nasport.schemas.operators import Operator, Value
from nasport.toolkit.spaces.genes import Known, at, settled
from nasport.toolkit.spaces.template import Slot, TemplateCell


class Operators(NamedTuple):
    """What the keys of a space and of a document that is compared with it stand for."""

    of_space: Callable[[str], Operator]
    of_document: Callable[[str], Operator]


def match_template(part: TemplateCell, cell: Cell, operators: Operators, known: Known) -> Iterator[Known]:
    """Every assignment of genes with which the template gives this cell.

    Args:
        part: the template.
        cell: of the document.
        operators: of the space and of the document.
        known: named choices that are settled already.

    Yields:
        `known` with the part's genes (by index) and more named choices.
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

    def extend(self, place: int, known: Known, found: dict[str, str]) -> Iterator[Known]:
        """`found`: id of a slot to the id of its node in the document."""
        if place == len(self.slots):
            yield known
            return
        slot = self.slots[place]
        for wired, inputs in self._inputs(slot, known, found):
            fed = self.by_inputs.get(tuple(sorted(inputs)), ())
            taken = set(found.values())
            for node in sorted(fed, key=lambda n: n.id != slot.id):
                if node.id in taken or node.candidates or not self._alike(slot, node, inputs):
                    continue
                for way in self._operators(slot, node, wired):
                    yield from self.extend(place + 1, way, {**found, slot.id: node.id})

    def _inputs(self, slot: Slot, known: Known, found: dict[str, str]) -> Iterator[tuple[Known, list[str]]]:
        """Every way to wire a slot: the genes and the ids of the feeding nodes in the document."""
        if slot.loose:
            feeding = {source for s in self.slots for source in _wired(s, known)}
            yield known, [found[source] for source in slot.loose if source not in feeding]
            return
        ways: list[Known] = [known]
        for place in slot.inputs:
            ways = settled(ways, place, lambda _: True)
        for way in ways:
            yield way, [found[source] for source in _wired(slot, way)]

    def _alike(self, slot: Slot, node: Node, inputs: list[str]) -> bool:
        operator = self.operators.of_document(node.op)
        if operator.kind in ("input", "output") and slot.role != node.role:
            return False
        if operator.ordered and list(node.inputs) != inputs:
            return False
        return len(inputs) < 2 or slot.join == node.join

    def _operators(self, slot: Slot, node: Node, known: Known) -> Iterator[Known]:
        """Every way to settle a slot's operator and numbers so that they equal the node's."""
        wanted = self.operators.of_document(node.op).with_attributes(dict(node.attributes))
        ways: list[Known] = [known]
        stated: dict[str, Value] = {}
        for name, place in slot.attributes:
            value = wanted.value(name)
            if value is None:
                return
            stated[name] = value
            ways = settled(ways, place, partial(eq, value))
        of_space = self.operators.of_space
        yield from settled(ways, slot.op, lambda key: of_space(key).with_attributes(stated) == wanted)


def _wired(slot: Slot, known: Known) -> list[str]:
    return [at(place, known) for place in slot.inputs]
