"""What the stages said, kept in a file as it comes, so that nothing is judged twice and a kill loses one judgement at most.

A line of the file is one stage's word on one network. Networks that are built alike share it (`network_key`).
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
from nasport.toolkit.panel.stages import Heard, Stage
from nasport.toolkit.run_folder import append_records, read_records


@dataclass(frozen=True)
class Hearing:
    """How far a stage is: how many of so many networks it has heard."""

    stage: str
    done: int
    total: int


Notify = Callable[[Hearing], None]


class Hearings:
    """Judgements by stage and network; to be used in a `with` block, which ends its processes."""

    def __init__(self, jobs: int, file: Path | None = None, notify: Notify | None = None) -> None:
        """Args:
            jobs: processes.
            file: in which judgements are kept, and those of an earlier session found; None: they are not kept.
            notify: told after every judgement.

        Raises:
            InputError: the file holds something else.
        """
        self._pool = Pool(jobs)
        self._file = file
        self._notify = notify
        self._known: dict[tuple[str, str], Heard] = {}
        for number, record in enumerate(read_records(file) if file else (), 1):
            try:
                heard = Heard(dict(record["values"]), record["failed"], tuple(record["path"]))
                self._known[record["stage"], record["network"]] = heard
            except (KeyError, TypeError, ValueError):
                raise InputError(
                    "no judgement of the panel, expected one", file=str(file), line=number
                ) from None

    def __enter__(self) -> Self:
        self._pool.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.__exit__(*error)

    def hear(self, name: str, stage: Stage, architectures: Sequence[Architecture]) -> list[Heard]:
        """What a stage says of some architectures, in their order.

        Raises:
            NasportError: a judgement failed for a reason that nobody thought of. It is no word on an architecture, and kept
                it would stay one for ever.
        """
        keys = [network_key(architecture) for architecture in architectures]
        first = {key: place for place, key in reversed(list(enumerate(keys)))}
        places = sorted(place for key, place in first.items() if (name, key) not in self._known)
        done = len(first) - len(places)
        self._tell(name, done, len(first))
        with closing(self._pool.carry_out([architectures[place] for place in places], stage)) as outcomes:
            for number, heard in outcomes:
                place = places[number]
                if heard.unexpected:
                    raise NasportError(
                        f"{architectures[place].name!r} could not be {stage.verb}: {heard.failed}"
                    )
                self._keep(name, keys[place], heard)
                done += 1
                self._tell(name, done, len(first))
        return [self._known[name, key] for key in keys]

    def _keep(self, stage: str, network: str, heard: Heard) -> None:
        self._known[stage, network] = heard
        if self._file is not None:
            record: dict[str, Any] = {"stage": stage, "network": network, "values": dict(heard.values)}
            append_records(self._file, [{**record, "failed": heard.failed, "path": list(heard.path)}])

    def _tell(self, stage: str, done: int, total: int) -> None:
        if self._notify is not None:
            self._notify(Hearing(stage, done, total))
