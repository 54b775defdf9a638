"""The ways in which texts spell the edges of a genotype's cell, read into its nodes and back.

    pairs            [('sep_conv_3x3', 0), ...]                two for each node, one node after the other (DARTS)
    all edges        [('sep_conv_3x3', 0), ('none', 1), ...]   2 + 3 + 4 + 5 pairs: from every earlier node one
    one list a node  [[('sep_conv_3x3', 0), ...], ...]         as many for a node as there are
    triples          [('sep_conv_3x3', 2, 0), ...]             the node that is fed, the node that feeds it (FairDARTS)

An edge leads to a later node, so triples in the other order, source first, are told from these by their numbers. A node
that no triple feeds is none: the network of FairDARTS leaves it, what it feeds and its part of the output out.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from nasport.schemas.errors import InputError
from nasport.toolkit.notations.genotype import Edge, Half, checked_half, half_of
from nasport.toolkit.notations.objects import Literal

LAST_NODE = 5  # of DARTS, which `range(2, 6)` concatenates


def spelled_half(name: str, edges: Literal, concat: Literal) -> Half:
    """One half of a genotype, whichever way its edges are spelled.

    Args:
        name: `normal` or `reduce`, for the messages.
        edges: of the cell, as read from a text.
        concat: nodes that the output concatenates, as read from a text.

    Raises:
        InputError: names the edge and what was expected there; or the text can be read in more than one way.
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
    # How many nodes all edges are so many of, 2 + 3 + 4 + ...
    steps = next((n for n in range(2, len(edges)) if n * (n + 3) == 2 * len(edges)), 0)
    nodes = [node for node in concat if isinstance(node, int)] if isinstance(concat, tuple) else [steps + 2]
    if steps and max(nodes, default=0) <= steps + 1:
        placed = [(f"{name}[{place}]", edge) for place, edge in enumerate(edges)]
        groups = [placed[(k * (k + 3)) // 2 :][: k + 2] for k in range(steps)]
        if all(_sources(group) == list(range(len(group))) for group in groups):
            return half_of(name, groups, concat)
        if isinstance(concat, tuple) and set(concat) == set(range(2, steps + 2)):
            raise InputError(
                f"{name} has {len(edges)} edges and concatenates nodes 2 to {steps + 1}: neither two for each of {steps} "
                f"nodes nor all {len(edges)} of them, which come from 0, 1, then 0, 1, 2, ...; expected one or the other, "
                "or one list a node"
            )
    return checked_half(name, edges, concat)


def spelled(half: Half) -> list[Edge] | list[list[Edge]]:
    """The edges as pairs where every node sums two and they can be read as nothing else, else as one list a node."""
    if all(len(edges) == 2 for edges in half.nodes):
        pairs = half.pairs("")
        with suppress(InputError):  # might be all edges
            if spelled_half("", pairs, half.concat) == half:
                return list(pairs)
    return [list(edges) for edges in half.nodes]


def _triples(name: str, edges: tuple[Literal, ...], concat: Literal) -> Half:
    numbers = []
    for place, edge in enumerate(edges):
        where = f"{name}[{place}] is {edge!r:.80}, expected"
        if not isinstance(edge, tuple) or len(edge) != 3:
            raise InputError(f"{where} (operator, node, source) as before")
        operator, one, other = edge
        if type(one) is not int or type(other) is not int or one == other or min(one, other) < 0:
            raise InputError(f"{where} an operator and two nodes, 0 and up")
        numbers.append((operator, one, other))
    if all(one > other for _, one, other in numbers):
        fed_by = [(target, operator, source) for operator, target, source in numbers]
    elif all(one < other for _, one, other in numbers):
        fed_by = [(target, operator, source) for operator, source, target in numbers]
    else:
        raise InputError(
            f"{name} has edges to earlier nodes and to later ones, expected all (operator, node, source) or all "
            "(operator, source, node), the node being the later one"
        )
    fed = sorted({target for target, _, _ in fed_by})
    if fed[0] < 2:
        raise InputError(f"{name} has an edge to node {fed[0]}, expected 2 and up: 0 and 1 are the inputs")
    places = {node: place for place, node in enumerate((0, 1, *fed))}
    groups: dict[int, list[tuple[str, object]]] = {node: [] for node in fed}
    for place, (target, operator, source) in enumerate(fed_by):
        if source in places:
            groups[target].append((f"{name}[{place}]", (operator, places[source])))
    for node, group in groups.items():
        if not group:
            raise InputError(f"{name} feeds node {node} from nodes alone that nothing feeds")
    # The concatenated nodes that there are, renumbered; as it is, to be refused, where it is no list of nodes.
    last = max(LAST_NODE, *places)
    if isinstance(concat, tuple) and all(type(node) is int and 0 <= node <= last for node in concat):
        concat = tuple(places[node] for node in concat if isinstance(node, int) and node in places)
    return half_of(name, list(groups.values()), concat)


def _sources(group: Sequence[tuple[str, Literal]]) -> list[Literal]:
    found = [edge[1] for _, edge in group if isinstance(edge, tuple) and len(edge) == 2]
    return sorted(found) if all(type(source) is int for source in found) else []
