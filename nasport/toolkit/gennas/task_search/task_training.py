"""Train architectures on many tasks, with the same images and the same seed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

import torch

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError, NasportError
from nasport.toolkit.gennas.pool import Pool
from nasport.toolkit.gennas.proxy_document import proxy_document
from nasport.toolkit.gennas.requirements import versions
from nasport.toolkit.gennas.sequence_regression import recurrent_document
from nasport.toolkit.gennas.task import Task
from nasport.toolkit.gennas.task_search.fitness import Evaluate, TaskResult
from nasport.toolkit.gennas.trainer import Plan, network_key
from nasport.toolkit.networks import ImageNetwork, build_network
from nasport.toolkit.networks.recurrent_layers import build_recurrent


def training(architectures: Sequence[Architecture], plan: Plan, pool: Pool) -> Evaluate:
    """Return a function that trains architectures on a task.

    Args:
        architectures: architectures of one family.
        plan: plan whose task is replaced.
        pool: pool of processes, which must be open while tasks are evaluated.
    """

    def evaluate(task: Task, places: Sequence[int]) -> Iterator[TaskResult]:
        with_task = replace(plan, sequence_task=task) if task.recurrent else replace(plan, image_task=task)
        chosen = (architectures[place] for place in places)
        with closing(pool.carry_out(chosen, with_task)) as outcomes:
            for number, outcome in outcomes:
                place = places[number]
                if outcome.loss is None:  # an error of the architecture, not of the task
                    problem = f"{architectures[place].name!r}: {outcome.failed}"
                    if outcome.unexpected:
                        raise NasportError(problem)
                    raise InputError(problem, path=outcome.path)
                yield TaskResult(place, outcome.loss, outcome.fit or 0.0, outcome.failed)

    return evaluate


def decisive(plan: Plan, architectures: Sequence[Architecture]) -> dict[str, Any]:
    """Return the JSON values that determine the losses, without the task; images and networks are digests."""
    values = {
        key: value for key, value in plan.to_json().items() if key not in ("image_task", "sequence_task")
    }
    keys = "".join(network_key(architecture) for architecture in architectures)
    return {"training": values | versions(), "networks": hashlib.sha256(keys.encode()).hexdigest()}


def levels_of(architecture: Architecture, plan: Plan) -> int:
    """Return the number of resolutions of the network to train, which is the largest number of its targets.

    Returns:
        number of resolutions; 0 for a recurrent network.

    Raises:
        InputError: the document does not describe a whole network.
    """
    with torch.device("meta"):
        if architecture.is_recurrent:
            build_recurrent(recurrent_document(architecture, plan.recurrent_settings.width), classifier=False)
            return 0
        network = build_network(proxy_document(architecture, plan.settings), plan.settings.options)
    assert isinstance(network, ImageNetwork), "the architecture is not recurrent"
    return len(network.level_ends)
