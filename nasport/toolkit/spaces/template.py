"""Cells with given nodes and open operators and inputs (NAS-Bench-201, DARTS, NDS).

The nodes of the document become slots, whose fields are fixed or depend on a gene. If chosen inputs pass through operators, each
such edge becomes a separate node with one input. A choice of 2 of n earlier nodes is one gene with n(n-1)/2 values; each of the two
edge nodes reads one node of the chosen pair.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations

from nasport.schemas.architecture import Cell, Node
from nasport.schemas.operators import Value, exact
from nasport.schemas.space import ChosenInputs, LooseInputs, Pick, SpaceCell, SpaceNode
from nasport.toolkit.spaces.genes import Allowed, Genes, Known, Open, Part, allowed_at, value_at

# Number of built cells in the cache. A search often changes one cell of a member and keeps the others.
MAX_CELLS = 1024


@dataclass(frozen=True)
class Slot:
    """A node with open fields: each field is a fixed value or `Open`.

    Attributes:
        id: id of the node.
        op: operator.
        inputs: ids of the nodes that it reads.
        join: how it combines several inputs.
        role: role of the node.
        attributes: names and values.
        edge_of: for an edge node, the id of the node that reads it; otherwise empty.
        loose: ids of the nodes that this node reads if no other node reads them.
    """

    id: str
    op: str | Open
    inputs: tuple[str | Open, ...]
    join: str = "sum"
    role: str = ""
    attributes: tuple[tuple[str, Value | Open], ...] = ()
    edge_of: str = ""
    loose: tuple[str, ...] = ()

    def node(self, known: Known) -> Node:
        """Return the node for known genes, without loose inputs."""
        inputs = tuple(value_at(place, known) for place in self.inputs)
        numbers = tuple((name, exact(value_at(place, known))) for name, place in self.attributes)
        return Node(self.id, value_at(self.op, known), inputs, self.join, self.role, numbers)


class TemplateCell(Part):
    """Genes of a cell with given nodes and open operators and inputs."""

    def __init__(self, name: str, cell: SpaceCell) -> None:
        assert isinstance(cell.body, tuple)
        self.role, self.channels = cell.role, cell.channels
        super().__init__()
        self._ids = {node.id for node in cell.body}
        self.slots = tuple(slot for node in cell.body for slot in self._open(node, f"cells.{name}.{node.id}"))
        # Members share nodes and cells, which are immutable. Each slot caches its few different nodes.
        self._built: list[tuple[Slot, list[int | str], dict[Genes, Node]]] = []
        for slot in self.slots:
            places = (slot.op, *slot.inputs, *(place for _, place in slot.attributes))
            self._built.append((slot, [place.key for place in places if isinstance(place, Open)], {}))
        self._cell = lru_cache(maxsize=MAX_CELLS)(self._built_cell)
        self._mixed = lru_cache(maxsize=MAX_CELLS)(self._mixed_cell)

    def build(self, values: Genes, choices: Known) -> Cell:
        """Build the cell with the given genes and named choices."""
        return self._cell(values, tuple(choices.items()))

    def _built_cell(self, values: Genes, choices: tuple[tuple[int | str, int], ...]) -> Cell:
        known: Known = {**dict(enumerate(values)), **dict(choices)}
        nodes = []
        for slot, keys, built in self._built:
            genes = tuple(known[key] for key in keys)
            if genes not in built:
                built[genes] = slot.node(known)
            nodes.append(built[genes])
        return Cell(tuple(self._with_loose_inputs(nodes)), self.role, self.channels)

    def supernet(self, allowed: Allowed) -> Cell:
        """Build the cell that contains all cells with allowed values; allowed operators are candidates.

        A node with open inputs reads all allowed inputs, each through a separate mixed node.
        """
        return self._mixed(tuple((key, tuple(values)) for key, values in allowed.items()))

    def _mixed_cell(self, allowed_values: tuple[tuple[int | str, tuple[int, ...]], ...]) -> Cell:
        allowed: Allowed = dict(allowed_values)
        slots: dict[str, list[Slot]] = {}
        for slot in self.slots:
            slots.setdefault(slot.edge_of or slot.id, []).append(slot)
        nodes = [node for group in slots.values() for node in _mixed_group(group, allowed)]
        return Cell(tuple(self._with_loose_inputs(nodes)), self.role, self.channels)

    def _with_loose_inputs(self, nodes: Sequence[Node]) -> list[Node]:
        loose = {slot.id: slot.loose for slot in self.slots if slot.loose}
        if not loose:
            return list(nodes)
        feeding = {source for node in nodes for source in node.inputs}
        return [
            replace(node, inputs=tuple(source for source in loose[node.id] if source not in feeding))
            if node.id in loose
            else node
            for node in nodes
        ]

    def _open(self, node: SpaceNode, name: str) -> list[Slot]:
        """Add the genes of a node, and return its slot after the slots of its edges."""
        edges: list[Slot] = []
        inputs: tuple[str | Open, ...] = ()
        loose: tuple[str, ...] = ()
        if isinstance(node.inputs, LooseInputs):
            loose = node.inputs.sources
        elif isinstance(node.inputs, ChosenInputs):
            inputs = self._choose(node.inputs, name)
            if node.inputs.candidates:
                for k, place in enumerate(inputs):
                    edge = f"{node.id}.{k}"
                    while edge in self._ids:
                        edge += "'"
                    self._ids.add(edge)
                    op = self.open(Pick(node.inputs.candidates), f"{name}.op{k}", "operator")
                    edges.append(Slot(edge, op, (place,), edge_of=node.id))
                inputs = tuple(edge.id for edge in edges)
        else:
            inputs = node.inputs
        op = self.open(node.op, f"{name}.op", "operator")
        numbers = tuple((key, self.open(v, f"{name}.{key}")) for key, v in node.attributes)
        return [*edges, Slot(node.id, op, inputs, node.join, node.role, numbers, loose=loose)]

    def _choose(self, inputs: ChosenInputs, name: str) -> tuple[Open, ...]:
        """Add the genes of chosen inputs: one gene per input if they can repeat, otherwise one gene for all."""
        count, sources = range(inputs.choose), inputs.sources
        if inputs.repeat:
            genes = [self.add(f"{name}.input{k}", "inputs", sources) for k in count]
            return tuple(Open(gene, sources) for gene in genes)
        chosen = list(combinations(sources, inputs.choose))
        gene = self.add(f"{name}.inputs", "inputs", [",".join(ids) for ids in chosen])
        return tuple(Open(gene, tuple(ids[k] for ids in chosen)) for k in count)


def mixed(operators: Collection[str], node: Node) -> Node:
    """Return a copy of `node` with one operator, or with several operators as candidates.

    `none` is the last candidate, because the first candidate determines the kind of the node.
    """
    keys = sorted(dict.fromkeys(operators), key=lambda key: key in ("none", "zero", "zeroize"))
    one = len(keys) == 1
    return replace(node, op=keys[0] if one else "", candidates=() if one else tuple(keys))


def _mixed_group(group: Sequence[Slot], allowed: Allowed) -> list[Node]:
    """Return the nodes of a supernet for a node and the edges into it."""
    *edges, slot = group
    if not edges:
        return [_mixed_node(slot, allowed)]
    if all(len(allowed_at(edge.inputs[0], allowed)) == 1 for edge in edges):
        nodes = [_mixed_node(edge, allowed) for edge in edges]
    else:  # one mixed edge node for every allowed source
        operators: dict[str, list[str]] = {}
        for edge in edges:
            for source in allowed_at(edge.inputs[0], allowed):
                operators.setdefault(source, []).extend(allowed_at(edge.op, allowed))
        nodes = [
            mixed(allowed_ops, Node(f"{s}->{slot.id}", "", (s,))) for s, allowed_ops in operators.items()
        ]
    return [*nodes, replace(_mixed_node(slot, allowed), inputs=tuple(node.id for node in nodes))]


def _mixed_node(slot: Slot, allowed: Allowed) -> Node:
    """Return the mixed node of a slot. It reads every allowed source, and a source that several inputs allow only once."""
    inputs = tuple(source for place in slot.inputs for source in allowed_at(place, allowed))
    if any(len(allowed_at(place, allowed)) > 1 for place in slot.inputs):
        inputs = tuple(dict.fromkeys(inputs))
    numbers = tuple((name, exact(max(allowed_at(place, allowed)))) for name, place in slot.attributes)
    return mixed(allowed_at(slot.op, allowed), Node(slot.id, "", inputs, slot.join, slot.role, numbers))
