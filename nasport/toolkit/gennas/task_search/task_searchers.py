"""Searchers of proxy tasks: they propose a task and receive its fitness.

Regularized evolution (Real et al., "Regularized Evolution for Image Classifier Architecture Search", AAAI 2019) starts
with a population of random tasks. In each step, it mutates the best task of a random sample, adds the result to the
population and removes the oldest task. Random search is available for comparison.

The proposals depend only on the seed, the settings and the fitness values so far. Therefore a searcher can be restored by
reporting the same fitness values again.
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
    """A task to evaluate.

    Attributes:
        number: number of tasks proposed before.
        task: the task.
        parent: number of the task of which it is a mutation; None for a random task.
    """

    number: int
    task: Task
    parent: int | None = None


@dataclass(frozen=True)
class Evaluated:
    """A proposal and its fitness, higher is better; None is the worst."""

    proposal: Proposal
    fitness: float | None

    @property
    def rank(self) -> float:
        """Return the fitness as a sortable number."""
        return -math.inf if self.fitness is None else self.fitness


@dataclass(frozen=True)
class SearchSettings:
    """Settings of a search.

    Attributes:
        seed: seed of all random choices.
        population: number of the newest tasks that may be parents.
        tournament: number of tasks drawn with repetition, of which the best is mutated.
        random: whether to search at random, without mutations.
    """

    seed: int = 0
    population: int = 50
    tournament: int = 10
    random: bool = False


class TaskSearch:
    """A searcher: call `ask`, evaluate the task, and call `tell`."""

    def __init__(self, space: TaskSpace, settings: SearchSettings) -> None:
        self.space = space
        self.settings = settings
        self.evaluated: list[Evaluated] = []

    def ask(self) -> Proposal:
        """Propose the next task; it stays the same until `tell` is called."""
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
        """Report the fitness of the task of `ask`, higher is better; None if it has no fitness."""
        evaluated = Evaluated(self.ask(), fitness)
        self.evaluated.append(evaluated)
        return evaluated

    @property
    def best(self) -> Evaluated | None:
        """The first task with the best fitness; None if no task has a fitness."""
        fit = [evaluated for evaluated in self.evaluated if evaluated.fitness is not None]
        return max(fit, key=lambda evaluated: evaluated.rank, default=None)

    def to_json(self) -> dict[str, Any]:
        """Return everything that determines the search, as JSON values."""
        space = asdict(self.space)
        if self.space.levels == TaskSpace.levels:
            del space["levels"]
        return asdict(self.settings) | space


def proposal_to_json(proposal: Proposal) -> dict[str, Any]:
    """Return number, parent and task as JSON values."""
    return {"number": proposal.number, "parent": proposal.parent, "task": proposal.task.to_json()}
