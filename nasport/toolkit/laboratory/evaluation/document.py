"""The evaluation's tables in Markdown, between two markers of a document whose other text is left as it is."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from nasport.schemas.errors import InputError
from nasport.schemas.reading import decode_utf8, read_bytes
from nasport.schemas.writing import write_atomically
from nasport.toolkit.laboratory.evaluation.baselines import proxy_baseline
from nasport.toolkit.laboratory.evaluation.labels import facts
from nasport.toolkit.laboratory.evaluation.summary import Entry
from nasport.toolkit.laboratory.evaluation.tested_spaces import ALL, WITH_A_PATH, WITH_PROXIES
from nasport.toolkit.laboratory.tables import PROXIES

BEGIN, END = "<!-- nasport evaluate: begin -->", "<!-- nasport evaluate: end -->"

TRIVIAL = ("parameters", "reachable_parameters", "flops", "layers", "balanced_parameters")
# Which way each of them is better, and how many digits say it.
_DETAILS: tuple[tuple[str, str, Callable[[Sequence[float]], float]], ...] = (
    ("top1_regret", "regret of the first", min),
    ("best10_regret", "regret of the best of ten", min),
    ("precision_top10", "precision at 10 %", max),
    ("spearman_best10", "Spearman in the best 10 %", max),
)


def write_document(path: Path, entries: Sequence[Entry]) -> None:
    """Put the tables between the markers of a document, or begin one.

    Raises:
        InputError: the document cannot be read or has no markers.
    """
    if not path.exists():
        write_atomically(path, f"# Evaluation\n\n{BEGIN}\n{END}\n".encode())
    write_between(path, BEGIN, END, tables(entries))


def write_between(path: Path, begin: str, end: str, text: str) -> None:
    """Put a text between two markers of a document.

    Raises:
        InputError: the document cannot be read or has no markers.
    """
    before, first, rest = decode_utf8(read_bytes(path), file=str(path)).partition(begin)
    _, second, after = rest.partition(end)
    if not first or not second:
        raise InputError(f"has no {begin} with an {end} behind it", file=str(path))
    write_atomically(path, f"{before}{begin}\n\n{text}\n{end}{after}".encode())


def tables(entries: Sequence[Entry]) -> str:
    """All tables in Markdown."""
    if not entries:
        return "No rows yet.\n"
    chosen = {subset: [entry for entry in entries if entry.subset == subset] for subset in (ALL, WITH_A_PATH)}
    parts = [
        "### All architectures",
        f"Spearman / Kendall tau-b; of ours the mean over {_seeds(entries)} and the standard deviation of both. The best "
        "Spearman of a line is bold.",
        _correlations(chosen[ALL]),
        "### The best ones",
        "Ours, and behind the semicolon the best of the trivial baselines of the table above, whichever that is for this "
        "figure. Regrets are in units of the label.",
        _details(chosen[ALL]),
    ]
    if chosen[WITH_A_PATH]:
        parts += [
            "### Architectures with a path from input to output",
            "As above, where some have none.",
            _correlations(chosen[WITH_A_PATH]),
        ]
    proxied = [entry for entry in entries if entry.subset == WITH_PROXIES]
    if proxied:
        parts += [
            "### Zero-cost proxies",
            f"Spearman / Kendall tau-b on those {proxied[0].count:,} cells of NAS-Bench-201 for which the proxies' values "
            "are published, computed there on CIFAR-10.",
            _proxies(proxied),
        ]
    return "\n\n".join(parts) + "\n"


def _seeds(entries: Sequence[Entry]) -> str:
    counts = sorted({len(entry.seeds) for entry in entries})
    seeds = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    return f"{seeds} {'seed' if counts == [1] else 'seeds'}"


def _correlations(entries: Sequence[Entry]) -> str:
    names = [name for name in TRIVIAL if any(name in entry.baselines for entry in entries)]
    header = ["left out", "tested on", "architectures", "ours", *(name.replace("_", " ") for name in names)]
    return _table(header, ([*_place(entry), *_against(entry, names)] for entry in entries))


def _against(entry: Entry, names: Sequence[str]) -> Iterator[str]:
    """Ours and the baselines, the best Spearman in bold."""
    values = [entry.mean("spearman")]
    values += [entry.baselines[name]["spearman"] if name in entry.baselines else math.nan for name in names]
    best = max((round(value, 3) for value in values if not math.isnan(value)), default=math.nan)
    texts = [_ours(entry)]
    texts += [_pair(entry.baselines.get(name)) for name in names]
    for value, text in zip(values, texts, strict=True):
        yield f"**{text}**" if round(value, 3) == best else text


def _ours(entry: Entry) -> str:
    pair = " / ".join(_short(entry.mean(metric)) for metric in ("spearman", "kendall"))
    deviations = ", ".join(_short(entry.deviation(metric)) for metric in ("spearman", "kendall"))
    return f"{pair} ({deviations})" if len(entry.seeds) > 1 else pair


def _pair(values: Mapping[str, float] | None) -> str:
    return "-" if values is None else f"{_short(values['spearman'])} / {_short(values['kendall'])}"


def _details(entries: Sequence[Entry]) -> str:
    header = ["left out", "tested on", "architectures", *(title for _, title, _ in _DETAILS)]
    return _table(
        header,
        (
            [*_place(entry), *(_detail(entry, metric, best) for metric, _, best in _DETAILS)]
            for entry in entries
        ),
    )


def _detail(entry: Entry, metric: str, best: Callable[[Sequence[float]], float]) -> str:
    known = [values[metric] for name, values in entry.baselines.items() if name in TRIVIAL]
    known = [value for value in known if not math.isnan(value)]
    ours = _short(entry.mean(metric))
    return f"{ours}; {_short(best(known))}" if known else ours


def _proxies(entries: Sequence[Entry]) -> str:
    """A line a scorer, a column a label."""
    families = list(dict.fromkeys(entry.left_out for entry in entries))
    labels = list(dict.fromkeys(entry.label for entry in entries))
    found = {(entry.left_out, entry.label): entry for entry in entries}
    lines = [
        [f"ours, without {family}"]
        + [_ours(found[family, label]) if (family, label) in found else "-" for label in labels]
        for family in families
    ]
    columns = [next(entry for entry in entries if entry.label == label).baselines for label in labels]
    for name in (*TRIVIAL, *map(proxy_baseline, PROXIES)):
        values = [column.get(name) for column in columns]
        if any(values):
            lines.append([name.replace("_", " "), *map(_pair, values)])
    return _table(["", *(_label("nasbench201", label) for label in labels)], lines)


def _place(entry: Entry) -> list[str]:
    label = _label(entry.space, entry.label)
    tested = f"{entry.space}, {label}" if entry.space else label
    return [entry.left_out, tested, f"{entry.count:,}"]


def _label(space: str, label: str) -> str:
    return " ".join(part for part in facts(space, label) if part)


def _short(value: float) -> str:
    """Three digits without the zero in front; two where it is large."""
    if math.isnan(value):
        return "-"
    if abs(value) >= 1:
        return f"{value:.2f}"
    text = f"{value:.3f}"
    return text.replace("0.", ".", 1) if float(text) else "0"


def _table(header: Sequence[str], lines: Iterator[Sequence[str]] | Sequence[Sequence[str]]) -> str:
    rows = [header, ["---"] * len(header), *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
