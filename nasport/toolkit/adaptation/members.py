"""Members of a space, and what a predictor sees of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from nasport.models.correction import Floats, Scale
from nasport.runtime.bundle import Bundle
from nasport.runtime.encoding import EncodedBatch
from nasport.runtime.predictor import TRAITS, Predictor, in_batches
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.schemas.graphs.canonical import architecture_hash
from nasport.toolkit.notations.of_members import written

MOST = 2_000
"""Members by which center and deviation of the traits are told."""
FEWEST = 8
_TRIES = 20  # for each member, where most were drawn before


@dataclass(frozen=True)
class Members:
    """Members of one space, no two of them isomorphic.

    Attributes:
        architectures: M of them.
        seen: what the predictor sees of them.
    """

    architectures: Sequence[Architecture]
    seen: Sight


@dataclass(frozen=True)
class Sight:
    """What a predictor sees of M architectures.

    Attributes:
        scores: (M,) its own.
        traits: (M, T).
        statistics: (M, S) in which its distance is measured.
    """

    scores: Floats
    traits: Floats
    statistics: NDArray[np.float32]


class Seer:
    """A predictor asked for what it sees, of recurrent networks too, whose scores it would refuse.

    Attributes:
        bundle: of the predictor.
        blocks: where each block of its traits ends.

    Raises:
        InputError: the bundle gives no traits.
    """

    def __init__(self, bundle: Bundle) -> None:
        manifest = bundle.manifest
        outputs = manifest["outputs"]
        if TRAITS not in outputs:
            raise InputError(
                f"the bundle {bundle.name!r} gives no traits that a correction could weigh, expected one of universal..."
            )
        self.bundle = bundle
        self._predictor = Predictor(Bundle(bundle.folder, {**manifest, "refuses": {}}))
        columns = len(manifest["distance"]["statistics"]) + len(manifest["judges"])
        total, read = outputs[TRAITS]["shape"][1], manifest["model"]["readout"]
        self.blocks: tuple[int, ...] = (columns, total - read, total)

    def see(self, architectures: Iterable[Architecture]) -> Sight:
        """What it sees of them, in their order."""

        def told(batch: EncodedBatch) -> Iterable[tuple[Any, Any, Any]]:
            scores = [score.score for score in self._predictor.score_encoded(batch)]
            statistics = np.stack(list(self._predictor.statistics(batch).values()), axis=1)
            return zip(scores, self._predictor.traits(batch), statistics, strict=True)

        scores, traits, statistics = map(np.array, zip(*in_batches(architectures, told), strict=True))
        return Sight(scores.astype(np.float64), traits.astype(np.float64), statistics)


@dataclass(frozen=True)
class Scales:
    """Center and deviation over the members of a space."""

    traits: Scale
    score: Scale

    @classmethod
    def of(cls, seen: Sight) -> Scales:
        """Of what is seen of its members."""
        return cls(Scale.of(seen.traits), Scale.of(seen.scores[:, None], outermost=0))


def drawn_members(name: str, drawn: Iterable[Architecture], seer: Seer) -> Members:
    """Up to `MOST` of the members of a space, in the order drawn.

    Args:
        name: of the space.
        drawn: its members in a random order; they may repeat.

    Raises:
        InputError: there are too few of them.
    """
    found: dict[str, Architecture] = {}
    for architecture in drawn:
        found.setdefault(architecture_hash(architecture), architecture)
        if len(found) == MOST:
            break
    if len(found) < FEWEST:
        raise InputError(
            f"{name!r} has {len(found)} different members, expected at least {FEWEST} to learn from"
        )
    architectures = [
        replace(each, name=written(each) or f"{name}[{place}]") for place, each in enumerate(found.values())
    ]
    return Members(architectures, seer.see(architectures))


class Drawable(Protocol):
    """What members are drawn from: a search space, or the domain of a search."""

    @property
    def name(self) -> str:
        """What it is called."""

    def size(self) -> int:
        """How many members it has at most."""

    def enumerate(self) -> Iterator[tuple[int, ...]]:
        """All of them."""

    def sample(self, rng: Generator) -> tuple[int, ...]:
        """A random one."""

    def architecture(self, member: tuple[int, ...]) -> Architecture:
        """The document of one."""


def members_of(space: Drawable, seed: int) -> Iterator[Architecture]:
    """Members of a space in a random order: all of them, or so many that nearly all of the first `MOST` differ.

    Raises:
        InputError: rules of the space that leave no member.
    """
    rng = np.random.default_rng(seed)
    if space.size() <= MOST:
        everything = list(space.enumerate())
        yield from (
            space.architecture(everything[place]) for place in rng.permutation(len(everything)).tolist()
        )
        return
    try:
        for _ in range(_TRIES * MOST):
            yield space.architecture(space.sample(rng))
    except RuntimeError as error:  # rules that leave nothing, or next to nothing
        raise InputError(
            f"{space.name!r}: no member was found that keeps its rules, expected some"
        ) from error
