"""Evaluate synthetic architectures: the members of one space after another, with a line of JSON for each.

The seed alone determines which architectures are evaluated. A file is continued where it ends, so that an interruption loses one
evaluation, and several processes divide the spaces by their numbers.
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

# Values of a network by evaluator; None if an evaluator failed.
Values = Mapping[str, float | None]


class Share(NamedTuple):
    """Which architectures are evaluated.

    Attributes:
        spaces: number of spaces.
        members: largest number of members of each space.
        part: remainder of the numbers of the spaces modulo `parts`.
        parts: number of parts.
        largest: largest number of multiply-accumulates for images of 32 x 32 pixels; larger members are skipped. None for
            no limit.
        kinds: kinds of spaces, keys of `KINDS`; empty for all.
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
        """Return the number of the space, the place in it and the member, for each architecture."""
        numbers = range(self.first + self.part, self.first + self.spaces, self.parts)
        for space in (world_space(seed, number) for number in numbers):
            if self.kinds and space.kind not in self.kinds:
                continue
            for member in members(space, self.members):
                if self.largest is None or (flops(at_size(member, EVALUATED_SIZE)) or 0) <= self.largest:
                    yield space.number, place_of(member), member


def place_of(member: Architecture) -> int:
    """Return the place of a member in its space, which is the end of its name."""
    return int(member.name.rsplit("-", 1)[1])


def evaluate_members(
    evaluator: Callable[[Architecture], Values],
    share: Share,
    file: Path,
    seed: int,
    say: Callable[[str], None],
    known: Collection[tuple[int, int]] = (),
) -> None:
    """Evaluate the architectures that a file lacks, and append a line for each.

    Args:
        evaluator: function that returns the values of an architecture.
        share: which architectures to evaluate.
        file: JSON Lines, created if it is missing.
        seed: seed of the spaces.
        say: function that receives a message every 500 architectures.
        known: space and place of further architectures to skip.
    """
    done = set(known) | {(record["space"], record["place"]) for record in read_records(file)}
    new = count(1)
    for number, place, member in share.places(seed):
        if (number, place) in done:
            continue
        append_records(file, [{"space": number, "place": place, "values": evaluator(member)}])
        if (evaluated := next(new)) % 500 == 0:
            say(f"{evaluated} networks evaluated, space {number}")
