"""Members of a space as a command reads documents."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from nasport.toolkit.inputs import Item
from nasport.toolkit.notations.of_members import written
from nasport.toolkit.spaces import SearchSpace, load_space

_TRIES = 100  # for each member, where most were drawn before


def sampled_items(space: str | Path, count: int, seed: int) -> Iterator[Item]:
    """Different members of a space, each called by its notation where it has one; all of them where there are no more.

    Args:
        space: a name or a file.
        count: how many.
        seed: that decides which.

    Raises:
        InputError: no such space, or a mistake in its document.
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
