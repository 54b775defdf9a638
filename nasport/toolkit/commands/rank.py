"""`nasport rank`: architectures in, their places by a panel of evaluators out, as good as a few minutes allow."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nasport.schemas.errors import InputError
from nasport.toolkit.options import JsonOptions
from nasport.toolkit.panel.choices import RankChoices
from nasport.toolkit.printing.hearing_bar import HearingBar
from nasport.toolkit.printing.report import Report, say, warn
from nasport.toolkit.run_folder import SETTINGS
from nasport.toolkit.source_options import SourceOptions

if TYPE_CHECKING:
    from nasport.schemas.architecture import Architecture
    from nasport.toolkit.inputs import Item
    from nasport.toolkit.panel.ranking import Ranked

RESULTS = "ranking.jsonl"


@dataclass(frozen=True, kw_only=True)
class RankOptions(SourceOptions, JsonOptions, RankChoices):
    """Of `nasport rank`."""


def run(options: RankOptions) -> int:
    """Rank everything in the sources; returns the exit status.

    Raises:
        InputError: options that say nothing sensible, nothing to rank, networks of several families, a budget too small.
        MissingRuntimeError: the extra `gennas` is not installed.
    """
    from nasport.toolkit.gennas.requirements import require_torch

    options.check()
    items = options.items(options.out)
    require_torch()
    report = Report()
    found = _read(items, options, report)
    if not found:
        if report.status == 0:
            raise InputError("nothing to rank, expected architectures")
        return report.status
    ranking = _ranked([architecture for _, architecture in found], options)
    records = []
    for each in ranking:
        item, architecture = found[each.place]
        if each.problem is not None:
            report.error(_located(each.problem, item, options))
        records.append(_record(each, architecture, item))
    _print(records, options)
    if options.out is not None:
        from nasport.schemas.writing import write_atomically

        lines = "".join(f"{json.dumps(record)}\n" for record in records)
        write_atomically(options.out / RESULTS, lines.encode())
    return report.status


def _read(items: Any, options: RankOptions, report: Report) -> list[tuple[Item, Architecture]]:
    """What can be read, each with its name."""
    from dataclasses import replace

    from nasport.toolkit.inputs import parse_item

    found = []
    for item in items:
        try:
            architecture = parse_item(item, options.notation)
        except InputError as error:
            report.error(error)
            continue
        name = architecture.name or item.name(options.notation is not None)
        found.append((item, replace(architecture, name=name)))
    return found


def _ranked(architectures: Sequence[Architecture], options: RankOptions) -> list[Ranked]:
    from nasport.toolkit.adaptation.ranking import rank_within_budget
    from nasport.toolkit.panel.listener import Listener

    bar = HearingBar()
    try:
        return rank_within_budget(architectures, options, Listener(warn, say, bar.show))
    except KeyboardInterrupt:
        bar.clear()
        if options.out is not None and (options.out / SETTINGS).exists():
            say(f"what is heard is kept in {options.out}; --resume goes on")
        raise
    finally:
        bar.clear()


def _located(error: InputError, item: Item, options: RankOptions) -> InputError:
    from nasport.toolkit.inputs import located

    return located(error, item, options.notation)


def _record(each: Ranked, architecture: Architecture, item: Item) -> dict[str, Any]:
    from nasport.schemas.graphs.canonical import architecture_hash

    evaluators = {
        evaluator: {"value": word.value, "rank": word.rank, "weight": round(word.weight, 4)}
        for evaluator, word in each.words.items()
    }
    return {
        "name": architecture.name,
        "hash": architecture_hash(architecture),
        "rank": each.rank,
        "low": each.low,
        "high": each.high,
        "stage": each.stage,
        "reason": each.reason,
        "evaluators": evaluators,
        **item.where,
    }


def _print(records: Sequence[dict[str, Any]], options: RankOptions) -> None:
    from nasport.toolkit.printing.rank_table import rank_table

    if options.json:
        sys.stdout.write("".join(f"{json.dumps(record)}\n" for record in records))
    else:
        sys.stdout.write(rank_table([record for record in records if record["rank"] is not None]))
