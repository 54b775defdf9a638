"""Tables of the evaluation in Markdown, between two markers of a document whose other text stays unchanged."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from nasport.schemas.errors import InputError
from nasport.schemas.reading import decode_utf8, read_bytes
from nasport.schemas.writing import write_atomically
from nasport.toolkit.laboratory.evaluation.baselines import proxy_baseline
from nasport.toolkit.laboratory.evaluation.labels import label_words
from nasport.toolkit.laboratory.evaluation.results import CORRELATIONS, short
from nasport.toolkit.laboratory.evaluation.summary import LabelSummary
from nasport.toolkit.laboratory.evaluation.tested_spaces import ALL, WITH_A_PATH, WITH_PROXIES
from nasport.toolkit.laboratory.tables import PROXIES

BEGIN, END = "<!-- nasport evaluate: begin -->", "<!-- nasport evaluate: end -->"

TRIVIAL = ("parameters", "reachable_parameters", "flops", "layers", "balanced_parameters")
_PLACE = ("left out", "tested on", "architectures")
# Metric, column title, and the function that chooses the best baseline.
_DETAILS: tuple[tuple[str, str, Callable[[Sequence[float]], float]], ...] = (
    ("top1_regret", "regret of the first", min),
    ("best10_regret", "regret of the best of ten", min),
    ("precision_top10", "precision at 10 %", max),
    ("spearman_best10", "Spearman in the best 10 %", max),
)


def write_document(path: Path, summaries: Sequence[LabelSummary]) -> None:
    """Write the tables between the markers of a document; a missing document is created.

    Raises:
        InputError: the document cannot be read or lacks the markers.
    """
    if not path.exists():
        write_atomically(path, f"# Evaluation\n\n{BEGIN}\n{END}\n".encode())
    write_between(path, BEGIN, END, tables(summaries))


def write_between(path: Path, begin: str, end: str, text: str) -> None:
    """Write a text between two markers of a document.

    Raises:
        InputError: the document cannot be read or lacks the markers.
    """
    before, first, rest = decode_utf8(read_bytes(path), file=str(path)).partition(begin)
    _, second, after = rest.partition(end)
    if not first or not second:
        raise InputError(f"expected the marker {begin} followed by {end}", file=str(path))
    write_atomically(path, f"{before}{begin}\n\n{text}\n{end}{after}".encode())


def tables(summaries: Sequence[LabelSummary]) -> str:
    """Return all tables in Markdown."""
    if not summaries:
        return "No rows yet.\n"
    whole, connected, proxied = (
        [each for each in summaries if each.subset == subset] for subset in (ALL, WITH_A_PATH, WITH_PROXIES)
    )
    counts = sorted({len(each.seeds) for each in summaries})
    seeds = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    parts = [
        "### All architectures",
        f'Spearman / Kendall tau-b. The column "ours" has the means over {seeds} {"seed" if counts == [1] else "seeds"}, with '
        "standard deviations in brackets. The best Spearman of a line is bold.",
        _correlations(whole),
        "### The best ones",
        "The predictor; after the semicolon the best value of the trivial baselines in the table above. Regrets are in units of "
        "the label.",
        markdown_table(
            [*_PLACE, *(title for _, title, _ in _DETAILS)],
            ([*_place(each), *(_detail(each, name, best) for name, _, best in _DETAILS)] for each in whole),
        ),
    ]
    if connected:
        parts += [
            "### Architectures with a path from input to output",
            "As above, for spaces in which some architectures have no path.",
            _correlations(connected),
        ]
    if proxied:
        parts += [
            "### Zero-cost proxies",
            f"Spearman / Kendall tau-b on the {proxied[0].count:,} cells of NAS-Bench-201 with published values of the proxies, "
            "which were computed on CIFAR-10.",
            _proxies(proxied),
        ]
    return "\n\n".join(parts) + "\n"


def _correlations(summaries: Sequence[LabelSummary]) -> str:
    """Return a table of the predictor and the baselines, the best Spearman of each line in bold."""
    names = [name for name in TRIVIAL if any(name in each.baselines for each in summaries)]
    lines = []
    for each in summaries:
        values = [each.mean("spearman")]
        values += [each.baselines[name]["spearman"] if name in each.baselines else math.nan for name in names]
        best = max((round(value, 3) for value in values if not math.isnan(value)), default=math.nan)
        texts = [ours(each), *(pair(each.baselines.get(name)) for name in names)]
        bold = [
            f"**{text}**" if round(value, 3) == best else text
            for value, text in zip(values, texts, strict=True)
        ]
        lines.append([*_place(each), *bold])
    return markdown_table([*_PLACE, "ours", *(name.replace("_", " ") for name in names)], lines)


def ours(each: LabelSummary, *, deviations: bool = True) -> str:
    """Return the mean Spearman / Kendall over the seeds, with standard deviations in brackets."""
    means = pair({name: each.mean(name) for name in CORRELATIONS})
    spread = ", ".join(short(each.deviation(name)) for name in CORRELATIONS)
    return f"{means} ({spread})" if deviations and len(each.seeds) > 1 else means


def pair(values: Mapping[str, float] | None) -> str:
    """Return the text `Spearman / Kendall`."""
    return "-" if values is None else " / ".join(short(values[name]) for name in CORRELATIONS)


def _detail(each: LabelSummary, metric: str, best: Callable[[Sequence[float]], float]) -> str:
    known = [values[metric] for name, values in each.baselines.items() if name in TRIVIAL]
    known = [value for value in known if not math.isnan(value)]
    mean = short(each.mean(metric))
    return f"{mean}; {short(best(known))}" if known else mean


def _proxies(summaries: Sequence[LabelSummary]) -> str:
    """Return a table with a line for each family, trivial baseline and proxy, and a column for each label."""
    families = dict.fromkeys(each.left_out for each in summaries)
    labels: dict[str, Mapping[str, Mapping[str, float]]] = {}
    for each in summaries:
        labels.setdefault(each.label, each.baselines)
    found = {(each.left_out, each.label): ours(each) for each in summaries}
    lines = [
        [f"ours, without {family}", *(found.get((family, label), "-") for label in labels)]
        for family in families
    ]
    for name in (*TRIVIAL, *map(proxy_baseline, PROXIES)):
        values = [baselines.get(name) for baselines in labels.values()]
        if any(values):
            lines.append([name.replace("_", " "), *map(pair, values)])
    return markdown_table(["", *(label_words("nasbench201", label) for label in labels)], lines)


def _place(each: LabelSummary) -> list[str]:
    label = label_words(each.space, each.label)
    return [each.left_out, f"{each.space}, {label}" if each.space else label, f"{each.count:,}"]


def markdown_table(header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, ["---"] * len(header), *lines))
