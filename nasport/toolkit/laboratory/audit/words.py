"""Texts of audit rows for the terminal and the HTML page."""

from __future__ import annotations

from nasport.toolkit.laboratory.audit.rows import AuditRow, Standing
from nasport.toolkit.laboratory.evaluation.bootstrap import Interval
from nasport.toolkit.laboratory.evaluation.results import CORRELATIONS, short
from nasport.toolkit.laboratory.evaluation.tested_spaces import ALL

UNKNOWN = "-"
TITLES = {
    "spearman": "Spearman",
    "kendall": "tau-b",
    "ndcg_top10": "nDCG, 10 %",
    "precision_top10": "precision, 10 %",
    "top1_regret": "regret of the first",
    "best10_regret": "of the best of ten",
    "spearman_best10": "Spearman in the best 10 %",
}

OTHERS = tuple(name for name in TITLES if name not in CORRELATIONS)


def ends(interval: Interval | None, signed: bool = False) -> str:
    """Return both ends of an interval in brackets; empty without an interval."""
    return "" if interval is None else f"[{', '.join(short(end, signed) for end in interval)}]"


def figure(row: AuditRow, metric: str) -> str:
    """Return a metric."""
    return short(row.metrics[metric])


def correlation(row: AuditRow, metric: str) -> str:
    """Return a rank correlation with its interval."""
    return " ".join(filter(None, (figure(row, metric), ends(row.intervals[metric]))))


def gap_ends(row: AuditRow) -> str:
    """Return the interval of the gap to the best count."""
    return ends(row.intervals["gap_spearman"], signed=True)


def gap(row: AuditRow) -> str:
    """Return the gap in Spearman to the best count, and the name of this count."""
    if row.best_count is None:
        return UNKNOWN
    parts = (short(row.gap(), signed=True), gap_ends(row), f"to {row.best_count.replace('_', ' ')}")
    return " ".join(filter(None, parts))


def measured_on(row: AuditRow) -> str:
    """Return table, label and subset."""
    place = ", ".join(filter(None, (row.table, row.words)))
    return place if row.subset == ALL else f"{place}, {row.subset}"


def networks(row: AuditRow) -> str:
    """Return the number of architectures, with the number of all if some have no score."""
    return f"{row.architectures:,}" + ("" if row.architectures == row.of else f" of {row.of:,}")


def seen(row: AuditRow) -> str:
    """Return whether the predictor was trained on the table."""
    return {True: "trained on", False: "unseen", None: ""}[row.trained_on]


def standing(found: Standing) -> str:
    """Return a sentence that compares scores with the best trivial counts."""
    labels = "1 label" if found.labels == 1 else f"{found.labels} labels"
    unseen = " of tables that it was not trained on" if found.worst.trained_on is False else ""
    return (
        f"{found.scores}: below the best trivial count, chosen in hindsight, on {found.below} of {labels}{unseen}, at worst "
        f"{short(found.worst.gap(), signed=True)} ({measured_on(found.worst)}), on average "
        f"{short(found.mean, signed=True)}"
    )
