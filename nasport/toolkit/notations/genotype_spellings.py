"""The forms in which texts list the edges of a genotype's cell.

    pairs           [('sep_conv_3x3', 0), ...]                two per node, node after node (DARTS)
    all edges       [('sep_conv_3x3', 0), ('none', 1), ...]   2 + 3 + 4 + 5 pairs: one from every earlier node
    lists per node  [[('sep_conv_3x3', 0), ...], ...]         any number per node
    triples         [('sep_conv_3x3', 2, 0), ...]             operator, target node, source node (FairDARTS)

Because an edge leads to a later node, the numbers show whether triples have the target or the source first. As in the
network of FairDARTS, a node without incoming edges is left out of the cell, with its outgoing edges and its part of the
output.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from nasport.schemas.errors import InputError
from nasport.toolkit.notations.genotype import Edge, Half, checked_half, half_of
from nasport.toolkit.notations.objects import Literal

LAST_NODE = 5  # last node in DARTS, which concatenates `range(2, 6)`


def spelled_half(name: str, edges: Literal, concat: Literal) -> Half:
    """Read one cell of a genotype, with its edges in any of the forms.

    Args:
        name: `normal` or `reduce`, for the messages.
        edges: edges of the cell, parsed from a text.
        concat: nodes that the output concatenates, parsed from a text.

    Raises:
        InputError: an invalid edge, which the message names; or edges that fit two forms.
    """
    if not isinstance(edges, tuple) or not edges:
        return checked_half(name, edges, concat)
    first = edges[0] if isinstance(edges[0], tuple) else ()
    if first and isinstance(first[0], tuple):
        lists = []
        for place, group in enumerate(edges):
            where = f"{name}[{place}]"
            if not isinstance(group, tuple) or not group:
                wanted = f"a list of (operator, node), the edges of node {place + 2}"
                raise InputError(f"{where} is {group!r:.80}, expected {wanted}")
            lists.append([(f"{where}[{k}]", edge) for k, edge in enumerate(group)])
        return half_of(name, lists, concat)
    if len(first) == 3:
        return _triples(name, edges, concat)
    # Number of nodes for which the list has all edges, 2 + 3 + 4 + ...; 0 if there is none.
    steps = next((n for n in range(2, len(edges)) if n * (n + 3) == 2 * len(edges)), 0)
    nodes = [node for node in concat if isinstance(node, int)] if isinstance(concat, tuple) else [steps + 2]
    if steps and max(nodes, default=0) <= steps + 1:
        placed = [(f"{name}[{place}]", edge) for place, edge in enumerate(edges)]
        groups = [placed[(k * (k + 3)) // 2 :][: k + 2] for k in range(steps)]
        if all(_sources(group) == list(range(len(group))) for group in groups):
            return half_of(name, groups, concat)
        if isinstance(concat, tuple) and set(concat) == set(range(2, steps + 2)):
            raise InputError(
                f"{name} has {len(edges)} edges and concatenates nodes 2 to {steps + 1}, expected two edges for each of {steps} "
                f"nodes, all {len(edges)} edges (from nodes 0, 1, then 0, 1, 2, ...), or one list per node"
            )
    return checked_half(name, edges, concat)


def spelled(half: Half) -> list[Edge] | list[list[Edge]]:
    """Return the edges as pairs if these are unambiguous and every node has two, else as lists per node."""
    if all(len(edges) == 2 for edges in half.nodes):
        pairs = half.pairs("")
        with suppress(InputError):  # the pairs can look like all edges
            if spelled_half("", pairs, half.concat) == half:
                return list(pairs)
    return [list(edges) for edges in half.nodes]


def _triples(name: str, edges: tuple[Literal, ...], concat: Literal) -> Half:
    """Read one cell of a genotype whose edges are triples."""
    numbers = []
    for place, edge in enumerate(edges):
        where = f"{name}[{place}] is {edge!r:.80}, expected"
        if not isinstance(edge, tuple) or len(edge) != 3:
            raise InputError(f"{where} (operator, node, source) like the first edge")
        operator, one, other = edge
        if type(one) is not int or type(other) is not int or one == other or min(one, other) < 0:
            raise InputError(f"{where} an operator and two different node numbers from 0 on")
        numbers.append((operator, one, other))
    if all(one > other for _, one, other in numbers):
        by_target = [(target, operator, source) for operator, target, source in numbers]
    elif all(one < other for _, one, other in numbers):
        by_target = [(target, operator, source) for operator, source, target in numbers]
    else:
        raise InputError(
            f"{name} has edges to earlier and to later nodes, expected all edges as (operator, node, source) or all as "
            "(operator, source, node), where node is the later one"
        )
    targets = sorted({target for target, _, _ in by_target})
    if targets[0] < 2:
        raise InputError(
            f"{name} has an edge to node {targets[0]}, expected nodes from 2 on: 0 and 1 are the inputs"
        )
    places = {node: place for place, node in enumerate((0, 1, *targets))}
    groups: dict[int, list[tuple[str, object]]] = {node: [] for node in targets}
    for place, (target, operator, source) in enumerate(by_target):
        if source in places:
            groups[target].append((f"{name}[{place}]", (operator, places[source])))
    for node, group in groups.items():
        if not group:
            raise InputError(
                f"all edges to node {node} of {name} come from nodes without inputs, expected one from another node"
            )
    # Keep and renumber the concatenated nodes that exist. Values that are not nodes stay unchanged, so that `half_of` rejects
    # them.
    last = max(LAST_NODE, *places)
    if isinstance(concat, tuple) and all(type(node) is int and 0 <= node <= last for node in concat):
        concat = tuple(places[node] for node in concat if isinstance(node, int) and node in places)
    return half_of(name, list(groups.values()), concat)


def _sources(group: Sequence[tuple[str, Literal]]) -> list[Literal]:
    """Return the sorted source nodes of edges; empty if one is not an integer."""
    sources = [edge[1] for _, edge in group if isinstance(edge, tuple) and len(edge) == 2]
    return sorted(sources) if all(type(source) is int for source in sources) else []
