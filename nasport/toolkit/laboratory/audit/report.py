"""An audit as a folder: `audit.html`, which needs nothing beside itself, and `audit.json`."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from nasport.schemas.writing import write_atomically
from nasport.toolkit.laboratory.audit import pictures, words
from nasport.toolkit.laboratory.audit.grounds import Ground
from nasport.toolkit.laboratory.audit.rows import AuditRow, Scores, losses_first, standings
from nasport.toolkit.laboratory.evaluation.plots import can_draw
from nasport.toolkit.laboratory.evaluation.results import CORRELATIONS, short
from nasport.toolkit.laboratory.evaluation.tested_spaces import ALL, WITH_A_PATH
from nasport.toolkit.laboratory.tables import FILES, TABLES
from nasport.toolkit.pages import page
from nasport.toolkit.pages.markup import Markup, joined, table, tag, text
from nasport.version import VERSION

HTML_FILE, JSON_FILE = "audit.html", "audit.json"
FORMAT, FORMAT_VERSION = "nasport-audit", 1

_METHOD = (
    "Spearman's rho uses mean ranks, Kendall's tau is tau-b. Where scores or labels are tied, every other figure is its "
    "expectation over a random order of the tied ones.",
    "At 10 % means the best tenth, rounded up. Precision: which share of the best tenth by score is in the best tenth by "
    "label (chance: .1). nDCG: each of the best tenth by score gains the share of all others that are worse by label, "
    "divided by log2(1 + its place), over what the perfect order gains (chance: about .52).",
    "A regret is how much worse the first by score, or the best by label among the first ten by score, is than the best of "
    "all, in units of the label.",
    "The trivial counts need no training: parameters and FLOPs of the whole network, reachable parameters (relative, 9 for a "
    "3x3 convolution and 1 for a 1x1, of operators on a path from input to output), layers on such a path. The gap is to "
    "the one that ranks this very label best, a choice made in hindsight, by Spearman.",
)


@dataclass
class AuditReport:
    """What an audit found, as it comes.

    Attributes:
        resamples: of the intervals.
        seed: of the resamples.
        rows: of all grounds.
        copies: of each table, whether it is the copy that nasport's figures were measured with; None: of an extension.
        drawn: of each ground, a PNG of ranks against ranks.
    """

    resamples: int
    seed: int
    rows: list[AuditRow] = field(default_factory=list)
    copies: dict[str, bool | None] = field(default_factory=dict)
    drawn: dict[str, bytes] = field(default_factory=dict)

    def add(self, ground: Ground, several: Sequence[Scores], rows: Sequence[AuditRow], draw: bool) -> None:
        """Take in what was measured on one ground.

        Args:
            ground: of the rows.
            several: the scores that were measured.
            rows: of them.
            draw: whether to draw them, where matplotlib is installed.
        """
        self.rows += rows
        if ground.space is not None:
            self.copies[ground.name] = ground.known_copy
        if draw and rows and can_draw():
            self.drawn[ground.name] = pictures.ranks(ground, several)

    def to_json(self) -> dict[str, Any]:
        """What `audit.json` holds."""
        return {
            "format": FORMAT,
            "version": FORMAT_VERSION,
            "nasport": VERSION,
            "resamples": self.resamples,
            "seed": self.seed,
            "tables": [
                {"name": name, "sha256": _sha256(name, known), "known_copy": known}
                for name, known in self.copies.items()
            ],
            "standings": [
                each._asdict() | {"worst": {"row": self.rows.index(each.worst), "gap": each.worst.gap()}}
                for each in standings(self.rows)
            ],
            "rows": [row.to_json() for row in self.rows],
        }

    def to_html(self) -> str:
        """What `audit.html` holds: no script, nothing from outside, nothing of a single architecture."""
        names = list(dict.fromkeys(row.scores for row in self.rows))
        parts = {
            "Against counting": joined(self._picture(), self._ranking()),
            "Every baseline": _baselines(self.rows),
            "Rank against rank": self._drawn(),
            "How it was measured": self._method(),
        }
        return page(
            Markup(f"Audit of {text(', '.join(names), 160)}"),
            *(tag("p", words.standing(each), class_="lead") for each in standings(self.rows)),
            self._notes(),
            *(tag("section", tag("h2", name), part) for name, part in parts.items() if part),
            tag("p", f"Written by nasport audit, nasport {VERSION}.", class_="small"),
        )

    def write(self, folder: Path) -> None:
        """Write both files. Raises OSError."""
        write_atomically(folder / JSON_FILE, json.dumps(self.to_json(), indent=1).encode() + b"\n")
        write_atomically(folder / HTML_FILE, self.to_html().encode())

    def _notes(self) -> Markup:
        """What to know before believing any of it."""
        found = []
        trained = dict.fromkeys(f"{row.scores} on {row.table}" for row in self.rows if row.trained_on)
        if trained:
            found.append(
                f"What was trained on a table has seen its labels, and its rows say nothing of others: {', '.join(trained)}."
            )
        others = [name for name, known in self.copies.items() if known is False]
        if others:
            found.append(
                f"Other copies than those that nasport's figures were measured with: {', '.join(others)}."
            )
        unscored = dict.fromkeys(
            f"{row.scores} on {words.networks(row)} of {row.table}"
            for row in self.rows
            if row.architectures < row.of and row.subset == ALL
        )
        if unscored:
            found.append(f"Not every architecture has a score: {', '.join(unscored)}.")
        items = [tag("li", text(note, 2_000)) for note in found]
        return tag("ul", *items, class_="notes") if items else Markup("")

    def _picture(self) -> Markup:
        if not can_draw():
            return Markup("")
        return _image(
            pictures.correlations(self.rows), "Spearman of every label and of the best trivial count"
        )

    def _ranking(self) -> Markup:
        """Every row, losses first."""
        columns: dict[str, Callable[[AuditRow], str]] = {
            "scores": lambda row: row.scores,
            "measured on": words.measured_on,
            "networks": words.networks,
            "": words.seen,
            "Spearman": partial(_correlation, metric="spearman"),
            "tau-b": partial(_correlation, metric="kendall"),
            "gap to the best count": _gap,
            **{words.TITLES[name]: partial(words.figure, metric=name) for name in words.OTHERS},
        }
        for title in ("scores", ""):
            if len({columns[title](row) for row in self.rows}) == 1:  # then it says nothing
                del columns[title]
        rows = ([column(row) for column in columns.values()] for row in losses_first(self.rows))
        return table(rows, list(columns), "plain small")

    def _drawn(self) -> Markup:
        pictured = {name: png for name, png in self.drawn.items() if png}
        return joined(
            *(_image(png, f"{name}: rank by score against rank by label") for name, png in pictured.items())
        )

    def _method(self) -> Markup:
        subsets = {row.subset for row in self.rows} - {ALL}
        notes = list(_METHOD)
        if self.resamples:
            notes.append(
                f"In brackets: the middle 95 % of {self.resamples:,} bootstrap resamples of the architectures (seed "
                f"{self.seed}), of gaps with the same resamples for both."
            )
        if subsets:
            notes.append(
                f"Subsets: {', '.join(sorted(subsets))}"
                + (" (from input to output)." if WITH_A_PATH in subsets else ".")
            )
        sources = [(name, *_source(name)) for name in self.copies if name in TABLES]
        return joined(
            tag("ul", *(tag("li", text(note, 1_000)) for note in notes)),
            table(sources, ("table", "source", "license")) if sources else "",
        )


def _correlation(row: AuditRow, metric: str) -> str:
    return _with_place(words.figure(row, metric), words.ends(row.intervals[metric]))


def _gap(row: AuditRow) -> str:
    """The gap and which count it is to; a loss so that it is seen."""
    if row.best_count is None:
        return words.UNKNOWN
    gap = row.gap()
    found = tag("span", short(gap, signed=True), class_="loss" if (gap or 0.0) < 0 else "rank")
    return _with_place(found, words.gap_ends(row), f"to {row.best_count.replace('_', ' ')}")


def _with_place(figure: str, *below: str) -> Markup:
    """A figure, and smaller below it what belongs to it."""
    return tag(
        "span", figure, *(tag("span", each, class_="place") for each in below if each), class_="number"
    )


def _baselines(rows: Sequence[AuditRow]) -> Markup:
    """Spearman and tau-b of every baseline on the same architectures as the scores."""
    names = list(dict.fromkeys(name for row in rows for name in row.baselines))
    if not names:
        return Markup("")
    lines = dict.fromkeys(
        (words.measured_on(row), words.networks(row), *(_pair(row.baselines.get(name)) for name in names))
        for row in losses_first(rows)
    )
    said = "Spearman / tau-b on the same networks. Balanced parameters, the mean over resolutions of the logarithm of the "
    return joined(
        tag("p", f"{said}parameters there, are no trivial count.", class_="small"),
        table(lines, ["measured on", "networks", *(name.replace("_", " ") for name in names)], "plain small"),
    )


def _pair(record: Mapping[str, float | None] | None) -> str:
    if record is None:
        return words.UNKNOWN
    return " / ".join(short(record[name]) for name in CORRELATIONS)


def _image(png: bytes, title: str) -> Markup:
    data = Markup(f"data:image/png;base64,{b64encode(png).decode()}")
    return tag("figure", tag("img", src=data, alt=title))


def _source(name: str) -> tuple[str, str]:
    origin = FILES[TABLES[name].file].origin
    return f"{origin.benchmark}, {origin.source}", origin.license


def _sha256(name: str, known: bool | None) -> str | None:
    """Of the table's file where it is the known copy."""
    return FILES[TABLES[name].file].sha256 if known else None
