"""Members of a search space, and the outputs of a predictor for them."""

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
"""Largest number of members from which mean and standard deviation of the traits are computed."""
FEWEST = 8
_TRIES = 20  # random draws per wanted member; in a small space most draws repeat earlier members


@dataclass(frozen=True)
class Members:
    """Members of one search space, no two of them isomorphic.

    Attributes:
        architectures: M architectures.
        outputs: outputs of the predictor for them.
    """

    architectures: Sequence[Architecture]
    outputs: PredictorOutputs


@dataclass(frozen=True)
class PredictorOutputs:
    """Outputs of a predictor for M architectures.

    Attributes:
        scores: (M,) scores.
        traits: (M, T) traits, which a correction weighs.
        statistics: (M, S) statistics, which measure the distance from the training data.
    """

    scores: Floats
    traits: Floats
    statistics: NDArray[np.float32]


class OutputReader:
    """Runs a predictor and returns its outputs, even for recurrent networks, which the predictor itself refuses.

    Attributes:
        bundle: bundle of the predictor.
        blocks: end of each block of the traits.
    """

    def __init__(self, bundle: Bundle) -> None:
        """Load the predictor of a bundle.

        Raises:
            InputError: the predictor has no traits.
        """
        manifest = bundle.manifest
        outputs = manifest["outputs"]
        if TRAITS not in outputs:
            raise InputError(
                f"the predictor of bundle {bundle.name!r} gives no traits, which an adaptation needs; expected one of the "
                "bundles universal..."
            )
        self.bundle = bundle
        self._predictor = Predictor(Bundle(bundle.folder, {**manifest, "refuses": {}}))
        columns = len(manifest["distance"]["statistics"]) + len(manifest["judges"])
        total, readout = outputs[TRAITS]["shape"][1], manifest["model"]["readout"]
        self.blocks: tuple[int, ...] = (columns, total - readout, total)

    def read(self, architectures: Iterable[Architecture]) -> PredictorOutputs:
        """Return the outputs for architectures, in their order."""

        def outputs_of(batch: EncodedBatch) -> Iterable[tuple[Any, Any, Any]]:
            scores = [score.score for score in self._predictor.score_encoded(batch)]
            statistics = np.stack(list(self._predictor.statistics(batch).values()), axis=1)
            return zip(scores, self._predictor.traits(batch), statistics, strict=True)

        outputs = zip(*in_batches(architectures, outputs_of), strict=True)
        scores, traits, statistics = map(np.array, outputs)
        return PredictorOutputs(scores.astype(np.float64), traits.astype(np.float64), statistics)


@dataclass(frozen=True)
class Scales:
    """Mean and standard deviation of traits and scores over the members of a search space."""

    traits: Scale
    score: Scale

    @classmethod
    def of(cls, outputs: PredictorOutputs) -> Scales:
        """Return the scales of the outputs for the members."""
        return cls(Scale.of(outputs.traits), Scale.of(outputs.scores[:, None], outermost=0))


def drawn_members(name: str, drawn: Iterable[Architecture], reader: OutputReader) -> Members:
    """Collect up to `MOST` different members of a search space, in the order in which they are drawn.

    Args:
        name: name of the search space.
        drawn: its members in a random order; members may repeat.
        reader: the predictor.

    Raises:
        InputError: the search space has fewer than `FEWEST` different members.
    """
    by_hash: dict[str, Architecture] = {}
    for architecture in drawn:
        by_hash.setdefault(architecture_hash(architecture), architecture)
        if len(by_hash) == MOST:
            break
    if len(by_hash) < FEWEST:
        raise InputError(
            f"{name!r} has {len(by_hash)} different members, expected at least {FEWEST} to learn from"
        )
    architectures = [
        replace(each, name=written(each) or f"{name}[{place}]") for place, each in enumerate(by_hash.values())
    ]
    return Members(architectures, reader.read(architectures))


class Drawable(Protocol):
    """A set of members to draw from: a search space, or the domain of a search."""

    @property
    def name(self) -> str:
        """Name of the search space."""

    def size(self) -> int:
        """Return the number of members, or an upper bound on it."""

    def enumerate(self) -> Iterator[tuple[int, ...]]:
        """Return the genes of all members."""

    def sample(self, rng: Generator) -> tuple[int, ...]:
        """Return the genes of a random member."""

    def architecture(self, member: tuple[int, ...]) -> Architecture:
        """Return the architecture with the given genes."""


def members_of(space: Drawable, seed: int) -> Iterator[Architecture]:
    """Return members of a search space in a random order.

    A space of up to `MOST` members gives each of them once. A larger one gives random members, which may repeat.

    Raises:
        InputError: no member was found that satisfies the constraints of the space.
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
    except RuntimeError as error:  # the constraints leave no members, or nearly none
        raise InputError(
            f"{space.name!r}: found no member that satisfies its constraints, expected at least one"
        ) from error
