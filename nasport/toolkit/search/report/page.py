"""The report of a search as one self-contained HTML file."""

from __future__ import annotations

from nasport.toolkit.pages import render
from nasport.toolkit.search.imagenet import NOT_TRAINED
from nasport.toolkit.search.report import figures, sections
from nasport.toolkit.search.report.settings_table import named, objectives
from nasport.toolkit.search.report.winner_rows import winner_table
from nasport.toolkit.search.result import SearchResult

_SIZES = ("parameters", "flops", "reachable_parameters")


def report_html(result: SearchResult) -> str:
    """Return a finished search as an HTML page without scripts, fonts or links to other files.

    The same result gives the same text. Names and other texts of documents are escaped.
    """
    # The score is drawn against every further objective, or else against the first size that is known.
    members = [each for each in result.evaluations if not each.query.is_supernet]
    known = [name for name in _SIZES if any(each.facts.get(name) is not None for each in members)]
    facts = dict.fromkeys(objectives(result.settings) or known[:1])
    return render(
        "search/report/report.html.j2",
        space=named(result.settings.get("space")) or "a search",
        best=sections.best(result),
        not_trained=NOT_TRAINED,
        warnings=sections.warnings(result),
        winners=winner_table(result),
        progress=figures.progress(result),
        trade_offs=list(filter(None, (figures.trade_off(result, fact) for fact in facts))),
        evaluators=figures.evaluators(result),
        searched=sections.searched(result),
        failures=sections.failures(result),
        next_steps=sections.next_steps(result),
        versions=sections.versions(result),
    )
