"""`nasport rank`: rank architectures by a panel of evaluators within a time budget."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nasport.schemas.errors import InputError
from nasport.toolkit.options import JsonOptions
from nasport.toolkit.panel.choices import RankChoices
from nasport.toolkit.printing.report import Report, say, warn
from nasport.toolkit.printing.stage_bar import StageBar
from nasport.toolkit.run_folder import SETTINGS
from nasport.toolkit.source_options import SourceOptions

if TYPE_CHECKING:
    from nasport.schemas.architecture import Architecture
    from nasport.toolkit.inputs import Item
    from nasport.toolkit.panel.ranking import Ranked

RESULTS = "ranking.jsonl"


@dataclass(frozen=True, kw_only=True)
class RankOptions(SourceOptions, JsonOptions, RankChoices):
    """Options of `nasport rank`."""


def run(options: RankOptions) -> int:
    """Rank all architectures in the sources.

    Returns:
        Exit status.

    Raises:
        InputError: an invalid option, no architectures, architectures of several families, or a budget that is too small.
        MissingRuntimeError: the extra `gennas` is not installed.
    """
    from nasport.toolkit.gennas.requirements import require_torch

    options.check()
    items = options.items(options.out)
    require_torch()
    report = Report()
    readable = _read(items, options, report)
    if not readable:
        if report.status == 0:
            raise InputError("no architectures, expected at least one to rank")
        return report.status
    ranking = _ranked([architecture for _, architecture in readable], options)
    records = []
    for each in ranking:
        item, architecture = readable[each.place]
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
    """Return the items that can be read with their named architectures, and report the others."""
    from dataclasses import replace

    from nasport.toolkit.inputs import parse_item

    readable = []
    for item in items:
        try:
            architecture = parse_item(item, options.notation)
        except InputError as error:
            report.error(error)
            continue
        name = architecture.name or item.name(options.notation is not None)
        readable.append((item, replace(architecture, name=name)))
    return readable


def _ranked(architectures: Sequence[Architecture], options: RankOptions) -> list[Ranked]:
    from nasport.toolkit.adaptation.ranking import rank_within_budget
    from nasport.toolkit.panel.callbacks import Callbacks

    bar = StageBar()
    try:
        return rank_within_budget(architectures, options, Callbacks(warn, say, bar.show))
    except KeyboardInterrupt:
        bar.clear()
        if options.out is not None and (options.out / SETTINGS).exists():
            say(f"the finished evaluations are in {options.out}; continue with --resume")
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
        for evaluator, word in each.evaluators.items()
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
