"""Whether two documents have the same cells but for the names and the order of their nodes.

Stricter than the canonical form: `none`, nodes on no path and repeated operators count. A notation that can be written
in several ways (which of two inputs comes first, which of two independent nodes) is settled by the text a document was
converted from, if that text still says what the document says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from functools import cache

from nasport.schemas.architecture import Architecture, Cell, Node
from nasport.schemas.checks import topological_order
from nasport.schemas.errors import InputError
from nasport.schemas.operators import vocabulary
from nasport.toolkit.notations.base import Notation

MAX_STEPS = 20_000


def settled_by_source(architecture: Architecture, notation: Notation) -> Architecture:
    """The document of the source text, if that is in this notation and has the same cells; else the document itself."""
    source = architecture.source
    if source is None or source.format != notation.name:
        return architecture
    try:
        original = notation.parse(source.text)
    except InputError:
        return architecture
    return original if same_cells(original, architecture) else architecture


def same_cells(first: Architecture, second: Architecture) -> bool:
    """Whether both have isomorphic cells under the same names."""
    return first.cells.keys() == second.cells.keys() and all(
        same_cell(cell, second.cells[name], first, second) for name, cell in first.cells.items()
    )


def same_cell(first: Cell, second: Cell, of_first: Architecture, of_second: Architecture) -> bool:
    """Whether two cells are isomorphic: equal up to the names, the order of nodes and that of unordered inputs.

    Nodes of the first are taken in topological order, and each is matched to a node of the second with the same operator
    and the same matched inputs; only the choice among several such nodes is searched. Gives up, and says no, after
    `MAX_STEPS` steps.
    """
    if (first.role, first.channels, len(first.nodes)) != (second.role, second.channels, len(second.nodes)):
        return False
    nodes = {node.id: node for node in first.nodes}
    order = topological_order({node.id: node.inputs for node in first.nodes}) or []
    candidates: dict[Hashable, list[Node]] = defaultdict(list)
    for node in second.nodes:
        candidates[_description(node, node.inputs, of_second)].append(node)
    return _match([nodes[node_id] for node_id in order], candidates, of_first)


def _match(order: Sequence[Node], candidates: Mapping[Hashable, list[Node]], of_first: Architecture) -> bool:
    """Depth-first search for a bijection, without recursion: `choice[i]` is the candidate tried for the i-th node."""
    matched: dict[str, str] = {}
    taken: set[str] = set()
    choice = [0]
    for _ in range(MAX_STEPS):
        place = len(choice) - 1
        if place == len(order):
            return True
        node = order[place]
        key = _description(node, [matched[source] for source in node.inputs], of_first)
        options = candidates.get(key, [])
        index = next((i for i in range(choice[-1], len(options)) if options[i].id not in taken), None)
        if index is not None:
            choice[-1] = index
            matched[node.id] = options[index].id
            taken.add(options[index].id)
            choice.append(0)
            continue
        choice.pop()
        if not choice:
            return False
        taken.discard(matched.pop(order[place - 1].id))
        choice[-1] += 1
    return False


def _description(node: Node, inputs: Sequence[str], architecture: Architecture) -> Hashable:
    """All there is to a node, its inputs named as given."""
    keys = node.candidates or (node.op,)
    ordered = architecture.operator(keys[0]).ordered
    sources = tuple(inputs) if ordered else tuple(sorted(inputs))
    operators = tuple(architecture.operators.get(key) or _number(key) for key in keys)
    return operators, sources, node.join, node.role, node.attributes


@cache
def _number(key: str) -> int:
    """A number that two keys of the vocabulary share where they are the same operator."""
    return [*vocabulary().values()].index(vocabulary()[key])
