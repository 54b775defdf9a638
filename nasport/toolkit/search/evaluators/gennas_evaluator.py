"""GenNAS regression as the evaluator of a search, or as the second evaluator that re-ranks finalists.

Training takes seconds per architecture. All architectures of a search share images, task and settings, so that their
losses are comparable.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import NasportError
from nasport.toolkit.gennas.choices import Choices
from nasport.toolkit.gennas.requirements import require_torch, versions
from nasport.toolkit.search.domain import Domain
from nasport.toolkit.search.evaluators.evaluator import EvaluatedQuery, Evaluator
from nasport.toolkit.search.facts import known_of
from nasport.toolkit.search.latency import LayerLatencies
from nasport.toolkit.search.limits import Limit, total_violation
from nasport.toolkit.search.query import Query

if TYPE_CHECKING:
    from nasport.toolkit.gennas.trainer import Outcome

NOT_TRAINED = "not trained: it breaks the limits"


class Training:
    """Trains architectures in processes or on a Ray cluster. Use it in a `with` block.

    Raises:
        InputError: unknown task, preset or device, or wrong images.
        MissingRuntimeError: the extra `gennas`, or with `ray` the extra `ray`, is not installed.
    """

    def __init__(self, choices: Choices, jobs: int | None = None, ray: str | None = None) -> None:
        """Make the plan of the training and prepare the processes or Ray.

        Args:
            choices: options of the training.
            jobs: number of processes; None for one per core, or for one with CUDA.
            ray: address of a Ray cluster, empty for a cluster on this machine; None for processes without Ray.
        """
        require_torch()
        from nasport.runtime.predictor import cores
        from nasport.toolkit.gennas.planning import plan_of
        from nasport.toolkit.gennas.pool import Pool

        self._plan = plan_of(choices, elsewhere=bool(ray))
        if ray is not None:
            from nasport.toolkit.gennas.ray.cluster import load_ray

            load_ray(local=not ray)  # fails before the search begins if Ray is not installed
        self._preset = choices.preset
        self._pool = Pool(jobs or (1 if choices.device == "cuda" else cores()))
        self._jobs = jobs
        self._ray = ray
        self._ends = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as ends:
            ends.enter_context(self._pool)
            if self._ray is not None:
                from nasport.toolkit.gennas.ray.ray_pool import cluster

                ends.enter_context(cluster(self._ray or None, self._jobs))
            self._ends = ends.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    def check(self, architecture: Architecture) -> None:
        """Raise InputError if the task does not support networks of this family."""
        self._plan.check_family(architecture)

    @property
    def iterations(self) -> int:
        """Number of steps of a complete training of an image network."""
        return self._plan.settings.iterations

    def outcomes(
        self, architectures: Sequence[Architecture], bars: Mapping[int, float] | None = None
    ) -> Generator[tuple[int, Outcome], None, None]:
        """Train architectures and yield (index, outcome) in the order in which trainings end.

        Args:
            bars: loss above which a training stops, by number of steps; see `gennas/race.py`.

        Raises:
            NasportError: a training failed unexpectedly. Such a failure need not be due to the architecture, so the
                log must not keep it.
        """
        plan = replace(self._plan, bars=bars) if bars else self._plan
        if self._ray is None or not architectures:
            trained = self._pool.carry_out(architectures, plan)
        else:
            from nasport.toolkit.gennas.ray.ray_pool import regress_all_on_ray

            trained = regress_all_on_ray(architectures, plan, self._ray or None, self._jobs)
        with closing(trained) as outcomes:
            for place, outcome in outcomes:
                if outcome.unexpected:
                    name = architectures[place].name
                    raise NasportError(f"{name!r} could not be trained: {outcome.failed}")
                yield place, outcome

    def to_json(self) -> dict[str, Any]:
        """Return the values that determine the losses."""
        return {"preset": self._preset, **self._plan.to_json(), **versions()}


@dataclass
class GenNASEvaluator(Evaluator):
    """Scores by the negative loss of GenNAS regression. Architectures outside the limits are not trained."""

    domain: Domain
    training: Training
    limits: Sequence[Limit] = ()
    latency: LayerLatencies | None = None
    name = "gennas"

    def evaluate(self, queries: Sequence[Query]) -> Iterator[list[EvaluatedQuery]]:
        members = [query.member for query in queries]
        found = []  # evaluations whose scores follow below
        for key, facts in known_of(self.domain, members, self.latency):
            failed = NOT_TRAINED if total_violation(self.limits, facts) > 0 else ""
            found.append(EvaluatedQuery(key, None, facts, failed))
        waiting = [place for place, evaluated in enumerate(found) if not evaluated.failed]
        left = dict.fromkeys(waiting)
        done = 0
        architectures = [self.domain.architecture(members[place]) for place in waiting]
        with closing(self.training.outcomes(architectures)) as outcomes:
            for number, outcome in outcomes:
                place = waiting[number]
                found[place] = found[place]._replace(
                    score=None if outcome.loss is None else -outcome.loss,
                    facts={**found[place].facts, "loss": outcome.loss, "fit": outcome.fit},
                    failed=outcome.failed,
                )
                del left[place]
                ready = next(iter(left), len(found))  # `left` is in order
                if ready > done:
                    yield found[done:ready]
                    done = ready
        if done < len(found):  # no architecture needed training
            yield found[done:]

    def to_json(self) -> dict[str, Any]:
        return self.training.to_json()
