"""`nasport rank`: architectures in, their places by a panel of judges out, as good as a few minutes allow."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nasport.schemas.errors import InputError
from nasport.toolkit.options import JsonOptions, option
from nasport.toolkit.panel.choices import PanelChoices, seconds_of
from nasport.toolkit.printing.hearing_bar import HearingBar
from nasport.toolkit.printing.report import Report, say
from nasport.toolkit.source_options import SourceOptions

if TYPE_CHECKING:
    from nasport.schemas.architecture import Architecture
    from nasport.toolkit.inputs import Item
    from nasport.toolkit.panel.ranking import Ranked

FORMAT = "nasport-rank"
RESULTS = "ranking.jsonl"


@dataclass(frozen=True, kw_only=True)
class RankOptions(SourceOptions, JsonOptions, PanelChoices):
    """Of `nasport rank`."""

    budget: str = option("5m", "Time to spend: 90s, 5m, 1h.", metavar="TIME")
    out: Path | None = option(None, "Folder of the run, in which every judgement is kept.", metavar="FOLDER")
    resume: bool = option(False, "Continue the run in --out.")


def run(options: RankOptions) -> int:
    """Rank everything in the sources; returns the exit status.

    Raises:
        InputError: options that say nothing sensible, nothing to rank, networks of several families, a budget too small.
        MissingRuntimeError: the extra `gennas` is not installed.
    """
    from nasport.toolkit.gennas.requirements import require_torch

    budget = seconds_of(options.budget)
    if options.resume and options.out is None:
        raise InputError("--resume without --out, expected the folder of the run to go on with: --out FOLDER")
    items = options.items(options.out)
    require_torch()
    report = Report()
    found = _read(items, options, report)
    if not found:
        if report.status == 0:
            raise InputError("nothing to rank, expected architectures")
        return report.status
    ranking = _ranked([architecture for _, architecture in found], options, budget)
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


def _ranked(architectures: Sequence[Architecture], options: RankOptions, budget: float) -> list[Ranked]:
    from nasport.toolkit.comparable import group_of, not_comparable
    from nasport.toolkit.gennas.trainer import network_key
    from nasport.toolkit.panel.planning import planned, shared_out, training_plan
    from nasport.toolkit.panel.ranking import Panel
    from nasport.toolkit.panel.run import jobs_of, panel_run
    from nasport.toolkit.panel.stages import GENNAS, PROXIES
    from nasport.toolkit.run_folder import digest

    recurrent = {architecture.is_recurrent for architecture in architectures}
    if len(recurrent) == 2:
        raise InputError("recurrent networks and image networks, expected one kind: their judges differ")
    if warning := not_comparable(map(group_of, architectures)):
        say(warning)
    is_recurrent, bar = recurrent.pop(), HearingBar()
    scores, bundle = _scores(architectures, options)

    def plan() -> Any:
        training = training_plan(options, is_recurrent)
        counts = shared_out(len(architectures))
        return planned(architectures, options, training, budget, jobs_of(options), counts)

    settings = {
        "format": FORMAT,
        "version": 1,
        "bundle": bundle,
        "budget": budget,
        "architectures": digest([network_key(architecture) for architecture in architectures]),
    }
    with panel_run(
        options,
        is_recurrent,
        plan,
        folder=options.out,
        settings=settings,
        resume=options.resume,
        options=RankOptions,
        notify=bar.show,
    ) as run:
        counts = {PROXIES: run.plan.proxied, GENNAS: run.plan.trained}
        _say_plan(len(architectures), run.plan, is_recurrent)
        try:
            return Panel(bundle["origin"], run.stages, counts).rank(architectures, scores, run.hearings)
        except KeyboardInterrupt:
            bar.clear()
            if options.out is not None:
                say(f"what is heard is kept in {options.out}; --resume goes on")
            raise
        finally:
            bar.clear()


def _scores(
    architectures: Sequence[Architecture], options: RankOptions
) -> tuple[list[float | None], dict[str, Any]]:
    """Of the predictor, None where it gives none; and its name and hash."""
    from nasport.runtime.predictor import DEFAULT_BUNDLE, Predictor

    predictor = Predictor.load(options.bundle or DEFAULT_BUNDLE)
    found: list[float | None] = []
    refused: list[InputError] = []
    accepted = []
    for architecture in architectures:
        try:
            predictor.refusals.check(architecture)
            accepted.append(architecture)
            found.append(0.0)
        except InputError as error:
            refused.append(error)
            found.append(None)
    if refused:
        say(f"the predictor has no voice for {len(refused)} of them: {refused[0].problem}")
    scores = iter(predictor.score_stream(accepted))
    manifest = predictor.bundle.manifest
    identity = {
        "name": predictor.bundle.name,
        "origin": manifest.get("adapted", {}).get("origin", predictor.bundle.name),
        "sha256": manifest["files"]["predictor.onnx"]["sha256"],
    }
    return [None if each is None else next(scores).score for each in found], identity


def _located(error: InputError, item: Item, options: RankOptions) -> InputError:
    from nasport.toolkit.inputs import located

    return located(error, item, options.notation)


def _record(each: Ranked, architecture: Architecture, item: Item) -> dict[str, Any]:
    from nasport.schemas.graphs.canonical import architecture_hash

    judges = {
        judge: {"value": word.value, "rank": word.rank, "weight": round(word.weight, 4)}
        for judge, word in each.words.items()
    }
    return {
        "name": architecture.name,
        "hash": architecture_hash(architecture),
        "rank": each.rank,
        "low": each.low,
        "high": each.high,
        "stage": each.stage,
        "reason": each.reason,
        "judges": judges,
        **item.where,
    }


def _say_plan(count: int, plan: Any, recurrent: bool) -> None:
    heard = (
        [f"GenNAS hears {plan.trained:,}"]
        if recurrent
        else [
            f"the proxies hear {plan.proxied:,}",
            f"GenNAS {plan.trained:,}",
        ]
    )
    depth = "" if plan.depth == 1 else f", networks {plan.depth:.2f} as deep"
    say(f"of {count:,} architectures {' and '.join(heard)}{depth}")


def _print(records: Sequence[dict[str, Any]], options: RankOptions) -> None:
    from nasport.toolkit.printing.rank_table import rank_table

    if options.json:
        sys.stdout.write("".join(f"{json.dumps(record)}\n" for record in records))
    else:
        sys.stdout.write(rank_table([record for record in records if record["rank"] is not None]))
