"""Train finalists by GenNAS regression, all to the end or in a race, and write each result to a file immediately."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from nasport.schemas.architecture import Architecture
from nasport.schemas.writing import write_atomically
from nasport.toolkit.gennas.race import WAVE, bars_of, marks_of
from nasport.toolkit.run_folder import read_records
from nasport.toolkit.search.engine import Notify, SearchProgress
from nasport.toolkit.search.evaluators.gennas_evaluator import Training
from nasport.toolkit.search.finalists import FinalistLoss


def train(
    architectures: Sequence[Architecture],
    training: Training,
    file: Path | None,
    notify: Notify | None = None,
    *,
    race: bool = False,
) -> tuple[list[FinalistLoss], float]:
    """Train the finalists that have no result in the file.

    Args:
        architectures: finalists, in the order of their scores, best first.
        file: file of results, which keeps earlier and new results; sorted at the end by the order of the finalists.
        notify: function that is called after every finalist.
        race: stop trainings that fall behind, see `gennas/race.py`.

    Returns:
        results in the order of the finalists, and the duration of all sessions in seconds.
    """
    from nasport.toolkit.gennas.results_file import ResultsFile
    from nasport.toolkit.gennas.trainer import network_key

    keys = [network_key(architecture) for architecture in architectures]
    by_key = dict(zip(reversed(keys), reversed(architectures), strict=True))
    distinct = list(dict.fromkeys(keys))
    found = {} if file is None else {record["network"]: record for record in read_records(file)[1:]}
    with ExitStack() as stack:
        results = None
        if file is not None:
            settings = training.to_json() | ({"race": True} if race else {})
            results = stack.enter_context(ResultsFile(file, settings, resume=True))
        trained = _raced if race else _trained
        for record in trained({key: by_key[key] for key in distinct}, found, training):
            found[record["network"]] = record
            if results is not None:
                results.add(record)
            if notify is not None:
                ended = [each["loss"] for each in found.values() if _is_complete(each)]
                notify(SearchProgress("trained", len(found), len(distinct), min(ended, default=None)))
    if file is not None:
        _in_order(file, keys)
    seconds = sum(float(found[key].get("elapsed", 0.0)) for key in distinct)
    return [_loss(found[key]) for key in keys], seconds


def _trained(
    architectures: Mapping[str, Architecture],
    found: Mapping[str, Any],
    training: Training,
    bars: Mapping[int, float] | None = None,
) -> Iterator[dict[str, Any]]:
    """Train the architectures without a record and yield their records as trainings end."""
    missing = [key for key in architectures if key not in found]
    mark = time.monotonic()
    with closing(training.outcomes([architectures[key] for key in missing], bars)) as outcomes:
        for number, outcome in outcomes:
            key, now = missing[number], time.monotonic()
            record: dict[str, Any] = {
                "name": architectures[key].name,
                "network": key,
                "loss": outcome.loss,
                "fit": outcome.fit,
                "seconds": outcome.seconds,
                "failed": outcome.failed or None,
                "elapsed": round(now - mark, 6),
            }
            if bars is not None:
                marks = marks_of(outcome.losses, training.iterations)
                record |= {"stopped": outcome.stopped, "marks": list(marks.items())}
            mark = now
            yield record


def _raced(
    architectures: Mapping[str, Architecture], found: Mapping[str, Any], training: Training
) -> Iterator[dict[str, Any]]:
    """Train in waves and yield records. The results of earlier waves, read from `found`, set the bars of each wave."""
    keys = list(architectures)
    for first in range(0, len(keys), WAVE):
        ended = [found[key] for key in keys[:first] if _is_complete(found[key])]
        bars = bars_of(dict(each["marks"]) for each in ended)
        wave = {key: architectures[key] for key in keys[first : first + WAVE]}
        yield from _trained(wave, found, training, bars)


def _is_complete(record: Mapping[str, Any]) -> bool:
    return record["loss"] is not None and not record["failed"] and record.get("stopped") is None


def _loss(record: Mapping[str, Any]) -> FinalistLoss:
    return FinalistLoss(record["loss"], record["fit"], record["failed"] or "", record.get("stopped"))


def _in_order(file: Path, keys: Sequence[str]) -> None:
    """Sort the results in the file by the order of the finalists."""
    header, *lines = file.read_bytes().splitlines(keepends=True)
    ordered = sorted(lines, key=lambda line: keys.index(json.loads(line)["network"]))
    if ordered != lines:
        write_atomically(file, b"".join([header, *ordered]))
