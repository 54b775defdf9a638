"""Synthetic search spaces and their members.

Members differ more than uniform samples of the genes would: each is drawn from separate random probabilities (`taste.py`), so
that one consists mostly of poolings and another of convolutions, and one is deep and another flat.
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
"""Height and width of the images in pixels for which the cost of members is limited."""
MAX_FLOPS = 120_000_000
MAX_MEDIAN_FLOPS = 40_000_000
PROBES = 12
COMMON = 1_000_000
"""Spaces from this number on have cells in one common skeleton, so that members of different spaces can be compared."""
MIN_ROWS = 5_000
"""Smallest number of combinations of genes, so that a space has enough members to rank."""
MAX_TRIES = 200
MAX_REPETITIONS = 300
UNCONNECTED_SHARE = 0.1
# Numbers that distinguish the random streams of spaces and of members.
SPACE, MEMBER = 0, 1


@dataclass(frozen=True)
class WorldSpace:
    """A synthetic search space.

    Attributes:
        seed: seed of all spaces.
        number: number of this space.
        kind: kind, a key of `KINDS`.
        document: search space document.
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
        """The search space of the document."""
        return SearchSpace(self.document)

    def member(self, place: int) -> Architecture | None:
        """Return the member at a place, which depends only on the seed, the number of the space and the place.

        None if `MAX_TRIES` draws give no member whose cost is known and small enough.
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
        """Return whether the space has enough combinations of genes and the median cost of random members is small enough."""
        if prod(gene.options for gene in self.search_space.genes) < MIN_ROWS:
            return False
        drawn = [found for _ in range(PROBES) if (found := self._drawn(draw))]
        costs = [cost for found in drawn if (cost := evaluated_flops(found)) is not None]
        return bool(costs) and float(np.median(costs)) <= MAX_MEDIAN_FLOPS

    def _drawn(self, draw: Draw) -> Architecture | None:
        """Return a random architecture; None if its genes violate a limit of the space."""
        genes = drawn_genes(self.search_space, draw.rng)
        return self.search_space.architecture(genes) if self.search_space.valid(genes) else None


def world_space(seed: int, number: int) -> WorldSpace:
    """Return the space with the given number.

    A space that is too small or whose members cost too much is drawn again, of the same kind.
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
    """Return a space of cells in the common skeleton, whose members differ only in their cells."""
    cells = {key: value for key, value in document.items() if key != "choices"}
    return {**cells, "skeleton": common_skeleton(width, *document["cells"])}


def members(space: WorldSpace, count: int) -> Iterator[Architecture]:
    """Return up to `count` members with different hashes, by ascending places; fewer if no further ones are found.

    Places that repeat an earlier member are skipped, so that the first members do not depend on the count.
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
    """Return the multiply-accumulates for images of `EVALUATED_SIZE`, whatever image the document has; None if unknown."""
    return flops(at_size(architecture, EVALUATED_SIZE))


def at_size(architecture: Architecture, size: int) -> Architecture:
    """Return the same network for square images of another size in pixels."""
    skeleton = architecture.skeleton
    assert skeleton is not None
    image = {**dict(skeleton.input), "height": size, "width": size}
    return replace(architecture, skeleton=replace(skeleton, input=tuple(sorted(image.items()))))


def is_connected(architecture: Architecture) -> bool:
    """Return whether every cell has a path from an input to an output."""
    cells = architecture.used_cells.values()
    return all(cell_graph(cell, architecture).wiring.reachable for cell in cells)
