"""Evaluations by the stages of the panel, each kept in a file as soon as it is finished.

No network is evaluated twice by a stage, and an interrupted run loses at most the evaluation in progress. A line of the
file is the evaluation of one network by one stage. Architectures that build the same network (`network_key`) share it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError, NasportError
from nasport.toolkit.gennas.pool import Pool
from nasport.toolkit.gennas.trainer import network_key
from nasport.toolkit.panel.stages import Evaluation, Stage
from nasport.toolkit.run_folder import append_records, read_records


@dataclass(frozen=True)
class StageProgress:
    """Progress of a stage: `done` of `total` networks are evaluated."""

    stage: str
    done: int
    total: int


Notify = Callable[[StageProgress], None]


class StageEvaluations:
    """Evaluations by stage and network. Use it in a `with` block, which ends its processes."""

    def __init__(self, jobs: int, file: Path | None = None, notify: Notify | None = None) -> None:
        """Read the evaluations of an earlier session.

        Args:
            jobs: number of processes.
            file: file that keeps the evaluations, with those of an earlier session; None to keep none.
            notify: function that is called after every evaluation.

        Raises:
            InputError: the file holds a line that is not an evaluation.
        """
        self._pool = Pool(jobs)
        self._file = file
        self._notify = notify
        self._known: dict[tuple[str, str], Evaluation] = {}
        for number, record in enumerate(read_records(file) if file else (), 1):
            try:
                evaluation = Evaluation(dict(record["values"]), record["failed"], tuple(record["path"]))
                self._known[record["stage"], record["network"]] = evaluation
            except (KeyError, TypeError, ValueError):
                raise InputError(
                    "not an evaluation by the panel, expected `stage`, `network`, `values`, `failed` and `path`; "
                    "delete the line to evaluate its network again",
                    file=str(file),
                    line=number,
                ) from None

    def __enter__(self) -> Self:
        self._pool.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.__exit__(*error)

    def evaluate(self, name: str, stage: Stage, architectures: Sequence[Architecture]) -> list[Evaluation]:
        """Evaluate architectures by a stage, and return the evaluations in the order of the architectures.

        Args:
            name: name of the stage.
            stage: the stage.
            architectures: networks of one kind; a network that the stage has evaluated before is not run again.

        Raises:
            NasportError: an evaluation failed for an unexpected reason. Such a failure need not be due to the
                architecture, so it is not kept, and a resumed run tries again.
        """
        keys = [network_key(architecture) for architecture in architectures]
        first = {key: place for place, key in reversed(list(enumerate(keys)))}
        places = sorted(place for key, place in first.items() if (name, key) not in self._known)
        done = len(first) - len(places)
        self._report(name, done, len(first))
        with closing(self._pool.carry_out([architectures[place] for place in places], stage)) as outcomes:
            for number, evaluation in outcomes:
                place = places[number]
                if evaluation.unexpected:
                    raise NasportError(
                        f"{architectures[place].name!r} could not be {stage.verb}: {evaluation.failed}"
                    )
                self._keep(name, keys[place], evaluation)
                done += 1
                self._report(name, done, len(first))
        return [self._known[name, key] for key in keys]

    def _keep(self, stage: str, network: str, evaluation: Evaluation) -> None:
        self._known[stage, network] = evaluation
        if self._file is not None:
            record: dict[str, Any] = {"stage": stage, "network": network, "values": dict(evaluation.values)}
            append_records(
                self._file, [{**record, "failed": evaluation.failed, "path": list(evaluation.path)}]
            )

    def _report(self, stage: str, done: int, total: int) -> None:
        if self._notify is not None:
            self._notify(StageProgress(stage, done, total))
