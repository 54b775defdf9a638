"""The parts of the page around the winners: the best, what was searched, what failed, how to go on."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from platform import python_version

from nasport.runtime.distance import FAR
from nasport.schemas.errors import InputError
from nasport.toolkit.pages.markup import Markup, code, joined, table, tag, text
from nasport.toolkit.progress import duration
from nasport.toolkit.search.folder import WINNERS_FOLDER
from nasport.toolkit.search.imagenet import NOT_TRAINED, WIDTH, Width, in_words, is_darts_pair, on_imagenet
from nasport.toolkit.search.report import drawings
from nasport.toolkit.search.report.numbers import UNKNOWN, number, short
from nasport.toolkit.search.report.settings_table import command, flat, summary
from nasport.toolkit.search.report.winner_rows import NAME, own_name
from nasport.toolkit.search.result import SearchResult, Winner
from nasport.toolkit.search.winners import file_stem
from nasport.version import VERSION

_REASONS = 10


def headline(result: SearchResult) -> Markup:
    """The best with its drawing; or why there is none."""
    if not result.winners:
        words = "The search found no architecture; what was evaluated and why it fails is below."
        return tag("p", words, class_="lead")
    best = result.winners[0]
    facts = best.evaluation.facts
    twice = best.loss_rank is not None
    found = {
        "score": number(best.evaluation.score),
        "rank by score": str(best.score_rank) if twice else UNKNOWN,
        "GenNAS loss": number(best.loss),
        "rank by loss": str(best.loss_rank) if best.loss is not None and twice else UNKNOWN,
        "parameters": short(facts.get("parameters")),
        "FLOPs": short(facts.get("flops")),
        "latency": number(facts.get("latency")),
        "distance from training": number(facts.get("distance"), 3),
    }
    known = {title: value for title, value in found.items() if value != UNKNOWN}
    rows = [tag("div", tag("dt", title), tag("dd", value)) for title, value in known.items()]
    several = best.on_front and len(result.winners) > 1
    order = "The highest score on the Pareto front" if several else "The best found"
    name = own_name(best)
    return joined(
        tag("p", f"{order}: ", tag("strong", text(name, NAME)) if name else "", class_="lead"),
        tag("p", code(best.notation)) if best.notation else "",
        tag("dl", *rows, class_="facts"),
        drawings.whole(best.architecture, "The cells of the best architecture"),
        _on_imagenet(best) if is_darts_pair(best.architecture) else "",
    )


def _on_imagenet(best: Winner) -> Markup:
    """What DARTS cells cost in the papers' network on ImageNet."""
    lines = []
    chosen: dict[Width, str] = {WIDTH: "as in the papers", "fit": "the width fitted to 500 to 600 M"}
    for width, why in chosen.items():
        try:
            lines.append(f"{in_words(on_imagenet(best.architecture, width))}, {why}.")
        except InputError:  # an operator without a known cost, or no width that fits
            continue
    return joined(
        tag("p", "In the network on ImageNet that papers train such cells in:"),
        tag("ul", *(tag("li", line) for line in lines)),
        tag("p", f"It takes several GPUs for days: {NOT_TRAINED}.", class_="small"),
    )


def searched(result: SearchResult) -> Markup:
    """Settings, what was evaluated, how long it took, the command."""
    total = len(result.evaluations)
    counts = {
        "of them supernets": sum(each.query.is_supernet for each in result.evaluations),
        "break a limit": sum(each.violation > 0 for each in result.evaluations),
        "without a score": sum(each.score is None for each in result.evaluations),
    }
    parts = [f"{total:,}", *(f"{count:,} {what}" for what, count in counts.items() if count)]
    rate = f" ({total / result.seconds:,.0f} evaluations a second)" if result.seconds >= 0.5 and total else ""
    rows = [
        *summary(result.settings),
        ("evaluated", ", ".join(parts)),
        ("time", f"{result.seconds:.2g} s" if result.seconds < 10 else duration(result.seconds) + rate),
    ]
    again = command(result.settings)
    every = [pair for pair in flat(dict(result.settings)) if pair[0]]
    return joined(
        table(rows, style="pairs"),
        tag("p", "The same search again:", "" if again else " from Python, with the same objective."),
        tag("pre", code(again)) if again else "",
        tag("details", tag("summary", "All settings"), table(every, style="pairs small")) if every else "",
    )


def notes(result: SearchResult) -> Markup:
    """What a reader should know before believing any of it; empty where there is nothing."""
    # What the network on ImageNet costs is told beside the best.
    found = [note for note in result.notes if NOT_TRAINED not in note]
    far = [str(each.rank) for each in result.winners if (each.evaluation.facts.get("distance") or 0.0) > FAR]
    if far:
        which = ", ".join([*far[:12], *(["..."] if len(far) > 12 else [])])
        found.append(
            f"{len(far)} of {len(result.winners)} winners ({which}) are further from what the predictor was trained on "
            "than the outermost hundredth of it (distance above 1): trust their scores less, and a second evaluator more."
        )
    items = [tag("li", text(note, 1_000)) for note in found]
    return tag("ul", *items, class_="notes") if items else Markup("")


def failures(result: SearchResult) -> Markup:
    """How often each reason, with one example; empty where nothing failed."""
    found = [(each.failed, f"evaluation {each.number + 1:,}") for each in result.evaluations]
    trained = result.finalists or result.winners
    found += [(winner.failed, f"GenNAS regression of {winner.called}") for winner in trained]
    found = [(reason, example) for reason, example in found if reason]
    if not found:
        return Markup("")
    reasons = Counter(reason for reason, _ in found)
    first = dict(reversed(found))
    rows = [
        (f"{count:,}", text(reason, 500), text(first[reason], NAME))
        for reason, count in reasons.most_common(_REASONS)
    ]
    rest = len(reasons) - len(rows)
    return joined(
        table(rows, ("times", "why", "first")),
        tag("p", f"and {rest:,} other reasons", class_="small") if rest else "",
    )


def going_on(result: SearchResult) -> Markup:
    """Commands for the next steps, from within the folder of the run."""
    steps = {}
    if result.winners:
        first = f"{WINNERS_FOLDER}/{file_stem(1, len(result.winners))}.json"
        steps = {
            "The best as a PyTorch module": f"nasport convert {first} --to torch --out model.py",
            "Its score and what the predictor knows of it": f"nasport score {first}",
            "Train the winners for seconds on synthetic signals": f"nasport gennas {WINNERS_FOLDER}/*.json",
        }
        if is_darts_pair(result.winners[0].architecture):
            steps["As the network on ImageNet"] = f"nasport convert {first} --to imagenet-fit"
    if words := command(result.settings):
        steps["Go on after an interruption"] = f"{words} --out . --resume"
    holds = "In the folder of this run; winners/ holds every winner as a document and a drawing."
    return joined(
        table([(what, code(how)) for what, how in steps.items()], style="pairs"),
        tag("p", holds, class_="small"),
    )


def versions(result: SearchResult) -> str:
    """What it was made with."""
    trained = any(winner.loss is not None for winner in result.winners)
    used = [import_module(name) for name in ("numpy", "onnxruntime", *(["torch"] if trained else []))]
    others = (f"{module.__name__} {module.__version__}" for module in used)
    return ", ".join([f"Python {python_version()}", f"nasport {VERSION}", *others])
