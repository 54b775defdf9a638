"""How the nodes of a cell feed each other, worked out once for all cells that are wired alike.

The members of a search space differ in operators far more often than in wiring, and thousands of them are scored in a
row. So what follows from the wiring alone is kept here: the order of the nodes, what carries anything, the labels of
the edges. Which convolution stands on a node does not matter to it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from nasport.schemas.checks import topological_order

# An entry of the label matrix says how one node feeds another: 0 not at all; else how often it stands among the
# inputs, plus JOIN_STEP times the join rule; for an operator whose inputs are ordered, ORDERED plus the set of ports.
JOINS = {"sum": 0, "concat": 1, "product": 2, "mean": 3}
JOIN_STEP = 1 << 16
ORDERED = 1 << 24
MAX_ORDERED_PORTS = 20
MAX_COUNT = JOIN_STEP - 1

# The kinds of nodes that matter to the wiring.
WIRED_KINDS = frozenset(["input", "output", "none", "sum", "product", "elementwise"])

# Cells of more nodes are worked out each time: what is kept must not grow large.
MAX_KEPT_NODES = 64


class WiredNode(NamedTuple):
    """What of a node matters to the wiring.

    Attributes:
        id, inputs, join: as in the document.
        kind: of the operator where it is one of `WIRED_KINDS`, else empty.
        ordered: whether exchanging two inputs changes the result.
    """

    id: str
    inputs: tuple[str, ...]
    join: str
    kind: str
    ordered: bool


class Wiring:
    """A cell without its operators.

    Attributes:
        places: its nodes, in the document's order.
    """

    def __init__(self, places: tuple[WiredNode, ...]) -> None:
        self.places = places
        self._by_id = {place.id: place for place in places}

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Positions of all nodes, every one after those that feed it."""
        return self._positions({place.id: place.inputs for place in self.places})

    @cached_property
    def entering(self) -> tuple[int, ...]:
        """Of every node how many of its inputs are inputs of the cell."""
        entrances = {place.id for place in self.places if place.kind == "input"}
        return tuple(sum(u in entrances for u in place.inputs) for place in self.places)

    @cached_property
    def inputs(self) -> Mapping[str, Mapping[str, int]]:
        """For every node that carries something its sources and how often each counts, redundant sums dissolved.

        A product with a dropped factor is zero everywhere, so it is dropped as well.
        """
        dead: set[str] = set()
        inputs: dict[str, dict[str, int]] = {}
        for place in (self.places[position] for position in self.order):
            product = place.join == "product" or place.kind == "product"
            if place.kind == "none" or (product and any(u in dead for u in place.inputs)):
                dead.add(place.id)
                continue
            inputs[place.id] = self._counted(place, [u for u in place.inputs if u not in dead], inputs)
        needed = {u for sources in inputs.values() for u in sources}
        return {
            place.id: inputs[place.id]
            for place in self.places
            if place.id in inputs and (place.kind != "sum" or place.id in needed)
        }

    @cached_property
    def carrying(self) -> tuple[int, ...]:
        """Positions of the nodes that `inputs` keeps, every one after those that feed it."""
        return self._positions(self.inputs)

    @cached_property
    def edges(self) -> tuple[tuple[int, int, int], ...]:
        """(target, source, label) between the nodes of `carrying`, counted in that order."""
        position = {self.places[place].id: k for k, place in enumerate(self.carrying)}
        return tuple(
            (k, position[u], label)
            for k, place in enumerate(self.carrying)
            for u, label in _labels(self.places[place], self.inputs[self.places[place].id]).items()
        )

    @cached_property
    def paths(self) -> Mapping[str, list[str]]:
        """The nodes on a path from an input to an output, in order, `none` dropped, each with its sources, once each."""
        places = [self.places[k] for k in self.order]
        inputs = {place.id: dict.fromkeys(place.inputs) for place in places if place.kind != "none"}
        return on_path(inputs, self.kinds)

    @cached_property
    def live(self) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """Positions of the nodes of `inputs` on a path, in the document's order, with what feeds them.

        What is added twice stands once.
        """
        inputs = {self.places[k].id: self.inputs[self.places[k].id] for k in self.carrying}
        kept = on_path(inputs, self.kinds)
        live = []
        for k, place in enumerate(self.places):
            if place.id in kept:
                once = place.join == "sum" and not place.ordered
                sources = kept[place.id]
                live.append((k, tuple(sources) if once else tuple(u for u in place.inputs if u in sources)))
        return tuple(live)

    @cached_property
    def is_live(self) -> bool:
        """Whether `live` is the whole cell as it is written."""
        return self.live == tuple((k, place.inputs) for k, place in enumerate(self.places))

    @cached_property
    def is_entered_alike(self) -> bool:
        """Whether `live` has every node, fed by as many inputs of the cell as it is written with."""
        entrances = {place.id for place in self.places if place.kind == "input"}
        entering = tuple(sum(u in entrances for u in inputs) for _, inputs in self.live)
        return len(self.live) == len(self.places) and entering == self.entering

    @cached_property
    def unread(self) -> tuple[int, ...]:
        """Positions of the nodes that feed nothing and are neither inputs nor outputs; `none` does not count as one."""
        return self._feeding_none_of(self.places)

    @cached_property
    def lost(self) -> tuple[int, ...]:
        """Those of `unread`, and the nodes that feed nothing but `none`."""
        return self._feeding_none_of([place for place in self.places if place.kind != "none"])

    @cached_property
    def unfed(self) -> tuple[int, ...]:
        """Positions of the nodes without inputs that are neither inputs nor `none`."""
        ends = ("input", "none")
        return tuple(k for k, place in enumerate(self.places) if not place.inputs and place.kind not in ends)

    @property
    def kinds(self) -> dict[str, str]:
        """The kinds of the nodes, by id."""
        return {place.id: place.kind for place in self.places}

    def _feeding_none_of(self, targets: Sequence[WiredNode]) -> tuple[int, ...]:
        fed = {u for place in targets for u in place.inputs}
        ends = ("input", "output", "none")
        return tuple(
            k for k, place in enumerate(self.places) if place.id not in fed and place.kind not in ends
        )

    def _positions(self, inputs: Mapping[str, Collection[str]]) -> tuple[int, ...]:
        order = topological_order(inputs)
        assert order is not None, "checked when the document was read"
        position = {place.id: k for k, place in enumerate(self.places)}
        return tuple(position[node_id] for node_id in order)

    def _counted(
        self, place: WiredNode, live: Sequence[str], inputs: Mapping[str, Mapping[str, int]]
    ) -> dict[str, int]:
        """How often each source feeds a node, with what feeds a `sum` in that node's place where the node sums as well.

        Counts, not lists: sums of sums of sums count in powers of two. They stop at `MAX_COUNT`.
        """
        sums = place.join == "sum" and not place.ordered and place.kind not in ("product", "elementwise")
        counts: dict[str, int] = {}
        for u in live:
            dissolves = sums and self._by_id[u].kind == "sum" and self._by_id[u].join == "sum"
            for source, count in (inputs[u] if dissolves else {u: 1}).items():
                counts[source] = min(counts.get(source, 0) + count, MAX_COUNT)
        return counts


