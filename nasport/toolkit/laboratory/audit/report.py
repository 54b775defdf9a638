"""Write an audit as a folder with `audit.html`, a self-contained page, and `audit.json`."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from nasport.schemas.writing import write_atomically
from nasport.toolkit.laboratory.audit import pictures, words
from nasport.toolkit.laboratory.audit.grounds import Ground
from nasport.toolkit.laboratory.audit.rows import AuditRow, Scores, losses_first, standings
from nasport.toolkit.laboratory.evaluation.plots import can_draw
from nasport.toolkit.laboratory.evaluation.results import CORRELATIONS, short
from nasport.toolkit.laboratory.evaluation.tested_spaces import ALL, WITH_A_PATH
from nasport.toolkit.laboratory.tables import FILES, TABLES
from nasport.toolkit.pages import render
from nasport.version import VERSION

HTML_FILE, JSON_FILE = "audit.html", "audit.json"
FORMAT, FORMAT_VERSION = "nasport-audit", 1


class Cell(NamedTuple):
    """One cell of the table of rows.

    Attributes:
        text: main text.
        below: smaller lines below.
        style: CSS class of the main text.
    """

    text: str
    below: Sequence[str] = ()
    style: str = ""


@dataclass
class AuditReport:
    """Results of an audit, collected one ground (set of labeled architectures) at a time.

    Attributes:
        resamples: number of resamples for the intervals.
        seed: seed of the resamples.
        rows: metrics of all scores on all grounds.
        copies: for each table, whether it is the copy with which nasport's published figures were measured; None for the
            table of an extension.
        drawn: PNG of ranks by score against ranks by label, for each ground.
    """

    resamples: int
    seed: int
    rows: list[AuditRow] = field(default_factory=list)
    copies: dict[str, bool | None] = field(default_factory=dict)
    drawn: dict[str, bytes] = field(default_factory=dict)

    def add(self, ground: Ground, several: Sequence[Scores], rows: Sequence[AuditRow], draw: bool) -> None:
        """Add the results of one ground.

        Args:
            ground: labeled architectures that the scores were measured on.
            several: scores of these architectures from one or more sources.
            rows: metrics of the scores.
            draw: whether to draw ranks, if matplotlib is installed.
        """
        self.rows += rows
        if ground.space is not None:
            self.copies[ground.name] = ground.known_copy
        if draw and rows and can_draw():
            self.drawn[ground.name] = pictures.ranks(ground, several)

    def to_json(self) -> dict[str, Any]:
        """Return the content of `audit.json`."""
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
        """Return `audit.html`, a page without scripts, links to other files or data of single architectures."""
        sources = [(name, FILES[TABLES[name].file].origin) for name in self.copies if name in TABLES]
        return render(
            "laboratory/audit/audit.html.j2",
            names=", ".join(dict.fromkeys(row.scores for row in self.rows)),
            standings=[words.standing(each) for each in standings(self.rows)],
            warnings=self._warnings(),
            correlations=_base64(pictures.correlations(self.rows)) if can_draw() else "",
            ranking=_ranking(self.rows),
            baselines=_baselines(self.rows),
            rank_pictures={name: _base64(png) for name, png in self.drawn.items() if png},
            resamples=f"{self.resamples:,}" if self.resamples else "",
            seed=self.seed,
            subsets=sorted({row.subset for row in self.rows} - {ALL}),
            with_a_path=WITH_A_PATH,
            sources=[(name, f"{each.benchmark}, {each.source}", each.license) for name, each in sources],
            version=VERSION,
        )

    def write(self, folder: Path) -> None:
        """Write both files. Raises OSError."""
        write_atomically(folder / JSON_FILE, json.dumps(self.to_json(), indent=1).encode() + b"\n")
        write_atomically(folder / HTML_FILE, self.to_html().encode())

    def _warnings(self) -> list[str]:
        """Return what a reader should know before trusting the figures."""
        notes = []
        trained = dict.fromkeys(f"{row.scores} on {row.table}" for row in self.rows if row.trained_on)
        if trained:
            notes.append(
                "Trained on the table on which they are measured, so these rows do not show how well they rank other "
                f"tables: {', '.join(trained)}."
            )
        others = [name for name, known in self.copies.items() if known is False]
        if others:
            notes.append(
                f"Tables whose copies differ from those that nasport's published figures were measured on: {', '.join(others)}."
            )
        unscored = dict.fromkeys(
            f"{row.scores} on {words.networks(row)} of {row.table}"
            for row in self.rows
            if row.architectures < row.of and row.subset == ALL
        )
        if unscored:
            notes.append(f"Not every architecture has a score: {', '.join(unscored)}.")
        return notes


def _ranking(rows: Sequence[AuditRow]) -> dict[str, Any]:
    """Return the table of all rows, losses first."""
    columns: dict[str, Callable[[AuditRow], str | Cell]] = {
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
        if len({columns[title](row) for row in rows}) == 1:  # a column of equal cells is left out
            del columns[title]
    cells = [[column(row) for column in columns.values()] for row in losses_first(rows)]
    return {"titles": list(columns), "rows": cells}


def _correlation(row: AuditRow, metric: str) -> Cell:
    return Cell(words.figure(row, metric), list(filter(None, [words.ends(row.intervals[metric])])))


def _gap(row: AuditRow) -> Cell:
    """Return the gap, the count that it refers to, and a style that marks losses."""
    if row.best_count is None:
        return Cell(words.UNKNOWN)
    gap = row.gap()
    below = filter(None, [words.gap_ends(row), f"to {row.best_count.replace('_', ' ')}"])
    return Cell(short(gap, signed=True), list(below), "loss" if (gap or 0.0) < 0 else "rank")


def _baselines(rows: Sequence[AuditRow]) -> dict[str, Any]:
    """Return the table with Spearman and tau-b of every baseline on the architectures of the scores."""
    names = list(dict.fromkeys(name for row in rows for name in row.baselines))
    if not names:
        return {}
    lines = dict.fromkeys(
        (words.measured_on(row), words.networks(row), *(_pair(row.baselines.get(name)) for name in names))
        for row in losses_first(rows)
    )
    return {
        "titles": ["measured on", "networks", *(name.replace("_", " ") for name in names)],
        "rows": list(lines),
    }


def _pair(record: Mapping[str, float | None] | None) -> str:
    if record is None:
        return words.UNKNOWN
    return " / ".join(short(record[name]) for name in CORRELATIONS)


def _base64(png: bytes) -> str:
    return b64encode(png).decode()


def _sha256(name: str, known: bool | None) -> str | None:
    """Return the SHA-256 of the table's file if it is the known copy, otherwise None."""
    return FILES[TABLES[name].file].sha256 if known else None
