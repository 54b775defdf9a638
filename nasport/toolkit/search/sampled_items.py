"""Sample members of a search space as input items of a command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from nasport.toolkit.inputs import Item
from nasport.toolkit.notations.of_members import written
from nasport.toolkit.spaces import SearchSpace, load_space

_TRIES = 100  # maximum number of draws per wanted member


def sampled_items(space: str | Path, count: int, seed: int) -> Iterator[Item]:
    """Yield different members of a search space, named by their notation if there is one.

    Args:
        space: name or file of the space.
        count: number of members; all members if the space has fewer.
        seed: seed of the draws.

    Raises:
        InputError: unknown space, or an invalid document.
    """
    chosen = load_space(space)
    return (_item(chosen, genes, place) for place, genes in enumerate(_members(chosen, count, seed)))


def _members(space: SearchSpace, count: int, seed: int) -> Iterator[tuple[int, ...]]:
    if space.size() <= count:
        yield from space.enumerate()
        return
    rng, known = np.random.default_rng(seed), set[tuple[int, ...]]()
    for _ in range(_TRIES * count):
        genes = tuple(space.sample(rng))
        if genes not in known:
            known.add(genes)
            yield genes
        if len(known) == count:
            return


def _item(space: SearchSpace, genes: tuple[int, ...], place: int) -> Item:
    architecture = space.architecture(genes)
    name = written(architecture) or f"{space.name}[{place}]"
    return Item(json.dumps(replace(architecture, name=name).to_json()).encode(), called=name)