def on_path(inputs: Mapping[str, Collection[str]], kinds: Mapping[str, str]) -> dict[str, list[str]]:
    """The nodes on an input-output path, in order, with those of their inputs that are on one.

    Args:
        inputs: id to the ids that feed it, in topological order; ids that are no keys are left out.
        kinds: of every node.
    """
    reached: set[str] = set()
    for node_id, sources in inputs.items():
        if kinds[node_id] == "input" or not reached.isdisjoint(sources):
            reached.add(node_id)
    reaching: set[str] = set()
    for node_id in reversed(list(inputs)):
        if node_id in reached and (kinds[node_id] == "output" or node_id in reaching):
            reaching.update([node_id, *inputs[node_id]])
    kept = reached & reaching
    return {
        node_id: [u for u in sources if u in kept] for node_id, sources in inputs.items() if node_id in kept
    }


def wiring(places: tuple[WiredNode, ...]) -> Wiring:
    """The wiring of these nodes; the same object for the same nodes, unless they are many."""
    return _kept(places) if len(places) <= MAX_KEPT_NODES else Wiring(places)


@lru_cache(maxsize=4096)
def _kept(places: tuple[WiredNode, ...]) -> Wiring:
    return Wiring(places)


def _labels(place: WiredNode, counts: Mapping[str, int]) -> dict[str, int]:
    if place.ordered:
        ports: dict[str, int] = {}
        for port, source in enumerate(place.inputs):
            ports[source] = ports.get(source, ORDERED) | 1 << min(port, MAX_ORDERED_PORTS)
        return {source: ports[source] for source in counts}
    step = JOINS[place.join] * JOIN_STEP if sum(counts.values()) > 1 else 0
    return {source: step + count for source, count in counts.items()}
