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
from typing import NoReturn

from nasport.schemas.errors import InputError
from nasport.toolkit.notations.genotype import Edge, Half, checked_half, half_of
from nasport.toolkit.notations.literals import Literal

LAST_NODE = 5  # of DARTS, which `range(2, 6)` concatenates

_Values = tuple[Literal, ...]


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
    first = edges[0]
    if isinstance(first, tuple) and first and isinstance(first[0], tuple):
        return _lists(name, edges, concat)
    if isinstance(first, tuple) and len(first) == 3:
        return _triples(name, edges, concat)
    steps = _steps_of_all(len(edges))
    if steps and isinstance(concat, tuple) and _highest(concat) <= steps + 1:
        placed = [(f"{name}[{place}]", edge) for place, edge in enumerate(edges)]
        groups = [placed[(k * (k + 3)) // 2 :][: k + 2] for k in range(steps)]
        if all(_sources(group) == list(range(len(group))) for group in groups):
            return half_of(name, groups, concat)
        if set(concat) == set(range(2, steps + 2)):
            _refuse_pairs(name, len(edges), steps)
    return checked_half(name, edges, concat)


def spelled(half: Half) -> list[Edge] | list[list[Edge]]:
    """The edges as pairs where every node sums two and they can be read as nothing else, else as one list a node."""
    if all(len(edges) == 2 for edges in half.nodes):
        pairs = half.pairs("")
        try:
            if spelled_half("", pairs, half.concat) == half:
                return list(pairs)
        except InputError:  # might be all edges
            pass
    return [list(edges) for edges in half.nodes]


def _lists(name: str, lists: _Values, concat: Literal) -> Half:
    groups = []
    for place, edges in enumerate(lists):
        where = f"{name}[{place}]"
        if not isinstance(edges, tuple) or not edges:
            raise InputError(
                f"{where} is {edges!r:.80}, expected a list of (operator, node), the edges of node {place + 2}"
            )
        groups.append([(f"{where}[{k}]", edge) for k, edge in enumerate(edges)])
    return half_of(name, groups, concat)


def _triples(name: str, edges: _Values, concat: Literal) -> Half:
    numbers = [_numbers(f"{name}[{place}]", edge) for place, edge in enumerate(edges)]
    target, source = (0, 1) if all(a > b for a, b in numbers) else (1, 0)
    fed = sorted({pair[target] for pair in numbers})
    if not all(pair[target] > pair[source] for pair in numbers):
        raise InputError(
            f"{name} has edges to earlier nodes and to later ones, expected all (operator, node, source) or all "
            "(operator, source, node), the node being the later one"
        )
    if fed[0] < 2:
        raise InputError(f"{name} has an edge to node {fed[0]}, expected 2 and up: 0 and 1 are the inputs")
    places = {node: place for place, node in enumerate((0, 1, *fed))}
    groups: dict[int, list[tuple[str, object]]] = {node: [] for node in fed}
    for place, (edge, pair) in enumerate(zip(edges, numbers, strict=True)):
        if pair[source] in places:
            assert isinstance(edge, tuple)
            groups[pair[target]].append((f"{name}[{place}]", (edge[0], places[pair[source]])))
    for node, group in groups.items():
        if not group:
            raise InputError(f"{name} feeds node {node} from nodes alone that nothing feeds")
    return half_of(name, list(groups.values()), _present(concat, places))


def _present(concat: Literal, places: dict[int, int]) -> Literal:
    """The concatenated nodes that there are, renumbered; as it is, to be refused, where it is no list of nodes."""
    last = max(LAST_NODE, *places)
    if not isinstance(concat, tuple) or any(
        type(node) is not int or not 0 <= node <= last for node in concat
    ):
        return concat
    return tuple(places[node] for node in concat if node in places)


def _numbers(where: str, edge: Literal) -> tuple[int, int]:
    if not isinstance(edge, tuple) or len(edge) != 3:
        raise InputError(f"{where} is {edge!r:.80}, expected (operator, node, source) as before")
    _, one, other = edge
    if type(one) is not int or type(other) is not int or one == other or min(one, other) < 0:
        raise InputError(f"{where} is {edge!r:.80}, expected an operator and two nodes, 0 and up")
    return one, other


def _steps_of_all(count: int) -> int:
    """How many nodes all edges are so many of, 2 + 3 + 4 + ...; 0 where none are, or there is but one node."""
    return next((n for n in range(2, count) if n * (n + 3) == 2 * count), 0)


def _sources(group: Sequence[tuple[str, Literal]]) -> list[Literal]:
    found = [edge[1] for _, edge in group if isinstance(edge, tuple) and len(edge) == 2]
    return sorted(found) if all(type(source) is int for source in found) else []


def _highest(concat: _Values) -> int:
    return max((node for node in concat if isinstance(node, int)), default=0)


def _refuse_pairs(name: str, count: int, steps: int) -> NoReturn:
    runs = ", then ".join(", ".join(map(str, range(node + 2))) for node in range(min(steps, 2)))
    raise InputError(
        f"{name} has {count} edges and concatenates nodes 2 to {steps + 1}: neither two for each of {steps} nodes nor all "
        f"{count} of them, which come from {runs}, ...; expected one or the other, or one list a node"
    )
