"""The report of a search: its parts one below the other, in one file."""

from __future__ import annotations

from nasport.toolkit.pages import page
from nasport.toolkit.pages.markup import Markup, joined, tag, text
from nasport.toolkit.search.report import figures, sections, winner_rows
from nasport.toolkit.search.report.settings_table import named, objectives
from nasport.toolkit.search.result import SearchResult

_SIZES = ("parameters", "flops", "reachable_parameters")


def report_html(result: SearchResult) -> str:
    """A finished search as a self-contained HTML page: no script, no font, nothing from outside.

    The same result gives the same text. All that documents and names say is escaped.
    """
    space = named(result.settings.get("space")) or "a search"
    title = Markup(f"{text(space, 80)}: the best architectures found")
    # What the score is drawn against: the further objectives, else the first size that is known.
    members = [each for each in result.evaluations if not each.query.is_supernet]
    known = [name for name in _SIZES if any(each.facts.get(name) is not None for each in members)]
    facts = dict.fromkeys(objectives(result.settings) or known[:1])
    parts = {
        "Winners": winner_rows.winners(result),
        "Progress": figures.progress(result),
        "What it costs": joined(*(figures.trade_off(result, fact) for fact in facts)),
        "Do the evaluators agree?": figures.evaluators(result),
        "What was searched": sections.searched(result),
        "What failed": sections.failures(result),
        "How to go on": sections.going_on(result),
    }
    return page(
        title,
        sections.headline(result),
        sections.notes(result),
        *(tag("section", tag("h2", name), part) for name, part in parts.items() if part),
        tag("p", f"Written by nasport search with {sections.versions(result)}.", class_="small"),
    )
