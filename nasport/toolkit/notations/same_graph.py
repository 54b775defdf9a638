"""Whether two documents have the same cells but for the names and the order of their nodes.

Stricter than the canonical form: `none`, nodes on no path and repeated operators count. A notation that can be written
in several ways (which of two inputs comes first, which of two independent nodes) is settled by the text a document was
converted from, if that text still says what the document says.
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


def settled_by_source(architecture: Architecture, notation: Notation) -> Architecture:
    """The document of the source text, if that is in this notation and has the same cells; else the document itself."""
    source = architecture.source
    if source is not None and source.format == notation.name:
        with suppress(InputError):
            original = notation.parse(source.text)
            return original if same_cells(original, architecture) else architecture
    return architecture


def same_cells(first: Architecture, second: Architecture) -> bool:
    """Whether both have isomorphic cells under the same names."""
    return first.cells.keys() == second.cells.keys() and all(
        same_cell(cell, second.cells[name], first, second) for name, cell in first.cells.items()
    )


def same_cell(first: Cell, second: Cell, of_first: Architecture, of_second: Architecture) -> bool:
    """Whether two cells are isomorphic: equal up to the names, the order of nodes and that of unordered inputs.

    Both are colored by what feeds a node and what it feeds. Nodes of the first are then taken in a topological order,
    and each is matched to a node of the second with its color and the same matched inputs; only the choice among
    several such nodes is searched. What a choice leads to comes right after it in this order, so that a wrong one is
    found out at once. Gives up, and says no, after `MAX_STEPS` steps.
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
    """A cell with what matters of each node.

    Attributes:
        nodes: by id.
        order: ids in a topological order that takes a node right after the last of its inputs.
        kinds: all there is to a node but its inputs.
        consumers: ids of the nodes that a node feeds, each with the port where ports matter.
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
        """A node's inputs, renamed where `names` says so; sorted where their order means nothing."""
        sources = [names.get(source, source) for source in self.nodes[node_id].inputs]
        return tuple(sources if self.ordered[node_id] else sorted(sources))

    def surroundings(self, node_id: str, colors: Colors) -> Hashable:
        """A node's color and those of its neighbors."""
        targets = sorted((colors[target], port) for target, port in self.consumers[node_id])
        return colors[node_id], self.inputs(node_id, colors), tuple(targets)


def _order(inputs: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Ids, each after its inputs, found backwards from the ends: the longest way to a node first, others after it.

    An operator on a cell's input, one of many alike, thus stands next to the sum that tells which of them it is.
    """
    depth: dict[str, int] = {}
    for node_id in topological_order(inputs) or ():
        depth[node_id] = 1 + max((depth[source] for source in inputs[node_id]), default=0)
    order: dict[str, None] = {}
    fed = {source for sources in inputs.values() for source in sources}
    waiting = sorted((node_id for node_id in depth if node_id not in fed), key=depth.__getitem__)
    while waiting:
        missing = [source for source in inputs[waiting[-1]] if source not in order]
        if missing:
            waiting.append(max(missing, key=depth.__getitem__))
        else:
            order[waiting.pop()] = None
    return list(order)


def _colored(views: tuple[_View, _View]) -> list[Colors]:
    """Colors that isomorphic nodes share, refined from their neighbors' until nothing changes (Weisfeiler, Leman)."""

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
    """Depth-first search for a bijection, without recursion: `choice[i]` is the candidate tried for the i-th node."""
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
    """A number that two keys of the vocabulary share where they are the same operator."""
    return [*vocabulary().values()].index(vocabulary()[key])
