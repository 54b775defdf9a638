"""A searcher of proxy tasks that knows nothing of how they are judged: it is asked for a task and told its fitness.

Regularized evolution (Real et al., "Regularized Evolution for Image Classifier Architecture Search", AAAI 2019): random
tasks until there is a population of them; then always the fittest of a random few is mutated, the result joins, and the
oldest leaves, fit or not. Or random search, for comparison.

What is proposed is a function of the seed, the settings and the fitness told so far. Nothing else is a searcher's
state, so one that was lost comes back by being told again what is known.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from random import Random
from typing import Any

from nasport.toolkit.gennas.task import Task
from nasport.toolkit.gennas.task_search.task_space import TaskSpace


@dataclass(frozen=True)
class Proposal:
    """A task to judge.

    Attributes:
        number: how many were proposed before it.
        parent: number of the task that it is a mutation of; None: it is random.
    """

    number: int
    task: Task
    parent: int | None = None


@dataclass(frozen=True)
class Evaluated:
    """A proposal and its fitness, higher is better; None where there is none, which counts as the worst."""

    proposal: Proposal
    fitness: float | None

    @property
    def rank(self) -> float:
        """The fitness as a number that sorts."""
        return -math.inf if self.fitness is None else self.fitness


@dataclass(frozen=True)
class SearchSettings:
    """What decides a search, besides the space and what is told.

    Attributes:
        seed: of everything random.
        population: how many of the youngest tasks may be parents.
        tournament: among how many of them, drawn with repetition, the fittest is mutated.
        random: nothing is ever mutated.
    """

    seed: int = 0
    population: int = 50
    tournament: int = 10
    random: bool = False


class TaskSearch:
    """Ask for a task, judge it, tell; one at a time."""

    def __init__(self, space: TaskSpace, settings: SearchSettings) -> None:
        self.space = space
        self.settings = settings
        self.evaluated: list[Evaluated] = []

    def ask(self) -> Proposal:
        """The next task; the same until it is told."""
        number = len(self.evaluated)
        random = Random(f"nasport task search {self.settings.seed} {number}")
        name = f"search-{self.settings.seed}-{number}"
        if self.settings.random or number < self.settings.population:
            return Proposal(number, self.space.draw(random, name))
        population = self.evaluated[-self.settings.population :]
        drawn = [population[int(random.random() * len(population))] for _ in range(self.settings.tournament)]
        parent = max(drawn, key=lambda evaluated: evaluated.rank).proposal
        return Proposal(number, self.space.draw(random, name, parent.task), parent.number)

    def tell(self, fitness: float | None) -> Evaluated:
        """The fitness of the task that `ask` gives, higher is better; None: it has none."""
        evaluated = Evaluated(self.ask(), fitness)
        self.evaluated.append(evaluated)
        return evaluated

    @property
    def best(self) -> Evaluated | None:
        """The fittest task so far, the first of several; None before there is one with a fitness."""
        fit = [evaluated for evaluated in self.evaluated if evaluated.fitness is not None]
        return max(fit, key=lambda evaluated: evaluated.rank, default=None)

    def to_json(self) -> dict[str, Any]:
        """What decides the search, as JSON values."""
        space = asdict(self.space)
        if self.space.levels == TaskSpace.levels:
            del space["levels"]
        return asdict(self.settings) | space


def proposal_to_json(proposal: Proposal) -> dict[str, Any]:
    """Number, parent and task document."""
    return {"number": proposal.number, "parent": proposal.parent, "task": proposal.task.to_json()}
