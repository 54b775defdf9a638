"""Spaces of the world and their members.

Members of a space differ on purpose more than uniform draws of its genes would: each has a taste of its own, by which
one is made of poolings nearly alone and another of convolutions, one is a chain and another is wide and flat.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod

import numpy as np

from nasport.runtime.costs import flops
from nasport.schemas.architecture import Architecture
from nasport.schemas.graphs.canonical import architecture_hash
from nasport.schemas.graphs.cell_graph import cell_graph
from nasport.schemas.space import Space, space_from_json
from nasport.toolkit.laboratory.world.draw import Draw, Json
from nasport.toolkit.laboratory.world.kinds import KINDS
from nasport.toolkit.laboratory.world.skeletons import common_skeleton
from nasport.toolkit.laboratory.world.taste import drawn_genes
from nasport.toolkit.spaces.search_space import SearchSpace

EVALUATED_SIZE = 32
"""Height and width of the images at which members have to be affordable."""
MAX_FLOPS = 120_000_000
MAX_MEDIAN_FLOPS = 40_000_000
PROBES = 12
COMMON = 1_000_000
"""Spaces from this number on hold cells in one skeleton, so that members of different spaces can be compared."""
MIN_ROWS = 5_000
"""Of genes, so that a space has members enough to rank."""
MAX_TRIES = 200
MAX_REPETITIONS = 300
UNCONNECTED_SHARE = 0.1
# Keeps the streams of spaces and those of members apart.
SPACE, MEMBER = 0, 1


@dataclass(frozen=True)
class WorldSpace:
    """One random search space.

    Attributes:
        seed, number: of the world, and of the space in it.
        kind: one of `KINDS`.
        document: what is open and what is fixed.
    """

    seed: int
    number: int
    kind: str
    document: Space

    @property
    def has_common_skeleton(self) -> bool:
        """Whether its members can be compared with those of other spaces of the kind."""
        return self.number >= COMMON

    @cached_property
    def search_space(self) -> SearchSpace:
        """What follows from the document."""
        return SearchSpace(self.document)

    def member(self, place: int) -> Architecture | None:
        """The member at a place: it depends on the seed, the space's number and the place alone.

        None where `MAX_TRIES` draws give nothing that is affordable and of known cost.
        """
        draw = Draw(self.seed, self.number, MEMBER, place)
        may_be_unconnected = draw.chance(UNCONNECTED_SHARE)
        for _ in range(MAX_TRIES):
            found = self._drawn(draw)
            if found is None or not (may_be_unconnected or is_connected(found)):
                continue
            cost = evaluated_flops(found)
            if cost is not None and cost <= MAX_FLOPS:
                return replace(found, name=f"{self.document.name}-{place}")
        return None

    def is_usable(self, draw: Draw) -> bool:
        """Whether the space has genes enough to rank its members, and half of some draws cost little enough."""
        if prod(gene.options for gene in self.search_space.genes) < MIN_ROWS:
            return False
        drawn = [found for _ in range(PROBES) if (found := self._drawn(draw))]
        costs = [cost for found in drawn if (cost := evaluated_flops(found)) is not None]
        return bool(costs) and float(np.median(costs)) <= MAX_MEDIAN_FLOPS

    def _drawn(self, draw: Draw) -> Architecture | None:
        """A random architecture, None where the genes drawn break a limit."""
        genes = drawn_genes(self.search_space, draw.rng)
        return self.search_space.architecture(genes) if self.search_space.valid(genes) else None


def world_space(seed: int, number: int) -> WorldSpace:
    """The space of a number in the world of a seed.

    A space that is too small or mostly too expensive is drawn again, of the same kind.
    """
    names = [name for name, kind in KINDS.items() if number < COMMON or kind.common_width]
    kind = Draw(seed, number, SPACE).one(names, [KINDS[name].share for name in names])
    for attempt in range(MAX_TRIES):
        draw = Draw(seed, number, SPACE, 1 + attempt)
        drawn = KINDS[kind].document(draw)
        if number >= COMMON:
            drawn = in_common_skeleton(drawn, KINDS[kind].common_width)
        name = f"world-{seed}-{number}"
        drawn = {"format": "nasport-space", "version": 1, "name": name, **drawn}
        space = WorldSpace(seed, number, kind, space_from_json(drawn))
        if space.is_usable(draw):
            return space
    raise RuntimeError(f"no affordable space in {MAX_TRIES} draws")  # pragma: no cover


def in_common_skeleton(document: Json, width: int) -> Json:
    """A space of cells whose members differ in their cells alone."""
    cells = {key: value for key, value in document.items() if key != "choices"}
    return {**cells, "skeleton": common_skeleton(width, *document["cells"])}


def members(space: WorldSpace, count: int) -> Iterator[Architecture]:
    """Up to `count` members of different hashes, by their places; fewer where the space has no more.

    Places that repeat an earlier member are left out, so the first members are the same whatever the count is.
    """
    seen: set[str] = set()
    place = last_new = 0
    while len(seen) < count and place - last_new < MAX_REPETITIONS:
        member = space.member(place)
        place += 1
        if member and (digest := architecture_hash(member)) not in seen:
            seen.add(digest)
            last_new = place
            yield member


def evaluated_flops(architecture: Architecture) -> int | None:
    """Multiply-accumulates at `JUDGED_SIZE`, whatever image the document says; None where unknown."""
    return flops(at_size(architecture, EVALUATED_SIZE))


def at_size(architecture: Architecture, size: int) -> Architecture:
    """The same network on images of another height and width."""
    skeleton = architecture.skeleton
    assert skeleton is not None
    image = {**dict(skeleton.input), "height": size, "width": size}
    return replace(architecture, skeleton=replace(skeleton, input=tuple(sorted(image.items()))))


def is_connected(architecture: Architecture) -> bool:
    """Whether every cell has a path from an input to an output."""
    cells = architecture.used_cells.values()
    return all(cell_graph(cell, architecture).wiring.live for cell in cells)
