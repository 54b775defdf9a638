"""Data of the sections around the winners: the best, what was searched, what failed, how to go on."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from importlib import import_module
from platform import python_version
from typing import Any

from nasport.runtime.distance import FAR
from nasport.schemas.architecture import Architecture
from nasport.schemas.errors import InputError
from nasport.toolkit.progress import duration
from nasport.toolkit.search.folder import WINNERS_FOLDER
from nasport.toolkit.search.imagenet import NOT_TRAINED, WIDTH, Width, in_words, is_darts_pair, on_imagenet
from nasport.toolkit.search.report.drawings import node_count, whole_svg
from nasport.toolkit.search.report.numbers import UNKNOWN, number, short
from nasport.toolkit.search.report.settings_table import command, flat, summary
from nasport.toolkit.search.report.winner_rows import own_name
from nasport.toolkit.search.result import SearchResult
from nasport.toolkit.search.winners import file_stem
from nasport.version import VERSION

_REASONS = 10


def best(result: SearchResult) -> dict[str, Any]:
    """Return what the page shows of the best architecture; empty if there is none."""
    if not result.winners:
        return {}
    winner = result.winners[0]
    facts = winner.evaluation.facts
    reranked = winner.loss_rank is not None
    values = {
        "score": number(winner.evaluation.score),
        "rank by score": str(winner.score_rank) if reranked else UNKNOWN,
        "GenNAS loss": number(winner.loss),
        "rank by loss": str(winner.loss_rank) if reranked and winner.loss is not None else UNKNOWN,
        "parameters": short(facts.get("parameters")),
        "FLOPs": short(facts.get("flops")),
        "latency": number(facts.get("latency")),
        "distance from training": number(facts.get("distance"), 3),
    }
    on_front = winner.on_front and len(result.winners) > 1
    architecture = winner.architecture
    return {
        "order": "The highest score on the Pareto front" if on_front else "The best found",
        "name": own_name(winner),
        "notation": winner.notation,
        "facts": {title: value for title, value in values.items() if value != UNKNOWN},
        "drawing": whole_svg(architecture, "The cells of the best architecture"),
        "nodes": f"{node_count(architecture):,}",
        "imagenet": _imagenet_costs(architecture) if is_darts_pair(architecture) else None,
    }


def _imagenet_costs(architecture: Architecture) -> list[str]:
    """Return sentences with the costs of DARTS cells in the network for ImageNet of the papers."""
    lines = []
    widths: dict[Width, str] = {WIDTH: "as in the papers", "fit": "the width fitted to 500 to 600 M"}
    for width, reason in widths.items():
        # An operator without a known cost, or no width that fits.
        with suppress(InputError):
            lines.append(f"{in_words(on_imagenet(architecture, width))}, {reason}.")
    return lines


def searched(result: SearchResult) -> dict[str, Any]:
    """Return settings, number of evaluations, duration and command of a search."""
    total = len(result.evaluations)
    counts = {
        "of them supernets": sum(evaluation.query.is_supernet for evaluation in result.evaluations),
        "outside the limits": sum(evaluation.violation > 0 for evaluation in result.evaluations),
        "without a score": sum(evaluation.score is None for evaluation in result.evaluations),
    }
    parts = [f"{total:,}", *(f"{count:,} {what}" for what, count in counts.items() if count)]
    rate = f" ({total / result.seconds:,.0f} evaluations a second)" if result.seconds >= 0.5 and total else ""
    time = f"{result.seconds:.2g} s" if result.seconds < 10 else duration(result.seconds) + rate
    return {
        "rows": [*summary(result.settings), ("evaluated", ", ".join(parts)), ("time", time)],
        "command": command(result.settings),
        "settings": [pair for pair in flat(dict(result.settings)) if pair[0]],
    }


def warnings(result: SearchResult) -> list[str]:
    """Return what a reader should know before trusting the results."""
    # The section of the best architecture shows the costs on ImageNet.
    notes = [note for note in result.notes if NOT_TRAINED not in note]
    far = [str(each.rank) for each in result.winners if (each.evaluation.facts.get("distance") or 0.0) > FAR]
    if far:
        which = ", ".join([*far[:12], *(["..."] if len(far) > 12 else [])])
        notes.append(
            f"{len(far)} of {len(result.winners)} winners ({which}) are further from the predictor's training data than "
            "99 % of that data (distance above 1): trust their scores less, and a second evaluator more."
        )
    return notes


def failures(result: SearchResult) -> dict[str, Any]:
    """Return how often each reason for a failure occurred, with its first example; empty if nothing failed."""
    examples = [
        (each.failed, f"evaluation {each.number + 1:,}") for each in result.evaluations if each.failed
    ]
    trained = result.finalists or result.winners
    examples += [(each.failed, f"GenNAS regression of {each.called}") for each in trained if each.failed]
    reasons, first = Counter(reason for reason, _ in examples), dict(reversed(examples))
    if not reasons:
        return {}
    rows = [(f"{count:,}", reason, first[reason]) for reason, count in reasons.most_common(_REASONS)]
    others = len(reasons) - len(rows)
    return {"rows": rows, "others": f"{others:,}" if others else ""}


def next_steps(result: SearchResult) -> dict[str, str]:
    """Return commands to continue with, by their purpose; they run in the folder of the search."""
    steps = {}
    if result.winners:
        first = f"{WINNERS_FOLDER}/{file_stem(1, len(result.winners))}.json"
        steps = {
            "The best as a PyTorch module": f"nasport convert {first} --to torch --out model.py",
            "Its score and warnings": f"nasport score {first}",
            "Re-rank the winners by training on synthetic signals": f"nasport gennas {WINNERS_FOLDER}/*.json",
        }
        if is_darts_pair(result.winners[0].architecture):
            steps["The ImageNet network of its cells"] = f"nasport convert {first} --to imagenet-fit"
    if words := command(result.settings):
        steps["Resume after an interruption"] = f"{words} --out . --resume"
    return steps


def versions(result: SearchResult) -> str:
    """Return the versions of the packages that the search used."""
    trained = any(winner.loss is not None for winner in result.winners)
    used = [import_module(name) for name in ("numpy", "onnxruntime", *(["torch"] if trained else []))]
    others = (f"{module.__name__} {module.__version__}" for module in used)
    return ", ".join([f"Python {python_version()}", f"nasport {VERSION}", *others])
