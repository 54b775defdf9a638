"""Judging the world: members of one space after another, a line of JSON each, so that an interruption costs one network.

What is judged follows from the seed of the world alone; a file goes on where it ends, and several processes share the
spaces by their numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import NamedTuple

from nasport.runtime.costs import flops
from nasport.schemas.architecture import Architecture
from nasport.toolkit.laboratory.world.space import EVALUATED_SIZE, at_size, members, world_space
from nasport.toolkit.run_folder import append_records, read_records

# What an evaluator says of a network by the names of its numbers; None: it has nothing to say.
Verdict = Mapping[str, float | None]


class Share(NamedTuple):
    """Which networks are judged.

    Attributes:
        spaces: how many.
        members: of each, at most.
        part, parts: the spaces whose number has this remainder.
        largest: multiply-accumulates at 32 by 32; larger members are passed over. None: none is.
        kinds: of spaces, among `KINDS`; empty: all.
        first: number of the first space.
    """

    spaces: int
    members: int
    part: int = 0
    parts: int = 1
    largest: int | None = None
    kinds: tuple[str, ...] = ()
    first: int = 0

    def places(self, seed: int) -> Iterator[tuple[int, int, Architecture]]:
        """Number of the space, place in it, and the member."""
        numbers = range(self.first + self.part, self.first + self.spaces, self.parts)
        for space in (world_space(seed, number) for number in numbers):
            if self.kinds and space.kind not in self.kinds:
                continue
            for member in members(space, self.members):
                if self.largest is None or (flops(at_size(member, EVALUATED_SIZE)) or 0) <= self.largest:
                    yield space.number, place_of(member), member


def place_of(member: Architecture) -> int:
    """The place of a member in its space, which its name ends with."""
    return int(member.name.rsplit("-", 1)[1])


def evaluator_world(
    evaluator: Callable[[Architecture], Verdict],
    share: Share,
    file: Path,
    seed: int,
    say: Callable[[str], None],
    known: Collection[tuple[int, int]] = (),
) -> None:
    """Judge what the file lacks and append it, a line a network.

    Args:
        judge: gives the numbers of a network.
        share: which networks.
        file: JSON Lines, made if missing.
        seed: of the world.
        say: told now and then how far it is.
        known: space and place of networks that need no judging.
    """
    done = set(known) | {(record["space"], record["place"]) for record in read_records(file)}
    new = count(1)
    for number, place, member in share.places(seed):
        if (number, place) in done:
            continue
        append_records(file, [{"space": number, "place": place, "values": evaluator(member)}])
        if (evaluated := next(new)) % 500 == 0:
            say(f"{evaluated} networks judged, space {number}")
