"""Comparison of cells up to the names and the order of their nodes.

The comparison is stricter than that of canonical forms: `none`, unreachable nodes and repeated operators must match too. Notations
use it because one architecture can have several texts, which differ in the order of inputs or of independent nodes. If a document
still has the cells of its source text, a notation writes the architecture in the order of the source text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

from nasport.schemas.architecture import Architecture, Cell
from nasport.schemas.checks import topological_order
from nasport.schemas.errors import InputError
from nasport.schemas.operators import vocabulary
from nasport.toolkit.notations.base import Notation

MAX_STEPS = 20_000

Colors = dict[str, int]


def document_of_source(architecture: Architecture, notation: Notation) -> Architecture:
    """Return the document of the source text if this text is in the notation and has the same cells, else the document itself."""
    source = architecture.source
    if source is not None and source.format == notation.name:
        with suppress(InputError):
            original = notation.parse(source.text)
            return original if same_cells(original, architecture) else architecture
    return architecture


def same_cells(first: Architecture, second: Architecture) -> bool:
    """Return whether two documents have isomorphic cells under the same names."""
    return first.cells.keys() == second.cells.keys() and all(
        same_cell(cell, second.cells[name], first, second) for name, cell in first.cells.items()
    )


def same_cell(first: Cell, second: Cell, of_first: Architecture, of_second: Architecture) -> bool:
    """Return whether two cells are isomorphic: equal up to node names, the order of nodes and of unordered inputs.

    The nodes of both cells get colors by their neighbors. In a topological order, each node of the first cell is matched with a
    node of the second cell that has the same color and the corresponding inputs. The search tries all nodes with these properties.
    The order visits the consequences of a match immediately after it, so that the search detects a wrong match early. After
    `MAX_STEPS` steps the search stops and the result is False.

    Args:
        first: first cell.
        second: second cell.
        of_first: document of the first cell.
        of_second: document of the second cell.
    """
    if (first.role, first.channels, len(first.nodes)) != (second.role, second.channels, len(second.nodes)):
        return False
    views = _View(first, of_first), _View(second, of_second)
    one, other = _colored(views)
    if sorted(one.values()) != sorted(other.values()):
        return False
    candidates: dict[Hashable, list[str]] = defaultdict(list)
    for node_id in views[1].order:
        candidates[other[node_id], views[1].inputs(node_id, {})].append(node_id)
    return _match(views[0], one, candidates)


class _View:
    """A cell with the properties of its nodes for the comparison.

    Attributes:
        nodes: nodes by id.
        order: ids in a topological order that visits a node as soon as its inputs are visited.
        kinds: properties of each node except its inputs.
        ordered: whether the order of inputs matters, by id.
        consumers: for each node the nodes that read it, each with the index of the input if the order of inputs matters.
    """

    def __init__(self, cell: Cell, architecture: Architecture) -> None:
        self.nodes = {node.id: node for node in cell.nodes}
        self.order = _order({node.id: node.inputs for node in cell.nodes})
        own = architecture.operators
        self.kinds: dict[str, Hashable] = {}
        for node in cell.nodes:
            operators = tuple(own.get(key) or _number(key) for key in (node.candidates or (node.op,)))
            self.kinds[node.id] = operators, node.join, node.role, node.attributes
        self.ordered = {n.id: architecture.operator((n.op, *n.candidates)[-1]).ordered for n in cell.nodes}
        self.consumers: dict[str, list[tuple[str, int]]] = {node_id: [] for node_id in self.nodes}
        for node in cell.nodes:
            for port, source in enumerate(node.inputs):
                self.consumers[source].append((node.id, port if self.ordered[node.id] else 0))

    def inputs(self, node_id: str, names: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the inputs of a node, renamed by `names`, and sorted if their order does not matter."""
        sources = [names.get(source, source) for source in self.nodes[node_id].inputs]
        return tuple(sources if self.ordered[node_id] else sorted(sources))

    def surroundings(self, node_id: str, colors: Colors) -> Hashable:
        """Return the color of a node and the colors of its neighbors."""
        targets = sorted((colors[target], port) for target, port in self.consumers[node_id])
        return colors[node_id], self.inputs(node_id, colors), tuple(targets)


def _order(inputs: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return the ids in a topological order, built backward from the last nodes with the deepest inputs first.

    Many similar operators read the input of a cell. In this order each of them directly precedes the sum that distinguishes it.
    """
    depth: dict[str, int] = {}
    for node_id in topological_order(inputs) or ():
        depth[node_id] = 1 + max((depth[source] for source in inputs[node_id]), default=0)
    order: dict[str, None] = {}
    read = {source for sources in inputs.values() for source in sources}
    waiting = sorted((node_id for node_id in depth if node_id not in read), key=depth.__getitem__)
    while waiting:
        missing = [source for source in inputs[waiting[-1]] if source not in order]
        if missing:
            waiting.append(max(missing, key=depth.__getitem__))
        else:
            order[waiting.pop()] = None
    return list(order)


def _colored(views: tuple[_View, _View]) -> list[Colors]:
    """Return colors by id that isomorphic nodes share: Weisfeiler-Leman refinement until the colors are stable."""

    def numbered(keys: Iterable[Mapping[str, Hashable]]) -> list[Colors]:
        table: dict[Hashable, int] = {}
        return [{name: table.setdefault(key, len(table)) for name, key in own.items()} for own in keys]

    colors, count = numbered(view.kinds for view in views), 0
    while count < (distinct := len({*colors[0].values(), *colors[1].values()})):
        count = distinct
        around = zip(views, colors, strict=True)
        colors = numbered({n: view.surroundings(n, own) for n in view.nodes} for view, own in around)
    return colors


def _match(view: _View, colors: Colors, candidates: Mapping[Hashable, list[str]]) -> bool:
    """Search depth-first for a bijection of the nodes.

    The search is iterative: `choice[i]` is the index of the current candidate for the i-th node.
    """
    matched: dict[str, str] = {}
    taken: set[str] = set()
    choice = [0]
    for _ in range(MAX_STEPS):
        place = len(choice) - 1
        if place == len(view.order):
            return True
        node_id = view.order[place]
        options = candidates.get((colors[node_id], view.inputs(node_id, matched)), [])
        index = next((i for i in range(choice[-1], len(options)) if options[i] not in taken), None)
        if index is not None:
            choice[-1] = index
            matched[node_id] = options[index]
            taken.add(options[index])
            choice.append(0)
            continue
        choice.pop()
        if not choice:
            return False
        taken.discard(matched.pop(view.order[place - 1]))
        choice[-1] += 1
    return False


@lru_cache(maxsize=1_024)
def _number(key: str) -> int:
    """Return a number of a vocabulary key; keys of the same operator have the same number."""
    return [*vocabulary().values()].index(vocabulary()[key])
