"""The exact order of tied graphs equals that of a plain search without shortcuts."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from nasport.schemas.graphs import exact_order as module
from nasport.schemas.graphs.exact_order import exact_order

Graph = tuple[NDArray[np.uint64], NDArray[np.int32]]
Classes = list[list[int]]


def written_out(kinds: NDArray[np.uint64], labels: NDArray[np.int32], order: list[int]) -> list[list[int]]:
    """Return the kind and the labeled inputs of each node, in this order."""
    rows = labels[np.ix_(order, order)]
    return [
        [int(kinds[v]), *(number for u in np.flatnonzero(row).tolist() for number in (u, int(row[u])))]
        for v, row in zip(order, rows, strict=True)
    ]


def smallest(kinds: NDArray[np.uint64], labels: NDArray[np.int32]) -> list[list[int]]:
    """Return the smallest written-out graph over all choices of a node in the first class of several."""

    def search(classes: Classes) -> list[list[int]]:
        place = next((k for k, members in enumerate(classes) if len(members) > 1), None)
        if place is None:
            return written_out(kinds, labels, [v for (v,) in classes])
        return min(search(refined(apart(classes, place, v), labels)) for v in classes[place])

    depth: list[int] = []
    for row in labels:
        depth.append(max((depth[u] + 1 for u in np.flatnonzero(row)), default=0))
    keys = [(d, int(kind)) for d, kind in zip(depth, kinds, strict=True)]
    return search(
        refined([[v for v in range(len(keys)) if keys[v] == key] for key in sorted(set(keys))], labels)
    )


def apart(classes: Classes, place: int, v: int) -> Classes:
    return [*classes[:place], [v], [u for u in classes[place] if u != v], *classes[place + 1 :]]


def refined(classes: Classes, labels: NDArray[np.int32]) -> Classes:
    """Split all classes at once by their neighbors, until no class splits."""
    color = {v: place for place, members in enumerate(classes) for v in members}

    def key(v: int) -> tuple[tuple[tuple[int, int], ...], ...]:
        lines = labels[v], labels[:, v]
        return tuple(
            tuple(sorted((color[u], int(line[u])) for u in np.flatnonzero(line).tolist())) for line in lines
        )

    finer = [
        [v for v in members if key(v) == wanted]
        for members in classes
        for wanted in sorted({key(v) for v in members})
    ]
    return classes if len(finer) == len(classes) else refined(finer, labels)


def layered(random: Random) -> Graph:
    """Layers of equal nodes between an input and an output, connected by cycles, permutations, or all edges but one."""
    width, depth = random.randint(2, 4), random.randint(2, 3)
    labels = np.zeros((2 + width * depth, 2 + width * depth), np.int32)
    labels[1 : 1 + width, 0] = 1
    labels[-1, -1 - width : -1] = 1
    for layer in range(1, depth):
        block = labels[1 + layer * width :, 1 + (layer - 1) * width :][:width, :width]
        way = random.randrange(4)
        for v in range(width):
            block[v, v] = block[v, (v + 1) % width] = 1
        if way == 1:
            block[:] = 1 - np.eye(width, dtype=np.int32)
        elif way > 1:
            block[:] = sum(
                np.eye(width, dtype=np.int32)[random.sample(range(width), width)] for _ in range(way - 1)
            )
    return np.ones(len(labels), np.uint64), labels


def copies(random: Random) -> Graph:
    """Copies of a random cell with some exchanged edges; the nodes of the copies are interleaved."""
    count, size = random.randint(2, 3), random.randint(1, 4)
    labels = np.zeros((2 + count * size, 2 + count * size), np.int32)
    kinds = np.ones(len(labels), np.uint64)
    for v in range(size):
        kinds[1 + v * count : 1 + (v + 1) * count] = random.randint(1, 2)
        for u in range(v):
            label, crossed = random.choice([0, 1, 1, 2, 1 << 16]), random.randrange(2)
            for k in range(count):
                labels[1 + v * count + k, 1 + u * count + (k + crossed) % count] = label
    labels[1:-1, 0] = ~labels[1:-1, 1:-1].any(axis=1)
    labels[-1, 1:-1] = ~labels[1:-1, 1:-1].any(axis=0)
    return kinds, labels


def shuffled(kinds: NDArray[np.uint64], labels: NDArray[np.int32], random: Random) -> Graph:
    """Return the same graph in another topological order."""
    order: list[int] = []
    while len(order) < len(kinds):
        ready = [
            v
            for v in range(len(kinds))
            if v not in order and set(np.flatnonzero(labels[v]).tolist()) <= set(order)
        ]
        order.append(random.choice(ready))
    return kinds[order], labels[np.ix_(order, order)]


@pytest.mark.parametrize("draw", [layered, copies])
@given(seed=st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_the_order_equals_that_of_a_plain_search(draw: object, seed: int) -> None:
    assert callable(draw)
    random = Random(seed)
    kinds, labels = draw(random)
    wanted = smallest(kinds, labels)
    assert written_out(kinds, labels, exact_order(kinds, labels)) == wanted
    other_kinds, other_labels = shuffled(kinds, labels, random)
    assert written_out(other_kinds, other_labels, exact_order(other_kinds, other_labels)) == wanted


def test_many_equal_branches_need_no_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """30 branches of two nodes each have 30! equivalent orders."""
    branches = 30
    labels = np.zeros((2 * branches + 2, 2 * branches + 2), np.int32)
    for i in range(branches):
        labels[1 + i, 0] = labels[1 + branches + i, 1 + (7 * i) % branches] = labels[-1, 1 + branches + i] = 1
    monkeypatch.setattr(module._Search, "_set_apart", None)
    kinds = np.ones(len(labels), np.uint64)
    order = exact_order(kinds, labels)
    assert (
        labels[np.ix_(order, order)][1 + branches : -1, 1 : 1 + branches].tolist()
        == np.eye(branches).tolist()
    )
