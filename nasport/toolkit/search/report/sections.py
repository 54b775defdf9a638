"""The parts of the page around the winners: the best, what was searched, what failed, how to go on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from platform import python_version

from nasport.runtime.distance import FAR
from nasport.schemas.errors import InputError
from nasport.toolkit.progress import duration
from nasport.toolkit.search.folder import WINNERS_FOLDER
from nasport.toolkit.search.imagenet import OUT_OF_REACH, WIDTH, Width, in_words, is_darts_pair, on_imagenet
from nasport.toolkit.search.report import drawings
from nasport.toolkit.search.report.markup import Markup, code, joined, tag, text
from nasport.toolkit.search.report.numbers import number, short
from nasport.toolkit.search.report.settings_table import command, flat, summary
from nasport.toolkit.search.report.winner_rows import NAME, name_of, own_name
from nasport.toolkit.search.result import SearchResult, Winner
from nasport.toolkit.search.winners import file_stem

_REASONS = 10


def headline(result: SearchResult) -> Markup:
    """The best with its drawing; or why there is none."""
    if not result.winners:
        return tag(
            "p",
            "The search found no architecture; what was evaluated and why it fails is below.",
            class_="lead",
        )
    best = result.winners[0]
    facts = best.evaluation.facts
    many = len(result.winners) > 1
    found = [
        ("score", number(best.evaluation.score)),
        ("rank by score", f"{best.score_rank}" if best.loss_rank is not None else ""),
        ("GenNAS loss", number(best.loss) if best.loss is not None else ""),
        ("rank by loss", f"{best.loss_rank}" if best.loss is not None and best.loss_rank is not None else ""),
        ("parameters", short(facts.get("parameters"))),
        ("FLOPs", short(facts.get("flops"))),
        ("latency", number(facts["latency"]) if facts.get("latency") is not None else ""),
        ("distance from training", number(facts["distance"], 3) if facts.get("distance") is not None else ""),
    ]
    cards = [tag("div", tag("dt", name), tag("dd", value)) for name, value in found if value]
    order = "The highest score on the Pareto front" if best.on_front and many else "The best found"
    name = own_name(best)
    return joined(
        tag("p", f"{order}: ", tag("strong", text(name, NAME)) if name else "", class_="lead"),
        tag("p", code(best.notation)) if best.notation else "",
        tag("dl", *cards, class_="facts"),
        drawings.whole(best.architecture, "The cells of the best architecture"),
        _on_imagenet(best),
    )


def _on_imagenet(best: Winner) -> Markup:
    """What DARTS cells cost in the papers' network on ImageNet."""
    if not is_darts_pair(best.architecture):
        return Markup("")
    lines = []
    chosen: dict[Width, str] = {WIDTH: "as in the papers", "fit": "the width fitted to 500 to 600 M"}
    for width, why in chosen.items():
        try:
            lines.append(f"{in_words(on_imagenet(best.architecture, width))}, {why}")
        except InputError:  # an operator without a known cost, or no width that fits
            continue
    items = [tag("li", f"{line}.") for line in dict.fromkeys(lines)]
    return joined(
        tag("p", "In the network on ImageNet that papers train such cells in:"),
        tag("ul", *items),
        tag(
            "p",
            f"It takes several GPUs for days: {OUT_OF_REACH}.",
            class_="small",
        ),
    )


def searched(result: SearchResult) -> Markup:
    """Settings, what was evaluated, how long it took, the command."""
    supernets = sum(each.query.is_supernet for each in result.evaluations)
    broken = sum(each.violation > 0 for each in result.evaluations)
    failed = sum(each.score is None for each in result.evaluations)
    total = len(result.evaluations)
    parts = [f"{total:,}"]
    if supernets:
        parts.append(f"{supernets:,} of them supernets")
    if broken:
        parts.append(f"{broken:,} break a limit")
    if failed:
        parts.append(f"{failed:,} without a score")
    rate = f" ({total / result.seconds:,.0f} evaluations a second)" if result.seconds >= 0.5 and total else ""
    rows = [
        *summary(result.settings),
        ("evaluated", ", ".join(parts)),
        ("time", f"{result.seconds:.2g} s" if result.seconds < 10 else duration(result.seconds) + rate),
    ]
    every = [
        tag("tr", tag("th", key, scope="row"), tag("td", value))
        for key, value in flat(dict(result.settings))
        if key
    ]
    return joined(
        _pairs(rows),
        *_again(command(result.settings)),
        tag(
            "details",
            tag("summary", "All settings"),
            tag("table", tag("tbody", *every), class_="pairs small"),
        )
        if every
        else "",
    )


def _again(words: str) -> tuple[Markup, ...]:
    if not words:
        return (tag("p", "The same search again: from Python, with the same objective."),)
    return (tag("p", "The same search again:"), tag("pre", code(words)))


def notes(result: SearchResult) -> Markup:
    """What a reader should know before believing any of it; empty where there is nothing."""
    # What the network on ImageNet costs is told beside the best.
    found = [*(note for note in result.notes if OUT_OF_REACH not in note), *_warnings(result)]
    return (
        tag("ul", *(tag("li", text(note, 1_000)) for note in found), class_="notes") if found else Markup("")
    )


def _warnings(result: SearchResult) -> Iterator[str]:
    far = [winner for winner in result.winners if (winner.evaluation.facts.get("distance") or 0.0) > FAR]
    if far:
        which = ", ".join(str(winner.rank) for winner in far[:12]) + (", ..." if len(far) > 12 else "")
        yield (
            f"{len(far)} of {len(result.winners)} winners ({which}) are further from what the predictor was trained on "
            "than the outermost hundredth of it (distance above 1): trust their scores less, and a second judge more."
        )
    broken = [winner for winner in result.winners if winner.evaluation.violation > 0]
    if broken:
        yield f"{len(broken)} of {len(result.winners)} winners break a limit: nothing that keeps it was found."


def failures(result: SearchResult) -> Markup:
    """How often each reason, with one example; empty where nothing failed."""
    reasons: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for each in result.evaluations:
        if each.failed:
            reasons[each.failed] += 1
            examples.setdefault(each.failed, f"evaluation {each.number + 1:,}")
    for winner in result.finalists or result.winners:
        if winner.failed:
            reasons[winner.failed] += 1
            examples.setdefault(winner.failed, f"GenNAS regression of {name_of(winner)}")
    if not reasons:
        return Markup("")
    rows = [
        tag(
            "tr",
            tag("td", f"{count:,}"),
            tag("td", text(reason, 500)),
            tag("td", text(examples[reason], NAME)),
        )
        for reason, count in reasons.most_common(_REASONS)
    ]
    head = tag("tr", *(tag("th", title, scope="col") for title in ("times", "why", "first")))
    rest = len(reasons) - len(rows)
    return joined(
        tag("table", tag("thead", head), tag("tbody", *rows)),
        tag("p", f"and {rest:,} other reasons", class_="small") if rest > 0 else "",
    )


def going_on(result: SearchResult) -> Markup:
    """Commands for the next steps, from within the folder of the run."""
    words = command(result.settings)
    again = [("Go on after an interruption", f"{words} --out . --resume")] if words else []
    if not result.winners:
        return _steps(again)
    first = f"{WINNERS_FOLDER}/{file_stem(1, len(result.winners))}"
    steps = [
        ("The best as a PyTorch module", f"nasport convert {first}.json --to torch --out model.py"),
        ("Its score and what the predictor knows of it", f"nasport score {first}.json"),
        ("Train the winners for seconds on synthetic signals", f"nasport gennas {WINNERS_FOLDER}/*.json"),
    ]
    if is_darts_pair(result.winners[0].architecture):
        steps.append(("As the network on ImageNet", f"nasport convert {first}.json --to imagenet-fit"))
    return _steps([*steps, *again])


def _steps(steps: Sequence[tuple[str, str]]) -> Markup:
    rows = [tag("tr", tag("th", what, scope="row"), tag("td", code(how))) for what, how in steps]
    return joined(
        tag("table", tag("tbody", *rows), class_="pairs"),
        tag(
            "p",
            "In the folder of this run; winners/ holds every winner as a document and a drawing.",
            class_="small",
        ),
    )


def versions(result: SearchResult) -> str:
    """What it was made with."""
    trained = any(winner.loss is not None for winner in result.winners)
    names = ("nasport", "numpy", "onnxruntime", "onnxruntime-gpu", *(("torch",) if trained else ()))
    found = [f"Python {python_version()}"]
    for name in names:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def _pairs(rows: Sequence[tuple[str, str]]) -> Markup:
    body = [tag("tr", tag("th", what, scope="row"), tag("td", how)) for what, how in rows]
    return tag("table", tag("tbody", *body), class_="pairs")
